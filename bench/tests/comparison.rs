//! Whole comparisons, as the command line asks for them.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use clap::Parser;
use weco_bench_search::cli::Cli;
use weco_bench_search::report::{Summary, render_table, write_csv};

/// The table and the CSV for these arguments.
fn compare(arguments: &[&str]) -> (String, String) {
    let name = ["weco-bench-search"];
    let plan = Cli::parse_from(name.iter().chain(arguments)).plan().unwrap();
    let summaries = Summary::all(&plan, &plan.run().unwrap());
    let mut csv = Vec::new();
    write_csv(&plan, &summaries, &mut csv).unwrap();
    (render_table(&plan, &summaries), String::from_utf8(csv).unwrap())
}

const SMALL: [&str; 6] = ["--budgets", "5,12", "--seeds", "3", "--noise", "none,heavy"];

#[test]
fn a_comparison_repeats_byte_for_byte_whatever_the_threads() {
    let once = compare(&[&SMALL[..], &["--threads", "1"]].concat());
    assert_eq!(once, compare(&[&SMALL[..], &["--threads", "3"]].concat()));
    assert_eq!(once, compare(&[&SMALL[..], &["--fast"]].concat()));
}

#[test]
fn the_csv_has_a_line_for_each_policy_cell_and_budget() {
    let (table, csv) = compare(&[&SMALL[..], &["--held-out", "--policies", "aide,uct", "--fast"]].concat());
    assert_eq!(csv.lines().count(), 1 + 2 * 4 * 2 * 2);
    assert!(csv.lines().skip(1).all(|line| line.starts_with("held-out,")));
    assert!(table.contains("deceptive*") && !table.contains("smooth"), "{table}");
}

#[test]
fn other_seeds_give_other_results() {
    let few = compare(&["--budgets", "10", "--seeds", "2", "--fast", "--families", "needle"]);
    let more = compare(&["--budgets", "10", "--seeds", "4", "--fast", "--families", "needle"]);
    assert_ne!(few, more);
}

#[test]
fn the_held_out_half_is_not_touched_by_accident() {
    let plan = |arguments: &[&str]| Cli::parse_from([&["bench"], arguments].concat()).plan();
    let open = plan(&[]).unwrap();
    assert!(open.families.iter().all(|family| family.half.name() == "open"));
    let refused = plan(&["--families", "deceptive"]).unwrap_err();
    assert!(refused.contains("--held-out"), "{refused}");
    assert_eq!(plan(&["--families", "deceptive", "--held-out"]).unwrap().families.len(), 1);
}
