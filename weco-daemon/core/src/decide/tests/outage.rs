//! A provider that cannot be asked for a while.

use super::*;
use crate::decide::SourceEdit;
use crate::run::{AutoResume, EnvironmentRef};

pub(super) fn unavailable(retry_after_ms: Option<u64>) -> ModelFailure {
    ModelFailure::Unavailable { reason: "cannot reach it".into(), hint: "start it".into(), retry_after_ms }
}

const AGAIN: &str = "start it Then go on: weco resume 00000000";

fn play(attempts: u32) -> Play {
    let mut spec = spec(3, Aide::for_budget(3));
    spec.auto_resume = AutoResume { attempts, first_wait_ms: 5_000 };
    let mut play = Play::with(spec);
    play.evaluated(Some(1.0));
    play
}

impl Play {
    /// The provider fails; answers the wait that follows, if the run waits.
    fn fail(&mut self, retry_after_ms: Option<u64>) -> Option<(u32, u64)> {
        let Effect::Propose { node, attempt, .. } = *self.last_effect() else { panic!("nobody is asked") };
        self.give(Input::ModelFailed { node, attempt, failure: unavailable(retry_after_ms) });
        match *self.last_effect() {
            Effect::Wake { attempt, after_ms, .. } => Some((attempt, after_ms)),
            _ => None,
        }
    }

    fn wake(&mut self) -> Decision {
        let Effect::Wake { node, attempt, .. } = *self.last_effect() else { panic!("nothing is waited for") };
        self.give(Input::Woke { node, attempt })
    }
}

#[test]
fn an_outage_is_waited_out_and_the_run_goes_on() {
    let mut play = play(5);
    for expected in 1..=2 {
        let (attempt, after_ms) = play.fail(None).unwrap();
        assert_eq!(attempt, expected);
        let full = 5_000 << (expected - 1);
        assert!((full * 3 / 4..=full).contains(&after_ms), "{after_ms}");
        assert!(matches!(play.wake().effects.as_slice(), [Effect::Propose { node: NodeId(1), .. }]));
    }
    play.step(Some(2.0));
    assert_eq!(play.state.outage(), None, "an answer ends the outage");
    assert_eq!(play.fail(None).unwrap().0, 1, "the next outage is counted anew");
    play.wake();
    play.step(Some(2.0));
    play.step(Some(2.0));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.steps_done(), 3, "waiting costs no step");
}

#[test]
fn after_the_last_wait_the_run_ends_with_the_providers_words() {
    let mut play = play(2);
    for _ in 0..2 {
        assert!(play.fail(None).is_some());
        play.wake();
    }
    play.fail(None);
    let RunStatus::Ended { status, reason, hint } = play.state.status() else { panic!("it goes on") };
    assert_eq!((*status, reason.as_str(), hint.as_str()), (EndStatus::Error, "cannot reach it", AGAIN));
}

#[test]
fn without_auto_resume_it_ends_at_once() {
    let mut play = play(0);
    play.fail(None);
    assert_eq!(play.state.end_status(), Some(EndStatus::Error));
}

#[test]
fn the_providers_own_wish_is_honoured_within_reason() {
    let mut patient = play(5);
    assert_eq!(patient.fail(Some(600_000)), Some((1, 600_000)));
    let mut hopeless = play(5);
    hopeless.fail(Some(7_200_000));
    assert_eq!(hopeless.state.end_status(), Some(EndStatus::Error));
}

#[test]
fn a_stop_ends_the_wait() {
    let mut play = play(5);
    play.fail(None);
    let Effect::Wake { node, attempt, .. } = *play.last_effect() else { panic!() };
    play.give(Input::StopAsked { force: false });
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
    assert_eq!(play.give(Input::Woke { node, attempt }), Decision::default(), "the timer comes too late");
}

#[test]
fn a_restart_asks_at_once_and_the_old_timer_means_nothing() {
    let mut play = play(5);
    play.fail(None);
    let Effect::Wake { node, attempt, .. } = *play.last_effect() else { panic!() };
    play.give(Input::Recovered);
    assert!(matches!(play.last_effect(), Effect::Propose { node: NodeId(1), attempt: 2, .. }));
    play.step(Some(2.0));
    assert_eq!(play.give(Input::Woke { node, attempt }), Decision::default());
}

#[test]
fn a_resume_counts_anew_and_may_change_the_limit() {
    let mut play = play(0);
    play.fail(None);
    play.give(Input::ResumeAsked {
        steps: None,
        attempts: Some(1),
        environment: None,
        apply_best: false,
        edits: Vec::new(),
    });
    assert_eq!(play.fail(None).map(|(attempt, _)| attempt), Some(1));
    play.wake();
    play.fail(None);
    assert_eq!(play.state.end_status(), Some(EndStatus::Error));
}

#[test]
fn a_resumed_run_has_the_environment_it_was_resumed_in() {
    let mut play = play(0);
    play.fail(None);
    let environment = EnvironmentRef { record: BlobId([9; 32]), secret_variables: vec!["A_TOKEN".into()] };
    let environment = Some(environment);
    play.give(Input::ResumeAsked {
        steps: None,
        attempts: None,
        environment,
        apply_best: false,
        edits: Vec::new(),
    });
    let spec = RunState::replay(&play.journal).unwrap().spec().clone();
    assert_eq!((spec.environment, spec.secret_variables), (BlobId([9; 32]), vec!["A_TOKEN".to_owned()]));
}

#[test]
fn edits_found_at_a_resume_become_what_is_restored() {
    let mut play = play(0);
    play.fail(None);
    let text = BlobId([9; 32]);
    let edit = SourceEdit {
        path: "model.py".into(),
        kept_at: "/somewhere/model.py".into(),
        message: "it was edited".into(),
        text,
    };
    let resumed = play.give(Input::ResumeAsked {
        steps: None,
        attempts: None,
        environment: None,
        apply_best: false,
        edits: vec![edit],
    });
    let kinds: Vec<_> = resumed.events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(kinds, ["resumed", "source_edited", "asked"]);
    assert_eq!(play.state.originals()["model.py"], text);
    assert!(play.state.edited().contains("model.py"), "the best version is not written over it");
}
