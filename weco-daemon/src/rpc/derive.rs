//! A run that begins from a step of another one.

use std::path::Path;
use std::sync::Arc;

use weco_core::decide::Input;
use weco_core::event::{Outcome, Verdict};
use weco_core::run::{AutoResume, Derived, Files, NodeId, RunId, RunSpec, Source};
use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};
use weco_proto::{log_dir, v1};

use crate::blobs::Blob;
use crate::environment;
use crate::error::{Failure, FailureKind};
use crate::eval::capture;
use crate::rpc::launch::{self, environment as sent};
use crate::rpc::{nodes, runs};
use crate::run::{self, NewRun, Registry, RunContext, load, short};
use crate::secrets::RunSecrets;

/// The step that a derived run begins with.
pub(super) struct Start {
    /// The run that the user named, which is stopped.
    pub(super) parent: Arc<RunState>,
    /// The run of the lineage that the step belongs to.
    pub(super) origin: Arc<RunState>,
    /// The step.
    pub(super) node: NodeId,
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Invalid, message)
}

/// Finds the step to begin with.
///
/// # Errors
/// If there is none, or it has no metric to begin with.
pub(super) fn start(registry: &Registry, run: &str, from_step: &str) -> Result<Start, Failure> {
    let parent = registry.find(run)?;
    let (origin, node) = registry.select(parent, from_step)?;
    let parent = registry.look(parent)?;
    let origin = if origin == parent.spec().id { Arc::clone(&parent) } else { registry.look(origin)? };
    let found = origin.tree().get(node).ok_or_else(|| invalid(format!("there is no step {node}")))?;
    match why_not(&origin, found) {
        None => Ok(Start { parent, origin, node }),
        Some((why, hint)) => {
            let message = format!("step {node} of run {} {why}", short(origin.spec().id));
            Err(Failure::new(FailureKind::State, message).hint(hint))
        }
    }
}

/// Why a run cannot begin with a step, and what to do; none if it can.
fn why_not(origin: &RunState, node: &Node) -> Option<(String, String)> {
    let run = short(origin.spec().id);
    let elsewhere = || match node.parent {
        Some(parent) => {
            format!("derive from one that works, such as the one it started from: --from-step {parent}")
        }
        None => format!("mend it, then begin a new run; its output: weco run logs {run} --step 0"),
    };
    match &node.progress {
        Progress::Good { .. } => None,
        Progress::Buggy { reason, .. } => {
            Some((format!("does not work, so it has no metric to begin with: {reason}"), elsewhere()))
        }
        Progress::Failed { reason } => Some((format!("has no code: {reason}"), elsewhere())),
        Progress::Rejected { .. } => Some((
            "was turned down and never evaluated, so it has no metric to begin with".to_owned(),
            elsewhere(),
        )),
        Progress::Proposed if origin.is_pending(node) => {
            let submit = format!("approve it first: weco run submit {run} --node {}", node.id);
            Some(("waits for approval, so it has no metric yet".to_owned(), submit))
        }
        Progress::Asked | Progress::Proposed | Progress::Evaluating { .. } => {
            let later = "the same again when it is evaluated, or --from-step best".to_owned();
            Some(("is not evaluated yet".to_owned(), later))
        }
    }
}

impl Start {
    fn node(&self) -> Option<&Node> {
        self.origin.tree().get(self.node)
    }

    /// The step's code.
    pub(super) fn code(&self, registry: &Registry) -> Result<Files, Failure> {
        let refs = self.node().and_then(|node| node.files.clone()).unwrap_or_default();
        Ok(load(registry.deps().journal.as_ref(), self.origin.spec().id, &refs)?)
    }

    /// What came of the step, and what it printed.
    fn outcome(&self, registry: &Registry) -> Result<(Outcome, Blob), Failure> {
        let lost = || Failure::new(FailureKind::System, format!("the result of step {} is lost", self.node));
        let node = self.node().ok_or_else(lost)?;
        let (metric, evaluation) = node.metric().zip(node.evaluation).ok_or_else(lost)?;
        let output = node.output().ok_or_else(lost)?;
        let output = registry.deps().journal.blob(self.origin.spec().id, output)?.unwrap_or_default();
        let output_tail = capture::tail(&String::from_utf8_lossy(&output), capture::PROMPT_TAIL_CHARS);
        let output = Blob::new(output);
        let outcome = Outcome {
            verdict: Verdict::Good { metric },
            exit: evaluation.exit,
            duration_ms: evaluation.duration_ms,
            output: output.id(),
            output_tail,
        };
        Ok((outcome, output))
    }

    /// Sources whose text in the run's directory is not that of the step.
    pub(super) fn differing(&self, registry: &Registry) -> Result<Vec<String>, Failure> {
        let code = self.code(registry)?;
        let local = launch::read_sources(registry, &self.parent.spec().directory, &self.sources())?;
        let differs = |file: &&weco_proto::sources::SourceFile| code.get(&file.path) != Some(&file.text);
        Ok(local.iter().filter(differs).map(|file| file.path.clone()).collect())
    }

    fn sources(&self) -> Vec<String> {
        self.parent.spec().sources.iter().map(|source| source.path.clone()).collect()
    }
}

