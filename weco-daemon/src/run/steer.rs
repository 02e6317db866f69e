//! What people say to a run: instructions, and their word on proposals that wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use weco_core::decide::{Input, NewRevision, decide};
use weco_core::event::{EndStatus, Terms};
use weco_core::run::{EnvironmentRef, Files, NodeId, RunId};
use weco_core::state::RunState;
use weco_proto::sources::{MAX_FILE_BYTES, MAX_TOTAL_BYTES};

use crate::blobs::Blob;
use crate::blocking::blocking;
use crate::clock;
use crate::environment::{self, Environment};
use crate::error::{Failure, FailureKind};
use crate::journal::{Durability, Journal};
use crate::run::actor::{RunHandle, Told};
use crate::run::code;
use crate::run::effects::{load, named};
use crate::run::lines;
use crate::run::registry::{Registry, short};
use crate::run::turns::working_tree;

/// How someone wants a node evaluated.
pub struct Wish {
    /// Instead of the run's own command.
    pub command: Option<String>,
    /// Where; absolute.
    pub directory: PathBuf,
    /// What it sees.
    pub environment: Environment,
}

/// A node that waits for approval, for the only one who says something to it now.
struct Reviewed {
    handle: RunHandle,
    state: Arc<RunState>,
    floor: OwnedMutexGuard<()>,
}

impl Reviewed {
    /// Gives the run its input, to the end even if whoever asked goes away meanwhile: who is next sees what came of it.
    async fn say(self, input: Input, blobs: Vec<Blob>) -> Option<Told> {
        let Self { handle, floor, .. } = self;
        let said = tokio::spawn(async move {
            let told = handle.tell(input, blobs).await;
            drop(floor);
            told
        });
        said.await.ok().flatten()
    }
}

/// A version ready to be recorded, with its contents.
struct Stored {
    revision: NewRevision,
    blobs: Vec<Blob>,
}

impl Registry {
    /// Gives a run other instructions, or adds to those it has; answers all of them. They count from the next
    /// proposal, also if one is under way, and of a run that has ended when it goes on.
    ///
    /// # Errors
    /// If that cannot be recorded.
    pub async fn instruct(
        &self,
        run: RunId,
        text: String,
        append: bool,
        by: String,
    ) -> Result<String, Failure> {
        let input = Input::Instructed { text, append, by };
        let told = match self.live(run) {
            Some(handle) => handle.tell(input.clone(), Vec::new()).await,
            None => None,
        };
        if told.is_none() {
            self.instruct_at_rest(run, input).await?;
        }
        let instructions = self.entry(run)?.summary.and_then(|summary| summary.instructions.clone());
        Ok(instructions.unwrap_or_default())
    }

    async fn instruct_at_rest(&self, run: RunId, input: Input) -> Result<(), Failure> {
        self.settle(run).await?;
        let _owner = self.own_ended().await;
        let mut state = self.at_rest(run)?;
        let decision = decide(&mut state, input, clock::now()).map_err(Failure::internal)?;
        Ok(self.deps().journal.append(run, decision.events, Vec::new(), Durability::Flushed).await?)
    }

    /// Replaces code of a node that waits for approval; answers which revision that is, from 1, and the node's plan.
    ///
    /// # Errors
    /// If the node does not wait, or `files` are not the run's or are what it has already.
    pub async fn revise(
        &self,
        run: RunId,
        node: NodeId,
        files: Files,
        by: String,
    ) -> Result<(u32, String), Failure> {
        let reviewed = self.reviewed(run, node).await?;
        let Some(Stored { revision, blobs }) = self.revision(&reviewed.state, node, files).await? else {
            let message = format!("that is what step {node} has already");
            return Err(Failure::invalid(message).hint("edit the file first"));
        };
        let before = reviewed.state.tree().get(node);
        let revisions = before.map_or(0, |node| u32::try_from(node.revisions.len()).unwrap_or(u32::MAX));
        let plan = before.map(|node| node.plan.clone()).unwrap_or_default();
        self.taken(run, reviewed.say(Input::Revised { node, revision, by }, blobs).await)?;
        Ok((revisions.saturating_add(1), plan))
    }

