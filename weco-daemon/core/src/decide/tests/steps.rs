//! Steps, one after the other.

use super::*;

#[test]
fn a_run_evaluates_the_baseline_then_its_steps_then_ends() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    play.step(None);
    assert_eq!(
        play.kinds(),
        [
            "created",
            "eval_intended",
            "evaluated",
            "asked",
            "proposed",
            "eval_intended",
            "evaluated",
            "asked",
            "proposed",
            "eval_intended",
            "evaluated",
            "ended"
        ]
    );
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.tree().best().map(|best| best.id), Some(NodeId(1)));
    assert_eq!(play.state.usage(), Usage { input_tokens: 20, output_tokens: 4 });
    assert_eq!(play.state.steps_done(), 2);
}

#[test]
fn a_step_is_two_commits() {
    let mut play = Play::new(5);
    play.evaluated(Some(1.0));
    let reply: Vec<_> = play.reply().events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(reply, ["proposed", "eval_intended"]);
    let result: Vec<_> = play.evaluated(Some(2.0)).events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(result, ["evaluated", "asked"]);
}

#[test]
fn a_baseline_that_does_not_work_ends_the_run() {
    let mut play = Play::new(5);
    play.evaluated(None);
    let RunStatus::Ended { status, reason, .. } = play.state.status() else { panic!("it goes on") };
    assert_eq!(*status, EndStatus::Error);
    assert_eq!(reason, "the baseline does not work: exit code 1");
    assert_eq!(play.effects.len(), 1, "nothing was proposed");
}

#[test]
fn a_source_holds_the_users_edit_until_a_version_is_in_its_place() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    let edit = |text| Input::SourceEdited {
        path: "model.py".into(),
        kept_at: "/somewhere/model.py".into(),
        message: "edited".into(),
        text,
    };
    let own = BlobId([9; 32]);
    play.give(edit(None));
    assert!(play.state.edited().is_empty(), "moved away or deleted: the original is back");
    play.give(edit(Some(own)));
    assert!(play.state.edited().contains("model.py") && play.state.originals()["model.py"] == own);
    play.give(edit(Some(A_BLOB)));
    assert!(play.state.edited().is_empty(), "taken back by hand");
    play.give(edit(Some(own)));
    play.give(Input::Applied { node: NodeId(1), paths: vec!["model.py".into()] });
    assert!(play.state.edited().is_empty(), "what is there now is the run's");
}

#[test]
fn a_clock_that_jumps_changes_nothing_but_the_times() {
    let steady = played(|_| 5);
    let jumping = played(|turn| [1_000_000, 5, -3, i64::MAX, i64::MIN][turn % 5]);
    assert_eq!(steady, jumping);
}

/// What is recorded of a run of two steps at whose turns the clock shows these times, and of its replay.
fn played(clock: impl Fn(usize) -> i64) -> Vec<RunEvent> {
    let mut play = Play::new(2);
    for turn in 0.. {
        let input = match play.last_effect().clone() {
            _ if play.state.end_status().is_some() => break,
            Effect::Evaluate { node, attempt, .. } => {
                Input::EvalEnded { node, attempt, outcome: outcome(Some(1.0)) }
            }
            Effect::Propose { node, attempt, .. } => Input::Unusable {
                node,
                attempt,
                reason: "no".into(),
                usage: Usage::default(),
                fault: Fault::Other,
            },
            Effect::Cancel { .. } | Effect::Wake { .. } => {
                unreachable!("nobody stops it, and the model answers")
            }
        };
        let decision = decide(&mut play.state, input, clock(turn)).unwrap();
        play.journal.extend(decision.events);
        play.effects.extend(decision.effects);
    }
    assert_eq!(RunState::replay(&play.journal).unwrap(), play.state);
    play.journal.into_iter().map(|event| event.kind).collect()
}
