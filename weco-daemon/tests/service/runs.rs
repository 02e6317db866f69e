//! Runs in short, over a journal that was filled by hand: one, many, and those that go.

use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use tonic::{Code, Request};
use weco_core::event::{EndStatus, Event, RunEvent, Timestamp};
use weco_core::fixture;
use weco_core::run::{Goal, RunId, RunSpec};
use weco_daemon::journal::{Durability, Journal, MemoryJournal};
use weco_daemon::rpc::Service;
use weco_proto::status::hint;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{
    ForgetRunRequest, GetRunRequest, ListRunsRequest, PruneRunsRequest, RunStatus, RunSummary, StatusRequest,
    StopRunRequest,
};

use crate::support::{NOTICE, service, versioned};

const HOUR: Timestamp = 3_600_000;

struct House {
    journal: Arc<MemoryJournal>,
    service: Service,
}

impl House {
    fn new() -> Self {
        let journal = Arc::new(MemoryJournal::default());
        let service = service(journal.clone(), Path::new("/nowhere"));
        Self { journal, service }
    }

    /// Six runs: the id of each begins with its number; the first is the oldest, by an hour each.
    async fn with_runs() -> Self {
        let house = Self::new();
        for (number, directory, end) in [
            (1, "/home/u/one", Some(EndStatus::Completed)),
            (2, "/home/u/one/deep", Some(EndStatus::Terminated)),
            (3, "/home/u/oneself", Some(EndStatus::Error)),
            (4, "/home/u/two", Some(EndStatus::Interrupted)),
            (5, "/home/u/one", Some(EndStatus::Completed)),
            (6, "/home/u/two", None),
        ] {
            let now = i64::try_from(
                std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(),
            );
            let at = now.unwrap() - (7 - i64::from(number)) * HOUR;
            house.record(id(number, 0), directory, at, end).await;
        }
        house
    }

    async fn record(&self, id: RunId, directory: &str, at: Timestamp, end: Option<EndStatus>) {
        let mut events =
            vec![Event { seq: 1, at, kind: RunEvent::Created { spec: Box::new(spec(id, directory)) } }];
        events.extend(end.map(|status| {
            let (reason, hint) = (format!("{status:?}"), "go on".to_owned());
            Event { seq: 2, at: at + 1, kind: RunEvent::Ended { status, reason, hint } }
        }));
        self.journal.append(id, events, Vec::new(), Durability::Flushed).await.unwrap();
    }

    async fn list(&self, request: ListRunsRequest) -> Vec<RunSummary> {
        let parts = self.service.list_runs(versioned(request)).await.unwrap().into_inner();
        let parts: Vec<_> = parts.collect().await;
        parts.into_iter().flat_map(|part| part.unwrap().runs).collect()
    }

    async fn prune(&self, request: PruneRunsRequest) -> Vec<RunSummary> {
        let parts = self.service.prune_runs(versioned(request)).await.unwrap().into_inner();
        let parts: Vec<_> = parts.collect().await;
        parts.into_iter().flat_map(|part| part.unwrap().runs).collect()
    }

    async fn left(&self) -> Vec<char> {
        numbers(&self.list(ListRunsRequest::default()).await)
    }
}

/// An id that begins with `number`.
fn id(number: u32, rest: u128) -> RunId {
    RunId(uuid::Uuid::from_u128((u128::from(number) << 124) + rest))
}

fn spec(id: RunId, directory: &str) -> RunSpec {
    RunSpec {
        directory: directory.into(),
        log_dir: format!("{directory}/.runs"),
        goal: Goal::Minimize,
        steps: 4,
        ..fixture::spec(id)
    }
}

/// The first digits of the runs' ids.
fn numbers(runs: &[RunSummary]) -> Vec<char> {
    runs.iter().map(|run| run.run_id.chars().next().unwrap()).collect()
}

