//! Looking into one run.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use tonic::Code;
use weco_core::event::{EndStatus, Event, Grounds, RunEvent, Stage, Usage};
use weco_core::fixture;
use weco_core::run::{NodeId, RunId, RunSpec, Source};
use weco_daemon::blobs::Blob;
use weco_daemon::journal::{Durability, Journal};
use weco_proto::status::hint;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{
    ForgetRunRequest, GetTreeRequest, Node, NodeStatus, TreeOrder, TreePart, WatchOutputRequest,
};

use crate::records::{RUN, Records, Went, steps};
use crate::support::versioned;

#[tokio::test]
async fn a_tree_is_told_by_step_or_by_metric_filtered_and_limited() {
    let house = Records::with_run().await;
    let by = |order: TreeOrder, limit, status: &[NodeStatus]| GetTreeRequest {
        order: order.into(),
        limit,
        status: status.iter().map(|status| (*status).into()).collect(),
        ..Default::default()
    };
    let cases = [
        (by(TreeOrder::Step, 0, &[]), vec![0, 1, 2, 3, 4, 5]),
        (by(TreeOrder::Step, 2, &[]), vec![0, 1]),
        // Of equals the earliest; what has no metric last, by step.
        (by(TreeOrder::Metric, 0, &[]), vec![1, 3, 5, 0, 2, 4]),
        (by(TreeOrder::Metric, 2, &[]), vec![1, 3]),
        (by(TreeOrder::Step, 0, &[NodeStatus::Buggy, NodeStatus::Failed]), vec![2, 4]),
        (by(TreeOrder::Metric, 1, &[NodeStatus::Failed]), vec![4]),
        (by(TreeOrder::Step, 0, &[NodeStatus::Rejected]), vec![]),
    ];
    for (request, expected) in cases {
        let told = house.tree(request.clone()).await;
        assert_eq!(told[0].members.len(), 1, "{request:?}");
        assert_eq!(told[0].members[0].run_id, RUN.to_string());
        let nodes: Vec<Node> = told.into_iter().flat_map(|part| part.nodes).collect();
        assert_eq!(steps(&nodes), expected, "{request:?}");
        assert!(nodes.iter().all(|node| node.files.is_empty() && node.output.is_empty()));
    }
}

#[tokio::test]
async fn a_node_is_told_with_its_code_in_the_order_of_the_sources() {
    let house = Records::with_run().await;
    let reply = house.node("5").await.unwrap();
    let node = reply.node.unwrap();
    assert_eq!((node.step, node.metric, node.plan.as_str()), (5, Some(2.0), "plan 5"));
    assert_eq!((node.status(), node.parent_step), (NodeStatus::Completed, Some(0)));
    assert_eq!((node.lines_added, node.lines_removed, node.attempts), (2, 1, 1));
    assert_eq!(node.output, "output of step 5\n");
    let files: Vec<_> = node.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    assert_eq!(files, [("z.py", "z = 5\n"), ("a.py", "a = 5\n")]);
    assert_eq!(reply.run.unwrap().run_id, RUN.to_string());
    assert_eq!(node.global_step, 5);

    let baseline = house.node("0").await.unwrap().node.unwrap();
    assert_eq!((baseline.parent_step, baseline.parent_id.as_str()), (None, ""));
    assert_eq!(node.parent_id, baseline.node_id);
    let failed = house.node("4").await.unwrap().node.unwrap();
    assert_eq!((failed.status(), failed.reason.as_str()), (NodeStatus::Failed, "no code in it"));
    assert!(failed.files.is_empty() && failed.output.is_empty() && failed.metric.is_none());
    let buggy = house.node("2").await.unwrap().node.unwrap();
    assert_eq!((buggy.status(), buggy.reason.as_str()), (NodeStatus::Buggy, "it crashed"));
}

#[tokio::test]
async fn of_a_plan_no_more_is_told_than_is_asked_for() {
    let house = Records::with_run().await;
    let plans = async |plan_chars| {
        let nodes = house.nodes(GetTreeRequest { plan_chars, ..Default::default() }).await;
        nodes.into_iter().map(|node| node.plan).collect::<Vec<_>>()
    };
    let whole = plans(0).await;
    assert!(whole.iter().any(|plan| plan.chars().count() > 3));
    let cut = whole.iter().map(|plan| plan.chars().take(3).collect::<String>()).collect::<Vec<_>>();
    assert_eq!((plans(3).await, plans(1_000).await), (cut, whole));
}

