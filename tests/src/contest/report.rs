//! What came of all runs, as tables.

use std::collections::BTreeSet;
use std::fmt::Write;

use weco_bench_search::report::Estimate;

use super::entry::{Proposer, Result};
use super::estimate::{shown, verdict};
use super::task::{Goal, Task};

/// Runs that differ in search and seed alone.
struct Cell<'r, 't> {
    task: &'t Task,
    proposer: Proposer,
    steps: u32,
    results: Vec<&'r Result<'t>>,
}

impl Cell<'_, '_> {
    /// Scores of a search, by seed in order.
    fn scores(&self, search: &str) -> Vec<(u64, f64)> {
        let of_search = self.results.iter().filter(|result| result.entry.search == search);
        let mut scores: Vec<_> = of_search.map(|result| (result.entry.seed, result.score)).collect();
        scores.sort_by_key(|(seed, _)| *seed);
        scores
    }

    fn mean(&self, search: &str) -> Estimate {
        Estimate::of(&self.scores(search).into_iter().map(|(_, score)| score).collect::<Vec<_>>())
    }

    /// How much better `one` is than `other` with the same seed.
    fn difference(&self, one: &str, other: &str) -> Estimate {
        let sign = if self.task.terms.goal == Goal::Maximize { 1.0 } else { -1.0 };
        let pairs = self.scores(one).into_iter().zip(self.scores(other));
        Estimate::of(&pairs.map(|((_, one), (_, other))| sign * (one - other)).collect::<Vec<_>>())
    }

    fn head(&self) -> String {
        let better = if self.task.terms.goal == Goal::Maximize { "more" } else { "less" };
        let Task { name, terms, .. } = self.task;
        format!("| {name}: {} ({better} is better) | {} | {} |", terms.metric, self.proposer, self.steps)
    }
}

fn cells<'r, 't>(results: &'r [Result<'t>]) -> Vec<Cell<'r, 't>> {
    let key =
        |result: &Result<'t>| (result.entry.task.name.as_str(), result.entry.proposer, result.entry.steps);
    let keys: BTreeSet<_> = results.iter().map(key).collect();
    let cell = |wanted| {
        let results: Vec<_> = results.iter().filter(|result| key(result) == wanted).collect();
        Some(Cell { task: results.first()?.entry.task, proposer: wanted.1, steps: wanted.2, results })
    };
    keys.into_iter().filter_map(cell).collect()
}

/// A Markdown table of the mean score of each search, beside that of the user's own code.
pub fn means(results: &[Result<'_>], searches: &[String], own: impl Fn(&Task) -> f64) -> String {
    let mut text = head(&["task", "proposer", "steps", "own code"], searches.iter().cloned());
    for cell in cells(results) {
        let means: String =
            searches.iter().map(|search| format!(" {} |", shown(cell.mean(search)))).collect();
        let _ = writeln!(text, "{} {:.4} |{means}", cell.head(), own(cell.task));
    }
    text
}

/// A Markdown table of how much better the first search is than each other with the same seeds, and how often it is so
/// beyond two standard errors.
pub fn differences(results: &[Result<'_>], searches: &[String]) -> String {
    let Some((first, rivals)) = searches.split_first() else { return String::new() };
    let names = rivals.iter().map(|rival| format!("{first} − {rival}"));
    let mut text = head(&["task", "proposer", "steps"], names);
    let mut verdicts = Vec::new();
    for cell in cells(results) {
        let _ = write!(text, "{}", cell.head());
        for rival in rivals {
            let difference = cell.difference(first, rival);
            verdicts.push((rival, verdict(difference)));
            let _ = write!(text, " {}: {} |", shown(difference), verdict(difference));
        }
        text.push('\n');
    }
    text.push('\n');
    for rival in rivals {
        let count = |verdict| verdicts.iter().filter(|found| **found == (rival, verdict)).count();
        let counts =
            ["better", "none", "worse"].map(|verdict| format!("{verdict} {}", count(verdict))).join(", ");
        let _ = writeln!(text, "- {first} against {rival}: {counts}");
    }
    text
}

fn head(fixed: &[&str], more: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = fixed.iter().map(|name| (*name).to_owned()).chain(more).collect();
    format!("| {} |\n|{}\n", names.join(" | "), "---|".repeat(names.len()))
}

/// One line for each run; no name in it needs quotes.
pub fn csv(results: &[Result<'_>]) -> String {
    let mut text = "task,proposer,search,steps,seed,score\n".to_owned();
    for Result { entry, score, .. } in results {
        let (task, proposer, search) = (&entry.task.name, entry.proposer, &entry.search);
        let _ = writeln!(text, "{task},{proposer},{search},{},{},{score}", entry.steps, entry.seed);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::entry::Entry;
    use super::*;

    #[test]
    fn searches_are_compared_by_seed_and_in_the_direction_of_the_goal() {
        let tasks = Task::all(&Task::shelf()).unwrap();
        let task = tasks.iter().find(|task| task.terms.goal == Goal::Minimize).unwrap();
        let result = |search: &str, seed, score| {
            let (search, proposer) = (search.to_owned(), Proposer::Builtin);
            Result { entry: Entry { task, proposer, search, steps: 20, seed }, score, log: String::new() }
        };
        let results = [
            result("b", 2, 5.0),
            result("a", 1, 1.0),
            result("a", 2, 4.0),
            result("b", 1, 2.0),
            result("c", 1, 1.0),
            result("c", 2, 3.0),
        ];
        let searches = ["a", "b", "c"].map(str::to_owned);
        let means = means(&results, &searches, |_| 7.0);
        assert!(means.ends_with("(less is better) | builtin | 20 | 7.0000 | 2.5000 ±1.5000 | 3.5000 ±1.5000 | 2.0000 ±1.0000 |\n"), "{means}");
        let differences = differences(&results, &searches);
        assert!(
            differences.contains("| 1.0000 ±0.0000: better | -0.5000 ±0.5000: none |\n"),
            "{differences}"
        );
        assert!(differences.ends_with(
            "- a against b: better 1, none 0, worse 0\n- a against c: better 0, none 1, worse 0\n"
        ));
        assert!(csv(&results).ends_with(&format!("{},builtin,c,20,2,3\n", task.name)));
    }
}
