//! Proposals that wait for approval.

use super::*;
use crate::prompt::TriedResult;
use crate::tree::Progress;

const ONE: NodeId = NodeId(1);

/// A run with review whose first proposal waits.
fn waiting(steps: u32) -> Play {
    let mut play = Play::with(RunSpec { require_review: true, ..spec(steps, SearchSpec::Greedy) });
    play.evaluated(Some(1.0));
    play.reply();
    play
}

fn approve(node: NodeId) -> Input {
    Input::Approved { node, revision: None, by: "ann".into(), terms: terms() }
}

fn reject(node: NodeId, reason: &str) -> Input {
    Input::Rejected { node, by: "ann".into(), reason: reason.into() }
}

#[test]
fn nothing_happens_to_a_proposal_until_someone_approves_it() {
    let mut play = waiting(2);
    assert_eq!(play.kinds().last(), Some(&"proposed"));
    assert!(play.state.is_pending(&play.state.tree().nodes()[1]));
    assert_eq!(play.give(Input::Recovered), Decision::default(), "waiting survives a restart");
    let decision = play.give(approve(ONE));
    let kinds: Vec<_> = decision.events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(kinds, ["approved", "eval_intended"]);
    let Effect::Evaluate { terms: Some(given), .. } = play.last_effect() else { panic!("not as approved") };
    assert_eq!(*given, terms());
    play.evaluated(Some(2.0));
    assert!(matches!(play.last_effect(), Effect::Propose { node: NodeId(2), .. }), "the next is unlocked");
}

#[test]
fn what_is_evaluated_is_the_newest_revision_and_all_are_kept() {
    let mut play = waiting(2);
    let proposed = play.state.tree().nodes()[1].files.clone();
    play.give(Input::Revised { node: ONE, revision: revision(), by: "ann".into() });
    let second =
        NewRevision { files: [("model.py".to_owned(), BlobId([9; 32]))].into(), lines: (1, 1), code: None };
    play.give(Input::Approved {
        node: ONE,
        revision: Some(second.clone()),
        by: "bob".into(),
        terms: terms(),
    });
    let Effect::Evaluate { files, .. } = play.last_effect() else { panic!("not evaluated") };
    assert_eq!(*files, second.files);
    let node = &play.state.tree().nodes()[1];
    let made: Vec<_> = node.revisions.iter().map(|revision| revision.by.as_str()).collect();
    assert_eq!((made, node.lines), (vec!["ann", "bob"], (1, 1)));
    assert_eq!(node.proposal, proposed);
    assert_eq!(node.approval.as_ref().map(|approval| approval.by.as_str()), Some("bob"));
}

#[test]
fn the_reason_of_a_rejection_reaches_the_next_prompts() {
    let mut play = waiting(9);
    play.give(reject(ONE, "no threads"));
    assert_eq!(play.state.steps_done(), 1, "its step is spent");
    for _ in 0..3 {
        let Effect::Propose { brief, .. } = play.last_effect().clone() else { panic!("not asked") };
        let told = brief.tried.iter().find(|tried| tried.node == ONE).map(|tried| tried.result.clone());
        assert_eq!(told, Some(TriedResult::Rejected("no threads".into())));
        play.reply();
        let node = play.state.tree().unfinished().next().unwrap().id;
        play.give(approve(node));
        play.evaluated(None);
    }
}

#[test]
fn who_speaks_of_another_node_or_too_late_is_refused_and_nothing_changes() {
    let mut play = waiting(2);
    let before = play.state.clone();
    for (input, why) in [
        (approve(NodeId(0)), "step 0 is the baseline, which needs no approval"),
        (approve(NodeId(7)), "there is no step 7"),
        (reject(NodeId(0), ""), "step 0 is the baseline, which needs no approval"),
    ] {
        assert_eq!(play.give(input).refused.as_deref(), Some(why));
    }
    assert_eq!(play.state, before);
    play.give(approve(ONE));
    let refused = |play: &mut Play, input| play.give(input).refused.unwrap_or_default();
    assert_eq!(refused(&mut play, approve(ONE)), "step 1 is approved already and is being evaluated");
    play.evaluated(Some(1.0));
    assert_eq!(refused(&mut play, reject(ONE, "")), "step 1 is evaluated already");
    assert_eq!(refused(&mut play, approve(NodeId(2))), "step 2 has no proposal yet");
    play.give(Input::StopAsked { force: false });
    assert_eq!(refused(&mut play, approve(NodeId(2))), "the run has ended");
    let mut free = Play::new(2);
    assert_eq!(refused(&mut free, approve(NodeId(0))), "the run goes on without review");
}

#[test]
fn a_stopped_run_still_waits_when_it_goes_on() {
    let mut play = waiting(2);
    play.give(Input::StopAsked { force: false });
    assert_eq!(play.state.end_status(), Some(EndStatus::Terminated));
    play.give(resume(None));
    assert_eq!(play.kinds().last(), Some(&"resumed"));
    assert!(play.give(approve(ONE)).refused.is_none());
}

#[test]
fn an_evaluation_that_cannot_be_made_as_approved_waits_again() {
    let mut play = waiting(2);
    play.give(approve(ONE));
    play.give(Input::EvalReturned { node: ONE, attempt: 1, reason: "its secrets are gone".into() });
    assert!(play.state.is_pending(&play.state.tree().nodes()[1]));
    play.give(approve(ONE));
    play.evaluated(Some(3.0));
    assert_eq!(play.state.tree().nodes()[1].metric(), Some(3.0));
}

#[test]
fn the_last_rejection_completes_the_run() {
    let mut play = waiting(1);
    play.give(reject(ONE, ""));
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert!(matches!(play.state.tree().nodes()[1].progress, Progress::Rejected { .. }));
}

#[test]
fn instructions_count_from_the_next_proposal_on_and_each_node_knows_its_own() {
    let mut play = Play::with(RunSpec { instructions: Some("first".into()), ..spec(3, SearchSpec::Greedy) });
    play.evaluated(Some(1.0));
    // While the first proposal is under way.
    play.give(Input::Instructed { text: "second".into(), append: false, by: "ann".into() });
    play.step(Some(2.0));
    let Effect::Propose { brief, .. } = play.last_effect() else { panic!("not asked") };
    assert_eq!(brief.instructions.as_deref(), Some("second"));
    let of = |play: &Play, node: usize| {
        play.state.instructions_of(&play.state.tree().nodes()[node]).map(str::to_owned)
    };
    assert_eq!((of(&play, 1).as_deref(), of(&play, 2).as_deref()), (Some("first"), Some("second")));
    play.give(Input::Instructed { text: "third".into(), append: true, by: "ann".into() });
    assert_eq!(play.state.instructions(), Some("second\n\nthird"));
}

#[test]
fn of_instructions_that_no_node_was_asked_for_under_only_the_last_are_kept() {
    let mut play = waiting(3);
    let instruct = |text: String| Input::Instructed { text, append: false, by: "ann".into() };
    (0..1000).for_each(|number| drop(play.give(instruct(number.to_string()))));
    assert_eq!(play.state.instructions(), Some("999"));
    let kept =
        |play: &Play| serde_json::to_value(&play.state).unwrap()["instructions"].as_array().unwrap().len();
    assert_eq!(kept(&play), 1);
    play.give(reject(ONE, ""));
    (0..1000).for_each(|number| drop(play.give(instruct(format!("later {number}")))));
    let second = &play.state.tree().nodes()[2];
    assert_eq!((play.state.instructions_of(second), kept(&play)), (Some("999"), 2));
}