#[tokio::test]
async fn a_node_is_called_by_what_it_is() {
    let house = Records::with_run().await;
    let nodes = house.nodes(GetTreeRequest::default()).await;
    let id = nodes[5].node_id.clone();
    let beginning = id[..8].to_uppercase();
    let dashes = id.replace('-', "");
    for (text, step) in [
        ("best", 1),
        ("", 1),
        ("run-best", 1),
        ("baseline", 0),
        ("3", 3),
        (" 03 ", 3),
        (&id, 5),
        (&beginning, 5),
        (&dashes, 5),
    ] {
        assert_eq!(house.node(text).await.unwrap().node.unwrap().step, step, "{text}");
    }
    let wrong = [
        ("6", Code::NotFound, "its steps are 0 to 5"),
        ("999999", Code::NotFound, "has no step 999999"),
        ("1234567", Code::NotFound, "there is no node '1234567'"),
        ("worst", Code::InvalidArgument, "'worst' is no step and no node"),
        ("abc", Code::InvalidArgument, "is no step and no node"),
        ("-1", Code::InvalidArgument, "is no step and no node"),
        ("ab-c", Code::InvalidArgument, "is no step and no node"),
        ("ffffffff", Code::NotFound, "there is no node"),
    ];
    for (text, code, words) in wrong {
        let refused = house.node(text).await.unwrap_err();
        assert_eq!(refused.code(), code, "{text}: {refused:?}");
        assert!(refused.message().contains(words), "{text}: {refused:?}");
        assert!(hint(&refused).is_some(), "{text}: it says what to do");
    }
}

#[tokio::test]
async fn a_beginning_that_fits_several_nodes_names_them() {
    let house = Records::new();
    // Enough for two ids that begin with the same four digits.
    house
        .record(RUN, &[Went::Good(1.0)].into_iter().chain([Went::Unusable; 1_500]).collect::<Vec<_>>())
        .await;
    let mut ids: Vec<String> =
        house.nodes(GetTreeRequest::default()).await.into_iter().map(|node| node.node_id).collect();
    ids.sort_unstable();
    let twins =
        ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4] && pair[0][..4].parse::<u32>().is_err());
    let twins = twins.unwrap();
    let refused = house.node(&twins[0][..4]).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(twins.iter().all(|id| refused.message().contains(id.as_str())), "{refused:?}");
    assert!(hint(&refused).unwrap().contains("more of the node's id"));
}

#[tokio::test]
async fn without_a_version_that_works_there_is_no_best() {
    let house = Records::new();
    house.record(RUN, &[Went::Buggy, Went::Buggy]).await;
    for text in ["best", "run-best"] {
        let refused = house.node(text).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("works yet"), "{refused:?}");
    }
}

/// The events of a proposal.
fn proposed(step: u32, text: &Blob) -> [RunEvent; 2] {
    let (node, parent) = (NodeId(step), NodeId(0));
    let files = BTreeMap::from([("a.py".to_owned(), text.id())]);
    let (plan, usage) = (String::new(), Usage::default());
    let asked =
        RunEvent::Asked { node, parent, stage: Stage::Draft, attempt: 1, grounds: Grounds::default() };
    let (lines_added, lines_removed) = (0, 0);
    [
        asked,
        RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added,
            lines_removed,
            usage,
            from: None,
            written: Default::default(),
        },
    ]
}

