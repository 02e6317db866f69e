//! What the programmer does.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::answer::answer;
use super::shown::{Shown, Task};
use super::{Bugs, Catalogue, Files, literal, source};

/// Share of improvements that write a function otherwise; the others change a number.
const REWRITES: f64 = 0.5;

/// Share of broken programs among fresh approaches, and among all other edits but repairs.
const BROKEN: (f64, f64) = (0.3, 0.2);

/// Share of repairs that remove the bug.
const REPAIRED: f64 = 0.5;

/// A programmer whose luck follows from a seed and the number of the question.
#[derive(Clone, Debug)]
pub struct Programmer {
    catalogue: Catalogue,
    bugs: Bugs,
    seed: u64,
}

impl Programmer {
    /// One who knows these implementations and makes these mistakes.
    pub fn new(catalogue: Catalogue, bugs: Bugs, seed: u64) -> Self {
        Self { catalogue, bugs, seed }
    }

    /// The answer to the question of this number; none if the prompt shows no code.
    pub fn answer(&self, number: u64, system: &str, user: &str) -> Option<String> {
        let shown = Shown::read(user)?;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(number);
        let (plan, files) = self.edit(&shown, &mut rng);
        let functions: Vec<&str> = self.catalogue.functions().collect();
        Some(answer(system, &plan, &shown.files, &files, &functions))
    }

    fn edit(&self, shown: &Shown, rng: &mut dyn Rng) -> (String, Files) {
        let (plan, files) = match shown.task {
            Task::Draft | Task::Leap => self.fresh(&shown.files, rng),
            Task::Improve => self.improved(&shown.files, rng),
            Task::Cross => self.joined(shown, rng),
            Task::Debug => return self.repaired(&shown.files, rng),
        };
        let is_fresh = matches!(shown.task, Task::Draft | Task::Leap);
        let broken = rng.random_bool(if is_fresh { BROKEN.0 } else { BROKEN.1 });
        (plan, if broken { self.broken(&files, rng) } else { files })
    }

    /// Each function in any implementation.
    fn fresh(&self, files: &Files, rng: &mut dyn Rng) -> (String, Files) {
        let (mut names, mut files) = (Vec::new(), files.clone());
        for function in self.catalogue.functions() {
            let variants: Vec<_> = self.catalogue.variants(function).collect();
            if let Some((name, text)) = variants.choose(rng) {
                names.push(format!("{function} {name}"));
                replace(&mut files, function, text);
            }
        }
        (format!("Another program: {}.", names.join(", ")), files)
    }

    fn improved(&self, files: &Files, rng: &mut dyn Rng) -> (String, Files) {
        if rng.random_bool(REWRITES) { self.rewritten(files, rng) } else { self.adjusted(files, rng) }
    }

    /// One function in another implementation.
    fn rewritten(&self, files: &Files, rng: &mut dyn Rng) -> (String, Files) {
        let (function, mut files) = (self.any_function(rng), files.clone());
        let now = text_of(&files, function).unwrap_or_default().to_owned();
        let others: Vec<_> = self.catalogue.variants(function).filter(|(_, text)| *text != now).collect();
        let Some((name, text)) = others.choose(rng) else { return (String::new(), files) };
        replace(&mut files, function, text);
        (format!("Write {function} otherwise: {name}."), files)
    }

    /// One number changed.
    fn adjusted(&self, files: &Files, rng: &mut dyn Rng) -> (String, Files) {
        let all: Vec<_> = files
            .iter()
            .flat_map(|(path, text)| {
                literal::parameters(text).into_iter().map(move |range| (path, text, range))
            })
            .collect();
        let Some((path, text, range)) = all.choose(rng) else { return self.rewritten(files, rng) };
        let old = &text[range.clone()];
        let new = literal::changed(old, rng);
        let line = text[..range.start].matches('\n').count() + 1;
        let plan = format!("Try {new} instead of {old} in line {line} of {path}.");
        let mut changed = (*text).clone();
        changed.replace_range(range.clone(), &new);
        let mut files = files.clone();
        files.insert((*path).clone(), changed);
        (plan, files)
    }

    /// Each function of either version.
    fn joined(&self, shown: &Shown, rng: &mut dyn Rng) -> (String, Files) {
        let (mut taken, mut files) = (Vec::new(), shown.files.clone());
        for function in self.catalogue.functions() {
            if let Some(text) = text_of(&shown.second, function)
                && rng.random_bool(0.5)
            {
                taken.push(function);
                replace(&mut files, function, text);
            }
        }
        if files == shown.files {
            self.improved(&files, rng)
        } else {
            (format!("Take {}.", taken.join(", ")), files)
        }
    }

    fn repaired(&self, files: &Files, rng: &mut dyn Rng) -> (String, Files) {
        let mut sound = files.clone();
        for function in self.catalogue.functions() {
            for text in sound.values_mut() {
                *text = self.bugs.removed(text, function).unwrap_or_else(|| text.clone());
            }
        }
        let is_ours = sound != *files;
        match (is_ours, rng.random_bool(REPAIRED)) {
            (true, true) => ("Remove what fails.".to_owned(), sound),
            (true, false) => ("Do it in another place.".to_owned(), self.broken(&sound, rng)),
            // It fails for a reason of its own.
            (false, true) => self.rewritten(files, rng),
            (false, false) => self.adjusted(files, rng),
        }
    }

