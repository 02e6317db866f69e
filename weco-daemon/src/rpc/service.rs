use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use weco_core::run::RunId;
use weco_proto::v1::{self, weco_server::Weco};
use weco_proto::version::{VERSION, check_client_version};

use crate::blocking::blocking;
use crate::daemon::About;
use crate::dashboard::Links;
use crate::error::Failure;
use crate::rpc::given::Given;
use crate::rpc::launch::Launch;
use crate::rpc::{backend, convert, derive, launch, output, runs, steer, transfer, tree, watch};
use crate::run::{Further, NewRun, Registry};

/// The service over a registry.
pub struct Service {
    registry: Arc<Registry>,
    about: About,
    since: Instant,
    shutdown: Arc<Notify>,
}

impl Service {
    /// `shutdown` is notified when a client asks the daemon to stop.
    pub fn new(registry: Arc<Registry>, about: About, shutdown: Arc<Notify>) -> Self {
        Self { registry, about, since: Instant::now(), shutdown }
    }

    /// The run in the dashboard; empty if that is not served.
    fn dashboard_url(&self, run: RunId) -> String {
        self.about.dashboard.as_ref().map(|links| links.run(run)).unwrap_or_default()
    }
}

impl Service {
    /// Looks once more whether the backend of an ended run has all that it needs.
    async fn check_again(
        &self,
        run: RunId,
        given: Given,
    ) -> Result<(Given, Option<v1::BackendCheck>), Failure> {
        let state = self.registry.look(run)?;
        if state.spec().backend.is_none() || self.registry.live(run).is_some() {
            return Ok((given, None));
        }
        let recalled = given.resolve(&self.registry, &state)?;
        let checked = backend::check(&self.registry, state.spec(), &recalled.environment).await?;
        Ok((Given::Sent(recalled), checked))
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// Refuses a client of another version, whose messages may mean something else.
fn same_version<T>(request: Request<T>) -> Result<T, Status> {
    check_client_version(request.metadata())?;
    Ok(request.into_inner())
}

#[tonic::async_trait]
impl Weco for Service {
    async fn status(&self, _: Request<v1::StatusRequest>) -> Answer<v1::StatusReply> {
        Ok(Response::new(v1::StatusReply {
            version: VERSION.to_owned(),
            pid: std::process::id(),
            uptime_seconds: self.since.elapsed().as_secs(),
            live_runs: u32::try_from(self.registry.live_count()).unwrap_or(u32::MAX),
            socket: self.about.socket.display().to_string(),
            state_dir: self.about.state_dir.display().to_string(),
            log_file: self.about.log_file.display().to_string(),
            notices: self.about.notices.clone(),
            credentials: self.registry.deps().access.credentials(),
            supervisor: self.about.supervisor.unwrap_or_default().to_owned(),
            dashboard_url: self.about.dashboard.as_ref().map(Links::all).unwrap_or_default(),
        }))
    }

    async fn start_run(&self, request: Request<v1::StartRunRequest>) -> Answer<v1::StartRunReply> {
        let request = same_version(request)?;
        let registry = Arc::clone(&self.registry);
        let detached = request.detached;
        let launch = blocking(move || launch::prepare(&registry, request)).await?;
        let checked = backend::check(&self.registry, &launch.spec, &launch.context.environment).await?;
        let reply = v1::StartRunReply {
            run_id: launch.spec.id.to_string(),
            run_name: launch.spec.name.clone(),
            log_file: self.registry.deps().logs.path(launch.spec.id).display().to_string(),
            dashboard_url: self.dashboard_url(launch.spec.id),
            checked,
        };
        // To its end even if the client goes away meanwhile: what is recorded must be started.
        let registry = Arc::clone(&self.registry);
        let created = tokio::spawn(async move {
            let Launch { spec, context, blobs } = launch;
            registry.create(NewRun { spec, blobs, context, detached, first: Vec::new() }).await
        });
        created.await.map_err(Failure::internal)??;
        Ok(Response::new(reply))
    }

    async fn list_backend(&self, request: Request<v1::ListBackendRequest>) -> Answer<v1::ListBackendReply> {
        let request = same_version(request)?;
        Ok(Response::new(backend::list(&self.registry, request).await?))
    }

    async fn watch_run(&self, request: Request<v1::WatchRunRequest>) -> Answer<BoxStream<v1::RunUpdate>> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        let updates = watch::watch(&self.registry, run, &request);
        Ok(Response::new(Box::pin(updates)))
    }

    async fn stop_run(&self, request: Request<v1::StopRunRequest>) -> Answer<v1::StopRunReply> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        let status = self.registry.stop(run, request.force, request.wait).await?;
        Ok(Response::new(v1::StopRunReply { status: convert::run_status(&status).into() }))
    }

