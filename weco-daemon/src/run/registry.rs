use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weco_core::decide::{Input, decide};
use weco_core::event::{EndStatus, Event, RunEvent};
use weco_core::run::{NodeId, RunId, RunSpec};
use weco_core::state::{RunState, RunStatus};

use crate::blobs::Blob;
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::{Edit, SourceText, Workspace, WorkspaceError};
use crate::journal::{Durability, Journal, JournalError};
use crate::model::Access;
use crate::run::actor::{self, RunHandle};
use crate::run::effects::{RunContext, kept_dir, load, load_bytes};
use crate::run::swaps::Swaps;
use crate::run::turns::Turns;

/// What every run needs from the daemon.
pub struct Deps {
    /// The record of all runs.
    pub journal: Arc<dyn Journal>,
    /// Language models.
    pub access: Access,
    /// Who may evaluate where.
    pub turns: Turns,
    /// Which sources may hold a candidate.
    pub swaps: Swaps,
}

/// All runs: the live ones by their actors, the others by what is recorded of them.
pub struct Registry {
    deps: Arc<Deps>,
    live: Arc<Mutex<HashMap<RunId, RunHandle>>>,
    stopping: AtomicBool,
    /// Held while an ended run is changed, so that two requests cannot own it at once.
    ended: tokio::sync::Mutex<()>,
}

impl Registry {
    /// No run is live yet.
    pub fn new(deps: Arc<Deps>) -> Self {
        Self {
            deps,
            live: Arc::default(),
            stopping: AtomicBool::new(false),
            ended: tokio::sync::Mutex::new(()),
        }
    }

    /// What runs need from the daemon.
    pub fn deps(&self) -> &Arc<Deps> {
        &self.deps
    }

    /// The run's actor, if it is live.
    pub fn live(&self, run: RunId) -> Option<RunHandle> {
        self.lock().get(&run).cloned()
    }

    /// How many runs are live.
    pub fn live_count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, RunHandle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one run whose id begins with `prefix`.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn find(&self, prefix: &str) -> Result<RunId, Failure> {
        let runs = self.deps.journal.runs()?;
        let lower = prefix.to_ascii_lowercase();
        let mut matching = runs.iter().filter(|run| run.id.to_string().starts_with(&lower));
        match (matching.next(), matching.next()) {
            (Some(run), None) if !prefix.is_empty() => Ok(run.id),
            (Some(_), _) => Err(Failure::new(FailureKind::Invalid, format!("'{prefix}' fits several runs"))
                .hint("give more of the run's id")),
            (None, _) => Err(Failure::new(FailureKind::NotFound, format!("there is no run '{prefix}'"))
                .hint("a run is called by its id, the name of its directory: ls .runs")),
        }
    }

    /// What is true of a run, from its record.
    ///
    /// # Errors
    /// If the record cannot be read or makes no sense.
    pub fn state(&self, run: RunId) -> Result<RunState, Failure> {
        let events = self.deps.journal.read(run, 1, usize::MAX)?;
        RunState::replay(&events)
            .map_err(|error| Failure::new(FailureKind::System, format!("run {run} cannot be read: {error}")))
    }

    /// Records a new run and starts it.
    ///
    /// # Errors
    /// If it cannot be recorded; then nothing is left of it.
    pub async fn create(&self, spec: RunSpec, blobs: Vec<Blob>, context: RunContext) -> Result<(), Failure> {
        self.refuse_when_stopping()?;
        let created =
            Event { seq: 1, at: clock::now(), kind: RunEvent::Created { spec: Box::new(spec.clone()) } };
        let state = RunState::new(&created).map_err(internal)?;
        self.deps.journal.append(spec.id, vec![created], blobs, Durability::Flushed).await?;
        tracing::info!(run = %spec.id, name = spec.name, directory = spec.directory, "run created");
        self.start(state, Input::Started, context);
        Ok(())
    }

    /// Starts the actor of a recorded run.
    pub fn start(&self, state: RunState, first: Input, context: RunContext) -> RunHandle {
        let run = state.spec().id;
        let live = Arc::clone(&self.live);
        let on_end = move || {
            live.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
            tracing::info!(%run, "run is no longer live");
        };
        // Held until the handle is in, so that `on_end` cannot come first.
        let mut runs = self.lock();
        let handle = actor::spawn(state, first, context, Arc::clone(&self.deps), on_end);
        runs.insert(run, handle.clone());
        handle
    }

    /// Whether a run goes on. One whose end is told already may still be about to leave: it is waited for.
    async fn is_live(&self, run: RunId, state: &RunState) -> bool {
        let Some(handle) = self.live(run) else { return false };
        if state.end_status().is_none() {
            return true;
        }
        handle.gone().await;
        false
    }

