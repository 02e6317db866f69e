use std::io;

use proptest::prelude::*;
use weco_proto::v1::{RunStatus, Stage, StepEvaluated};

use super::*;
use crate::fixture::Story;

fn transcript(story: &Story, from_seq: u64) -> String {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out, from_seq);
    for update in &story.updates {
        printer.update(update).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn a_whole_run() {
    insta::assert_snapshot!(transcript(&Story::eventful(), 0));
}

#[test]
fn a_resumed_run_is_not_told_again() {
    let story = Story::eventful();
    let resumed = story
        .updates
        .iter()
        .find(|update| matches!(update.update, Some(weco_proto::v1::run_update::Update::Resumed(_))))
        .unwrap();
    insta::assert_snapshot!(transcript(&story, resumed.seq));
}

#[test]
fn a_run_that_ends_early_says_why() {
    let story = |steps| Story::new(steps).step(1, 0, 5.0, "p", true);
    let ended =
        |steps| transcript(&story(steps).ended(RunStatus::Completed, "the target 5 is reached", ""), 1);
    assert!(
        ended(9).contains("successfully\nEnded early: the target 5 is reached\nTotal steps"),
        "{}",
        ended(9)
    );
    assert!(!ended(1).contains("Ended early"));
}

#[test]
fn a_failed_baseline() {
    let story = Story::new(5)
        .evaluating(0)
        .buggy(0, "the baseline printed no 'speedup'")
        .baseline_failed("the baseline printed no 'speedup'", "print a line such as `speedup: 1.5`");
    insta::assert_snapshot!(transcript(&story, 0));
}

#[test]
fn a_noisy_run_whose_lucky_best_is_found_out() {
    insta::assert_snapshot!(transcript(&Story::noisy(), 0));
}

#[test]
fn a_run_under_review() {
    insta::assert_snapshot!(transcript(&Story::reviewed(), 0));
}

#[test]
fn a_derived_run() {
    insta::assert_snapshot!(transcript(&Story::derived(9).step(1, 0, 3.5, "Reuse the buffer.", true), 0));
}

#[test]
fn step_0_of_a_derived_run_is_not_the_code_as_it_was() {
    let story = Story::derived(1).step(1, 0, 0.5, "Slow down", false).ended(RunStatus::Completed, "", "");
    let told = transcript(&story, 0);
    let last = told.lines().last().unwrap();
    assert!(
        last.starts_with("Best version: step 0, the code that the run began from (step 7 of run "),
        "{last}"
    );
}

/// What is printed anew when a run is printed again, and what is not, can be told apart.
#[test]
fn only_live_news_is_momentary() {
    let mut story = Story::eventful();
    let momentary = |text: &str| text.lines().filter(|line| is_momentary(line)).count();
    assert_eq!(momentary(&transcript(&story, 0)), 2);
    story.updates.retain(|update| update.seq > 0);
    assert_eq!(momentary(&transcript(&story, 0)), 0);
}

#[test]
fn reconnection_has_its_lines() {
    let mut out = Vec::new();
    reconnecting(&mut out, 1, 5, std::time::Duration::from_millis(2_400)).unwrap();
    reconnected(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "[RECONNECTING] attempt 1/5, retry in 2s\n[RECONNECTED]\n");
}

#[test]
fn an_outage_has_its_lines() {
    let story = Story::new(3)
        .asked(1, 0, Stage::Draft)
        .unavailable(1, 1, 4_800, "cannot reach OpenAI: connection refused")
        .asked_again(1, 0, Stage::Draft)
        .unavailable(1, 2, 9_000, "cannot reach OpenAI: connection refused")
        .asked_again(1, 0, Stage::Draft)
        .proposed(1, "Tile it.")
        .asked(2, 1, Stage::Improve)
        .unavailable(2, 1, 5_000, "cannot reach OpenAI: connection refused")
        .ended(RunStatus::Terminated, "stopped by the user", "");
    insta::assert_snapshot!(transcript(&story, 2));
}

#[test]
fn leaving_says_how_to_come_back() {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out, u64::MAX);
    printer.detached().unwrap();
    printer.update(&Story::new(3).updates[0]).unwrap();
    printer.detached().unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("[DETACHED] The run goes on\n"), "{text}");
    assert!(text.ends_with("[DETACHED] The run goes on; see it again: weco attach 0002e071\n"), "{text}");
}

/// What is written is flushed before the next update is waited for.
#[test]
fn every_update_is_flushed() {
    let story = Story::eventful();
    let mut out = io::BufWriter::with_capacity(1 << 20, Vec::new());
    let mut printer = Printer::new(&mut out, 0);
    for update in &story.updates[..3] {
        printer.update(update).unwrap();
    }
    drop(printer);
    assert!(out.buffer().is_empty() && !out.get_ref().is_empty());
}

proptest! {
    #[test]
    fn nothing_foreign_drives_the_terminal(plan: String, output: String, reason: String, metric: Option<f64>) {
        let story = Story::new(3)
            .asked(1, 0, Stage::Draft)
            .proposed(1, &plan)
            .evaluated(StepEvaluated { step: 1, metric, output, buggy_reason: reason.clone(), ..StepEvaluated::default() })
            .revised(1, 1)
            .approved_with(1, &plan)
            .returned(1, &reason)
            .rejected(1, &reason)
            .instructed(&plan)
            .ended(RunStatus::Error, &reason, &reason);
        let text = transcript(&story, 0);
        prop_assert!(text.chars().all(|char| matches!(char, '\n' | '\t') || !char.is_control()));
    }
}
