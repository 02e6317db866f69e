//! Which search a run is made with, and what is told of it afterwards.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use common::{builtin, quadratic, world};
use serde_json::Value;
use weco_tests::World;

/// What is told of the only run.
fn status(world: &World, stdout: &str) -> Value {
    let id = stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).unwrap();
    let status = world.weco(&["run", "status", id]);
    assert_eq!(status.code, 0, "{status:?}");
    serde_json::from_str(&status.stdout).unwrap()
}

#[test]
fn the_search_that_is_asked_for_is_recorded_with_its_parameters() {
    for (name, parameters) in [
        ("forage", "5 drafts; crosses after 7 steps without a new best, another paradigm after 15"),
        ("aide", "3 drafts; repairs with probability 0.5, at most 2 in a row"),
        ("greedy", ""),
    ] {
        let world = world();
        quadratic(&world);
        let run = world.weco(&builtin("model.py", &["-n", "20", "--seed", "7", "--search", name]));
        assert_eq!(run.code, 0, "{run:?}");
        let status = status(&world, &run.stdout);
        assert_eq!((&status["search"], &status["search_parameters"]), (&name.into(), &parameters.into()));
    }
}

#[test]
fn a_search_that_there_is_not_is_refused_before_anything_is_made() {
    let world = world();
    quadratic(&world);
    let run = world.weco(&builtin("model.py", &["-n", "2", "--search", "best-of-n"]));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("best-of-n") && run.stderr.contains("forage"), "{}", run.stderr);
    assert!(!world.work().join(".runs").exists());
}
