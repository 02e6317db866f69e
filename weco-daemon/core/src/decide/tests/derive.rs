//! Runs that start from a node of another run.

use super::properties::agrees_with_the_state;
use super::*;
use crate::run::Derived;

fn derived() -> RunSpec {
    let lineage = RunId(Uuid::from_u128(7));
    let files = [("model.py".to_owned(), BlobId([8; 32]))].into();
    RunSpec {
        derived: Some(Derived { lineage, run: lineage, node: NodeId(4), files }),
        ..spec(2, SearchSpec::Greedy)
    }
}

/// A derived run as it is recorded before anything happens.
fn begun() -> (RunState, Vec<Event>) {
    let created = Event { seq: 1, at: 0, kind: RunEvent::Created { spec: Box::new(derived()) } };
    let inherited = Event { seq: 2, at: 0, kind: RunEvent::Inherited { outcome: outcome(Some(4.5)) } };
    let journal = vec![created, inherited];
    (RunState::replay(&journal).unwrap(), journal)
}

#[test]
fn step_0_has_the_code_and_the_metric_of_the_node_and_is_not_evaluated() {
    for first in [Input::Started, Input::Recovered] {
        let (state, journal) = begun();
        let mut play = Play { state, journal, effects: Vec::new() };
        play.give(first);
        let [Effect::Propose { node: NodeId(1), brief, .. }] = play.effects.as_slice() else {
            panic!("something else is done: {:?}", play.effects)
        };
        assert_eq!((brief.parent_metric, brief.baseline_metric), (Some(4.5), Some(4.5)));
        assert_eq!(brief.files["model.py"], BlobId([8; 32]));
        assert!(brief.tried.is_empty() && brief.parent_plan.is_empty(), "a fresh context");
        assert_eq!(play.state.originals()["model.py"], A_BLOB, "the user's own is what is restored");
        assert_eq!(play.state.spec().lineage(), RunId(Uuid::from_u128(7)));
        agrees_with_the_state(&play.journal).unwrap();
    }
}

#[test]
fn a_run_that_was_not_derived_inherits_nothing() {
    let mut play = Play::new(2);
    let seq = play.state.seq() + 1;
    let inherited = Event { seq, at: 0, kind: RunEvent::Inherited { outcome: outcome(Some(4.5)) } };
    assert!(play.state.apply(&inherited).is_err());
}

#[test]
fn ids_of_nodes_follow_from_the_runs() {
    let run = RunId(Uuid::from_u128(1));
    assert_eq!(run.node_id(NodeId(3)), run.node_id(NodeId(3)));
    assert_eq!(run.node_id(NodeId(3)).get_version_num(), 5);
    assert_ne!(run.node_id(NodeId(3)), run.node_id(NodeId(4)));
    assert_ne!(run.node_id(NodeId(3)), RunId(Uuid::from_u128(2)).node_id(NodeId(3)));
    assert_ne!(run.revision_id(NodeId(3), 1), run.revision_id(NodeId(3), 2));
}
