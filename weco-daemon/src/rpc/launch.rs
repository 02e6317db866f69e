//! From a request to a run that may begin: everything is checked before anything is created.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use weco_core::limits::Limits;
use weco_core::parallel::Devices;
use weco_core::run::{AutoResume, EvalBackend, Files, Goal, RunId, RunSpec, SearchSpec, Source};
use weco_core::search::Forage;
use weco_core::state::RunState;
use weco_proto::instructions::{InstructionsError, MAX_INSTRUCTIONS_BYTES};
use weco_proto::sources::SourceFile;
use weco_proto::{log_dir, parallel, v1};
use weco_tune::{CannotTune, Tuner};

use crate::blobs::Blob;
use crate::environment::{self, Environment};
use crate::error::{Failure, FailureKind};
use crate::eval::protect::Looking;
use crate::eval::workspace::Workspace;
use crate::model::{ModelError, ModelErrorKind, ResolvedModel};
use crate::rpc::backend;
use crate::rpc::cast::{self, Cast, Keys};
use crate::rpc::given::Given;
use crate::rpc::measurement::{self, measurement};
use crate::run::{self, Deps, Proposer, Registry, RunContext};
use crate::secrets::{Recalled, RunSecrets};

/// A run that may begin.
pub(super) struct Launch {
    pub(super) spec: RunSpec,
    pub(super) context: RunContext,
    /// What the run begins with: sources and environment.
    pub(super) blobs: Vec<Blob>,
}

/// The environment that a client sent.
pub(super) fn environment(variables: Vec<v1::EnvVar>) -> Environment {
    variables
        .into_iter()
        .map(|variable| (OsString::from_vec(variable.name), OsString::from_vec(variable.value)))
        .collect()
}

/// Checks a request and stores what the run begins with.
pub(super) fn prepare(registry: &Registry, request: v1::StartRunRequest) -> Result<Launch, Failure> {
    let deps = registry.deps();
    check(&request)?;
    let backend = request.eval_backend.clone().map(backend::requested).transpose()?;
    let directory = PathBuf::from(&request.directory);
    let files = read_sources(registry, &request.directory, &request.sources)?;
    let log_dir = log_dir::check_log_dir(&directory, &request.log_dir)
        .map_err(|error| Failure::invalid(error.to_string()).hint(error.hint()))?;
    let own: Vec<PathBuf> = files.iter().map(|file| file.absolute.clone()).chain([log_dir.clone()]).collect();
    let (measurement, protected) = measurement(
        request.eval_repeats,
        request.verify_command.clone(),
        request.protect.clone(),
        &directory,
        &own,
        Looking { originals: &deps.swaps, is_stopped: &|| registry.is_stopping() },
    )?;
    let goal = match request.goal() {
        v1::Goal::Minimize => Goal::Minimize,
        v1::Goal::Maximize | v1::Goal::Unspecified => Goal::Maximize,
    };
    let effort = cast::effort(request.reasoning_effort());
    let environment = environment(request.environment);
    let keys: BTreeMap<String, String> = request.api_keys.into_iter().collect();
    let cast = Cast::requested(
        &deps.access,
        (request.model.as_deref(), &request.models),
        effort,
        &Keys { given: &keys, environment: &environment },
    )?;
    if request.max_cost.is_some() {
        cast.check_priced(&deps.access)?;
    }
    let (model, models, prices) = (cast.name(), cast.names(), cast.prices(&deps.access));

    let baseline = files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let search = search_for(request.search.as_deref(), &cast.first.model, request.steps)?;
    let proposer = proposer(cast, &baseline)?;
    let baseline_code = run::code::id(&baseline);
    let recorded = Blob::new(environment::to_record(&environment));
    let texts: Vec<Blob> = files.iter().map(|file| Blob::new(file.text.clone().into_bytes())).collect();
    let v1::StartRunRequest {
        target,
        patience,
        max_seconds: seconds,
        max_tokens: tokens,
        max_cost: cost,
        ..
    } = request;
    let limits = Limits { target, patience, seconds, tokens, cost };
    let slots =
        request.slots.into_iter().map(|v1::Devices { kind, values }| Devices { kind, values }).collect();
    let spec = RunSpec {
        id: RunId(uuid::Uuid::new_v4()),
        name: name(),
        directory: request.directory,
        sources: files
            .iter()
            .zip(&texts)
            .map(|(file, text)| Source { path: file.path.clone(), blob: text.id(), mode: file.mode })
            .collect(),
        eval_command: backend.as_ref().map_or(request.eval_command, EvalBackend::in_words),
        backend,
        metric: request.metric,
        goal,
        steps: request.steps,
        search,
        model,
        instructions: request.instructions.filter(|text| !text.trim().is_empty()),
        log_dir: path_text(&log_dir)?,
        save_logs: request.save_logs,
        eval_timeout_seconds: request.eval_timeout_seconds,
        seed: request.seed.unwrap_or_else(rand::random),
        apply_best: request.apply_best,
        auto_resume: AutoResume {
            attempts: request.auto_resume_attempts.unwrap_or(AutoResume::default().attempts),
            first_wait_ms: deps.access.outage_base_ms().into(),
        },
        parallel: request.parallel.unwrap_or(1),
        isolate: request.isolate,
        slots,
        require_review: request.require_review,
        limits,
        measurement,
        derived: None,
        baseline_code: Some(baseline_code),
        models,
        prices,
        reasoning_effort: effort,
        environment: recorded.id(),
        secret_variables: environment::secret_names(&environment),
    };
    let originals = files.into_iter().map(|file| (file.path, file.text.into_bytes())).collect();
    let workspace = run::open_workspace(&spec, &originals)?;
    check_workspaces(deps, &spec)?;
    let secrets = RunSecrets::new(&environment, keys);
    let context = RunContext { environment, secrets, proposer, workspace };
    let blobs = texts.into_iter().chain([recorded]).chain(protected).collect();
    Ok(Launch { spec, context, blobs })
}

