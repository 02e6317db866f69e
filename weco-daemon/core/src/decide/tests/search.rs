//! Which node is worked on next.

use super::*;

#[test]
fn aide_drafts_first_then_improves_the_best() {
    let mut play =
        Play::with(spec(10, SearchSpec::Aide { num_drafts: 2, debug_prob: 0.0, max_debug_depth: 1 }));
    play.evaluated(Some(1.0));
    for metric in [3.0, 2.0, 5.0, 4.0] {
        play.step(Some(metric));
    }
    let shape: Vec<_> =
        play.state.tree().nodes().iter().map(|node| (node.stage, node.parent.map(|p| p.0))).collect();
    assert_eq!(
        shape[1..],
        [
            (Stage::Draft, Some(0)),
            (Stage::Draft, Some(0)),
            (Stage::Improve, Some(1)),
            (Stage::Improve, Some(3)),
            (Stage::Improve, Some(3))
        ]
    );
}

#[test]
fn aide_repairs_a_buggy_leaf_up_to_the_allowed_depth() {
    let mut play =
        Play::with(spec(10, SearchSpec::Aide { num_drafts: 1, debug_prob: 1.0, max_debug_depth: 2 }));
    play.evaluated(Some(1.0));
    for _ in 0..4 {
        play.step(None);
    }
    let shape: Vec<_> =
        play.state.tree().nodes().iter().map(|node| (node.stage, node.parent.map(|p| p.0))).collect();
    assert_eq!(
        shape[1..],
        [
            (Stage::Draft, Some(0)),
            (Stage::Debug, Some(1)),
            (Stage::Debug, Some(2)),
            (Stage::Improve, Some(0)),
            (Stage::Debug, Some(4))
        ]
    );
}

#[test]
fn another_policy_can_choose_in_place_of_the_runs_own() {
    let mut play = Play::new(5);
    let ended = Input::EvalEnded { node: NodeId::BASELINE, attempt: 1, outcome: outcome(Some(1.0)) };
    let mut other = play.state.clone();
    decide(&mut play.state, ended.clone(), 5).unwrap();
    decide_with(&Greedy, &mut other, ended, 5).unwrap();
    let stage = |state: &RunState| state.tree().nodes()[1].stage;
    assert_eq!((stage(&play.state), stage(&other)), (Stage::Draft, Stage::Improve));
}

#[test]
fn the_hosted_clients_parameters() {
    let SearchSpec::Aide { num_drafts, debug_prob, max_debug_depth } = Aide::for_budget(50) else { panic!() };
    assert_eq!((num_drafts, debug_prob, max_debug_depth), (8, 0.5, 5));
    let SearchSpec::Aide { num_drafts, max_debug_depth, .. } = Aide::for_budget(1) else { panic!() };
    assert_eq!((num_drafts, max_debug_depth), (1, 1));
}
