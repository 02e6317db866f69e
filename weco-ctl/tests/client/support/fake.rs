//! A daemon that answers as it is told.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::codegen::BoxStream;
use tonic::{Code, Request, Response, Status};
use weco_proto::status::status_with_hint;
use weco_proto::v1::weco_server::{Weco, WecoServer};
use weco_proto::v1::{self, RunUpdate};
use weco_proto::version::{MAX_MESSAGE_BYTES, VERSION};

use super::{NODE, RUN};

/// What a fake daemon answers.
#[derive(Default)]
pub(crate) struct Script {
    /// To `WatchRun`, one after the other.
    pub(crate) watched: VecDeque<Watched>,
    /// To everything that creates or changes something, instead of the usual.
    pub(crate) refuse: Option<Status>,
    /// To what is done to steps that wait, and to instructions, instead of the usual.
    pub(crate) refuse_review: Option<Status>,
    /// To `ResumeRun`, instead of the usual.
    pub(crate) refuse_resume: Option<Status>,
    /// The process that it claims to be.
    pub(crate) pid: u32,
    /// Its version, if not ours.
    pub(crate) version: Option<String>,
    /// The providers whose keys it has as systemd credentials.
    pub(crate) credentials: Vec<String>,
    /// Who looks after it.
    pub(crate) supervisor: String,
    /// What it does when told to shut down.
    pub(crate) on_shutdown: Option<Box<dyn FnOnce() + Send>>,
    /// Its runs, newest first.
    pub(crate) runs: Vec<v1::RunSummary>,
    /// To `CheckDerive`; none: refused as unknown.
    pub(crate) derivation: Option<v1::CheckDeriveReply>,
    /// What it repaired when it started.
    pub(crate) notices: Vec<String>,
    /// The nodes of its runs.
    pub(crate) nodes: Vec<v1::Node>,
    /// What every evaluation prints, in parts.
    pub(crate) output: Vec<v1::OutputPart>,
}

/// One answer to `WatchRun`.
pub(crate) struct Watched {
    pub(crate) updates: Vec<RunUpdate>,
    pub(crate) then: Then,
}

/// What follows the updates.
pub(crate) enum Then {
    /// The stream's proper end.
    Close,
    /// A status.
    Fail(Status),
    /// A status, when another has taken its place already.
    Succeeded(Status),
    /// Nothing, as long as the daemon lives.
    Hang,
    /// These, once `StopRun` was called so many times.
    AfterStops(usize, Vec<RunUpdate>),
}

/// What it was asked, in order.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Call {
    Start(Box<v1::StartRunRequest>),
    Watch(v1::WatchRunRequest),
    Stop(v1::StopRunRequest),
    Resume(Box<v1::ResumeRunRequest>),
    CheckDerive(v1::CheckDeriveRequest),
    Derive(Box<v1::DeriveRunRequest>),
    Apply(String),
    ApplyNode(v1::ApplyBestRequest),
    Tree(v1::GetTreeRequest),
    Node(v1::GetNodeRequest),
    Output(v1::WatchOutputRequest),
    Forget(String),
    Export(v1::ExportRunRequest),
    List(v1::ListRunsRequest),
    Prune(v1::PruneRunsRequest),
    Shutdown,
    Revise(v1::ReviseNodeRequest),
    Submit(Box<v1::SubmitNodeRequest>),
    Reject(v1::RejectNodeRequest),
    Instruct(v1::InstructRunRequest),
}

struct Shared {
    script: Mutex<Script>,
    calls: Mutex<Vec<Call>>,
    stopped: Notify,
    ended: Notify,
}

