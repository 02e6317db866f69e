//! The service over a journal that fails on demand.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tokio::sync::Notify;
use tonic::codegen::BoxStream;
use tonic::{Code, Request, Status};
use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};
use weco_daemon::blobs::Blob;
use weco_daemon::daemon::About;
use weco_daemon::journal::{Durability, Journal, JournalError, MemoryJournal, RunEntry};
use weco_daemon::log::Logs;
use weco_daemon::model::{Access, Config};
use weco_daemon::rpc::Service;
use weco_daemon::run::{Deps, Registry, Slots, Swaps, Turns};
use weco_daemon::secrets::Secrets;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{
    ApplyBestReply, ApplyBestRequest, EnvVar, GetNodeRequest, Goal, Node, NodeStatus, OutputPart, RunStatus,
    RunUpdate, StartRunRequest, StopRunRequest, WatchOutputRequest, WatchRunRequest, run_update::Update,
};
use weco_proto::version::{VERSION, VERSION_KEY};

/// Longest wait for anything; only a failing test spends it.
const DEADLINE: Duration = Duration::from_secs(30);

/// What the next append does instead of its work.
#[derive(Clone, Copy)]
enum Fault {
    None,
    Full,
    Panic,
}

/// A journal in memory that fails on demand.
struct Faulty {
    inner: MemoryJournal,
    fault: Mutex<Fault>,
    failed: Notify,
}

impl Faulty {
    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Journal for Faulty {
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>> {
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::None => self.inner.append(run, events, blobs, durability),
            Fault::Full => {
                self.failed.notify_one();
                Box::pin(async { Err(JournalError::Full { path: "/journal".to_owned() }) })
            }
            Fault::Panic => {
                self.set(Fault::None);
                panic!("the journal is on fire")
            }
        }
    }

    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        self.inner.read(run, from, limit)
    }

    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.blob(run, id)
    }

    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs_in(ids, limit)
    }

    fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs()
    }

    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.remove(runs)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.close()
    }
}

struct House {
    work: TempDir,
    logs: TempDir,
    journal: Arc<Faulty>,
    service: Service,
}

impl House {
    fn new() -> Self {
        let journal = Arc::new(Faulty {
            inner: MemoryJournal::default(),
            fault: Mutex::new(Fault::None),
            failed: Notify::new(),
        });
        let logs = tempfile::tempdir().unwrap();
        let deps = Deps {
            journal: journal.clone(),
            access: Access::new(Config::default(), |_| None),
            turns: Turns::default(),
            slots: Slots::new(std::num::NonZeroUsize::MIN.saturating_add(7)),
            swaps: Swaps::default(),
            logs: Logs::new(logs.path().to_owned()),
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
        let work = tempfile::tempdir().unwrap();
        std::fs::write(work.path().join("value.txt"), "value = 3\n").unwrap();
        Self { work, logs, journal, service }
    }

    fn request(&self, eval_command: &str) -> Request<StartRunRequest> {
        let path = EnvVar { name: b"PATH".to_vec(), value: std::env::var("PATH").unwrap().into_bytes() };
        versioned(StartRunRequest {
            directory: self.work.path().display().to_string(),
            environment: vec![path],
            sources: vec!["value.txt".to_owned()],
            eval_command: eval_command.to_owned(),
            metric: "value".to_owned(),
            goal: Goal::Maximize.into(),
            steps: 3,
            model: Some("builtin".to_owned()),
            log_dir: ".runs".to_owned(),
            ..Default::default()
        })
    }

    async fn start(&self, eval_command: &str) -> String {
        self.service.start_run(self.request(eval_command)).await.unwrap().into_inner().run_id
    }

    /// The run's recorded updates to its end.
    async fn watch(&self, run_id: &str) -> Vec<Update> {
        let watch = WatchRunRequest {
            run_id: run_id.to_owned(),
            from_seq: 1,
            include_output: false,
            ..Default::default()
        };
        let stream = self.service.watch_run(versioned(watch)).await.unwrap().into_inner();
        let updates: Vec<Result<RunUpdate, Status>> =
            tokio::time::timeout(DEADLINE, stream.collect()).await.unwrap();
        updates.into_iter().filter_map(|update| update.unwrap().update).collect()
    }
}

impl House {
    async fn output(&self, run_id: &str, node: &str) -> Result<BoxStream<OutputPart>, Status> {
        let request = WatchOutputRequest { run_id: run_id.to_owned(), node: node.to_owned() };
        Ok(self.service.watch_output(versioned(request)).await?.into_inner())
    }

    async fn node(&self, run_id: &str, node: &str) -> Node {
        let (run_id, node) = (run_id.to_owned(), node.to_owned());
        let request = GetNodeRequest { run_id, node, code: true, output: true };
        self.service.get_node(versioned(request)).await.unwrap().into_inner().node.unwrap()
    }

