//! Whole comparisons, as the command line asks for them.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use clap::Parser;
use weco_bench_search::cli::Cli;
use weco_bench_search::report::{Summary, draw, render_advantage, render_table, write_csv};

/// The table and the CSV for these arguments.
fn compare(arguments: &[&str]) -> (String, String) {
    let name = ["weco-bench-search"];
    let plans = Cli::parse_from(name.iter().chain(arguments)).plans().unwrap();
    let (mut tables, mut results, mut csv) = (String::new(), Vec::new(), Vec::new());
    for plan in plans {
        let scores = plan.run().unwrap();
        let summaries = Summary::all(&plan, &scores);
        tables.push_str(&render_table(&plan, &summaries));
        tables.push_str(&render_advantage(&plan, &scores));
        results.push((plan, summaries));
    }
    write_csv(&results, &mut csv).unwrap();
    (tables, String::from_utf8(csv).unwrap())
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
fn results_can_be_drawn() {
    let (table, csv) = compare(&[&SMALL[..], &["--policies", "aide,forage", "--fast"]].concat());
    assert!(table.contains("Evaluations to the score of the best rival"), "{table}");
    let svg = draw(&[csv], "forage").unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("aide") && svg.contains("forage"), "{svg}");
    assert!(draw(&["policy\nx\n".to_owned()], "forage").is_err());
    assert!(draw(&[], "forage").is_err());
}

#[test]
fn several_in_flight_are_played_and_told_apart() {
    let (table, csv) =
        compare(&[&SMALL[..], &["--policies", "aide,forage", "--in-flight", "1,4", "--fast"]].concat());
    assert!(table.contains("In flight: 1.") && table.contains("In flight: 4."), "{table}");
    assert_eq!(csv.lines().count(), 1 + 2 * 4 * 2 * 2 * 2);
}

#[test]
fn other_seeds_give_other_results() {
    let few = compare(&["--budgets", "10", "--seeds", "2", "--fast", "--families", "needle"]);
    let more = compare(&["--budgets", "10", "--seeds", "4", "--fast", "--families", "needle"]);
    assert_ne!(few, more);
}

#[test]
fn the_held_out_half_is_not_touched_by_accident() {
    let plans = |arguments: &[&str]| Cli::parse_from([&["bench"], arguments].concat()).plans();
    let open = plans(&[]).unwrap();
    assert!(open[0].families.iter().all(|family| family.half.name() == "open"));
    let refused = plans(&["--families", "deceptive"]).unwrap_err();
    assert!(refused.contains("--held-out"), "{refused}");
    assert_eq!(plans(&["--families", "deceptive", "--held-out"]).unwrap()[0].families.len(), 1);
    assert_eq!(plans(&["--both"]).unwrap()[0].families.len(), 8);
}