fn status(status: &[RunStatus]) -> Vec<i32> {
    status.iter().map(|status| (*status).into()).collect()
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_filtered() {
    use RunStatus::{Completed, Running, Terminated};
    let house = House::with_runs().await;
    let cases = [
        (ListRunsRequest::default(), "654321"),
        (ListRunsRequest { limit: 2, ..Default::default() }, "65"),
        (ListRunsRequest { status: status(&[Completed, Terminated]), ..Default::default() }, "521"),
        (ListRunsRequest { status: status(&[Running]), ..Default::default() }, "6"),
        (ListRunsRequest { directory: "/home/u/one".into(), ..Default::default() }, "521"),
        (ListRunsRequest { directory: "/home/u/".into(), ..Default::default() }, "654321"),
        (ListRunsRequest { directory: "/elsewhere".into(), ..Default::default() }, ""),
        (ListRunsRequest { directory: "/home/u/one".into(), status: status(&[Completed]), limit: 1 }, "5"),
    ];
    for (request, expected) in cases {
        let listed: String = numbers(&house.list(request.clone()).await).into_iter().collect();
        assert_eq!(listed, expected, "{request:?}");
    }
    let wrong = ListRunsRequest { status: vec![99], ..Default::default() };
    let refused = house.service.list_runs(versioned(wrong)).await.err().unwrap();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn one_run_is_found_by_any_prefix_of_its_id() {
    let house = House::with_runs().await;
    let get = |prefix: &str| house.service.get_run(versioned(GetRunRequest { run_id: prefix.to_owned() }));
    let whole = id(3, 0).to_string();
    for prefix in ["3", "30000000-0", &whole, &whole.to_uppercase(), &whole.replace('-', "")] {
        let run = get(prefix).await.unwrap().into_inner().run.unwrap();
        assert_eq!(run.run_id, whole, "{prefix}");
        assert_eq!(
            (run.status(), run.reason.as_str(), run.hint.as_str()),
            (RunStatus::Error, "Error", "go on")
        );
        assert_eq!((run.steps_done, run.steps, run.directory.as_str()), (0, 4, "/home/u/oneself"));
    }
    for nobody in ["7", "", "swift-heron"] {
        let error = get(nobody).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound, "{nobody}");
        assert!(hint(&error).unwrap().contains("weco runs"));
    }
}

#[tokio::test]
async fn a_prefix_that_fits_several_runs_names_some_of_them() {
    let house = House::new();
    for rest in 0..7 {
        house.record(id(0xa, rest), "/home/u", 0, None).await;
    }
    let request = versioned(GetRunRequest { run_id: "A0".to_owned() });
    let error = house.service.get_run(request).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(error.message().matches("(swift-heron)").count(), 5, "{error}");
    assert!(error.message().contains(&id(0xa, 4).to_string()) && error.message().ends_with('…'), "{error}");
}

#[tokio::test]
async fn pruning_takes_what_meets_all_criteria_and_never_what_can_go_on() {
    use RunStatus::{Completed, Error, Interrupted};
    let older = |hours: u64| Some(hours * 3600 - 60);
    let cases = [
        (PruneRunsRequest { older_than_seconds: Some(0), ..Default::default() }, "5321"),
        (PruneRunsRequest { older_than_seconds: older(5), ..Default::default() }, "21"),
        (PruneRunsRequest { older_than_seconds: older(7), ..Default::default() }, ""),
        (PruneRunsRequest { keep: Some(0), ..Default::default() }, "5321"),
        (PruneRunsRequest { keep: Some(1), ..Default::default() }, "321"),
        (PruneRunsRequest { keep: Some(99), ..Default::default() }, ""),
        (PruneRunsRequest { status: status(&[Error]), ..Default::default() }, "3"),
        (PruneRunsRequest { status: status(&[Interrupted]), ..Default::default() }, "4"),
        (PruneRunsRequest { status: status(&[Completed]), keep: Some(1), ..Default::default() }, "1"),
        (PruneRunsRequest { older_than_seconds: older(4), keep: Some(2), ..Default::default() }, "21"),
    ];
    for (request, expected) in cases {
        let house = House::with_runs().await;
        let dry = PruneRunsRequest { dry_run: true, ..request.clone() };
        let would: String = numbers(&house.prune(dry).await).into_iter().collect();
        assert_eq!((would.as_str(), house.left().await.len()), (expected, 6), "{request:?}");
        let gone: String = numbers(&house.prune(request.clone()).await).into_iter().collect();
        assert_eq!((gone.as_str(), house.left().await.len()), (expected, 6 - expected.len()), "{request:?}");
    }
}

#[tokio::test]
async fn pruning_without_a_criterion_or_of_live_runs_is_refused() {
    let house = House::with_runs().await;
    let running = status(&[RunStatus::Completed, RunStatus::Running]);
    for request in [PruneRunsRequest::default(), PruneRunsRequest { status: running, ..Default::default() }] {
        let refused = house.service.prune_runs(versioned(request)).await.err().unwrap();
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    assert_eq!(house.left().await.len(), 6);
}

#[tokio::test]
async fn runs_with_long_instructions_are_told_in_messages_that_fit() {
    let house = House::new();
    for number in 0..100 {
        let run = id(1, number);
        let instructions = Some("i".repeat(200 << 10));
        let spec = RunSpec { instructions, ..spec(run, "/home/u/one") };
        let (reason, hint) = (String::new(), String::new());
        let ended = RunEvent::Ended { status: EndStatus::Completed, reason, hint };
        let kinds = [RunEvent::Created { spec: Box::new(spec) }, ended];
        let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 1, kind }).collect();
        house.journal.append(run, events, Vec::new(), Durability::Flushed).await.unwrap();
    }
    let fits = |runs: &[RunSummary]| runs.iter().map(|run| run.instructions.len()).sum::<usize>() < 4 << 20;
    let listed = house.service.list_runs(versioned(ListRunsRequest::default())).await.unwrap().into_inner();
    let parts: Vec<_> = listed.map(|part| part.unwrap().runs).collect().await;
    assert!(parts.iter().all(|runs| fits(runs)) && parts.iter().flatten().count() == 100);
    let prune = PruneRunsRequest { keep: Some(0), ..Default::default() };
    let pruned = house.service.prune_runs(versioned(prune)).await.unwrap().into_inner();
    let parts: Vec<_> = pruned.map(|part| part.unwrap().runs).collect().await;
    assert!(parts.iter().all(|runs| fits(runs)) && parts.iter().flatten().count() == 100);
}

