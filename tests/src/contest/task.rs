//! A program to be made better, and what measures it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, io};

use serde::Deserialize;

use crate::programmer::{Bugs, Catalogue, Files};

/// The command that measures. Without `site`, which takes longer to import than the tasks need.
pub(super) const EVALUATION: &str = "python3 -S evaluate.py";

/// Seconds after which a program is taken for one that does not end: a thousand times what any takes.
pub(super) const LONGEST: u32 = 60;

/// Which values of the metric are better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goal {
    /// Larger ones.
    Maximize,
    /// Smaller ones.
    Minimize,
}

/// A task: a directory with `task.json`, `program/` (the user's files, `evaluate.py` among them) and `variants/`.
#[derive(Clone, Debug)]
pub struct Task {
    /// The directory's name.
    pub name: String,
    /// What `task.json` says.
    pub terms: Terms,
    /// The implementations that the programmer knows.
    pub catalogue: Catalogue,
    /// The mistakes that the programmer makes.
    pub bugs: Bugs,
    /// The user's files, read once: all runs begin with the same.
    program: Files,
}

/// What `task.json` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The files that may be rewritten.
    pub sources: Vec<String>,
    /// The metric's name.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// By function, a line after which its result is refused.
    pub wrong: BTreeMap<String, String>,
}

impl Task {
    /// Where this project's tasks are.
    pub fn shelf() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/search/tasks")
    }

    /// All tasks of a directory, by name.
    ///
    /// # Errors
    /// If something there cannot be read.
    pub fn all(shelf: &Path) -> io::Result<Vec<Self>> {
        let places: io::Result<Vec<PathBuf>> = fs::read_dir(shelf)?.map(|entry| Ok(entry?.path())).collect();
        let mut tasks: Vec<Self> =
            places?.iter().map(|place| Self::read(place)).collect::<io::Result<_>>()?;
        tasks.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tasks)
    }

    fn read(directory: &Path) -> io::Result<Self> {
        let terms: Terms = serde_json::from_slice(&fs::read(directory.join("task.json"))?)?;
        let names = terms.sources.iter().map(String::as_str).chain(["evaluate.py"]);
        let read =
            |name: &str| Ok((name.to_owned(), fs::read_to_string(directory.join("program").join(name))?));
        Ok(Self {
            name: directory.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            catalogue: Catalogue::read(&directory.join("variants"))?,
            bugs: Bugs::new(terms.wrong.clone()),
            program: names.map(read).collect::<io::Result<_>>()?,
            terms,
        })
    }

    /// Writes the user's files.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn place(&self, target: &Path) -> io::Result<()> {
        fs::create_dir_all(target)?;
        for (name, text) in &self.program {
            fs::write(target.join(name), text)?;
        }
        Ok(())
    }

    /// What the program in `directory` is worth, without noise; none if it does not work.
    pub fn measured(&self, directory: &Path) -> Option<f64> {
        let output = Command::new("timeout")
            .arg(LONGEST.to_string())
            .args(EVALUATION.split(' '))
            // What was compiled of another version within the same second is not taken for this one.
            .env("PATH", search_path())
            .envs([("EXACT", "1"), ("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPYCACHEPREFIX", "/dev/null")])
            .current_dir(directory)
            .output()
            .ok()?;
        let head = format!("{}: ", self.terms.metric);
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().find_map(|line| line.strip_prefix(&head)?.parse().ok())
    }
}

/// `PATH` with the real interpreter's directory first: a version manager's shim in its place takes ten times as long to
/// start as the interpreter.
pub(super) fn search_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let usual = std::env::var("PATH").unwrap_or_default();
        let asked =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        let executable = PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim());
        executable.parent().map_or(usual.clone(), |directory| format!("{}:{usual}", directory.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_implementation_of_every_task_works_in_the_users_own_program() {
        for task in Task::all(&Task::shelf()).unwrap() {
            let [source] = task.terms.sources.as_slice() else { continue };
            let place = tempfile::tempdir().unwrap();
            task.place(place.path()).unwrap();
            let own = task.measured(place.path()).unwrap();
            let text = fs::read_to_string(place.path().join(source)).unwrap();
            let mut results = vec![own];
            for function in task.catalogue.functions() {
                for (name, variant) in task.catalogue.variants(function) {
                    let program = crate::programmer::with_function(&text, function, variant);
                    assert!(program.contains(variant), "{}: {function} {name}", task.name);
                    fs::write(place.path().join(source), program).unwrap();
                    let result = task.measured(place.path());
                    results.push(result.unwrap_or_else(|| panic!("{}: {function} {name} fails", task.name)));
                }
                let wrong = task.terms.wrong.get(function);
                if let Some(program) = wrong.map(|line| task.with_line(&text, function, line)) {
                    fs::write(place.path().join(source), program).unwrap();
                    assert_eq!(task.measured(place.path()), None, "{}: {function} {wrong:?}", task.name);
                }
            }
            results.sort_by(f64::total_cmp);
            results.dedup();
            assert!(results.len() > 8, "{}: {results:?}", task.name);
        }
    }

    impl Task {
        fn with_line(&self, text: &str, function: &str, line: &str) -> String {
            let variant = self.catalogue.variants(function).next().unwrap().1;
            let at = variant.find('\n').unwrap() + 1;
            let broken = format!("{}    {line}\n{}", &variant[..at], &variant[at..]);
            crate::programmer::with_function(text, function, &broken)
        }
    }
}
