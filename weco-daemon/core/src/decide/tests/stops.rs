//! Runs that are stopped, and runs that go on.

use super::*;

#[test]
fn a_stop_while_proposing_ends_at_once() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    let decision = play.give(Input::StopAsked { force: false });
    assert_eq!(decision.effects, [Effect::Cancel { force: false }]);
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
    assert_eq!(play.give(Input::StopAsked { force: true }), Decision::default(), "it is over");
}

#[test]
fn a_stop_while_evaluating_waits_for_the_evaluation_to_end() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    play.reply();
    play.give(Input::EvalStarted { node: NodeId(1), attempt: 1, process: process() });
    play.give(Input::StopAsked { force: false });
    assert_eq!(play.state.end_status(), None);
    let forced = play.give(Input::StopAsked { force: true });
    assert_eq!(forced.effects, [Effect::Cancel { force: true }]);
    play.give(Input::EvalCancelled { node: NodeId(1), attempt: 1 });
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
}

#[test]
fn a_stopped_run_resumes_where_it_was() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    play.reply();
    play.give(Input::StopAsked { force: false });
    play.give(Input::EvalCancelled { node: NodeId(1), attempt: 1 });
    play.give(resume(None));
    assert!(matches!(play.last_effect(), Effect::Evaluate { node: NodeId(1), attempt: 2, .. }));
    play.evaluated(Some(3.0));
    play.step(Some(4.0));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.steps_done(), 2);
}

#[test]
fn a_complete_run_takes_more_steps() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    play.give(resume(Some(2)));
    assert_eq!(play.state.steps(), 3);
    play.step(Some(2.5));
    play.step(Some(2.6));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
}
