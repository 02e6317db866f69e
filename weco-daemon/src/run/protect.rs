//! Evaluations that must leave files as they are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use weco_core::event::Verdict;
use weco_core::run::{NodeId, RunSpec};

use crate::error::{Failure, FailureKind};
use crate::eval::protect::{Guard, Looking, ProtectError};
use crate::isolate::Made;
use crate::journal::{Journal, JournalError};
use crate::run::effects::Shared;
use crate::run::patience::Patience;
use crate::run::registry::Deps;

/// What a run protects; nothing of most runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Protected(Option<Arc<Mutex<Guard>>>);

/// Protected files that are not as they were when the run began.
#[derive(Debug)]
pub(super) struct Changed(String);

impl Protected {
    /// As it was recorded when the run began.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub(super) fn of(spec: &RunSpec, journal: &dyn Journal) -> Result<Self, JournalError> {
        let Some(protect) = &spec.measurement.protect else { return Ok(Self::default()) };
        let lost = || JournalError::Damaged("the record of the protected files is missing".to_owned());
        let record = journal.blob(spec.id, protect.record)?.ok_or_else(lost)?;
        let guard = Guard::from_record(spec.directory.as_ref(), &protect.paths, &record);
        Ok(Self(Some(Arc::new(Mutex::new(guard)))))
    }

    /// What has changed since the run began, or since the workspace was made; none if all is as it was. What cannot be
    /// told for lack of something is waited for.
    pub(super) async fn changed(&self, shared: &Shared, node: NodeId) -> Option<Changed> {
        self.changed_but(shared, node, &[]).await
    }

    /// Likewise, of what is not in `others`.
    async fn changed_but(&self, shared: &Shared, node: NodeId, others: &[PathBuf]) -> Option<Changed> {
        let mut patience = Patience::new(shared, node);
        loop {
            match self.look(&shared.deps, others).await {
                Ok(changed) => return changed,
                Err(error) => patience.wait(&error).await,
            }
        }
    }

    /// What has changed but for what is in `others`, if that can be told now. Dropping it ends the look.
    ///
    /// # Errors
    /// If not: one that may pass.
    pub(super) async fn look(
        &self,
        deps: &Arc<Deps>,
        others: &[PathBuf],
    ) -> Result<Option<Changed>, ProtectError> {
        let Some(guard) = self.0.clone() else { return Ok(None) };
        let (deps, others, wanted) = (Arc::clone(deps), others.to_owned(), Wanted::default());
        let is_stopped = wanted.is_over();
        // Looking at many files takes a while.
        let look = tokio::task::spawn_blocking(move || {
            let is_stopped = || is_stopped.load(Ordering::Relaxed);
            changed(&guard, Looking { originals: &deps.swaps, is_stopped: &is_stopped }, &others)
        });
        // Nobody can say any more that they are the same.
        look.await
            .unwrap_or_else(|panic| Ok(Some(Changed(format!("all of them, as far as is known ({panic})")))))
    }
}

/// Someone who waits for what is being found out; not once this is dropped.
#[derive(Default)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Becomes true when nobody waits any more.
    pub(super) fn is_over(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The copies that a workspace has of what a run protects.
#[derive(Debug, Default)]
pub(super) struct Copies {
    copies: Protected,
    /// What they are copies of. The rest is watched where it is.
    originals: Vec<PathBuf>,
}

impl Copies {
    /// As they are now: the workspace was just made. Blocks.
    ///
    /// # Errors
    /// [`ProtectError`]
    pub(super) fn take(spec: &RunSpec, made: &Made, looking: Looking<'_>) -> Result<Self, ProtectError> {
        let Some(protect) = &spec.measurement.protect else { return Ok(Self::default()) };
        let (mut paths, mut originals) = (Vec::new(), Vec::new());
        for path in &protect.paths {
            let original: PathBuf = Path::new(&spec.directory).join(path).components().collect();
            let Some(copy) = copy_of(made, &original)? else { continue };
            paths.push(copy);
            // A link may lead out of the tree: then that is watched where it is, too.
            if let Ok(target) = original.canonicalize()
                && copy_of(made, &target)?.is_some()
            {
                originals.push(target);
            }
            originals.push(original);
        }
        let guard = Guard::take(&made.directory(), &paths, looking)?;
        Ok(Self { copies: Protected(Some(Arc::new(Mutex::new(guard)))), originals })
    }

    /// Which of them are not as they were when the workspace was made.
    pub(super) async fn changed(&self, shared: &Shared, node: NodeId) -> Option<Changed> {
        self.copies.changed(shared, node).await
    }

    /// What has changed under an evaluation here: copies, and of what is `protected` that of which there are none. What
    /// happens to the originals of the others does not concern it.
    pub(super) async fn changed_or(
        &self,
        protected: &Protected,
        shared: &Shared,
        node: NodeId,
    ) -> Option<Changed> {
        match self.changed(shared, node).await {
            None => protected.changed_but(shared, node, &self.originals).await,
            changed => changed,
        }
    }
}

/// Where the copy of `original` is, if there is one.
fn copy_of(made: &Made, original: &Path) -> Result<Option<PathBuf>, ProtectError> {
    let unreadable = |error| ProtectError::unreadable(original, error);
    let Some(copy) = made.stands_for(original).map_err(unreadable)? else { return Ok(None) };
    match copy.symlink_metadata() {
        Ok(_) => Ok(Some(copy)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ProtectError::unreadable(&copy, error)),
    }
}

fn changed(
    guard: &Mutex<Guard>,
    looking: Looking<'_>,
    others: &[PathBuf],
) -> Result<Option<Changed>, ProtectError> {
    // What a panic left half done is a mark too few, which is taken anew.
    let mut guard = guard.lock().unwrap_or_else(PoisonError::into_inner);
    let mut files = guard.changed(looking)?;
    files.retain(|file| !others.iter().any(|other| file.starts_with(other)));
    Ok((!files.is_empty()).then(|| Changed(guard.names(&files))))
}

impl Changed {
    /// What that says of the version that was evaluated meanwhile.
    pub(super) fn verdict(&self) -> Verdict {
        Verdict::Buggy {
            reason: format!("changed protected files during its evaluation: {}", self.0),
            hint: "protect only what the evaluation leaves as it is: single files rather than a directory that it \
                   writes to"
                .to_owned(),
        }
    }

    /// Why nothing can be measured any more.
    pub(super) fn message(&self) -> String {
        format!("protected files are not as they were when the run began: {}", self.0)
    }

    /// What to do about it.
    pub(super) fn hint(&self, spec: &RunSpec) -> String {
        format!("restore them, then: weco resume {}", spec.id.short())
    }

    pub(super) fn failure(&self, spec: &RunSpec) -> Failure {
        Failure::new(FailureKind::State, self.message()).hint(self.hint(spec))
    }
}