/// Begins a run from a step of another one, which stops unless it is to go on.
pub(super) async fn derive(
    registry: &Arc<Registry>,
    request: v1::DeriveRunRequest,
) -> Result<v1::StartRunReply, Failure> {
    let parent = registry.find(&request.run_id)?;
    registry.bring_back(parent).await?;
    let keep_parent = request.keep_parent;
    let checked = Arc::clone(registry);
    let new = blocking(move || {
        let start = start(&checked, &request.run_id, &request.from_step)?;
        prepare(&checked, &start, request)
    });
    let new = new.await?;
    let reply = v1::StartRunReply {
        run_id: new.spec.id.to_string(),
        run_name: new.spec.name.clone(),
        log_file: registry.deps().logs.path(new.spec.id).display().to_string(),
    };
    // To its end even if the client goes away meanwhile: what is recorded must be started.
    let registry = Arc::clone(registry);
    let created = tokio::spawn(async move {
        registry.create(new).await?;
        // Only now: had that failed, nothing would be lost.
        if let Some(handle) = registry.live(parent).filter(|_| !keep_parent) {
            handle.tell(Input::StopAsked { force: false }, Vec::new()).await;
        }
        Ok::<_, Failure>(())
    });
    created.await.map_err(internal)??;
    Ok(reply)
}

/// What a derivation would begin with.
pub(super) async fn check(
    registry: &Arc<Registry>,
    request: &v1::CheckDeriveRequest,
) -> Result<v1::CheckDeriveReply, Failure> {
    let parent = registry.find(&request.run_id)?;
    registry.bring_back(parent).await?;
    let (checked, from_step) = (Arc::clone(registry), request.from_step.clone());
    let run_id = request.run_id.clone();
    blocking(move || {
        let start = start(&checked, &run_id, &from_step)?;
        let origin = start.origin.spec().id;
        Ok(v1::CheckDeriveReply {
            from: start.node().map(|node| nodes::node(&start.origin, node, 0)),
            run: Some(runs::get(&checked, &origin.to_string())?),
            parent: Some(runs::get(&checked, &parent.to_string())?),
            differing: start.differing(&checked)?,
        })
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(internal)?
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::System, format!("internal error: {error}"))
}

/// Checks a request and puts the new run together. Blocks for files.
pub(super) fn prepare(
    registry: &Registry,
    start: &Start,
    request: v1::DeriveRunRequest,
) -> Result<NewRun, Failure> {
    let (deps, parent) = (registry.deps(), &start.parent);
    let steps = request.steps.unwrap_or(parent.steps());
    if steps == 0 {
        return Err(invalid("a run needs at least one step"));
    }
    let environment = sent(request.environment);
    let keys = request.api_keys.into_iter().collect();
    let resolved = launch::resolve(deps, Some(&parent.spec().model), &keys, &environment)?;
    let local = launch::read_sources(registry, &parent.spec().directory, &start.sources())?;
    log_dir::check_log_dir(Path::new(&parent.spec().directory), &parent.spec().log_dir)
        .map_err(|error| invalid(error.to_string()).hint(error.hint()))?;
    let code = start.code(registry)?;
    let (outcome, output) = start.outcome(registry)?;
    let search = launch::search_for(&resolved.model, steps);
    let proposer = launch::proposer(resolved.model, &code)?;

    let texts: Vec<Blob> = local.iter().map(|file| Blob::new(file.text.clone().into_bytes())).collect();
    let sources = local.iter().zip(&texts);
    let sources =
        sources.map(|(file, text)| Source { path: file.path.clone(), blob: text.id(), mode: file.mode });
    let code: Vec<(String, Blob)> =
        code.into_iter().map(|(path, text)| (path, Blob::new(text.into_bytes()))).collect();
    let recorded = Blob::new(environment::to_record(&environment));
    let attempts = request.auto_resume_attempts.unwrap_or(parent.auto_resume().attempts);
    let instructions = request.instructions.filter(|text| !text.trim().is_empty());
    let spec = RunSpec {
        id: RunId(uuid::Uuid::new_v4()),
        name: launch::name(),
        sources: sources.collect(),
        steps,
        search,
        instructions: instructions.or_else(|| parent.instructions().map(str::to_owned)),
        seed: request.seed.unwrap_or_else(rand::random),
        apply_best: request.apply_best,
        auto_resume: AutoResume { attempts, ..parent.auto_resume() },
        derived: Some(Derived {
            lineage: parent.spec().lineage(),
            run: start.origin.spec().id,
            node: start.node,
            files: code.iter().map(|(path, text)| (path.clone(), text.id())).collect(),
        }),
        environment: recorded.id(),
        secret_variables: environment::secret_names(&environment),
        ..parent.spec().clone()
    };
    let originals = local.into_iter().map(|file| (file.path, file.text.into_bytes())).collect();
    let workspace = run::open_workspace(&spec, &originals)?;
    let secrets = RunSecrets::new(&environment, keys);
    let context = RunContext { environment, secrets, proposer, workspace };
    let blobs =
        texts.into_iter().chain(code.into_iter().map(|(_, text)| text)).chain([recorded, output]).collect();
    Ok(NewRun { spec, blobs, context, detached: request.detached, inherited: Some(outcome) })
}