/// A fake daemon on a socket. Dropped, it is gone at once, as if killed.
pub(crate) struct Fake {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Fake {
    /// Serves at `socket`, in the place of whatever was there.
    pub(crate) fn serve(socket: &Path, script: Script) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            calls: Mutex::default(),
            stopped: Notify::new(),
            ended: Notify::new(),
        });
        let _ = std::fs::remove_file(socket);
        let _guard = runtime.enter();
        let listener = UnixListenerStream::new(UnixListener::bind(socket).unwrap());
        let service = WecoServer::new(Service(Arc::clone(&shared)))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let ended = Arc::clone(&shared);
        runtime.spawn(async move {
            let end = async move { ended.ended.notified().await };
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming_shutdown(listener, end)
                .await
                .unwrap();
        });
        drop(_guard);
        Self { shared, runtime: Some(runtime) }
    }

    /// What it was asked so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().unwrap().clone()
    }

    /// Waits until one of its calls is as wanted.
    pub(crate) fn wait_for(&self, wanted: impl Fn(&Call) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.calls().iter().any(&wanted) {
            assert!(Instant::now() < deadline, "{:#?}", self.calls());
            std::thread::yield_now();
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

struct Service(Arc<Shared>);

type Reply<T> = Result<Response<T>, Status>;

impl Service {
    fn turn(&self, call: Call) -> Result<(), Status> {
        self.note(call)?;
        self.0.script.lock().unwrap().refuse_review.clone().map_or(Ok(()), Err)
    }

    fn note(&self, call: Call) -> Result<(), Status> {
        self.0.calls.lock().unwrap().push(call);
        match &self.0.script.lock().unwrap().refuse {
            Some(status) => Err(status.clone()),
            None => Ok(()),
        }
    }
}

/// The node without what was not asked for.
fn without(mut node: v1::Node, code: bool, output: bool) -> v1::Node {
    if !code {
        node.files.clear();
    }
    if !output {
        node.output.clear();
    }
    node
}

#[tonic::async_trait]
impl Weco for Service {
    async fn status(&self, _: Request<v1::StatusRequest>) -> Reply<v1::StatusReply> {
        let script = self.0.script.lock().unwrap();
        Ok(Response::new(v1::StatusReply {
            version: script.version.clone().unwrap_or_else(|| VERSION.to_owned()),
            pid: script.pid,
            uptime_seconds: 90,
            live_runs: 2,
            socket: "/the/socket".into(),
            state_dir: "/the/state".into(),
            log_file: "/the/log".into(),
            notices: script.notices.clone(),
            credentials: script.credentials.clone(),
            supervisor: script.supervisor.clone(),
            dashboard_url: String::new(),
        }))
    }

    async fn start_run(&self, request: Request<v1::StartRunRequest>) -> Reply<v1::StartRunReply> {
        assert_eq!(request.metadata().get("weco-version").unwrap(), VERSION);
        self.note(Call::Start(Box::new(request.into_inner())))?;
        let (run_id, run_name, log_file) = (RUN.into(), "swift-heron".into(), "/logs/run.log".into());
        Ok(Response::new(v1::StartRunReply { run_id, run_name, log_file, ..Default::default() }))
    }

    async fn watch_run(&self, request: Request<v1::WatchRunRequest>) -> Reply<BoxStream<RunUpdate>> {
        self.note(Call::Watch(request.into_inner()))?;
        let watched = self.0.script.lock().unwrap().watched.pop_front();
        let Watched { updates, then } = watched.ok_or_else(|| Status::not_found("no more updates"))?;
        let updates = stream::iter(updates.into_iter().map(Ok));
        let rest: BoxStream<RunUpdate> = match then {
            Then::Close => Box::pin(stream::empty()),
            Then::Fail(status) => Box::pin(stream::iter([Err(status)])),
            Then::Succeeded(status) => {
                let shared = Arc::clone(&self.0);
                Box::pin(stream::once(async move {
                    shared.script.lock().unwrap().pid += 1;
                    Err(status)
                }))
            }
            Then::Hang => Box::pin(stream::pending()),
            Then::AfterStops(count, rest) => {
                let shared = Arc::clone(&self.0);
                let stopped = async move {
                    for _ in 0..count {
                        shared.stopped.notified().await;
                    }
                    stream::iter(rest.into_iter().map(Ok))
                };
                Box::pin(stream::once(stopped).flatten())
            }
        };
        Ok(Response::new(Box::pin(updates.chain(rest))))
    }

    async fn stop_run(&self, request: Request<v1::StopRunRequest>) -> Reply<v1::StopRunReply> {
        self.note(Call::Stop(request.into_inner()))?;
        self.0.stopped.notify_one();
        Ok(Response::new(v1::StopRunReply { status: v1::RunStatus::Stopping.into() }))
    }

    async fn resume_run(&self, request: Request<v1::ResumeRunRequest>) -> Reply<v1::ResumeRunReply> {
        self.note(Call::Resume(Box::new(request.into_inner())))?;
        if let Some(status) = &self.0.script.lock().unwrap().refuse_resume {
            return Err(status.clone());
        }
        Ok(Response::new(v1::ResumeRunReply {
            run_id: RUN.into(),
            run_name: "swift-heron".into(),
            from_seq: 4,
            log_file: "/logs/run.log".into(),
            ..Default::default()
        }))
    }

    async fn list_backend(&self, _: Request<v1::ListBackendRequest>) -> Reply<v1::ListBackendReply> {
        Ok(Response::new(v1::ListBackendReply::default()))
    }

    async fn check_derive(&self, request: Request<v1::CheckDeriveRequest>) -> Reply<v1::CheckDeriveReply> {
        self.note(Call::CheckDerive(request.into_inner()))?;
        let derivation = self.0.script.lock().unwrap().derivation.clone();
        derivation.map(Response::new).ok_or_else(|| {
            status_with_hint(
                Code::NotFound,
                "run swift-heron (0002e071) has no step 9",
                "weco run results 0002e071",
            )
        })
    }

    async fn derive_run(&self, request: Request<v1::DeriveRunRequest>) -> Reply<v1::StartRunReply> {
        self.note(Call::Derive(Box::new(request.into_inner())))?;
        let (run_id, run_name, log_file) = (RUN.into(), "swift-heron".into(), "/logs/run.log".into());
        Ok(Response::new(v1::StartRunReply { run_id, run_name, log_file, ..Default::default() }))
    }

    async fn check_sources(&self, _: Request<v1::CheckSourcesRequest>) -> Reply<v1::CheckSourcesReply> {
        Ok(Response::new(v1::CheckSourcesReply::default()))
    }

    async fn apply_best(&self, request: Request<v1::ApplyBestRequest>) -> Reply<v1::ApplyBestReply> {
        let request = request.into_inner();
        let best = request.node.is_empty();
        self.note(if best { Call::Apply(request.run_id) } else { Call::ApplyNode(request) })?;
        Ok(Response::new(v1::ApplyBestReply { step: 1, paths: vec!["model.py".into()] }))
    }

    async fn get_tree(&self, request: Request<v1::GetTreeRequest>) -> Reply<BoxStream<v1::TreePart>> {
        let request = request.into_inner();
        self.note(Call::Tree(request.clone()))?;
        let script = self.0.script.lock().unwrap();
        if script.nodes.is_empty() {
            return Err(Status::unimplemented(""));
        }
        let members =
            script.runs.iter().filter(|run| request.lineage || run.run_id == RUN).cloned().collect();
        let mut nodes = script.nodes.clone();
        nodes.retain(|node| request.lineage || [RUN, ""].contains(&node.run_id.as_str()));
        nodes.retain(|node| request.status.is_empty() || request.status.contains(&node.status));
        if request.limit > 0 {
            nodes.truncate(request.limit as usize);
        }
        let nodes = nodes.into_iter().map(|node| without(node, request.code, false));
        let parts = nodes.map(|node| Ok(v1::TreePart { members: Vec::new(), nodes: vec![node] }));
        let first = stream::iter([Ok(v1::TreePart { members, nodes: Vec::new() })]);
        Ok(Response::new(Box::pin(first.chain(stream::iter(parts.collect::<Vec<_>>())))))
    }

    async fn get_node(&self, request: Request<v1::GetNodeRequest>) -> Reply<v1::GetNodeReply> {
        let request = request.into_inner();
        self.note(Call::Node(request.clone()))?;
        let script = self.0.script.lock().unwrap();
        let of_run = || script.nodes.iter().filter(|node| node.run_id.starts_with(&request.run_id));
        let node = match (request.node.as_str(), request.node.parse::<u32>()) {
            ("best" | "run-best", _) => of_run()
                .filter(|node| node.metric.is_some())
                .max_by(|a, b| a.metric.partial_cmp(&b.metric).unwrap()),
            (_, Ok(step)) => of_run().find(|node| node.step == step),
            (prefix, _) => script.nodes.iter().find(|node| node.node_id.starts_with(prefix)),
        };
        let unknown =
            || status_with_hint(Code::NotFound, format!("no step '{}'", request.node), "weco run results");
        let node = node.cloned().ok_or_else(unknown)?;
        let run = script.runs.iter().find(|run| run.run_id == node.run_id).cloned();
        Ok(Response::new(v1::GetNodeReply { node: Some(without(node, request.code, request.output)), run }))
    }

    async fn watch_output(
        &self,
        request: Request<v1::WatchOutputRequest>,
    ) -> Reply<BoxStream<v1::OutputPart>> {
        self.note(Call::Output(request.into_inner()))?;
        let parts = self.0.script.lock().unwrap().output.clone().into_iter().map(Ok);
        Ok(Response::new(Box::pin(stream::iter(parts))))
    }

    async fn forget_run(&self, request: Request<v1::ForgetRunRequest>) -> Reply<v1::ForgetRunReply> {
        self.note(Call::Forget(request.into_inner().run_id))?;
        Ok(Response::new(v1::ForgetRunReply {}))
    }

    /// The beginning of an archive, and no end.
    async fn export_run(&self, request: Request<v1::ExportRunRequest>) -> Reply<BoxStream<v1::ExportPart>> {
        self.note(Call::Export(request.into_inner()))?;
        let beginning = stream::iter([Ok(v1::ExportPart { data: b"half of it".to_vec() })]);
        Ok(Response::new(Box::pin(beginning.chain(stream::pending()))))
    }

    async fn get_run(&self, _: Request<v1::GetRunRequest>) -> Reply<v1::GetRunReply> {
        Ok(Response::new(v1::GetRunReply { run: self.0.script.lock().unwrap().runs.first().cloned() }))
    }

    async fn list_runs(&self, request: Request<v1::ListRunsRequest>) -> Reply<BoxStream<v1::ListRunsReply>> {
        self.note(Call::List(request.into_inner()))?;
        let parts: Vec<_> = self.0.script.lock().unwrap().runs.chunks(2).map(<[_]>::to_vec).collect();
        let parts = parts.into_iter().map(|runs| Ok(v1::ListRunsReply { runs }));
        Ok(Response::new(Box::pin(stream::iter(parts))))
    }

    async fn prune_runs(
        &self,
        request: Request<v1::PruneRunsRequest>,
    ) -> Reply<BoxStream<v1::PruneRunsReply>> {
        self.note(Call::Prune(request.into_inner()))?;
        let parts: Vec<_> = self.0.script.lock().unwrap().runs.chunks(2).map(<[_]>::to_vec).collect();
        let parts = parts.into_iter().map(|runs| Ok(v1::PruneRunsReply { runs }));
        Ok(Response::new(Box::pin(stream::iter(parts))))
    }

    async fn revise_node(&self, request: Request<v1::ReviseNodeRequest>) -> Reply<v1::ReviseNodeReply> {
        let request = request.into_inner();
        let created_by = request.by.clone();
        self.turn(Call::Revise(request))?;
        Ok(Response::new(v1::ReviseNodeReply {
            run_id: RUN.into(),
            node_id: NODE.into(),
            step: 1,
            revision_id: "5e7a0000-0000-4000-8000-000000000000".into(),
            number: 2,
            plan: "Use tiles.".into(),
            created_by,
        }))
    }

    async fn submit_node(&self, request: Request<v1::SubmitNodeRequest>) -> Reply<v1::SubmitNodeReply> {
        let request = request.into_inner();
        let command = request.eval_command.clone();
        self.turn(Call::Submit(Box::new(request)))?;
        Ok(Response::new(v1::SubmitNodeReply {
            run_id: RUN.into(),
            node_id: NODE.into(),
            step: 1,
            from_seq: 7,
            eval_command: command.unwrap_or_else(|| "python model.py".into()),
        }))
    }

    async fn reject_node(&self, request: Request<v1::RejectNodeRequest>) -> Reply<v1::RejectNodeReply> {
        self.turn(Call::Reject(request.into_inner()))?;
        Ok(Response::new(v1::RejectNodeReply { run_id: RUN.into(), node_id: NODE.into(), step: 1 }))
    }

    async fn instruct_run(&self, request: Request<v1::InstructRunRequest>) -> Reply<v1::InstructRunReply> {
        let request = request.into_inner();
        let instructions =
            format!("{}{}", if request.append { "Before.\n" } else { "" }, request.instructions);
        self.turn(Call::Instruct(request))?;
        Ok(Response::new(v1::InstructRunReply { run_id: RUN.into(), instructions }))
    }

    async fn shutdown(&self, _: Request<v1::ShutdownRequest>) -> Reply<v1::ShutdownReply> {
        self.note(Call::Shutdown)?;
        if let Some(act) = self.0.script.lock().unwrap().on_shutdown.take() {
            act();
        }
        self.0.ended.notify_one();
        Ok(Response::new(v1::ShutdownReply {}))
    }
}
