//! Runs that are not live: put right, resumed, applied and forgotten, by one request at a time.

use std::path::Path;

use tokio::sync::MutexGuard;
use weco_core::decide::{Input, SourceEdit, decide};
use weco_core::event::EndStatus;
use weco_core::run::{EnvironmentRef, NodeId, RunId, RunSpec};
use weco_core::state::{RunState, RunStatus};

use crate::blobs::Blob;
use crate::clock;
use crate::environment;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::Edit;
use crate::journal::Durability;
use crate::recover;
use crate::run::apply::{self, Applied, Version};
use crate::run::effects::RunContext;
use crate::run::protect::Protected;
use crate::run::query::Standing;
use crate::run::registry::{Registry, short};
use crate::run::turns::{Turn, holder, working_tree};

impl Registry {
    /// Waits until a run that has ended is about its business no more, and refuses one that goes on.
    pub(super) async fn settle(&self, run: RunId) -> Result<(), Failure> {
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
    pub(super) fn at_rest(&self, run: RunId) -> Result<RunState, Failure> {
        let short = short(run);
        if self.live(run).is_some() {
            return Err(Failure::new(FailureKind::Live, format!("run {short} is running already"))
                .hint(format!("weco attach {short}")));
        }
        let state = self.state(run)?;
        if state.end_status().is_none() {
            self.refuse_when_stopping()?;
            let message = format!("run {short} could not be put right after a restart; that is tried again");
            return Err(Failure::new(FailureKind::State, message).hint(format!(
                "the daemon's log says why: weco daemon logs; to give it up: weco run stop {short}"
            )));
        }
        Ok(state)
    }

    /// The turn in a run's working tree. Never waited for by who holds `ended`: who has the turn may wait for that.
    async fn turn(&self, spec: &RunSpec) -> Result<Turn, Failure> {
        let tree = working_tree(Path::new(&spec.directory));
        let mut other = "another run".to_owned();
        let turn = self.deps().turns.take(&tree, holder(spec), |holder| holder.clone_into(&mut other));
        let turn = tokio::time::timeout(apply::PATIENCE, turn).await;
        turn.map_err(|_| {
            Failure::new(FailureKind::State, format!("{other} evaluates in these files"))
                .hint("try again later: weco runs")
        })
    }

    /// Holds ended runs as they are, of which one rests and has its files back: if a daemon died or failed before it
    /// could, they are brought back now. That is done in the run's `turn` alone, which is waited for if the caller
    /// does not have it: what another run evaluates there would pass for the user's edit.
    async fn put_right(
        &self,
        run: RunId,
        turn: Option<&Turn>,
    ) -> Result<(MutexGuard<'_, ()>, RunState), Failure> {
        let mut taken = None;
        loop {
            let owner = self.own_ended().await;
            let mut state = self.at_rest(run)?;
            if !self.workspace(&state)?.is_swapped()? {
                return Ok((owner, state));
            }
            if turn.or(taken.as_ref()).is_some() {
                recover::restore(self, &mut state).await?;
                return Ok((owner, state));
            }
            drop(owner);
            taken = Some(self.turn(state.spec()).await?);
        }
    }

    /// Sees to it that the files of a run that is not live are the user's own.
    ///
    /// # Errors
    /// If they cannot be brought back, or another run evaluates there for long.
    pub(crate) async fn bring_back(&self, run: RunId) -> Result<(), Failure> {
        match self.put_right(run, None).await {
            Err(failure) if failure.kind == FailureKind::Live => Ok(()),
            other => other.map(drop),
        }
    }

    /// Whether a version of a run that rests was left in its sources' place, until it is brought back. Blocks.
    ///
    /// # Errors
    /// If that cannot be found out, or nobody could put the run right since the daemon's start.
    pub(crate) fn is_left_swapped(&self, run: RunId) -> Result<bool, Failure> {
        if self.live(run).is_some() {
            return Ok(false);
        }
        Ok(self.workspace(&self.at_rest(run)?)?.is_swapped()?)
    }

    /// Ends a run that nobody could put right since the daemon's start, if it is one.
    pub(super) async fn give_up(&self, run: RunId) -> Result<(), Failure> {
        let _owner = self.own_ended().await;
        let mut state = self.state(run)?;
        if self.live(run).is_some() || state.end_status().is_some() {
            return Ok(());
        }
        let reason = "stopped by the user before it could be put right".to_owned();
        let interrupted = Input::Interrupted { reason, hint: format!("weco resume {}", short(run)) };
        let decision = decide(&mut state, interrupted, clock::now()).map_err(Failure::internal)?;
        Ok(self.deps().journal.append(run, decision.events, Vec::new(), Durability::Flushed).await?)
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
        let (owner, state) = self.put_right(run, None).await?;
        let short = short(run);
        if state.end_status() == Some(EndStatus::Completed) && steps.is_none() {
            return Err(Failure::new(FailureKind::State, format!("run {short} is complete"))
                .hint(format!("say how many more steps: weco resume {short} --steps 20")));
        }
        let protected = Protected::of(state.spec(), self.deps().journal.as_ref())?;
        if let Some(changed) = protected.look(self.deps(), &[]).await? {
            return Err(changed.failure(state.spec()));
        }
        let mut context = context(&state)?;
        let edits = self.deps().swaps.check(&context.workspace)?;
        context.workspace.adopt(&edits);
        let (edits, mut blobs) = since_then(&edits);
        let record = Blob::new(environment::to_record(&context.environment));
        let secret_variables = environment::secret_names(&context.environment);
        let environment = Some(EnvironmentRef { record: record.id(), secret_variables });
        blobs.push(record);
        let seq = state.seq() + 1;
        self.deps().logs.reserve_if(detached, run).await?.keep();
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
        let edits = self.deps().swaps.check(&workspace)?;
        Ok(edits.iter().map(|edit| edit.path().to_owned()).collect())
    }

    /// Writes the best version over the run's sources.
    ///
    /// # Errors
    /// If the run is live, nothing better than the baseline was found, or a source was edited since.
    pub async fn apply_best(&self, run: RunId) -> Result<(NodeId, Vec<String>), Failure> {
        self.write(run, Version::Best).await
    }

    /// Writes the version that `node` means (see [`Self::select_own`]) over the run's sources; step 0 is the code that
    /// the run started from.
    ///
    /// # Errors
    /// If the run is live, there is no such version, or a source was edited since.
    pub async fn apply(&self, run: RunId, node: &str) -> Result<(NodeId, Vec<String>), Failure> {
        self.write(run, Version::Of(self.select_own(run, node)?)).await
    }

    async fn write(&self, run: RunId, version: Version) -> Result<(NodeId, Vec<String>), Failure> {
        let goes_on = || self.entry(run).is_ok_and(|entry| matches!(Standing::of(&entry), Standing::Running));
        self.settle(run).await.map_err(|failure| match failure.kind {
            FailureKind::Live if goes_on() => {
                let short = short(run);
                let message = format!("run {short} goes on, and its evaluations use the sources");
                Failure::new(failure.kind, message).hint(format!("stop it first: weco run stop {short}"))
            }
            _ => failure,
        })?;
        let turn = self.turn(self.state(run)?.spec()).await?;
        let (_owner, mut state) = self.put_right(run, Some(&turn)).await?;
        let mut workspace = self.workspace(&state)?;
        let Applied { node, paths, events } = apply::apply(self.deps(), &mut state, &mut workspace, version)?;
        self.deps().journal.append(run, events, Vec::new(), Durability::Flushed).await?;
        Ok((node, paths))
    }

    /// Removes an ended run from the record.
    ///
    /// # Errors
    /// If the run is live or cannot be removed.
    pub async fn forget(&self, run: RunId) -> Result<(), Failure> {
        self.settle(run).await?;
        let _owner = self.own_ended().await;
        self.at_rest(run)?;
        let removed = self.deps().journal.remove(vec![run]).await;
        self.states().forget(&[run]);
        Ok(removed?)
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

#[cfg(test)]
mod tests;
