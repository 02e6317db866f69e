//! Runs that end before their budget is spent.

use super::*;
use crate::limits::{Limits, dollars};
use crate::price::Price;

fn limited(goal: Goal, limits: Limits) -> Play {
    Play::with(RunSpec { goal, limits, ..spec(9, SearchSpec::Greedy) })
}

/// Why the run ended, if it has completed.
fn end(play: &Play) -> Option<&str> {
    match play.state.status() {
        RunStatus::Ended { status: EndStatus::Completed, reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn a_target_ends_the_run_once_it_is_reached() {
    for (goal, before, reached) in [(Goal::Maximize, 4.9, 5.0), (Goal::Minimize, 5.1, 5.0)] {
        let mut play = limited(goal, Limits { target: Some(5.0), ..Limits::default() });
        play.evaluated(Some(before));
        play.step(None);
        assert_eq!(end(&play), None);
        play.step(Some(reached));
        assert_eq!(end(&play), Some("the target 5 is reached: step 2 has 5"));
    }
}

#[test]
fn a_baseline_that_is_good_enough_is_all() {
    let mut play = limited(Goal::Maximize, Limits { target: Some(1.0), ..Limits::default() });
    play.evaluated(Some(1.5));
    assert_eq!(end(&play), Some("the target 1 is reached: step 0 has 1.5"));
}

#[test]
fn who_resumes_after_the_target_wants_more_than_it() {
    let mut play = limited(Goal::Maximize, Limits { target: Some(1.0), ..Limits::default() });
    play.evaluated(Some(1.5));
    play.give(resume(Some(2)));
    play.step(Some(2.0));
    assert_eq!(end(&play), None);
    play.step(Some(3.0));
    assert_eq!(end(&play), Some("all 2 steps are done"));
}

#[test]
fn patience_is_for_steps_in_a_row_that_are_no_better() {
    let mut play = limited(Goal::Maximize, Limits { patience: Some(2), ..Limits::default() });
    play.evaluated(Some(1.0));
    for metric in [Some(0.5), Some(2.0), Some(2.0)] {
        play.step(metric);
        assert_eq!(end(&play), None, "{metric:?}");
    }
    play.step(None);
    assert_eq!(end(&play), Some("no new best in 2 steps"));
    // Patience is had anew.
    play.give(resume(Some(3)));
    play.step(Some(1.0));
    assert_eq!(end(&play), None);
    play.step(Some(1.0));
    assert_eq!(end(&play), Some("no new best in 2 steps"));
}

#[test]
fn no_step_begins_when_the_tokens_are_spent() {
    // A reply takes 12.
    let mut play = limited(Goal::Maximize, Limits { tokens: Some(24), ..Limits::default() });
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    assert_eq!(end(&play), None);
    play.step(Some(3.0));
    assert_eq!(end(&play), Some("24 of 24 tokens are spent"));
    play.give(resume(Some(9)));
    play.step(Some(4.0));
    assert_eq!(end(&play), None, "they are counted from the resumption on");
    play.step(Some(5.0));
    assert_eq!(end(&play), Some("24 of 24 tokens are spent"));
}

#[test]
fn no_step_begins_when_the_money_is_spent() {
    // A reply takes 10 tokens in and 2 out: $0.35.
    let prices = [("m".to_owned(), Price { input: 25_000.0, output: 50_000.0 })].into();
    let limits = Limits { cost: Some(1.0), ..Limits::default() };
    let mut play = Play::with(RunSpec { limits, prices, model: "m".into(), ..spec(9, SearchSpec::Greedy) });
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    play.step(Some(3.0));
    assert_eq!(end(&play), None);
    play.step(None);
    assert_eq!(end(&play), Some("$1.05 of $1.00 are spent"));
    assert!((play.state.ledger().cost().unwrap() - 1.05).abs() < 1e-9);
    play.give(resume(Some(9)));
    play.step(Some(4.0));
    assert_eq!(end(&play), None, "it is counted from the resumption on");
}

#[test]
fn amounts_are_told_in_cents_or_in_two_digits() {
    let amounts = [0.0, 1e-12, 0.000_123_4, 0.012_34, 0.099_9, 0.1, 1.05, 1234.5];
    let told = ["$0.00", "$0.000000000", "$0.00012", "$0.012", "$0.10", "$0.10", "$1.05", "$1234.50"];
    assert_eq!(amounts.map(dollars), told);
}

#[test]
fn no_step_begins_when_the_time_is_over() {
    let mut play = limited(Goal::Maximize, Limits { seconds: Some(5_400), ..Limits::default() });
    let metric = |play: &mut Play, at_ms: i64| {
        let Effect::Evaluate { node, attempt, .. } = *play.last_effect() else {
            panic!("nothing is evaluated")
        };
        let input = Input::EvalEnded { node, attempt, outcome: outcome(Some(1.0)) };
        let decision = decide(&mut play.state, input, at_ms).unwrap();
        play.effects.extend(decision.effects);
    };
    metric(&mut play, -1_000);
    play.reply();
    metric(&mut play, 5_399_999);
    assert_eq!(end(&play), None);
    play.reply();
    metric(&mut play, 5_400_000);
    assert_eq!(end(&play), Some("the time of 90 min is over"));
}

#[test]
fn a_run_without_limits_says_nothing_of_them() {
    let json = serde_json::to_string(&spec(1, SearchSpec::Greedy)).unwrap();
    assert!(!json.contains("limits"), "{json}");
    let limits = Limits { patience: Some(3), ..Limits::default() };
    assert_eq!(serde_json::to_string(&limits).unwrap(), r#"{"patience":3}"#);
    assert_eq!(serde_json::from_str::<Limits>(r#"{"patience":3}"#).unwrap(), limits);
}
