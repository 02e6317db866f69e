//! A run that begins from a step of another one.

mod edits;
mod start;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weco_core::decide::Input;
use weco_core::event::RunEvent;
use weco_core::limits::Limits;
use weco_core::run::{AutoResume, Derived, Measurement, RunId, RunSpec, SearchSpec, Source};
use weco_proto::{log_dir, v1};

use crate::blobs::Blob;
use crate::blocking::blocking;
use crate::environment;
use crate::error::Failure;
use crate::eval::protect::Looking;
use crate::rpc::cast::{Cast, Keys};
use crate::rpc::given::Given;
use crate::rpc::{backend, launch};
use crate::rpc::{measurement, nodes, runs};
use crate::run::{self, NewRun, Registry, RunContext};
use crate::secrets::{Recalled, RunSecrets};

use start::Start;

/// Begins a run from a step of another one, which stops unless it is to go on.
pub(super) async fn derive(
    registry: &Arc<Registry>,
    request: v1::DeriveRunRequest,
) -> Result<(RunId, v1::StartRunReply), Failure> {
    let parent = registry.find(&request.run_id)?;
    registry.bring_back(parent).await?;
    let keep_parent = request.keep_parent;
    let checked = Arc::clone(registry);
    let new = blocking(move || {
        let start = Start::find(&checked, parent, &request.from_step)?;
        prepare(&checked, &start, request)
    });
    let new = new.await?;
    // While the parent evaluates there, the directory may hold one of its versions.
    let checked = match registry.live(parent) {
        None => backend::check(registry, &new.spec, &new.context.environment).await?,
        Some(_) => None,
    };
    let run = new.spec.id;
    let reply = v1::StartRunReply {
        run_id: run.to_string(),
        run_name: new.spec.name.clone(),
        log_file: registry.deps().logs.path(run).display().to_string(),
        checked,
        ..v1::StartRunReply::default()
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
    Ok((run, reply))
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

/// The search of the run that is derived from; its parameters as they were recorded if the budget is the same.
fn search_again(parent: &RunSpec, steps: u32) -> SearchSpec {
    let same = || parent.search.clone();
    if steps == parent.steps {
        same()
    } else {
        SearchSpec::named(parent.search.name(), steps).unwrap_or_else(same)
    }
}

/// Checks a request and puts the new run together. Blocks for files.
fn prepare(registry: &Registry, start: &Start, request: v1::DeriveRunRequest) -> Result<NewRun, Failure> {
    let (deps, parent) = (registry.deps(), &start.parent);
    let steps = request.steps.unwrap_or(parent.steps());
    if steps == 0 {
        return Err(Failure::invalid("a run needs at least one step"));
    }
    launch::check_instructions(request.instructions.as_deref())?;
    let given = Given::new(request.environment, request.api_keys, request.recorded_environment);
    let Recalled { environment, api_keys: keys } = given.resolve(registry, parent)?;
    let (models, effort) = (parent.spec().models(), parent.spec().reasoning_effort);
    let cast = Cast::again(&deps.access, models, effort, &Keys { given: &keys, environment: &environment })?;
    let prices = cast.prices(&deps.access);
    let local = launch::read_sources(registry, &parent.spec().directory, &start.sources())?;
    log_dir::check_log_dir(Path::new(&parent.spec().directory), &parent.spec().log_dir)
        .map_err(|error| Failure::invalid(error.to_string()).hint(error.hint()))?;
    let own: Vec<PathBuf> = local
        .iter()
        .map(|file| file.absolute.clone())
        .chain([PathBuf::from(&parent.spec().log_dir)])
        .collect();
    let paths = parent.spec().measurement.protect.as_ref().map(|protect| protect.paths.clone());
    let directory = Path::new(&parent.spec().directory);
    let looking = Looking { originals: &deps.swaps, is_stopped: &|| registry.is_stopping() };
    let protected = measurement::protected(paths.unwrap_or_default(), directory, &own, looking)?;
    let (protect, protected) = protected.unzip();
    let code = start.code(registry)?;
    let (outcome, output) = start.outcome(registry)?;
    let search = search_again(parent.spec(), steps);
    let proposer = launch::proposer(cast, &code)?;
    let baseline_code = run::code::id(&code);

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
        // As they are now.
        measurement: Measurement { protect, ..parent.spec().measurement.clone() },
        // They counted for the parent: what reached them may be why this run is derived.
        limits: Limits::default(),
        derived: Some(Derived {
            lineage: parent.spec().lineage(),
            run: start.origin.spec().id,
            node: start.node,
            files: code.iter().map(|(path, text)| (path.clone(), text.id())).collect(),
        }),
        baseline_code: Some(baseline_code),
        // As they are now.
        prices,
        environment: recorded.id(),
        secret_variables: environment::secret_names(&environment),
        ..parent.spec().clone()
    };
    let originals = local.into_iter().map(|file| (file.path, file.text.into_bytes())).collect();
    let workspace = run::open_workspace(&spec, &originals)?;
    launch::check_workspaces(deps, &spec)?;
    let secrets = RunSecrets::new(&environment, keys);
    let context = RunContext { environment, secrets, proposer, workspace };
    let blobs = texts.into_iter().chain(code.into_iter().map(|(_, text)| text)).chain([recorded, output]);
    let blobs = blobs.chain(protected).collect();
    Ok(NewRun { spec, blobs, context, detached: request.detached, first })
}
