//! Runs derived from one another.

use futures_util::StreamExt;
use tonic::Code;
use weco_core::event::{Event, Exit, Outcome, RunEvent, Verdict};
use weco_core::fixture;
use weco_core::run::{Derived, NodeId, RunId, RunSpec};
use weco_daemon::blobs::Blob;
use weco_daemon::journal::{Durability, Journal};
use weco_proto::status::hint;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{ApplyBestRequest, ForgetRunRequest, GetNodeRequest, GetTreeRequest, Node, TreeOrder};

use crate::records::{RUN, Records, Went, steps};
use crate::support::versioned;

const CHILD: RunId = RunId(uuid::Uuid::from_u128(0xcccc_0000 << 96));
const GRANDCHILD: RunId = RunId(uuid::Uuid::from_u128(0x1111_0000 << 96));
/// Other sources than theirs.
const STRANGER: RunId = RunId(uuid::Uuid::from_u128(0xdddd_0000 << 96));

impl Records {
    /// A run, one derived from its step 1 while it went on, and one derived from step 1 of that.
    async fn with_lineage() -> Self {
        let house = Self::with_run().await;
        let (child, grandchild) = ([Went::Good(3.0), Went::Good(8.0)], [Went::Good(8.0), Went::Good(8.0)]);
        house.record_from(CHILD, Some((RUN, NodeId(1))), 1_010, &child).await;
        house.record_from(GRANDCHILD, Some((CHILD, NodeId(1))), 9_000, &grandchild).await;
        house
    }

    async fn lineage_of(&self, run: RunId, order: TreeOrder) -> (Vec<String>, Vec<Node>) {
        let (run_id, order) = (run.to_string(), order.into());
        let request = GetTreeRequest { run_id, lineage: true, order, ..Default::default() };
        let parts = self.service.get_tree(versioned(request)).await.unwrap().into_inner();
        let (mut members, mut nodes) = (Vec::new(), Vec::new());
        for part in parts.collect::<Vec<_>>().await {
            let part = part.unwrap();
            members.extend(part.members.into_iter().map(|run| run.run_id));
            nodes.extend(part.nodes);
        }
        (members, nodes)
    }
}

#[tokio::test]
async fn a_lineage_is_told_oldest_run_first_whoever_of_it_is_asked_about() {
    let house = Records::with_lineage().await;
    for run in [RUN, CHILD, GRANDCHILD] {
        let (members, nodes) = house.lineage_of(run, TreeOrder::Step).await;
        assert_eq!(members, [RUN, CHILD, GRANDCHILD].map(|run| run.to_string()));
        assert_eq!(steps(&nodes), [0, 1, 2, 3, 4, 5, 0, 1, 0, 1]);
        let mut places: Vec<u32> = nodes.iter().map(|node| node.global_step).collect();
        // The child was asked for things in between.
        assert!(places[6] < places[5] && places[6] > places[1], "{places:?}");
        assert_eq!(&places[8..], [8, 9]);
        places.sort_unstable();
        assert_eq!(places, (0..10).collect::<Vec<_>>());
    }
    let (_, nodes) = house.lineage_of(CHILD, TreeOrder::Metric).await;
    let best = (nodes[0].run_id.clone(), nodes[0].step);
    assert_eq!(best, (CHILD.to_string(), 1), "of equals the earliest");

    let own = house.nodes(GetTreeRequest::default()).await;
    assert_eq!((own.len(), own[5].global_step > 5), (6, true), "places count all of the lineage");
}

#[tokio::test]
async fn the_first_node_of_a_derived_run_is_the_one_it_comes_from() {
    let house = Records::with_lineage().await;
    let (_, nodes) = house.lineage_of(RUN, TreeOrder::Step).await;
    assert_eq!((nodes[6].inherited, nodes[6].metric, nodes[6].parent_step), (true, Some(3.0), None));
    assert_eq!(nodes[6].parent_id, nodes[1].node_id);
    assert_eq!(nodes[8].parent_id, nodes[7].node_id);
    assert!(!nodes[0].inherited && !nodes[7].inherited);

    // Seen from the first run.
    for text in ["best", &nodes[7].node_id[..10]] {
        let reply = house.node(text).await.unwrap();
        assert_eq!(reply.run.unwrap().run_id, CHILD.to_string(), "{text}");
        assert_eq!(reply.node.unwrap().node_id, nodes[7].node_id, "{text}");
    }
    assert_eq!(house.node("run-best").await.unwrap().node.unwrap().node_id, nodes[1].node_id);
}

#[tokio::test]
async fn a_lineage_does_without_the_runs_that_are_gone() {
    let house = Records::with_lineage().await;
    for gone in [RUN, CHILD] {
        let forget = ForgetRunRequest { run_id: gone.to_string() };
        house.service.forget_run(versioned(forget)).await.unwrap();
    }
    let (members, nodes) = house.lineage_of(GRANDCHILD, TreeOrder::Metric).await;
    assert_eq!(members, [GRANDCHILD.to_string()]);
    assert_eq!(steps(&nodes), [0, 1]);
    assert_eq!(nodes[0].global_step, 0);
    assert!(!nodes[0].parent_id.is_empty(), "it is still said where it comes from");
    let (run_id, node) = (GRANDCHILD.to_string(), "best".to_owned());
    let request = GetNodeRequest { run_id, node, ..Default::default() };
    let best = house.service.get_node(versioned(request)).await.unwrap().into_inner();
    assert_eq!(best.node.unwrap().step, 0);
}

#[tokio::test]
async fn only_a_version_of_the_run_itself_is_applied() {
    let house = Records::with_lineage().await;
    let apply = |node: &str| ApplyBestRequest { run_id: RUN.to_string(), node: node.to_owned() };
    let refused = house.service.apply_best(versioned(apply("best"))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("is step 1 of run cccc0000, not of run aaaa0000"), "{refused:?}");
    assert!(hint(&refused).unwrap().contains("run-best"), "{refused:?}");
}

#[tokio::test]
async fn a_run_that_measures_something_else_is_of_no_lineage_though_it_says_so() {
    let house = Records::with_lineage().await;
    let output = Blob::new("score: 1e300");
    let verdict = Verdict::Good { metric: 1e300 };
    let exit = Exit::Code { code: 0 };
    let outcome = Outcome {
        verdict,
        exit,
        duration_ms: 1,
        output: output.id(),
        output_tail: String::new(),
        samples: Vec::new(),
        verified: false,
        report: None,
    };
    let derived = Derived { lineage: RUN, run: RUN, node: NodeId(1), files: [].into() };
    let spec = RunSpec { derived: Some(derived), ..fixture::spec(STRANGER) };
    let kinds = [RunEvent::Created { spec: Box::new(spec) }, RunEvent::Inherited { outcome }];
    let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 20_000, kind }).collect();
    house.journal.append(STRANGER, events, vec![output], Durability::Flushed).await.unwrap();

    assert_eq!(house.node("best").await.unwrap().run.unwrap().run_id, CHILD.to_string());
    let (members, _) = house.lineage_of(RUN, TreeOrder::Step).await;
    assert_eq!(members, [RUN, CHILD, GRANDCHILD].map(|run| run.to_string()));
    assert_eq!(house.lineage_of(STRANGER, TreeOrder::Step).await.0, [STRANGER.to_string()]);
}