    async fn resume_run(&self, request: Request<v1::ResumeRunRequest>) -> Answer<v1::ResumeRunReply> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        let given = Given::new(request.environment, request.api_keys, request.recorded_environment);
        let (given, checked) = self.check_again(run, given).await?;
        let context = |state: &_| launch::context_again(&self.registry, state, given);
        let further = Further {
            steps: request.steps,
            attempts: request.auto_resume_attempts,
            detached: request.detached,
            apply_best: request.apply_best,
        };
        let from_seq = self.registry.resume(run, further, context).await?;
        let summary = self.registry.entry(run)?.summary;
        let run_name = summary.map(|summary| summary.name.clone()).unwrap_or_default();
        let log_file = self.registry.deps().logs.path(run).display().to_string();
        let (run_id, dashboard_url) = (run.to_string(), self.dashboard_url(run));
        Ok(Response::new(v1::ResumeRunReply { run_id, run_name, from_seq, log_file, dashboard_url, checked }))
    }

    async fn derive_run(&self, request: Request<v1::DeriveRunRequest>) -> Answer<v1::StartRunReply> {
        let request = same_version(request)?;
        let (run, reply) = derive::derive(&self.registry, request).await?;
        Ok(Response::new(v1::StartRunReply { dashboard_url: self.dashboard_url(run), ..reply }))
    }

    async fn check_derive(&self, request: Request<v1::CheckDeriveRequest>) -> Answer<v1::CheckDeriveReply> {
        let request = same_version(request)?;
        Ok(Response::new(derive::check(&self.registry, &request).await?))
    }

    async fn instruct_run(&self, request: Request<v1::InstructRunRequest>) -> Answer<v1::InstructRunReply> {
        let request = same_version(request)?;
        Ok(Response::new(steer::instruct(&self.registry, request).await?))
    }

    async fn revise_node(&self, request: Request<v1::ReviseNodeRequest>) -> Answer<v1::ReviseNodeReply> {
        let request = same_version(request)?;
        Ok(Response::new(steer::revise(&self.registry, request).await?))
    }

    async fn submit_node(&self, request: Request<v1::SubmitNodeRequest>) -> Answer<v1::SubmitNodeReply> {
        let request = same_version(request)?;
        Ok(Response::new(steer::submit(&self.registry, request).await?))
    }

    async fn reject_node(&self, request: Request<v1::RejectNodeRequest>) -> Answer<v1::RejectNodeReply> {
        let request = same_version(request)?;
        Ok(Response::new(steer::reject(&self.registry, request).await?))
    }

    async fn check_sources(
        &self,
        request: Request<v1::CheckSourcesRequest>,
    ) -> Answer<v1::CheckSourcesReply> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        Ok(Response::new(v1::CheckSourcesReply { edited: self.registry.edited_since(run).await? }))
    }

    async fn apply_best(&self, request: Request<v1::ApplyBestRequest>) -> Answer<v1::ApplyBestReply> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        let (node, paths) = match request.node.as_str() {
            "" => self.registry.apply_best(run).await?,
            node => self.registry.apply(run, node).await?,
        };
        Ok(Response::new(v1::ApplyBestReply { step: node.0, paths }))
    }

    async fn get_tree(&self, request: Request<v1::GetTreeRequest>) -> Answer<BoxStream<v1::TreePart>> {
        let request = same_version(request)?;
        Ok(Response::new(tree::get_tree(Arc::clone(&self.registry), request).await?))
    }

    async fn get_node(&self, request: Request<v1::GetNodeRequest>) -> Answer<v1::GetNodeReply> {
        let request = same_version(request)?;
        Ok(Response::new(tree::get_node(Arc::clone(&self.registry), request).await?))
    }

    async fn watch_output(
        &self,
        request: Request<v1::WatchOutputRequest>,
    ) -> Answer<BoxStream<v1::OutputPart>> {
        let request = same_version(request)?;
        Ok(Response::new(Box::pin(output::watch(Arc::clone(&self.registry), request).await?)))
    }

    async fn export_run(&self, request: Request<v1::ExportRunRequest>) -> Answer<BoxStream<v1::ExportPart>> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        Ok(Response::new(Box::pin(transfer::export(&self.registry, run, request.report))))
    }

    async fn import_run(&self, request: Request<Streaming<v1::ImportPart>>) -> Answer<v1::ImportRunReply> {
        let parts = same_version(request)?;
        let run = transfer::import(&self.registry, parts).await?;
        let run = runs::get(&self.registry, &run.to_string())?;
        Ok(Response::new(v1::ImportRunReply { run: Some(run) }))
    }

    async fn get_run(&self, request: Request<v1::GetRunRequest>) -> Answer<v1::GetRunReply> {
        let request = same_version(request)?;
        let run = runs::get(&self.registry, &request.run_id)?;
        Ok(Response::new(v1::GetRunReply { run: Some(run) }))
    }

    async fn list_runs(&self, request: Request<v1::ListRunsRequest>) -> Answer<BoxStream<v1::ListRunsReply>> {
        let request = same_version(request)?;
        Ok(Response::new(Box::pin(runs::list(Arc::clone(&self.registry), request)?)))
    }

    async fn prune_runs(
        &self,
        request: Request<v1::PruneRunsRequest>,
    ) -> Answer<BoxStream<v1::PruneRunsReply>> {
        let request = same_version(request)?;
        Ok(Response::new(Box::pin(runs::prune(Arc::clone(&self.registry), &request)?)))
    }

    async fn forget_run(&self, request: Request<v1::ForgetRunRequest>) -> Answer<v1::ForgetRunReply> {
        let request = same_version(request)?;
        let run = self.registry.find(&request.run_id)?;
        self.registry.forget(run).await?;
        Ok(Response::new(v1::ForgetRunReply {}))
    }

    async fn shutdown(&self, _: Request<v1::ShutdownRequest>) -> Answer<v1::ShutdownReply> {
        self.shutdown.notify_one();
        Ok(Response::new(v1::ShutdownReply {}))
    }
}
