//! Looking into runs, over a journal that was filled by hand.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt;
use tonic::{Code, Request, Status};
use weco_core::event::{EndStatus, Event, Exit, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, Derived, NodeId, RunId, RunSpec, Source};
use weco_daemon::blobs::Blob;
use weco_daemon::daemon::About;
use weco_daemon::journal::{Durability, Journal, MemoryJournal};
use weco_daemon::log::Logs;
use weco_daemon::model::{Access, Config};
use weco_daemon::rpc::Service;
use weco_daemon::run::{Deps, Registry, Slots, Swaps, Turns};
use weco_daemon::secrets::Secrets;
use weco_proto::status::hint;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{
    ApplyBestRequest, ForgetRunRequest, GetNodeReply, GetNodeRequest, GetTreeRequest, Node, NodeStatus,
    TreeOrder, TreePart, WatchOutputRequest,
};
use weco_proto::version::{VERSION, VERSION_KEY};

const RUN: RunId = RunId(uuid::Uuid::from_u128(0xaaaa_0000 << 96));

/// How a step of a recorded run went.
#[derive(Clone, Copy)]
enum Went {
    Good(f64),
    Buggy,
    Unusable,
}

struct House {
    journal: Arc<MemoryJournal>,
    service: Service,
}

impl House {
    fn new() -> Self {
        let journal = Arc::new(MemoryJournal::default());
        let deps = Deps {
            journal: journal.clone(),
            access: Access::new(Config::default(), |_| None),
            turns: Turns::default(),
            slots: Slots::new(std::num::NonZeroUsize::MIN),
            swaps: Swaps::default(),
            logs: Logs::new("/nowhere".into()),
            secrets: Secrets::in_memory(),
        };
        let place = PathBuf::from("/nowhere");
        let about = About {
            socket: place.clone(),
            state_dir: place.clone(),
            log_file: place,
            notices: Vec::new(),
            supervisor: None,
        };
        let service = Service::new(Arc::new(Registry::new(Arc::new(deps))), about, Arc::default());
        Self { journal, service }
    }

    /// A house with an ended run: 0 has 1, 1 has 3, 2 does not work, 3 has 3 as well, 4 has no proposal, 5 has 2.
    async fn with_run() -> Self {
        let house = Self::new();
        let steps =
            [Went::Good(1.0), Went::Good(3.0), Went::Buggy, Went::Good(3.0), Went::Unusable, Went::Good(2.0)];
        house.record(RUN, &steps).await;
        house
    }

    /// Records a run of two sources that has ended.
    async fn record(&self, run: RunId, steps: &[Went]) {
        self.record_from(run, None, 1_000, steps).await;
    }

    /// The same, of a run derived from a node of another, whose events are from `at` on.
    async fn record_from(&self, run: RunId, from: Option<(RunId, NodeId)>, at: i64, steps: &[Went]) {
        let mut recording = Recording::default();
        let source = |(path, text)| Source { path, blob: recording.keep(text), mode: 0o644 };
        let sources = texts(0).map(source).to_vec();
        let derived = from.map(|(parent, node)| Derived {
            lineage: RUN,
            run: parent,
            node,
            files: texts(0).map(|(path, text)| (path, Blob::new(text).id())).into(),
        });
        let spec = RunSpec { sources, derived, steps: 9, ..fixture::spec(run) };
        recording.kinds.push(RunEvent::Created { spec: Box::new(spec) });
        for (step, went) in (0..).zip(steps) {
            recording.step(step, *went, from.is_some());
        }
        let (reason, hint) = ("stopped".to_owned(), String::new());
        recording.kinds.push(RunEvent::Ended { status: EndStatus::Terminated, reason, hint });
        let event = |(seq, kind)| Event { seq, at: at + i64::try_from(seq).unwrap(), kind };
        let events = (1..).zip(recording.kinds).map(event).collect();
        self.journal.append(run, events, recording.blobs, Durability::Flushed).await.unwrap();
    }

    async fn tree(&self, request: GetTreeRequest) -> Vec<TreePart> {
        let request = GetTreeRequest { run_id: RUN.to_string(), ..request };
        let parts = self.service.get_tree(versioned(request)).await.unwrap().into_inner();
        parts.map(Result::unwrap).collect().await
    }

    async fn nodes(&self, request: GetTreeRequest) -> Vec<Node> {
        self.tree(request).await.into_iter().flat_map(|part| part.nodes).collect()
    }

    async fn node(&self, node: &str) -> Result<GetNodeReply, Status> {
        let (run_id, node) = (RUN.to_string(), node.to_owned());
        let request = GetNodeRequest { run_id, node, code: true, output: true };
        Ok(self.service.get_node(versioned(request)).await?.into_inner())
    }
}

/// The code of a step.
fn texts(step: u32) -> [(String, String); 2] {
    [("z.py".to_owned(), format!("z = {step}\n")), ("a.py".to_owned(), format!("a = {step}\n"))]
}

/// What is to be recorded of a run.
#[derive(Default)]
struct Recording {
    kinds: Vec<RunEvent>,
    blobs: Vec<Blob>,
}

impl Recording {
    fn keep(&mut self, text: String) -> BlobId {
        self.blobs.push(Blob::new(text));
        self.blobs[self.blobs.len() - 1].id()
    }

