use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use weco_core::decide::{Input, SourceEdit, decide};
use weco_core::event::{EndStatus, Event, RunEvent};
use weco_core::run::{EnvironmentRef, NodeId, RunId, RunSpec};
use weco_core::state::{RunState, RunStatus};

use crate::blobs::Blob;
use crate::clock;
use crate::environment;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::{Edit, SourceText, Workspace, WorkspaceError};
use crate::journal::{Durability, Journal, JournalError};
use crate::log::{Followed, Logs};
use crate::model::Access;
use crate::recover;
use crate::run::actor::{self, RunHandle};
use crate::run::apply::{self, Applied};
use crate::run::effects::{RunContext, load_bytes};
use crate::run::slots::Slots;
use crate::run::swaps::Swaps;
use crate::run::turns::{Turns, working_tree};
use crate::secrets::Secrets;

/// What every run needs from the daemon.
pub struct Deps {
    /// The record of all runs.
    pub journal: Arc<dyn Journal>,
    /// Language models.
    pub access: Access,
    /// Who may evaluate where.
    pub turns: Turns,
    /// How many may evaluate at once.
    pub slots: Slots,
    /// Which sources may hold a candidate.
    pub swaps: Swaps,
    /// Logs of runs that nobody watches.
    pub logs: Logs,
    /// What of live runs is secret.
    pub secrets: Secrets,
}

/// All runs: the live ones by their actors, the others by what is recorded of them.
pub struct Registry {
    deps: Arc<Deps>,
    live: Arc<Mutex<HashMap<RunId, RunHandle>>>,
    /// How many are live.
    count: watch::Sender<usize>,
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
            count: watch::Sender::default(),
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

