use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinSet;
use weco_core::decide::{Effect, Input, ModelFailure};
use weco_core::event::{Event, RunEvent};
use weco_core::run::{AutoResume, FileRefs, Files, NodeId, RunId, RunSpec};
use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};

use crate::blobs::Blob;
use crate::error::Failure;
use crate::eval::process::{StopSignal, Stopper, stop_channel};
use crate::eval::workspace::Workspace;
use crate::journal::{Journal, JournalError};
use crate::model::Model;
use crate::run::actor::{Mailbox, panic_text};
use crate::run::apply::{Applied, Version, apply};
use crate::run::evaluate::evaluate;
use crate::run::feed::{LiveSteps, LiveWhat, Printings, Publisher};
use crate::run::kindred::Member;
use crate::run::pool::SlotPool;
use crate::run::propose::propose;
use crate::run::protect::Protected;
use crate::run::registry::Deps;
use crate::run::turns::{holder, working_tree};
use crate::secrets::RunSecrets;

/// What a run needs besides what is recorded of it: secrets live here and nowhere else.
pub struct RunContext {
    /// The environment of evaluations, complete.
    pub environment: Vec<(OsString, OsString)>,
    /// What must be kept for a restart of the daemon, and nowhere on disk.
    pub secrets: RunSecrets,
    /// Who proposes.
    pub proposer: Proposer,
    /// The user's files.
    pub workspace: Workspace,
}

/// Who proposes.
pub enum Proposer {
    /// Language models, in the order of the run's.
    Models(Vec<Arc<dyn Model>>),
    /// The built-in one.
    Builtin(Box<Mutex<weco_tune::Tuner>>),
}

/// A node with code, for a proposer that learns from results.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) node: u32,
    pub(super) files: FileRefs,
    pub(super) result: Seen,
}

/// What is known of a node.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Seen {
    /// Its score, larger for better; none if it does not work.
    Result(Option<f64>),
    /// It is still to be evaluated, and must not be proposed again.
    UnderWay,
}

/// What all tasks of a run share.
pub(super) struct Shared {
    pub(super) spec: RunSpec,
    /// How a service that cannot serve now is waited for.
    pub(super) auto_resume: AutoResume,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) proposer: Proposer,
    pub(super) workspace: tokio::sync::Mutex<Workspace>,
    pub(super) deps: Arc<Deps>,
    pub(super) member: Member,
    pub(super) mailbox: Mailbox,
    /// Workspaces of the run's own, if it evaluates there.
    pub(super) slots: Option<SlotPool>,
    pub(super) live: watch::Sender<LiveSteps>,
    pub(super) printing: watch::Sender<Printings>,
    protected: OnceCell<Protected>,
    observations: Mutex<Vec<Observation>>,
}

impl Shared {
    pub(super) fn show(&self, step: u32, what: LiveWhat) {
        self.live.send_modify(|live| live.set(step, what));
    }

    /// The texts of a version.
    pub(super) fn load(&self, refs: &FileRefs) -> Result<Files, JournalError> {
        load(self.deps.journal.as_ref(), self.spec.id, refs)
    }

    /// Where an evaluation's own changes to the sources are moved if they must not be lost.
    pub(super) fn kept_dir(&self, node: NodeId) -> PathBuf {
        kept_dir(&self.spec, &format!("step-{node}"))
    }

    /// What evaluations must leave as it is.
    pub(super) async fn protected(&self) -> Result<&Protected, JournalError> {
        self.protected.get_or_try_init(async || Protected::of(&self.spec, self.deps.journal.as_ref())).await
    }