#[tokio::test]
async fn a_tree_with_code_comes_in_parts() {
    let house = Records::with_run().await;
    let whole = house.tree(GetTreeRequest { code: true, ..Default::default() }).await;
    assert_eq!(whole.len(), 1, "a small one in one part");
    assert_eq!(whole[0].nodes[5].files[0].text, "z = 5\n");

    let long = RunId(uuid::Uuid::from_u128(0xbbbb_0000 << 96));
    let texts: Vec<Blob> = (0..12).map(|n| Blob::new(format!("{n}").repeat(400_000))).collect();
    let source = Source { path: "a.py".to_owned(), blob: texts[0].id(), mode: 0o644 };
    let spec = RunSpec { sources: vec![source], ..fixture::spec(long) };
    let mut kinds = vec![RunEvent::Created { spec: Box::new(spec) }];
    kinds.extend((0..).zip(&texts).skip(1).flat_map(|(step, text)| proposed(step, text)));
    let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
    house.journal.append(long, events, texts, Durability::Flushed).await.unwrap();
    let request = GetTreeRequest { run_id: long.to_string(), code: true, ..Default::default() };
    let parts = house.service.get_tree(versioned(request)).await.unwrap().into_inner();
    let parts: Vec<TreePart> = parts.map(Result::unwrap).collect().await;
    assert!(parts.len() >= 3, "{} parts", parts.len());
    assert!(
        parts
            .iter()
            .all(|part| part.nodes.iter().map(|node| node.files[0].text.len()).sum::<usize>() < 2 << 20)
    );
    let told: Vec<Node> = parts.into_iter().flat_map(|part| part.nodes).collect();
    assert_eq!(steps(&told), (0..12).collect::<Vec<_>>());
    assert!((0..12).zip(&told).all(|(n, node)| node.files[0].text.starts_with(&format!("{n}"))));
}

#[tokio::test]
async fn who_looks_again_sees_what_is_new_and_nothing_of_what_is_gone() {
    let house = Records::with_run().await;
    assert_eq!(house.nodes(GetTreeRequest::default()).await.len(), 6);
    let last = house.journal.runs().unwrap()[0].last_seq;
    let kinds = [
        RunEvent::Resumed { steps: 9, attempts: None, environment: None, apply_best: false },
        RunEvent::Asked {
            node: NodeId(6),
            parent: NodeId(1),
            stage: Stage::Improve,
            attempt: 1,
            grounds: Grounds::default(),
        },
    ];
    let events = (last + 1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 5, kind }).collect();
    house.journal.append(RUN, events, Vec::new(), Durability::Flushed).await.unwrap();
    let nodes = house.nodes(GetTreeRequest::default()).await;
    assert_eq!((nodes.len(), nodes[6].status(), nodes[6].parent_step), (7, NodeStatus::Proposing, Some(1)));

    let ended = RunEvent::Ended { status: EndStatus::Error, reason: "x".to_owned(), hint: String::new() };
    let event = Event { seq: last + 3, at: 6, kind: ended };
    house.journal.append(RUN, vec![event], Vec::new(), Durability::Flushed).await.unwrap();
    let forget = ForgetRunRequest { run_id: RUN.to_string() };
    house.service.forget_run(versioned(forget)).await.unwrap();
    assert_eq!(house.node("1").await.unwrap_err().code(), Code::NotFound);
    // Another run by the same name, as an archive may bring it back.
    house.record(RUN, &[Went::Good(1.0)]).await;
    assert_eq!(house.nodes(GetTreeRequest::default()).await.len(), 1);
}

#[tokio::test]
async fn what_was_never_evaluated_has_no_output() {
    let house = Records::with_run().await;
    let request = |node: &str| WatchOutputRequest { run_id: RUN.to_string(), node: node.to_owned() };
    let mut told = house.service.watch_output(versioned(request("2"))).await.unwrap().into_inner();
    let part = told.next().await.unwrap().unwrap();
    assert_eq!((part.step, part.text.as_str()), (2, "output of step 2\n"));
    assert!(told.next().await.is_none());
    let mut last = house.service.watch_output(versioned(request(""))).await.unwrap().into_inner();
    assert_eq!(last.next().await.unwrap().unwrap().step, 5);
    let refused = house.service.watch_output(versioned(request("4"))).await.map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("never evaluated: no code in it"), "{refused:?}");
    assert!(hint(&refused).unwrap().contains("weco run results"));

    let last = house.journal.runs().unwrap()[0].last_seq;
    let kinds = [
        RunEvent::Resumed { steps: 9, attempts: None, environment: None, apply_best: false },
        RunEvent::Asked {
            node: NodeId(6),
            parent: NodeId(1),
            stage: Stage::Improve,
            attempt: 1,
            grounds: Grounds::default(),
        },
        RunEvent::Ended { status: EndStatus::Terminated, reason: "x".to_owned(), hint: String::new() },
    ];
    let events = (last + 1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 5, kind }).collect();
    house.journal.append(RUN, events, Vec::new(), Durability::Flushed).await.unwrap();
    let refused = house.service.watch_output(versioned(request("6"))).await.map(|_| ()).unwrap_err();
    assert!(refused.message().ends_with("not proposed yet, and its run does not go on"), "{refused:?}");
}