    /// How many runs are live, now and whenever that changes.
    pub fn live_counts(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, RunHandle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds ended runs as they are until dropped.
    pub(super) async fn own_ended(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.ended.lock().await
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

    /// Records a new run and starts it. A `detached` one has a log from its beginning.
    ///
    /// # Errors
    /// If it or its log cannot be recorded; then nothing is left of it.
    pub async fn create(
        &self,
        spec: RunSpec,
        blobs: Vec<Blob>,
        context: RunContext,
        detached: bool,
    ) -> Result<(), Failure> {
        self.refuse_when_stopping()?;
        let log = self.deps.logs.reserve_if(detached, spec.id).await?;
        let created =
            Event { seq: 1, at: clock::now(), kind: RunEvent::Created { spec: Box::new(spec.clone()) } };
        let state = RunState::new(&created).map_err(internal)?;
        // First, for whoever finds the record after a crash needs them.
        self.keep_secrets(&spec, &context);
        let recorded = self.deps.journal.append(spec.id, vec![created], blobs, Durability::Flushed).await;
        recorded.inspect_err(|_| self.deps.secrets.release(spec.id))?;
        tracing::info!(run = %spec.id, name = spec.name, directory = spec.directory, "run created");
        log.keep();
        self.launch(state, (Input::Started, Vec::new()), context, detached);
        Ok(())
    }

    /// Starts the actor of a recorded run.
    pub fn start(&self, state: RunState, first: Input, context: RunContext) -> RunHandle {
        self.launch(state, (first, Vec::new()), context, false)
    }

    fn launch(
        &self,
        state: RunState,
        first: (Input, Vec<Blob>),
        context: RunContext,
        detached: bool,
    ) -> RunHandle {
        let run = state.spec().id;
        self.keep_secrets(state.spec(), &context);
        let (live, count) = (Arc::clone(&self.live), self.count.clone());
        let deps = Arc::clone(&self.deps);
        let on_end = move || {
            // While it still counts as live, so that nobody has resumed it yet.
            deps.secrets.release(run);
            let mut runs = live.lock().unwrap_or_else(PoisonError::into_inner);
            runs.remove(&run);
            count.send_replace(runs.len());
            drop(runs);
            tracing::info!(%run, "run is no longer live");
        };
        // Held until the handle is in, so that `on_end` cannot come first.
        let mut runs = self.lock();
        let handle = actor::spawn(state, first, context, Arc::clone(&self.deps), on_end);
        runs.insert(run, handle.clone());
        self.count.send_replace(runs.len());
        let journal = Arc::clone(&self.deps.journal);
        self.deps.logs.follow(Followed::new(run, journal, &handle, detached));
        handle
    }

    /// A run that never had a secret needs no entry; one that had must not get back those of another time.
    fn keep_secrets(&self, spec: &RunSpec, context: &RunContext) {
        if !context.secrets.is_empty() || !spec.secret_variables.is_empty() {
            self.deps.secrets.keep(spec.id, &context.secrets);
        }
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

    /// Waits until a run that has ended is about its business no more, and refuses one that goes on.
    async fn settle(&self, run: RunId) -> Result<(), Failure> {
        let Some(handle) = self.live(run) else { return Ok(()) };
        let short = short(run);
        let summary = self.entry(run)?.summary;
        if summary.as_ref().is_some_and(|summary| summary.status == RunStatus::Stopping) {
            return Err(Failure::new(FailureKind::Live, format!("run {short} is stopping"))
                .hint("the same again when it has: weco runs"));
        }
        if summary.is_none_or(|summary| summary.end_status().is_none()) {
            return Err(Failure::new(FailureKind::Live, format!("run {short} is running already"))
                .hint(format!("weco attach {short}")));
        }
        tokio::time::timeout(apply::PATIENCE, handle.gone()).await.map_err(|_| {
            let message = format!("run {short} waits to write its best version: another run evaluates there");
            Failure::new(FailureKind::State, message).hint("try again later: weco runs")
        })
    }

    /// What is true of a run that rests, for who holds `ended`: nobody changes it meanwhile.
    fn at_rest(&self, run: RunId) -> Result<RunState, Failure> {
        let short = short(run);
        if self.live(run).is_some() {
            return Err(Failure::new(FailureKind::Live, format!("run {short} is running already"))
                .hint(format!("weco attach {short}")));
        }
        let state = self.state(run)?;
        if state.end_status().is_none() {
            let message = format!("run {short} could not be put right after a restart; that is tried again");
            return Err(Failure::new(FailureKind::State, message).hint(format!(
                "the daemon's log says why: weco daemon logs; to give it up: weco run stop {short}"
            )));
        }
        Ok(state)
    }

    /// Brings the files of a run at rest back, if a daemon died or failed before it could.
    async fn put_right(&self, state: &mut RunState) -> Result<(), Failure> {
        if self.workspace(state)?.is_swapped()? {
            recover::restore(self, state).await?;
        }
        Ok(())
    }

    /// Asks a run to stop; one that has ended stays as it is. Returns when that is recorded or, to `wait`, when
    /// nothing of the run is under way any more and its sources are restored.
    ///
    /// # Errors
    /// If there is no such run, or what is recorded of it makes no sense.
    pub async fn stop(&self, run: RunId, force: bool, wait: bool) -> Result<RunStatus, Failure> {
        if let Some(handle) = self.live(run) {
            handle.tell(Input::StopAsked { force }).await;
            if wait {
                handle.gone().await;
            }
        } else {
            self.give_up(run).await?;
        }
        let damaged = || Failure::new(FailureKind::System, format!("run {run} cannot be read"));
        Ok(self.entry(run)?.summary.ok_or_else(damaged)?.status.clone())
    }

    /// Ends a run that nobody could put right since the daemon's start, if it is one.
    async fn give_up(&self, run: RunId) -> Result<(), Failure> {
        let _owner = self.ended.lock().await;
        let mut state = self.state(run)?;
        if self.live(run).is_some() || state.end_status().is_some() {
            return Ok(());
        }
        let reason = "stopped by the user before it could be put right".to_owned();
        let interrupted = Input::Interrupted { reason, hint: format!("weco resume {}", short(run)) };
        let decision = decide(&mut state, interrupted, clock::now()).map_err(internal)?;
        Ok(self.deps.journal.append(run, decision.events, Vec::new(), Durability::Flushed).await?)
    }

    /// Lets an ended run go on; answers the sequence number of the event that says so. Sources that the user
    /// edited meanwhile stay as they are, and are what is restored from now on.
    ///
    /// # Errors
    /// If the run is live, or completed and `steps` is none, or it or its log cannot be recorded.
    pub async fn resume(
        &self,
        run: RunId,
        Further { steps, attempts, detached, apply_best }: Further,
        context: impl FnOnce(&RunState) -> Result<RunContext, Failure>,
    ) -> Result<u64, Failure> {
        self.refuse_when_stopping()?;
        self.settle(run).await?;
        let owner = self.ended.lock().await;
        let mut state = self.at_rest(run)?;
        let short = short(run);
        if state.end_status() == Some(EndStatus::Completed) && steps.is_none() {
            return Err(Failure::new(FailureKind::State, format!("run {short} is complete"))
                .hint(format!("say how many more steps: weco resume {short} --steps 20")));
        }
        self.put_right(&mut state).await?;
        let mut context = context(&state)?;
        let edits = self.deps.swaps.check(&context.workspace)?;
        context.workspace.adopt(&edits);
        let (edits, mut blobs) = since_then(&edits);
        let record = Blob::new(environment::to_record(&context.environment));
        let secret_variables = environment::secret_names(&context.environment);
        let environment = Some(EnvironmentRef { record: record.id(), secret_variables });
        blobs.push(record);
        let seq = state.seq() + 1;
        self.deps.logs.reserve_if(detached, run).await?.keep();
        let first = (Input::ResumeAsked { steps, attempts, environment, apply_best, edits }, blobs);
        let mut feed = self.launch(state, first, context, detached).feed();
        // It is live from here on, which protects it as well.
        drop(owner);
        match feed.recorded.wait_for(|recorded| *recorded >= seq).await {
            Ok(_) => Ok(seq),
            Err(_) => Err(Failure::new(FailureKind::System, format!("run {short} could not be resumed"))
                .hint("the daemon's log says why: weco daemon logs")),
        }
    }

    /// The sources of an ended run that are not as the run would restore them, by their paths.
    ///
    /// # Errors
    /// If the run is live, or a source is missing or cannot be read.
    pub async fn edited_since(&self, run: RunId) -> Result<Vec<String>, Failure> {
        self.settle(run).await?;
        let workspace = self.workspace(&self.state(run)?)?;
        if workspace.is_swapped()? {
            // A version is in their place: the resumption brings them back first.
            return Ok(Vec::new());
        }
        let edits = self.deps.swaps.check(&workspace)?;
        Ok(edits.iter().map(|edit| edit.path().to_owned()).collect())
    }

    /// Writes the best version over the run's sources.
    ///
    /// # Errors
    /// If the run is live, nothing better than the baseline was found, or a source was edited since.
    pub async fn apply_best(&self, run: RunId) -> Result<(NodeId, Vec<String>), Failure> {
        self.settle(run).await?;
        let tree = working_tree(Path::new(&self.state(run)?.spec().directory));
        let turn = tokio::time::timeout(apply::PATIENCE, self.deps.turns.take(&tree, || ())).await;
        let _turn = turn.map_err(|_| {
            Failure::new(FailureKind::State, "another run evaluates in these files")
                .hint("try again later: weco runs")
        })?;
        let _owner = self.ended.lock().await;
        let mut state = self.at_rest(run)?;
        self.put_right(&mut state).await?;
        let mut workspace = self.workspace(&state)?;
        let Applied { node, paths, events } = apply::apply_best(&self.deps, &mut state, &mut workspace)?;
        self.deps.journal.append(run, events, Vec::new(), Durability::Flushed).await?;
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
        self.settle(run).await?;
        let _owner = self.ended.lock().await;
        self.at_rest(run)?;
        self.deps.journal.remove(vec![run]).await?;
        Ok(())
    }

    /// Ends everything that is under way, restores all sources, and leaves the runs to go on at the
    /// next start.
    pub async fn shutdown(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.deps.secrets.seal();
        let handles: Vec<RunHandle> = self.lock().values().cloned().collect();
        futures_util::future::join_all(handles.iter().map(RunHandle::shutdown)).await;
        self.deps.logs.finish().await;
    }
}

/// How a run goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Further {
    /// This many more steps; none: what was left of the budget.
    pub steps: Option<u32>,
    /// Waits in a row for a provider that cannot be asked; none: as before.
    pub attempts: Option<u32>,
    /// No client is going to watch: it has its log from then on.
    pub detached: bool,
    /// Write the best version over the sources when the budget is spent.
    pub apply_best: bool,
}

/// Edits that were made while the run was not at work, and their texts.
fn since_then(edits: &[Edit]) -> (Vec<SourceEdit>, Vec<Blob>) {
    let in_place = edits.iter().filter_map(|edit| match edit {
        Edit::InPlace { path, kept_at, content } => {
            let text = Blob::new(content.to_vec());
            let message = format!(
                "{path} is not as it was when the run was last at work; yours stays in place and is what is \
                 restored after evaluations"
            );
            let kept_at = kept_at.display().to_string();
            Some((SourceEdit { path: path.clone(), kept_at, message, text: text.id() }, text))
        }
        Edit::Moved { .. } | Edit::Deleted { .. } => None,
    });
    in_place.unzip()
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

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        Self::new(FailureKind::State, error.to_string())
    }
}

/// What people call a run: see [`RunId::short`].
pub(crate) fn short(run: RunId) -> String {
    run.short()
}

pub(super) fn internal(error: impl std::fmt::Display) -> Failure {
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
