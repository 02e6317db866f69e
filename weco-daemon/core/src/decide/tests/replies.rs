//! What models are told, and what comes back.

use super::*;

#[test]
fn an_unusable_reply_is_asked_again_once_with_the_reason_then_the_step_fails() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    let unusable = |attempt| Input::Unusable {
        node: NodeId(1),
        attempt,
        reason: "no code".into(),
        usage: Usage { input_tokens: 5, output_tokens: 1 },
        fault: Fault::Other,
    };
    play.give(unusable(1));
    let Effect::Propose { attempt: 2, brief, .. } = play.last_effect() else { panic!("not asked again") };
    assert_eq!(brief.unusable.as_deref(), Some("no code"));
    play.give(unusable(2));
    assert_eq!(play.kinds()[3..], ["asked", "unusable", "asked", "unusable", "failed", "ended"]);
    assert_eq!(play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(play.state.usage().input_tokens, 10);
}

#[test]
fn news_of_an_older_attempt_is_dropped() {
    let mut play = Play::new(1);
    play.evaluated(Some(1.0));
    play.give(Input::Recovered);
    let late = Input::Unusable {
        node: NodeId(1),
        attempt: 1,
        reason: "x".into(),
        usage: Usage::default(),
        fault: Fault::Other,
    };
    assert_eq!(play.give(late), Decision::default());
    let foreign = Input::EvalEnded { node: NodeId(9), attempt: 1, outcome: outcome(Some(1.0)) };
    assert_eq!(play.give(foreign), Decision::default());
}

#[test]
fn a_model_that_cannot_be_asked_ends_the_run_with_its_words() {
    let mut play = Play::new(3);
    play.evaluated(Some(1.0));
    let failure = ModelFailure::Run { reason: "openai: 401 bad key".into(), hint: "set it".into() };
    play.give(Input::ModelFailed { node: NodeId(1), attempt: 1, failure });
    let RunStatus::Ended { status, reason, hint } = play.state.status() else { panic!("it goes on") };
    assert_eq!(
        (*status, reason.as_str(), hint.as_str()),
        (EndStatus::Error, "openai: 401 bad key", "set it")
    );
}

#[test]
fn a_declined_prompt_costs_only_its_step() {
    let mut play = Play::new(2);
    play.evaluated(Some(1.0));
    let failure = ModelFailure::Step { reason: "declined".into() };
    play.give(Input::ModelFailed { node: NodeId(1), attempt: 1, failure });
    assert!(matches!(play.last_effect(), Effect::Propose { node: NodeId(2), .. }));
}

#[test]
fn a_proposer_that_starts_from_another_node_moves_its_own_there() {
    let mut play = Play::with(spec(5, SearchSpec::Greedy));
    play.evaluated(Some(1.0));
    play.step(Some(2.0));
    let Effect::Propose { node, attempt, brief, .. } = play.last_effect().clone() else { panic!() };
    assert_eq!(brief.parent, NodeId(1));
    let replied = Input::Replied {
        node,
        attempt,
        plan: String::new(),
        files: brief.files,
        lines: (1, 1),
        usage: Usage::default(),
        from: Some(NodeId(0)),
        written: Written::default(),
        elsewhere: None,
    };
    play.give(replied);
    let tree = play.state.tree();
    assert_eq!(tree.get(node).and_then(|node| node.parent), Some(NodeId(0)));
    assert_eq!(tree.get(NodeId(0)).unwrap().children, [NodeId(1), NodeId(2)]);
    assert!(tree.get(NodeId(1)).unwrap().children.is_empty());
}

#[test]
fn what_is_told_of_the_past_is_bounded() {
    let mut play = Play::with(spec(500, SearchSpec::Greedy));
    play.evaluated(Some(1.0));
    for _ in 0..400 {
        play.step(Some(0.5));
    }
    let Effect::Propose { brief, .. } = play.last_effect() else { panic!() };
    assert!(brief.tried.len() <= 30, "{}", brief.tried.len());
    assert!(brief.tried.iter().any(|tried| tried.node == NodeId(400)), "the newest is told");
}

#[test]
fn the_form_that_does_better_is_known_from_the_record() {
    let mut play = Play::with(spec(3, SearchSpec::Greedy));
    play.evaluated(Some(1.0));
    let longest = |play: &Play| play.state.forms().longest_whole();
    let at_first = longest(&play);
    for attempt in 1..=2 {
        let (reason, usage) = ("no such line".to_owned(), Usage::default());
        play.give(Input::Unusable { node: NodeId(1), attempt, reason, usage, fault: Fault::Edits });
    }
    assert!(longest(&play) > at_first, "whole files from now on");
    let Effect::Propose { brief, .. } = play.last_effect() else { panic!() };
    assert_eq!(brief.forms, play.state.forms());
    assert_eq!(RunState::replay(&play.journal).unwrap().forms(), play.state.forms());
}