    fn step(&mut self, step: u32, went: Went, is_derived: bool) {
        let (node, parent) = (NodeId(step), NodeId(0));
        if step > 0 {
            self.kinds.push(RunEvent::Asked { node, parent, stage: Stage::Improve, attempt: 1 });
        }
        let verdict = match went {
            Went::Good(metric) => Verdict::Good { metric },
            Went::Buggy => Verdict::Buggy { reason: "it crashed".to_owned(), hint: String::new() },
            Went::Unusable => {
                return self.kinds.push(RunEvent::Failed { node, reason: "no code in it".to_owned() });
            }
        };
        if step > 0 {
            self.proposed(node);
        }
        let printed = format!("output of step {step}\n");
        let exit = Exit::Code { code: 0 };
        let output = self.keep(printed.clone());
        let outcome = Outcome { verdict, exit, duration_ms: 12, output, output_tail: printed };
        if step == 0 && is_derived {
            return self.kinds.push(RunEvent::Inherited { outcome });
        }
        self.kinds.push(RunEvent::EvalIntended { node, attempt: 1 });
        self.kinds.push(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn proposed(&mut self, node: NodeId) {
        let files = texts(node.0).map(|(path, text)| (path, self.keep(text))).into();
        let usage = Usage { input_tokens: 10, output_tokens: 5 };
        let (plan, lines_added, lines_removed) = (format!("plan {node}"), 2, 1);
        self.kinds.push(RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added,
            lines_removed,
            usage,
            from: None,
        });
    }
}

fn versioned<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(VERSION_KEY, VERSION.parse().unwrap());
    request
}

fn steps(nodes: &[Node]) -> Vec<u32> {
    nodes.iter().map(|node| node.step).collect()
}

#[tokio::test]
async fn a_tree_is_told_by_step_or_by_metric_filtered_and_limited() {
    let house = House::with_run().await;
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
    let house = House::with_run().await;
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
async fn a_node_is_called_by_what_it_is() {
    let house = House::with_run().await;
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
    let house = House::new();
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
    let house = House::new();
    house.record(RUN, &[Went::Buggy, Went::Buggy]).await;
    for text in ["best", "run-best"] {
        let refused = house.node(text).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("works yet"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_tree_with_code_comes_in_parts() {
    let house = House::with_run().await;
    let whole = house.tree(GetTreeRequest { code: true, ..Default::default() }).await;
    assert_eq!(whole.len(), 1, "a small one in one part");
    assert_eq!(whole[0].nodes[5].files[0].text, "z = 5\n");

    let long = RunId(uuid::Uuid::from_u128(0xbbbb_0000 << 96));
    let texts: Vec<Blob> = (0..12).map(|n| Blob::new(format!("{n}").repeat(400_000))).collect();
    let source = Source { path: "a.py".to_owned(), blob: texts[0].id(), mode: 0o644 };
    let spec = RunSpec { sources: vec![source], ..fixture::spec(long) };
    let mut kinds = vec![RunEvent::Created { spec: Box::new(spec) }];
    for (step, text) in (0..).zip(&texts).skip(1) {
        let (node, parent) = (NodeId(step), NodeId(0));
        kinds.push(RunEvent::Asked { node, parent, stage: Stage::Draft, attempt: 1 });
        let files = BTreeMap::from([("a.py".to_owned(), text.id())]);
        let (plan, usage) = (String::new(), Usage::default());
        kinds.push(RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added: 0,
            lines_removed: 0,
            usage,
            from: None,
        });
    }
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
    let house = House::with_run().await;
    assert_eq!(house.nodes(GetTreeRequest::default()).await.len(), 6);
    let last = house.journal.runs().unwrap()[0].last_seq;
    let kinds = [
        RunEvent::Resumed { steps: 9, attempts: None, environment: None, apply_best: false },
        RunEvent::Asked { node: NodeId(6), parent: NodeId(1), stage: Stage::Improve, attempt: 1 },
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
    let house = House::with_run().await;
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
}

const CHILD: RunId = RunId(uuid::Uuid::from_u128(0xcccc_0000 << 96));
const GRANDCHILD: RunId = RunId(uuid::Uuid::from_u128(0x1111_0000 << 96));
/// Other sources than theirs.
const STRANGER: RunId = RunId(uuid::Uuid::from_u128(0xdddd_0000 << 96));

impl House {
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
    let house = House::with_lineage().await;
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
    let house = House::with_lineage().await;
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
    let house = House::with_lineage().await;
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
    let house = House::with_lineage().await;
    let apply = |node: &str| ApplyBestRequest { run_id: RUN.to_string(), node: node.to_owned() };
    let refused = house.service.apply_best(versioned(apply("best"))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("is step 1 of run cccc0000, not of run aaaa0000"), "{refused:?}");
    assert!(hint(&refused).unwrap().contains("run-best"), "{refused:?}");
}

#[tokio::test]
async fn a_run_that_measures_something_else_is_of_no_lineage_though_it_says_so() {
    let house = House::with_lineage().await;
    let output = Blob::new("score: 1e300");
    let verdict = Verdict::Good { metric: 1e300 };
    let exit = Exit::Code { code: 0 };
    let outcome = Outcome { verdict, exit, duration_ms: 1, output: output.id(), output_tail: String::new() };
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