#[tokio::test]
async fn thousands_of_runs_are_listed_and_removed_in_parts() {
    let house = House::new();
    for number in 0..2_345 {
        house.record(id(1, number), "/home/u", 5, Some(EndStatus::Completed)).await;
    }
    assert_eq!(house.list(ListRunsRequest::default()).await.len(), 2_345);
    assert_eq!(house.prune(PruneRunsRequest { keep: Some(45), ..Default::default() }).await.len(), 2_300);
    assert_eq!(house.left().await.len(), 45);
}

#[tokio::test]
async fn what_is_no_longer_live_is_told_from_its_summary() {
    let house = House::with_runs().await;
    let stop = versioned(StopRunRequest { run_id: "2".into(), force: false, wait: false });
    assert_eq!(house.service.stop_run(stop).await.unwrap().into_inner().status(), RunStatus::Terminated);
    house.service.forget_run(versioned(ForgetRunRequest { run_id: "2".into() })).await.unwrap();
    assert_eq!(house.left().await.len(), 5);
}

#[tokio::test]
async fn a_record_that_is_damaged_from_the_start_is_listed_and_can_be_removed() {
    let house = House::new();
    let torn = Event { seq: 1, at: 5, kind: RunEvent::StopAsked { force: false } };
    house.journal.append(id(1, 0), vec![torn], Vec::new(), Durability::Flushed).await.unwrap();
    let run = house.list(ListRunsRequest::default()).await.remove(0);
    assert_eq!((run.status(), run.run_id), (RunStatus::Error, id(1, 0).to_string()));
    let gone =
        house.prune(PruneRunsRequest { status: status(&[RunStatus::Error]), ..Default::default() }).await;
    assert_eq!((gone.len(), house.left().await.len()), (1, 0));
}

#[tokio::test]
async fn status_says_what_was_repaired() {
    let house = House::new();
    let status = house.service.status(Request::new(StatusRequest {})).await.unwrap().into_inner();
    assert_eq!(status.notices, [NOTICE]);
}