    async fn apply(&self, run_id: &str, node: &str) -> Result<ApplyBestReply, Status> {
        let request = ApplyBestRequest { run_id: run_id.to_owned(), node: node.to_owned() };
        Ok(self.service.apply_best(versioned(request)).await?.into_inner())
    }

    fn source(&self) -> String {
        std::fs::read_to_string(self.work.path().join("value.txt")).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.work.path().join(path), text).unwrap();
    }
}

/// What is told until it contains `words`, or until its end.
async fn heard(parts: &mut BoxStream<OutputPart>, words: Option<&str>) -> String {
    let mut text = String::new();
    while words.is_none_or(|words| !text.contains(words)) {
        match tokio::time::timeout(DEADLINE, parts.next()).await.unwrap() {
            Some(part) => text.push_str(&part.unwrap().text),
            None => break,
        }
    }
    text
}

fn versioned<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(VERSION_KEY, VERSION.parse().unwrap());
    request
}

fn end(updates: &[Update]) -> (RunStatus, String) {
    match updates.last() {
        Some(Update::Ended(ended)) => (ended.status(), ended.reason.clone()),
        other => panic!("the run did not end: {other:?}"),
    }
}

#[tokio::test]
async fn a_full_disk_halts_a_run_which_goes_on_when_there_is_room() {
    let house = House::new();
    let run = house.start("cat value.txt; while [ ! -e go ]; do sleep 0.01; done").await;
    house.journal.set(Fault::Full);
    std::fs::write(house.work.path().join("go"), "").unwrap();
    tokio::time::timeout(DEADLINE, house.journal.failed.notified()).await.unwrap();
    house.journal.set(Fault::None);
    let updates = house.watch(&run).await;
    assert_eq!(end(&updates).0, RunStatus::Completed);
    let evaluated: Vec<u32> = updates
        .iter()
        .filter_map(|update| if let Update::Evaluated(step) = update { Some(step.step) } else { None })
        .collect();
    assert_eq!(evaluated, [0, 1, 2, 3], "nothing is lost, nothing counted twice");
}

#[tokio::test]
async fn a_run_that_cannot_be_recorded_is_not_begun() {
    let house = House::new();
    house.journal.set(Fault::Full);
    let refused = house.service.start_run(house.request("cat value.txt")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(refused.message().contains("no room"), "{refused:?}");
    assert!(weco_proto::status::hint(&refused).is_some(), "it says what to do");
    assert_eq!(house.journal.runs().unwrap(), []);
    assert!(!house.work.path().join(".runs").exists());
}

#[tokio::test]
async fn a_detached_run_is_not_begun_without_its_log() {
    let house = House::new();
    let request = || {
        let mut request = house.request("cat value.txt");
        request.get_mut().detached = true;
        request
    };
    house.journal.set(Fault::Full);
    house.service.start_run(request()).await.unwrap_err();
    assert_eq!(std::fs::read_dir(house.logs.path()).unwrap().count(), 0, "no log of a run that is none");
    house.journal.set(Fault::None);

    std::fs::remove_dir(house.logs.path()).unwrap();
    let refused = house.service.start_run(request()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(refused.message().starts_with("cannot create the log "), "{refused:?}");
    assert!(weco_proto::status::hint(&refused).unwrap().contains("WECO_LOG_DIR"), "{refused:?}");
    assert_eq!(house.journal.runs().unwrap(), []);

    std::fs::create_dir(house.logs.path()).unwrap();
    let begun = house.service.start_run(request()).await.unwrap().into_inner();
    assert_eq!(
        begun.log_file,
        house.logs.path().join(format!("weco-run-{}.log", begun.run_id)).display().to_string()
    );
    assert!(std::fs::exists(&begun.log_file).unwrap(), "it is there when the run is");
    assert_eq!(end(&house.watch(&begun.run_id).await).0, RunStatus::Completed);
}

#[tokio::test]
async fn a_panic_in_one_run_fails_that_run_alone() {
    let house = House::new();
    let other = House::new();
    let healthy = other.start("cat value.txt").await;
    let run = house.start("cat value.txt; while [ ! -e go ]; do sleep 0.01; done").await;
    house.journal.set(Fault::Panic);
    std::fs::write(house.work.path().join("go"), "").unwrap();
    let (status, reason) = end(&house.watch(&run).await);
    assert_eq!(status, RunStatus::Error);
    assert!(reason.contains("the journal is on fire"), "{reason}");
    assert_eq!(std::fs::read_to_string(house.work.path().join("value.txt")).unwrap(), "value = 3\n");
    assert_eq!(end(&other.watch(&healthy).await).0, RunStatus::Completed);
    let again = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&again).await).0, RunStatus::Completed, "the daemon serves on");
}

