//! The benchmark of searches plays: a tiny comparison, from real tasks to tables.

mod common;

use common::world;
use weco_tests::contest::{Entry, Proposer, Result, Task, differences, means, play};

/// A short run, in a world of its own.
fn played(task: &Task, proposer: Proposer) -> Result<'_> {
    play(&world(), Entry { task, proposer, search: "forage".to_owned(), steps: 6, seed: 1 })
}

#[test]
fn a_tiny_comparison_is_played_and_repeats() {
    let tasks = Task::all(&Task::shelf()).unwrap();
    // The noisy one: its errors repeat, too.
    let task = tasks.iter().find(|task| task.name == "forecast").unwrap();
    let [builtin, programmer] = Proposer::ALL.map(|proposer| played(task, proposer));
    for result in [&builtin, &programmer] {
        assert!(result.log.contains("Total steps completed: 6"), "{}", result.log);
        assert!(result.score.is_finite());
    }
    assert!(programmer.log.contains("[WHY]"), "{}", programmer.log);
    assert_eq!(played(task, Proposer::Programmer).score, programmer.score);
    let searches = ["forage".to_owned(), "aide".to_owned()];
    let score = format!("| {:.4} |", programmer.score);
    let table = means(&[builtin, programmer.clone()], &searches[..1], |_| 1.0);
    assert!(table.lines().count() == 4 && table.contains(&score), "{table}");
    assert!(differences(&[programmer], &searches).contains("forage against aide: better 0, none 1, worse 0"));
}