    /// Whether the daemon stops, so that no run is to be started any more.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn refuse_when_stopping(&self) -> Result<(), Failure> {
        if self.is_stopping() {
            return Err(Failure::new(FailureKind::Stopping, "the daemon is stopping").hint("try again"));
        }
        Ok(())
    }

    /// Asks a run to stop; one that has ended stays as it is.
    ///
    /// # Errors
    /// If the run's record cannot be read.
    pub async fn stop(&self, run: RunId, force: bool) -> Result<RunStatus, Failure> {
        if let Some(handle) = self.live(run) {
            handle.tell(Input::StopAsked { force }).await;
        }
        Ok(self.state(run)?.status().clone())
    }

    /// Lets an ended run go on; answers the sequence number of the event that says so.
    ///
    /// # Errors
    /// If the run is live, or completed and `steps` is none, or cannot be recorded.
    pub async fn resume(
        &self,
        run: RunId,
        steps: Option<u32>,
        context: impl FnOnce(&RunState) -> Result<RunContext, Failure>,
    ) -> Result<u64, Failure> {
        self.refuse_when_stopping()?;
        let _owner = self.ended.lock().await;
        let state = self.state(run)?;
        let short = short(run);
        if self.is_live(run, &state).await {
            return Err(Failure::new(FailureKind::Live, format!("run {short} is running already")));
        }
        if state.end_status() == Some(EndStatus::Completed) && steps.is_none() {
            return Err(Failure::new(FailureKind::State, format!("run {short} is complete"))
                .hint(format!("say how many more steps: weco resume {short} --steps 20")));
        }
        let context = context(&state)?;
        let seq = state.seq() + 1;
        let mut feed = self.start(state, Input::ResumeAsked { steps }, context).feed();
        match feed.recorded.wait_for(|recorded| *recorded >= seq).await {
            Ok(_) => Ok(seq),
            Err(_) => Err(Failure::new(FailureKind::System, format!("run {short} could not be resumed"))
                .hint("the daemon's log says why: weco daemon logs")),
        }
    }

    /// Writes the best version over the run's sources.
    ///
    /// # Errors
    /// If the run is live, nothing better than the baseline was found, or a source was edited since.
    pub async fn apply_best(&self, run: RunId) -> Result<(NodeId, Vec<String>), Failure> {
        let _owner = self.ended.lock().await;
        let mut state = self.state(run)?;
        if self.is_live(run, &state).await {
            return Err(Failure::new(FailureKind::State, format!("run {} is still running", short(run)))
                .hint("stop it first, or wait for its end"));
        }
        let best = state.tree().best().filter(|node| node.id != NodeId::BASELINE);
        let Some((node, refs)) = best.and_then(|node| Some((node.id, node.files.clone()?))) else {
            return Err(Failure::new(FailureKind::State, "no version better than the baseline was found"));
        };
        if !state.edited().is_empty() {
            return Err(edited(state.spec(), state.edited().iter().map(String::as_str)));
        }
        let files = load(self.deps.journal.as_ref(), run, &refs)?;
        let mut workspace = self.workspace(&state)?;
        let applied = workspace.apply(&files, &kept_dir(state.spec(), "apply"));
        let paths = applied.map_err(|error| match error {
            WorkspaceError::Edited(edits) => edited(state.spec(), edits.iter().map(Edit::path)),
            error => error.into(),
        })?;
        let decision = decide(&mut state, Input::Applied { node, paths: paths.clone() }, clock::now())
            .map_err(internal)?;
        self.deps.journal.append(run, decision.events, Vec::new(), Durability::Flushed).await?;
        Ok((node, paths))
    }

    /// The user's files, with what is to be restored in them.
    ///
    /// # Errors
    /// If an original cannot be read.
    pub fn workspace(&self, state: &RunState) -> Result<Workspace, Failure> {
        let texts = load_bytes(self.deps.journal.as_ref(), state.spec().id, state.originals())?;
        open_workspace(state.spec(), &texts)
    }

    /// Removes an ended run from the record.
    ///
    /// # Errors
    /// If the run is live or cannot be removed.
    pub async fn forget(&self, run: RunId) -> Result<(), Failure> {
        let _owner = self.ended.lock().await;
        if self.live(run).is_some() && self.is_live(run, &self.state(run)?).await {
            return Err(Failure::new(FailureKind::State, format!("run {} is still running", short(run))));
        }
        self.deps.journal.remove(run).await?;
        Ok(())
    }

    /// Ends everything that is under way, restores all sources, and leaves the runs to go on at the
    /// next start.
    pub async fn shutdown(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        let handles: Vec<RunHandle> = self.lock().values().cloned().collect();
        futures_util::future::join_all(handles.iter().map(RunHandle::shutdown)).await;
    }
}

/// The user's files of a run, with the texts that are to be restored in them.
///
/// # Errors
/// If a path does not lead to a file of its own in the run's directory.
pub(crate) fn open_workspace(
    spec: &RunSpec,
    texts: &BTreeMap<String, Vec<u8>>,
) -> Result<Workspace, Failure> {
    let sources = spec.sources.iter().filter_map(|source| {
        let original = texts.get(&source.path)?.as_slice().into();
        Some(SourceText { path: source.path.clone(), original, mode: source.mode })
    });
    Ok(Workspace::new(Path::new(&spec.directory), spec.id, sources.collect())?)
}

/// The best version is not written over the user's own edit of `paths`.
fn edited<'a>(spec: &RunSpec, paths: impl Iterator<Item = &'a str>) -> Failure {
    let paths = paths.collect::<Vec<_>>().join(", ");
    let best = Path::new(&spec.log_dir).join(spec.id.to_string()).join("best/files");
    Failure::new(
        FailureKind::State,
        format!("{paths} was edited during the run, so the best version is not written over it"),
    )
    .hint(format!("merge the best version, in {}, into your own", best.display()))
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        Self::new(FailureKind::State, error.to_string())
    }
}

/// The first eight characters of a run's id: enough for people.
pub(crate) fn short(run: RunId) -> String {
    run.to_string().chars().take(8).collect()
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::System, format!("internal error: {error}"))
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let hint = match &error {
            JournalError::Full { .. } => "free some room, then try again",
            _ => "the daemon's log says more: weco daemon logs",
        };
        Self::new(FailureKind::System, error.to_string()).hint(hint)
    }
}