    /// Lets a node be evaluated that waits for approval, with `files` in it if there are any; answers the sequence
    /// number of the approval, and the command.
    ///
    /// # Errors
    /// If the node does not wait, `files` are not the run's, or it cannot be evaluated as wished.
    pub async fn submit(
        &self,
        run: RunId,
        node: NodeId,
        files: Files,
        by: String,
        wish: Wish,
    ) -> Result<(u64, String), Failure> {
        let reviewed = self.reviewed(run, node).await?;
        let state = &reviewed.state;
        check_directory(state, &wish.directory)?;
        check_command(state, wish.command.as_deref())?;
        let stored = if files.is_empty() { None } else { self.revision(state, node, files).await? };
        let (revision, mut blobs) = match stored {
            Some(Stored { revision, blobs }) => (Some(revision), blobs),
            None => (None, Vec::new()),
        };
        let record = Blob::new(environment::to_record(&wish.environment));
        let secret_variables = environment::secret_names(&wish.environment);
        let environment = EnvironmentRef { record: record.id(), secret_variables };
        blobs.push(record);
        let command = wish.command.filter(|command| *command != state.spec().eval_command);
        let shown = command.clone().unwrap_or_else(|| state.spec().eval_command.clone());
        let directory = wish.directory.display().to_string();
        let terms = Box::new(Terms { command, directory, environment });
        // Before the evaluation can begin.
        self.deps().secrets.lend(run, node, wish.environment);
        let told = reviewed.say(Input::Approved { node, revision, by, terms }, blobs).await;
        let seq = self.taken(run, told).inspect_err(|_| self.deps().secrets.take_back(run, node))?;
        // The approval is followed by the intent to evaluate, in the same commit.
        Ok((seq - 1, shown))
    }

    /// Turns a node down that waits for approval.
    ///
    /// # Errors
    /// If it does not wait.
    pub async fn reject(&self, run: RunId, node: NodeId, by: String, reason: String) -> Result<(), Failure> {
        let reviewed = self.reviewed(run, node).await?;
        self.taken(run, reviewed.say(Input::Rejected { node, by, reason }, Vec::new()).await)?;
        Ok(())
    }

    /// The live run that `node`, which waits for approval, belongs to; once nobody else says anything to it.
    async fn reviewed(&self, run: RunId, node: NodeId) -> Result<Reviewed, Failure> {
        let handle = self.live(run);
        let floor = match &handle {
            Some(handle) => Some(handle.floor().await),
            None => None,
        };
        let (last_seq, states) = (self.entry(run)?.last_seq, self.states());
        let state = blocking(move || states.get(run, last_seq)).await?;
        if let Some(why) = state.why_not_pending(node) {
            return Err(refused(run, why, state.end_status()));
        }
        self.refuse_when_stopping()?;
        let (handle, floor) = handle.zip(floor).ok_or_else(|| {
            let message = format!("run {} could not be put right after a restart", short(run));
            Failure::new(FailureKind::State, message).hint("the daemon's log says why: weco daemon logs")
        })?;
        Ok(Reviewed { handle, state, floor })
    }

    /// The sequence number of what came of an input that can be refused.
    fn taken(&self, run: RunId, told: Option<Told>) -> Result<u64, Failure> {
        match told {
            Some(Told { seq, refused: None }) => Ok(seq),
            Some(Told { refused: Some(why), .. }) => Err(refused(run, why, None)),
            None => {
                self.refuse_when_stopping()?;
                Err(refused(run, "the run has ended".to_owned(), Some(EndStatus::Terminated)))
            }
        }
    }

