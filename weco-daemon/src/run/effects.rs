use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;
use weco_core::decide::{Effect, Input, ModelFailure};
use weco_core::event::{Event, RunEvent, Verdict};
use weco_core::run::{FileRefs, Files, NodeId, RunId, RunSpec};
use weco_core::state::RunState;

use crate::blobs::Blob;
use crate::error::Failure;
use crate::eval::process::{StopSignal, Stopper, stop_channel};
use crate::eval::workspace::Workspace;
use crate::journal::{Journal, JournalError};
use crate::model::Model;
use crate::run::actor::{Mailbox, panic_text};
use crate::run::apply::{Applied, Version, apply};
use crate::run::evaluate::evaluate;
use crate::run::feed::{Live, LiveWhat, Printing, Publisher};
use crate::run::propose::propose;
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
    /// A language model.
    Model(Arc<dyn Model>),
    /// The built-in one.
    Builtin(Box<Mutex<weco_tune::Tuner>>),
}

/// An evaluated node, for a proposer that learns from results.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) node: u32,
    pub(super) files: FileRefs,
    /// Larger is better; none for a node that does not work.
    pub(super) score: Option<f64>,
}

/// What all tasks of a run share.
pub(super) struct Shared {
    pub(super) spec: RunSpec,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) proposer: Proposer,
    pub(super) workspace: tokio::sync::Mutex<Workspace>,
    pub(super) deps: Arc<Deps>,
    pub(super) mailbox: Mailbox,
    pub(super) live: watch::Sender<Live>,
    pub(super) printing: watch::Sender<Option<Printing>>,
    observations: Mutex<Vec<Observation>>,
}

impl Shared {
    pub(super) fn show(&self, step: u32, what: LiveWhat) {
        self.live.send_replace(Live { step, what });
    }

    /// The texts of a version.
    pub(super) fn load(&self, refs: &FileRefs) -> Result<Files, JournalError> {
        load(self.deps.journal.as_ref(), self.spec.id, refs)
    }

    /// Where an evaluation's own changes to the sources are moved if they must not be lost.
    pub(super) fn kept_dir(&self, node: NodeId) -> PathBuf {
        kept_dir(&self.spec, &format!("step-{node}"))
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
        deps: Arc<Deps>,
        mailbox: Mailbox,
        publisher: &Publisher,
    ) -> Self {
        let spec = state.spec().clone();
        let observations = match context.proposer {
            Proposer::Builtin(_) => past_observations(state),
            Proposer::Model(_) => Vec::new(),
        };
        let shared = Shared {
            spec,
            environment: context.environment,
            proposer: context.proposer,
            workspace: tokio::sync::Mutex::new(context.workspace),
            deps,
            mailbox,
            live: publisher.live(),
            printing: publisher.printing(),
            observations: Mutex::new(observations),
        };
        let (stopper, stop) = stop_channel();
        Self { shared: Arc::new(shared), stopper, stop, tasks: JoinSet::new() }
    }

    /// Lets a learning proposer see what was recorded.
    pub(super) fn note(&self, events: &[Event], state: &RunState) {
        if !matches!(self.shared.proposer, Proposer::Builtin(_)) {
            return;
        }
        let seen = events.iter().filter_map(|event| match &event.kind {
            RunEvent::Evaluated { node, outcome, .. } => {
                let score = match outcome.verdict {
                    Verdict::Good { metric } => Some(state.spec().goal.score(metric)),
                    Verdict::Buggy { .. } => None,
                };
                let files = state.tree().get(*node)?.files.clone()?;
                Some(Observation { node: node.0, files, score })
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
            Effect::Propose { node, attempt, brief } => {
                self.tasks.spawn(async move {
                    let work = propose(&shared, node, attempt, *brief, stop);
                    if let Err(panic) = std::panic::AssertUnwindSafe(work).catch_unwind().await {
                        let reason = format!("internal error while asking: {}", panic_text(panic.as_ref()));
                        let failure = ModelFailure::Run { reason, hint: String::new() };
                        shared.mailbox.send(Input::ModelFailed { node, attempt, failure }, Vec::new()).await;
                    }
                });
            }
            Effect::Evaluate { node, attempt, files, terms } => {
                self.tasks.spawn(async move {
                    let work = evaluate(&shared, node, attempt, files, terms, stop);
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
    let evaluated =
        state.tree().nodes().iter().filter(|node| node.metric().is_some() || node.bug().is_some());
    evaluated
        .filter_map(|node| {
            let score = node.metric().map(|metric| state.spec().goal.score(metric));
            Some(Observation { node: node.id.0, files: node.files.clone()?, score })
        })
        .collect()
}
