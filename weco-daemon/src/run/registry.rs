use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use weco_core::decide::Input;
use weco_core::event::{Event, RunEvent};
use weco_core::run::{RunId, RunSpec};
use weco_core::state::{RunState, RunStatus};

use crate::backend::Bridge;
use crate::blobs::Blob;
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::{SourceText, Workspace, WorkspaceError};
use crate::isolate::Workspaces;
use crate::journal::{Durability, Journal, JournalError};
use crate::log::{Followed, Logs};
use crate::model::Access;
use crate::run::actor::{self, RunHandle};
use crate::run::devices::DevicePool;
use crate::run::effects::{RunContext, load_bytes};
use crate::run::kindred::Kindreds;
use crate::run::slots::Slots;
use crate::run::states::States;
use crate::run::swaps::Swaps;
use crate::run::turns::Turns;
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
    /// Who uses which device.
    pub devices: DevicePool,
    /// Where evaluations run that are not to touch the user's directory.
    pub workspaces: Workspaces,
    /// The program of evaluation backends.
    pub bridge: Bridge,
    /// Which sources may hold a candidate.
    pub swaps: Swaps,
    /// Logs of runs that nobody watches.
    pub logs: Logs,
    /// What of live runs is secret.
    pub secrets: Secrets,
}

/// A run that may begin.
pub struct NewRun {
    /// What was asked for.
    pub spec: RunSpec,
    /// The contents that it begins with.
    pub blobs: Vec<Blob>,
    /// What its effects need.
    pub context: RunContext,
    /// No client is going to watch: it has a log from its beginning.
    pub detached: bool,
    /// What is recorded with its creation.
    pub first: Vec<RunEvent>,
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
    /// Of runs that are looked at.
    states: Arc<States>,
    /// What lineages of live runs have tried.
    kindreds: Kindreds,
}

impl Registry {
    /// No run is live yet.
    pub fn new(deps: Arc<Deps>) -> Self {
        let states = Arc::new(States::new(Arc::clone(&deps.journal)));
        Self {
            kindreds: Kindreds::new(Arc::clone(&deps.journal), Arc::clone(&states)),
            states,
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

    /// What was last seen of runs that are looked at.
    pub(super) fn states(&self) -> Arc<States> {
        Arc::clone(&self.states)
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

    /// Records a new run and starts it.
    ///
    /// # Errors
    /// If it or its log cannot be recorded; then nothing is left of it.
    pub async fn create(
        &self,
        NewRun { spec, blobs, context, detached, first }: NewRun,
    ) -> Result<(), Failure> {
        self.refuse_when_stopping()?;
        let log = self.deps.logs.reserve_if(detached, spec.id).await?;
        let created = RunEvent::Created { spec: Box::new(spec.clone()) };
        let at = clock::now();
        let kinds = std::iter::once(created).chain(first);
        let events: Vec<Event> = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect();
        let state = RunState::replay(&events).map_err(Failure::internal)?;
        // First, for whoever finds the record after a crash needs them.
        self.keep_secrets(&spec, &context);
        let recorded = self.deps.journal.append(spec.id, events, blobs, Durability::Flushed).await;
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

    pub(super) fn launch(
        &self,
        state: RunState,
        first: (Input, Vec<Blob>),
        context: RunContext,
        detached: bool,
    ) -> RunHandle {
        let run = state.spec().id;
        self.keep_secrets(state.spec(), &context);
        let (live, count) = (Arc::clone(&self.live), self.count.clone());
        let (deps, states) = (Arc::clone(&self.deps), Arc::clone(&self.states));
        let on_end = move |last: Option<RunState>| {
            // Before anybody can forget the run: that is for runs that are not live.
            last.into_iter().for_each(|state| states.keep(state));
            // While it still counts as live, so that nobody has resumed it yet.
            deps.secrets.release(run);
            let mut runs = live.lock().unwrap_or_else(PoisonError::into_inner);
            runs.remove(&run);
            count.send_replace(runs.len());
            drop(runs);
            tracing::info!(%run, "run is no longer live");
        };
        let member = self.kindreds.join(state.spec());
        // Held until the handle is in, so that `on_end` cannot come first.
        let mut runs = self.lock();
        let handle = actor::spawn(state, first, context, member, Arc::clone(&self.deps), on_end);
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

    pub(super) fn refuse_when_stopping(&self) -> Result<(), Failure> {
        if self.is_stopping() {
            return Err(Failure::stopping());
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
            handle.tell(Input::StopAsked { force }, Vec::new()).await;
            if wait {
                handle.gone().await;
            }
        } else {
            self.give_up(run).await?;
        }
        let damaged = || Failure::new(FailureKind::System, format!("run {run} cannot be read"));
        Ok(self.entry(run)?.summary.ok_or_else(damaged)?.status.clone())
    }

    /// The user's files, with what is to be restored in them.
    ///
    /// # Errors
    /// If an original cannot be read.
    pub fn workspace(&self, state: &RunState) -> Result<Workspace, Failure> {
        let texts = load_bytes(self.deps.journal.as_ref(), state.spec().id, state.originals())?;
        open_workspace(state.spec(), &texts)
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

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let hint = match &error {
            // Whoever still reads when the daemon stops meets that first.
            JournalError::Closed => return Self::stopping(),
            JournalError::Full { .. } => "free some room, then try again",
            _ => "the daemon's log says more: weco daemon logs",
        };
        Self::new(FailureKind::System, error.to_string()).hint(hint)
    }
}