/// Whether the run's workspaces can be made, if it is to have any.
pub(super) fn check_workspaces(deps: &Deps, spec: &RunSpec) -> Result<(), Failure> {
    if !spec.is_isolated() {
        return Ok(());
    }
    let sources = spec.sources.iter().map(|source| source.path.as_str());
    let checked = deps.workspaces.check(&deps.workspaces.origin(spec), sources);
    checked.map_err(|error| Failure::invalid(error.to_string()).hint(error.hint()))
}

/// A name for people, such as `swift-heron`.
pub(super) fn name() -> String {
    petname::petname(2, "-").unwrap_or_else(|| "nameless".to_owned())
}

/// The sources as the user has them.
pub(super) fn read_sources(
    registry: &Registry,
    directory: &str,
    names: &[String],
) -> Result<Vec<SourceFile>, Failure> {
    let read = registry.deps().swaps.read_sources(Path::new(directory), names);
    read.map_err(|error| Failure::invalid(error.to_string()).hint(error.hint().unwrap_or_default()))
}

/// What a run that ended needs to go on, in the caller's environment.
pub(super) fn context_again(
    registry: &Registry,
    state: &RunState,
    given: Given,
) -> Result<RunContext, Failure> {
    let given = given.resolve(registry, state)?;
    let workspace = registry.workspace(state)?;
    context_for(registry, state, workspace, given)
}

/// What a run needs to go on by itself after a restart.
///
/// # Errors
/// If its model cannot be asked without keys that are gone.
pub(crate) fn context_for(
    registry: &Registry,
    state: &RunState,
    workspace: Workspace,
    given: Recalled,
) -> Result<RunContext, Failure> {
    let Recalled { environment, api_keys } = given;
    let keys = Keys { given: &api_keys, environment: &environment };
    let spec = state.spec();
    let cast = Cast::again(&registry.deps().access, spec.models(), spec.reasoning_effort, &keys)?;
    let proposer = proposer_again(registry, state, cast)?;
    let secrets = RunSecrets::new(&environment, api_keys);
    Ok(RunContext { environment, secrets, proposer, workspace })
}