    pub(super) fn take_observations(&self) -> Vec<Observation> {
        std::mem::take(&mut *self.observations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Turns decisions into work: each effect is a task that reports to the run's mailbox. A task that
/// panics reports that too; it harms its own run only.
pub(super) struct Effects {
    shared: Arc<Shared>,
    stopper: Stopper,
    stop: StopSignal,
    tasks: JoinSet<()>,
}

impl Effects {
    pub(super) fn new(
        state: &RunState,
        context: RunContext,
        member: Member,
        deps: Arc<Deps>,
        mailbox: Mailbox,
        publisher: &Publisher,
    ) -> Self {
        let spec = state.spec().clone();
        let observations = match context.proposer {
            Proposer::Builtin(_) => past_observations(state),
            Proposer::Models(_) => Vec::new(),
        };
        let slots = spec.is_isolated().then(|| SlotPool::new(deps.workspaces.origin(&spec), spec.parallel));
        let shared = Shared {
            spec,
            auto_resume: state.auto_resume(),
            slots,
            environment: context.environment,
            proposer: context.proposer,
            workspace: tokio::sync::Mutex::new(context.workspace),
            deps,
            member,
            mailbox,
            live: publisher.live(),
            printing: publisher.printing(),
            protected: OnceCell::new(),
            observations: Mutex::new(observations),
        };
        let (stopper, stop) = stop_channel();
        Self { shared: Arc::new(shared), stopper, stop, tasks: JoinSet::new() }
    }

    /// Lets a learning proposer, and the run's lineage, see what was recorded.
    pub(super) fn note(&self, events: &[Event], state: &RunState) {
        self.shared.member.note(events, state);
        if !matches!(self.shared.proposer, Proposer::Builtin(_)) {
            return;
        }
        let seen = events.iter().filter_map(|event| match &event.kind {
            RunEvent::Evaluated { node, .. } => {
                let evaluated = state.tree().get(*node)?;
                let result = Seen::Result(state.tree().score(evaluated));
                Some(Observation { node: node.0, files: evaluated.files.clone()?, result })
            }
            _ => None,
        });
        self.shared.observations.lock().unwrap_or_else(PoisonError::into_inner).extend(seen);
    }

    pub(super) fn start(&mut self, effect: Effect) {
        while self.tasks.try_join_next().is_some() {}
        let shared = Arc::clone(&self.shared);
        let stop = self.stop.clone();
        match effect {
            Effect::Cancel { force } => self.stopper.stop(force),
            Effect::Wake { node, attempt, after_ms } => {
                let mut stop = stop;
                self.tasks.spawn(async move {
                    // Monotonic: a clock that is set does not change the wait.
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(after_ms)) => {
                            shared.mailbox.send(Input::Woke { node, attempt }, Vec::new()).await;
                        }
                        () = stop.asked() => {}
                    }
                });
            }
            Effect::Propose { node, attempt, model, brief } => {
                self.tasks.spawn(async move {
                    let work = propose(&shared, (node, attempt), model, *brief, stop);
                    if let Err(panic) = std::panic::AssertUnwindSafe(work).catch_unwind().await {
                        let reason = format!("internal error while asking: {}", panic_text(panic.as_ref()));
                        let failure = ModelFailure::Run { reason, hint: String::new() };
                        shared.mailbox.send(Input::ModelFailed { node, attempt, failure }, Vec::new()).await;
                    }
                });
            }
            Effect::Evaluate { node, attempt, files, terms, plan } => {
                self.tasks.spawn(async move {
                    let work = evaluate(&shared, node, attempt, files, terms, plan, stop);
                    if let Err(panic) = std::panic::AssertUnwindSafe(work).catch_unwind().await {
                        let message =
                            format!("internal error while evaluating: {}", panic_text(panic.as_ref()));
                        let failed = Input::EvalFailed { node, attempt, message, hint: String::new() };
                        shared.mailbox.send(failed, Vec::new()).await;
                    }
                });
            }
        }
    }

    /// Flushes the restored sources: after this a power cut cannot undo the last restore. A source that is not
    /// there any more needs no flush.
    pub(super) async fn sync_sources(&self) {
        if let Err(error) = self.shared.workspace.lock().await.sync() {
            tracing::warn!(run = %self.shared.spec.id, %error, "the sources could not be flushed");
        }
    }

    /// Writes the best version of the run, which is over, over its sources.
    pub(super) async fn apply_best(&self, state: &mut RunState) -> Result<Applied, Failure> {
        let tree = working_tree(Path::new(&self.shared.spec.directory));
        let _turn = self.shared.deps.turns.take(&tree, holder(&self.shared.spec), |_| ()).await;
        let mut workspace = self.shared.workspace.lock().await;
        apply(&self.shared.deps, state, &mut workspace, Version::Best)
    }

    /// Ends whatever is under way and waits for it: no process is left and the sources are restored.
    pub(super) async fn finish(&mut self, force: bool) {
        self.stopper.stop(force);
        while self.tasks.join_next().await.is_some() {}
        if self.shared.slots.is_some() {
            let (deps, run) = (Arc::clone(&self.shared.deps), self.shared.spec.id);
            // A panic is reported by its hook; the next start of the daemon removes what is left.
            let _ = tokio::task::spawn_blocking(move || deps.workspaces.discard(run)).await;
        }
    }
}

/// The names of a version's texts, and the texts as they are stored.
pub(super) fn named(files: Files) -> (FileRefs, Vec<Blob>) {
    let named = |(path, text): (String, String)| {
        let blob = Blob::new(text.into_bytes());
        ((path, blob.id()), blob)
    };
    files.into_iter().map(named).unzip()
}

/// The texts of a version of `run`. Only a user's own edit can be anything but UTF-8; what is not is replaced.
///
/// # Errors
/// Any [`JournalError`]; [`JournalError::Damaged`] if one is not there.
pub(crate) fn load(journal: &dyn Journal, run: RunId, refs: &FileRefs) -> Result<Files, JournalError> {
    let bytes = load_bytes(journal, run, refs)?;
    Ok(bytes.into_iter().map(|(path, text)| (path, String::from_utf8_lossy(&text).into_owned())).collect())
}

/// The contents of a version of `run`, byte for byte.
///
/// # Errors
/// As for [`load`].
pub(crate) fn load_bytes(
    journal: &dyn Journal,
    run: RunId,
    refs: &FileRefs,
) -> Result<BTreeMap<String, Vec<u8>>, JournalError> {
    refs.iter()
        .map(|(path, id)| {
            let text = journal.blob(run, *id)?;
            let text = text.ok_or_else(|| JournalError::Damaged(format!("the text of {path} is missing")))?;
            Ok((path.clone(), text))
        })
        .collect()
}

/// Where what is found in a source's place is moved, if it must not be lost.
pub(crate) fn kept_dir(spec: &RunSpec, when: &str) -> PathBuf {
    Path::new(&spec.log_dir).join(spec.id.to_string()).join("edits").join(when)
}

fn past_observations(state: &RunState) -> Vec<Observation> {
    let observation = |node: &Node| {
        let result = match node.progress {
            Progress::Good { metric, .. } => Seen::Result(Some(state.spec().goal.score(metric))),
            Progress::Buggy { .. } => Seen::Result(None),
            Progress::Proposed | Progress::Evaluating { .. } => Seen::UnderWay,
            Progress::Asked | Progress::Failed { .. } | Progress::Rejected { .. } => return None,
        };
        Some(Observation { node: node.id.0, files: node.files.clone()?, result })
    };
    state.tree().nodes().iter().filter_map(observation).collect()
}