    fn broken(&self, files: &Files, rng: &mut dyn Rng) -> Files {
        let function = self.any_function(rng);
        let mut files = files.clone();
        if let Some(text) = files.values_mut().find(|text| source::function(text, function).is_some()) {
            *text = self.bugs.put(text, function, rng);
        }
        files
    }

    fn any_function(&self, rng: &mut dyn Rng) -> &str {
        let functions: Vec<&str> = self.catalogue.functions().collect();
        functions.choose(rng).copied().unwrap_or_default()
    }
}

fn text_of<'f>(files: &'f Files, function: &str) -> Option<&'f str> {
    files.values().find_map(|text| source::text(text, function))
}

fn replace(files: &mut Files, function: &str, new: &str) {
    for text in files.values_mut() {
        *text = source::with(text, function, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "K = 12\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return f(x)\n";

    fn programmer(seed: u64) -> Programmer {
        let catalogue = Catalogue::of([
            ("f", "twice", "def f(x):\n    return 2 * x\n"),
            ("f", "thrice", "def f(x):\n    return 3 * x\n"),
            ("g", "more", "def g(x):\n    return f(x) + 1\n"),
            ("g", "less", "def g(x):\n    return f(x) - 1\n"),
        ]);
        Programmer::new(catalogue, Bugs::default(), seed)
    }

    fn shown(task: Task, text: &str, second: &str) -> Shown {
        let file = |text: &str| Files::from([("a.py".to_owned(), text.to_owned())]);
        Shown { task, files: file(text), second: file(second) }
    }

    /// What it makes of it, with each of many draws.
    fn made(task: Task, text: &str, second: &str) -> Vec<String> {
        let edit = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            programmer(1).edit(&shown(task, text, second), &mut rng).1["a.py"].clone()
        };
        (0..400).map(edit).collect()
    }

    fn share(texts: &[String], is: impl Fn(&str) -> bool) -> f64 {
        texts.iter().filter(|text| is(text)).count() as f64 / texts.len() as f64
    }

    fn is_broken(text: &str) -> bool {
        ["f", "g"].iter().any(|function| Bugs::default().removed(text, function).is_some())
    }

    #[test]
    fn the_same_question_has_the_same_answer_and_luck_follows_from_seed_and_number() {
        let user = format!("# The version to improve: step 1\n\na.py\n```\n{OWN}```\n");
        let answers: Vec<_> =
            (1..40).map(|number| programmer(1).answer(number, "", &user).unwrap()).collect();
        assert_eq!(answers[6], programmer(1).answer(7, "", &user).unwrap());
        assert_ne!(answers, (1..40).map(|n| programmer(2).answer(n, "", &user).unwrap()).collect::<Vec<_>>());
        assert!(answers.iter().collect::<std::collections::BTreeSet<_>>().len() > 10);
        assert_eq!(programmer(1).answer(1, "", "Hello"), None);
    }

    #[test]
    fn a_fresh_approach_writes_every_function_anew_and_often_fails() {
        let made = made(Task::Draft, OWN, "");
        assert!(made.iter().all(|text| !text.contains("return x\n") && !text.contains("return f(x)\n")));
        assert!((share(&made, is_broken) - 0.3).abs() < 0.07, "{}", share(&made, is_broken));
        assert!(share(&made, |text| text.contains("2 * x")) > 0.3);
    }

    #[test]
    fn an_improvement_changes_one_function_or_one_number() {
        let made = made(Task::Improve, OWN, "");
        assert!((share(&made, is_broken) - 0.2).abs() < 0.06);
        let sound: Vec<&String> = made.iter().filter(|text| !is_broken(text)).collect();
        let changed =
            |text: &str| OWN.lines().filter(|line| !text.lines().any(|other| other == *line)).count();
        assert!(sound.iter().all(|text| changed(text) == 1));
        assert!((share(&made, |text| !text.contains("K = 12\n")) - 0.5).abs() < 0.08);
    }

    #[test]
    fn a_cross_takes_functions_of_either_version() {
        let second =
            OWN.replace("return x\n", "return 9 * x\n").replace("return f(x)\n", "return 8 * f(x)\n");
        let made = made(Task::Cross, OWN, &second);
        let both = |text: &str| text.contains("9 * x") && text.contains("8 * f(x)");
        assert!((share(&made, both) - 0.25).abs() < 0.08);
        assert!(made.iter().all(|text| !text.contains("5 * x")));
    }

    #[test]
    fn half_of_the_repairs_work_and_the_others_make_another_bug() {
        let broken = Bugs::default().put(OWN, "f", &mut ChaCha8Rng::seed_from_u64(1));
        let made = made(Task::Debug, &broken, "");
        assert!((share(&made, |text| text == OWN) - 0.5).abs() < 0.08);
        assert!(made.iter().all(|text| text == OWN || is_broken(text)));
    }
}