fn check(request: &v1::StartRunRequest) -> Result<(), Failure> {
    if !Path::new(&request.directory).is_absolute() {
        return Err(Failure::invalid("the working directory must be an absolute path"));
    }
    match (&request.eval_backend, request.eval_command.trim()) {
        (None, "") => return Err(Failure::invalid("the evaluation command is empty")),
        (None, _) | (Some(_), "") => {}
        (Some(backend), _) => {
            return Err(Failure::invalid(format!("{} evaluates in place of a command", backend.name))
                .hint("leave the evaluation command out"));
        }
    }
    check_instructions(request.instructions.as_deref())?;
    if request.metric.trim().is_empty() {
        return Err(Failure::invalid("the metric has no name"));
    }
    if request.goal() == v1::Goal::Unspecified {
        return Err(Failure::invalid("the goal must be maximize or minimize"));
    }
    if request.steps == 0 {
        return Err(Failure::invalid("a run needs at least one step"));
    }
    if request.eval_timeout_seconds == Some(0) {
        return Err(Failure::invalid("the evaluation's timeout must be at least one second"));
    }
    parallel::check(request.parallel.unwrap_or(1), &request.slots)
        .map_err(|error| Failure::invalid(error.to_string()).hint(error.hint()))?;
    if request.target.is_some_and(|target| !target.is_finite()) {
        return Err(Failure::invalid("the target must be a finite number"));
    }
    if request.max_cost.is_some_and(|cost| !cost.is_finite() || cost < 0.0) {
        return Err(Failure::invalid("the limit of the cost must be an amount of US dollars"));
    }
    if request.max_cost == Some(0.0)
        || request.patience == Some(0)
        || request.max_seconds == Some(0)
        || request.max_tokens == Some(0)
    {
        return Err(Failure::invalid("a limit of nothing would end the run before its first step"));
    }
    measurement::check(request)
}

/// The same limit as for instructions that are given later.
pub(super) fn check_instructions(text: Option<&str>) -> Result<(), Failure> {
    let bytes = text.map_or(0, |text| text.len() as u64);
    if bytes > MAX_INSTRUCTIONS_BYTES {
        return Err(Failure::invalid(InstructionsError::TooLong(bytes).to_string()));
    }
    Ok(())
}

/// The search that is asked for. If none is: the built-in proposer explores by itself, from the best node; a model is led.
fn search_for(name: Option<&str>, model: &ResolvedModel, steps: u32) -> Result<SearchSpec, Failure> {
    match (name, model) {
        (Some(name), _) => SearchSpec::named(name, steps).ok_or_else(|| {
            Failure::invalid(format!("there is no search named {name:?}"))
                .hint(format!("one of {}", SearchSpec::NAMES.join(", ")))
        }),
        (None, ResolvedModel::Builtin) => Ok(SearchSpec::Greedy),
        (None, ResolvedModel::Remote(_)) => Ok(Forage::spec(steps)),
    }
}

/// Who proposes; the built-in one only if it finds something to tune in the baseline.
pub(super) fn proposer(cast: Cast, baseline: &Files) -> Result<Proposer, Failure> {
    let mut models = Vec::new();
    for model in cast.into_models() {
        match model {
            ResolvedModel::Remote(model) => models.push(model),
            // It is never one of several.
            ResolvedModel::Builtin => {
                return Ok(Proposer::Builtin(Box::new(Mutex::new(Tuner::new(baseline)?))));
            }
        }
    }
    Ok(Proposer::Models(models))
}

fn proposer_again(registry: &Registry, state: &RunState, cast: Cast) -> Result<Proposer, Failure> {
    let originals = state.baseline().files.clone().unwrap_or_default();
    let baseline = run::load(registry.deps().journal.as_ref(), state.spec().id, &originals)?;
    proposer(cast, &baseline)
}

impl From<CannotTune> for Failure {
    fn from(error: CannotTune) -> Self {
        let hint = match error {
            CannotTune::Nothing { .. } => {
                "mark a literal with a comment on its line, such as `weco: 1..64`, or name a model with -M"
            }
            CannotTune::Annotation { .. } => "correct the comment",
        };
        Failure::invalid(error.to_string()).hint(hint)
    }
}

fn path_text(path: &Path) -> Result<String, Failure> {
    let text =
        path.to_str().ok_or_else(|| Failure::invalid(format!("the path {} is not UTF-8", path.display())))?;
    Ok(text.to_owned())
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        let kind = match error.kind {
            ModelErrorKind::Key => FailureKind::Key,
            _ => FailureKind::Invalid,
        };
        Self::new(kind, error.message).hint(error.hint)
    }
}