    /// A node's code with `files` put over it; none if that changes nothing.
    async fn revision(
        &self,
        state: &Arc<RunState>,
        node: NodeId,
        files: Files,
    ) -> Result<Option<Stored>, Failure> {
        let (journal, state) = (Arc::clone(&self.deps().journal), Arc::clone(state));
        blocking(move || revision(journal.as_ref(), &state, node, files)).await
    }
}

/// As [`Registry::revision`]. Blocks.
fn revision(
    journal: &dyn Journal,
    state: &RunState,
    node: NodeId,
    files: Files,
) -> Result<Option<Stored>, Failure> {
    let spec = state.spec();
    let current = state.tree().get(node).and_then(|node| node.files.clone()).unwrap_or_default();
    if let Some(path) = files.keys().find(|path| !current.contains_key(*path)) {
        let sources: Vec<_> = spec.sources.iter().map(|source| source.path.as_str()).collect();
        let message = format!("'{path}' is not a source of run {}", short(spec.id));
        return Err(Failure::invalid(message).hint(format!("its sources: {}", sources.join(", "))));
    }
    let mut whole = load(journal, spec.id, &current)?;
    whole.extend(files);
    check_size(&whole)?;
    let lines = lines::changed(&load(journal, spec.id, &spec.baseline())?, &whole);
    let code = Some(code::id(&whole));
    let (refs, blobs) = named(whole);
    let is_new = refs != current;
    Ok(is_new.then_some(Stored { revision: NewRevision { files: refs, lines, code }, blobs }))
}

/// The same limits as a run's sources have.
fn check_size(files: &Files) -> Result<(), Failure> {
    let kilobytes = |bytes: u64| bytes.div_ceil(1024);
    for (path, text) in files {
        let bytes = text.len() as u64;
        if bytes > MAX_FILE_BYTES {
            let (size, limit) = (kilobytes(bytes), kilobytes(MAX_FILE_BYTES));
            return Err(Failure::invalid(format!(
                "File '{path}' ({size}KB) exceeds the {limit}KB per-file size limit."
            )));
        }
        if text.contains('\0') {
            return Err(Failure::invalid(format!("'{path}' doesn't appear to be a valid text file.")));
        }
    }
    let bytes: u64 = files.values().map(|text| text.len() as u64).sum();
    if bytes > MAX_TOTAL_BYTES {
        let (size, limit) = (kilobytes(bytes), kilobytes(MAX_TOTAL_BYTES));
        return Err(Failure::invalid(format!("Total source size ({size}KB) exceeds the {limit}KB limit.")));
    }
    Ok(())
}

/// An evaluation elsewhere would measure other files than those that hold the candidate.
fn check_directory(state: &RunState, directory: &Path) -> Result<(), Failure> {
    let own = Path::new(&state.spec().directory);
    if !directory.is_absolute() || !directory.is_dir() {
        return Err(Failure::invalid(format!("there is no directory '{}'", directory.display())));
    }
    if working_tree(directory) == working_tree(own) {
        return Ok(());
    }
    let message = format!(
        "the run's sources are in {}, and {} is not in that working tree: an evaluation there would measure other files",
        own.display(),
        directory.display()
    );
    Err(Failure::invalid(message).hint(format!("submit from there: cd {}", own.display())))
}

fn refused(run: RunId, why: String, ended: Option<EndStatus>) -> Failure {
    let run = short(run);
    let hint = match ended {
        None => format!("what waits: weco run review {run}"),
        // Nothing waits in a run that has used its steps.
        Some(EndStatus::Completed) => format!("what came of its steps: weco run results {run}"),
        Some(_) => format!("weco resume {run}"),
    };
    Failure::new(FailureKind::State, why).hint(hint)
}

/// Of a run that a backend evaluates, no version is measured by a command: nothing would compare with it.
fn check_command(state: &RunState, command: Option<&str>) -> Result<(), Failure> {
    match (&state.spec().backend, command) {
        (Some(backend), Some(_)) => {
            Err(Failure::invalid(format!("this run is evaluated by {}, not by a command", backend.name))
                .hint("submit without --eval-command"))
        }
        _ => Ok(()),
    }
}
