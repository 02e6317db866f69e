//! Runs that go on, in a journal that may fail.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tempfile::TempDir;
use tonic::codegen::BoxStream;
use tonic::{Request, Status};
use weco_daemon::rpc::Service;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{
    ApplyBestReply, ApplyBestRequest, EnvVar, GetNodeRequest, Goal, Node, OutputPart, RunStatus, RunUpdate,
    StartRunRequest, WatchOutputRequest, WatchRunRequest, run_update::Update,
};

use crate::faulty::Faulty;
use crate::support::{service, versioned};

/// Longest wait for anything; only a failing test spends it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A service, and a directory in which its runs evaluate.
pub(crate) struct House {
    pub(crate) work: TempDir,
    pub(crate) logs: TempDir,
    pub(crate) journal: Arc<Faulty>,
    pub(crate) service: Service,
}

impl House {
    pub(crate) fn new() -> Self {
        let (work, logs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let journal = Arc::new(Faulty::new());
        let service = service(journal.clone(), logs.path());
        std::fs::write(work.path().join("value.txt"), "value = 3\n").unwrap();
        Self { work, logs, journal, service }
    }

    pub(crate) fn request(&self, eval_command: &str) -> Request<StartRunRequest> {
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

    pub(crate) async fn start(&self, eval_command: &str) -> String {
        self.service.start_run(self.request(eval_command)).await.unwrap().into_inner().run_id
    }

    /// The run's recorded updates to its end.
    pub(crate) async fn watch(&self, run_id: &str) -> Vec<Update> {
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

    pub(crate) async fn output(&self, run_id: &str, node: &str) -> Result<BoxStream<OutputPart>, Status> {
        let request = WatchOutputRequest { run_id: run_id.to_owned(), node: node.to_owned() };
        Ok(self.service.watch_output(versioned(request)).await?.into_inner())
    }

    pub(crate) async fn node(&self, run_id: &str, node: &str) -> Node {
        let (run_id, node) = (run_id.to_owned(), node.to_owned());
        let request = GetNodeRequest { run_id, node, code: true, output: true };
        self.service.get_node(versioned(request)).await.unwrap().into_inner().node.unwrap()
    }

    pub(crate) async fn apply(&self, run_id: &str, node: &str) -> Result<ApplyBestReply, Status> {
        let request = ApplyBestRequest { run_id: run_id.to_owned(), node: node.to_owned() };
        Ok(self.service.apply_best(versioned(request)).await?.into_inner())
    }

    pub(crate) fn source(&self) -> String {
        std::fs::read_to_string(self.work.path().join("value.txt")).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.work.path().join(path), text).unwrap();
    }
}

/// What is told until it contains `words`, or until its end.
pub(crate) async fn heard(parts: &mut BoxStream<OutputPart>, words: Option<&str>) -> String {
    let mut text = String::new();
    while words.is_none_or(|words| !text.contains(words)) {
        match tokio::time::timeout(DEADLINE, parts.next()).await.unwrap() {
            Some(part) => text.push_str(&part.unwrap().text),
            None => break,
        }
    }
    text
}

pub(crate) fn end(updates: &[Update]) -> (RunStatus, String) {
    match updates.last() {
        Some(Update::Ended(ended)) => (ended.status(), ended.reason.clone()),
        other => panic!("the run did not end: {other:?}"),
    }
}