#[tokio::test]
async fn a_client_of_another_version_is_told_so() {
    let house = House::new();
    let mut request = house.request("cat value.txt");
    request.metadata_mut().insert(VERSION_KEY, "0.0.0".parse().unwrap());
    let refused = house.service.start_run(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("0.0.0"), "{refused:?}");
}

#[tokio::test]
async fn what_an_evaluation_prints_is_told_as_it_comes_and_can_be_had_later() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    // The one that is evaluated now, or about to be.
    let mut early = house.output(&run, "").await.unwrap();
    assert_eq!(heard(&mut early, Some("begun\n")).await, "begun\n");
    let mut late = house.output(&run, "0").await.unwrap();
    assert_eq!(heard(&mut late, Some("begun\n")).await, "begun\n", "from its beginning");
    house.write("go", "");
    assert_eq!(heard(&mut early, None).await, "value = 3\n");
    assert_eq!(heard(&mut late, None).await, "value = 3\n");
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);

    let mut recorded = house.output(&run, "0").await.unwrap();
    assert_eq!(heard(&mut recorded, None).await, "begun\nvalue = 3\n");
    let mut last = house.output(&run, "").await.unwrap();
    let told = last.next().await.unwrap().unwrap();
    assert_eq!((told.step, told.text), (3, house.node(&run, "3").await.output));
    let Err(refused) = house.output(&run, "4").await.map(|_| ()) else { panic!("there is no step 4") };
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn who_waits_for_an_evaluation_that_is_not_to_come_is_told() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    let mut parts = house.output(&run, "0").await.unwrap();
    heard(&mut parts, Some("begun")).await;
    let stop = StopRunRequest { run_id: run.clone(), force: true, wait: true };
    house.service.stop_run(versioned(stop)).await.unwrap();
    heard(&mut parts, None).await;
    let Err(refused) = house.output(&run, "0").await.map(|_| ()) else { panic!("it never ended") };
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("its run does not go on"), "{refused:?}");
}

#[tokio::test]
async fn any_step_can_be_written_over_the_sources_and_the_first_brings_the_original_back() {
    let house = House::new();
    let run = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
    let original = house.source();
    let texts = async |step: &str| house.node(&run, step).await.files[0].text.clone();
    for step in ["2", "1", "3"] {
        let node = house.node(&run, step).await;
        assert_eq!(house.apply(&run, &node.node_id[..13]).await.unwrap().step, node.step);
        assert_eq!(house.source(), texts(step).await);
        let recorded =
            matches!(house.watch(&run).await.last(), Some(Update::Applied(it)) if it.step == node.step);
        assert!(recorded, "step {step}");
    }
    let back = house.apply(&run, "0").await.unwrap();
    assert_eq!((back.step, back.paths), (0, vec!["value.txt".to_owned()]));
    assert_eq!(house.source(), original);
    assert_eq!(house.apply(&run, "0").await.unwrap().paths, Vec::<String>::new(), "it is there already");

    house.write("value.txt", "value = 4 # mine\n");
    let refused = house.apply(&run, "1").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("holds an edit of your own"), "{refused:?}");
    assert_eq!(house.source(), "value = 4 # mine\n");
    assert_eq!(house.apply(&run, "7").await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_version_that_was_written_but_not_recorded_is_recorded_the_next_time() {
    let house = House::new();
    let run = house.start("cat value.txt").await;
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
    house.apply(&run, "1").await.unwrap();
    // As a daemon leaves it that died between the two.
    house.write("value.txt", &house.node(&run, "2").await.files[0].text);
    assert_eq!(house.apply(&run, "2").await.unwrap().paths, ["value.txt"]);
    assert!(matches!(house.watch(&run).await.last(), Some(Update::Applied(applied)) if applied.step == 2));
}

#[tokio::test]
async fn nothing_is_written_over_the_sources_of_a_run_that_goes_on() {
    let house = House::new();
    let run = house.start("while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    let refused = house.apply(&run, "0").await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(weco_proto::status::hint(&refused).unwrap().contains("weco run stop"), "{refused:?}");
    house.write("go", "");
    assert_eq!(end(&house.watch(&run).await).0, RunStatus::Completed);
}

#[tokio::test]
async fn a_tree_is_current_while_its_run_goes_on() {
    let house = House::new();
    let run = house.start("echo begun; while [ ! -e go ]; do sleep 0.01; done; cat value.txt").await;
    heard(&mut house.output(&run, "0").await.unwrap(), Some("begun")).await;
    assert_eq!(house.node(&run, "0").await.status(), NodeStatus::Evaluating);
    house.write("go", "");
    house.watch(&run).await;
    let node = house.node(&run, "0").await;
    assert_eq!((node.status(), node.exit_code, node.metric), (NodeStatus::Completed, Some(0), Some(3.0)));
    assert!(node.asked_at_ms <= node.proposed_at_ms && node.proposed_at_ms <= node.ended_at_ms);
    assert!(node.duration_ms.is_some() && node.output_tail.ends_with("value = 3"));
}
