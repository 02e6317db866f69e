//! A run that begins from a step of another one.

mod edits;
mod start;

use std::path::Path;
use std::sync::Arc;

use weco_core::decide::Input;
use weco_core::event::RunEvent;
use weco_core::limits::Limits;
use weco_core::run::{AutoResume, Derived, RunId, RunSpec, Source};
use weco_proto::{log_dir, v1};

use crate::blobs::Blob;
use crate::blocking::blocking;
use crate::environment;
use crate::error::Failure;
use crate::rpc::launch::{self, environment as sent};
use crate::rpc::{nodes, runs};
use crate::run::{self, NewRun, Registry, RunContext};
use crate::secrets::RunSecrets;

use start::Start;

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
        let start = Start::find(&checked, parent, &request.from_step)?;
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
    created.await.map_err(Failure::internal)??;
    Ok(reply)
}

/// What a derivation would begin with.
pub(super) async fn check(
    registry: &Arc<Registry>,
    request: &v1::CheckDeriveRequest,
) -> Result<v1::CheckDeriveReply, Failure> {
    let parent = registry.find(&request.run_id)?;
    let (checked, from_step) = (Arc::clone(registry), request.from_step.clone());
    blocking(move || {
        let start = Start::find(&checked, parent, &from_step)?;
        let told = |run| Ok::<_, Failure>(runs::told(&checked, &checked.entry(run)?));
        // The derivation brings the user's files back first; this only looks.
        let differing = match checked.is_left_swapped(parent)? {
            true => Vec::new(),
            false => start.differing(&checked)?,
        };
        Ok(v1::CheckDeriveReply {
            from: start.node().map(|node| nodes::detailed(&start.origin, node, 0)),
            run: Some(told(start.origin.spec().id)?),
            parent: Some(told(parent)?),
            differing,
        })
    })
    .await
}

/// Checks a request and puts the new run together. Blocks for files.
fn prepare(registry: &Registry, start: &Start, request: v1::DeriveRunRequest) -> Result<NewRun, Failure> {
    let (deps, parent) = (registry.deps(), &start.parent);
    let steps = request.steps.unwrap_or(parent.steps());
    if steps == 0 {
        return Err(Failure::invalid("a run needs at least one step"));
    }
    launch::check_instructions(request.instructions.as_deref())?;
    let environment = sent(request.environment);
    let keys = request.api_keys.into_iter().collect();
    let resolved = launch::resolve(deps, Some(&parent.spec().model), &keys, &environment)?;
    let local = launch::read_sources(registry, &parent.spec().directory, &start.sources())?;
    log_dir::check_log_dir(Path::new(&parent.spec().directory), &parent.spec().log_dir)
        .map_err(|error| Failure::invalid(error.to_string()).hint(error.hint()))?;
    let code = start.code(registry)?;
    let (outcome, output) = start.outcome(registry)?;
    let search = launch::search_for(&resolved.model, steps);
    let proposer = launch::proposer(resolved.model, &code)?;

    let texts: Vec<Blob> = local.iter().map(|file| Blob::new(file.text.clone().into_bytes())).collect();
    let sources: Vec<Source> = local
        .iter()
        .zip(&texts)
        .map(|(file, text)| Source { path: file.path.clone(), blob: text.id(), mode: file.mode })
        .collect();
    let first = std::iter::once(RunEvent::Inherited { outcome });
    let first = first.chain(edits::own(registry, start, &sources)?).collect();
    let code: Vec<(String, Blob)> =
        code.into_iter().map(|(path, text)| (path, Blob::new(text.into_bytes()))).collect();
    let recorded = Blob::new(environment::to_record(&environment));
    let attempts = request.auto_resume_attempts.unwrap_or(parent.auto_resume().attempts);
    let instructions = request.instructions.filter(|text| !text.trim().is_empty());
    let spec = RunSpec {
        id: RunId(uuid::Uuid::new_v4()),
        name: launch::name(),
        sources,
        steps,
        search,
        instructions: instructions.or_else(|| parent.instructions().map(str::to_owned)),
        seed: request.seed.unwrap_or_else(rand::random),
        apply_best: request.apply_best,
        auto_resume: AutoResume { attempts, ..parent.auto_resume() },
        // They counted for the parent: what reached them may be why this run is derived.
        limits: Limits::default(),
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
    Ok(NewRun { spec, blobs, context, detached: request.detached, first })
}
