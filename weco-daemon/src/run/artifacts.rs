//! Files for people and tools under the run's log directory: each step's code, the best version,
//! and on request what each step printed. They repeat what the journal holds, so they are written
//! behind the loop, without waiting; only the run's end waits for them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use weco_core::decide::Input;
use weco_core::event::{Event, RunEvent, Timestamp, Verdict};
use weco_core::run::{BlobId, FileRefs, NodeId, RunId};
use weco_core::state::RunState;

use crate::clock;
use crate::journal::Journal;
use crate::run::actor::Mailbox;

/// Steps whose files may wait to be written before the loop waits for the disk.
const QUEUE: usize = 64;

/// The writer's end that the actor holds.
#[derive(Debug)]
pub(super) struct Artifacts {
    jobs: mpsc::Sender<Job>,
    /// Whose files are written as the best version's, once all that is queued is.
    best: Option<NodeId>,
}

#[derive(Debug)]
enum Job {
    Step {
        node: NodeId,
        at: Timestamp,
        files: FileRefs,
        best: bool,
        output: BlobId,
    },
    /// The best version so far, which a killed daemon may have owed.
    Best {
        node: NodeId,
        at: Timestamp,
        files: FileRefs,
        output: BlobId,
    },
    Flush(oneshot::Sender<()>),
}

impl Job {
    /// What a run that goes on may lack; nothing for one that has no best version yet.
    fn owed(state: &RunState) -> Option<Self> {
        let best = state.tree().best()?;
        let (files, output) = (best.files.clone()?, best.output()?);
        Some(Self::Best { node: best.id, at: clock::now(), files, output })
    }
}

impl Artifacts {
    /// Starts the writer of a run in this state. Of one that goes on it first writes the best version again.
    pub(super) fn start(state: &RunState, journal: Arc<dyn Journal>, mailbox: Mailbox) -> Self {
        let spec = state.spec();
        let (jobs, mut queue) = mpsc::channel(QUEUE);
        if let Some(job) = Job::owed(state) {
            // A new queue has room.
            let _ = jobs.try_send(job);
        }
        let writer = Arc::new(Writer {
            log_dir: PathBuf::from(&spec.log_dir),
            run_dir: PathBuf::from(&spec.log_dir).join(spec.id.to_string()),
            modes: spec.sources.iter().map(|source| (source.path.clone(), source.mode)).collect(),
            save_logs: spec.save_logs,
            run: spec.id,
            journal,
        });
        tokio::spawn(async move {
            let mut warned = false;
            while let Some(job) = queue.recv().await {
                let writer = Arc::clone(&writer);
                let written = tokio::task::spawn_blocking(move || writer.run(job)).await;
                if let Ok(Err(message)) = written
                    && !std::mem::replace(&mut warned, true)
                {
                    mailbox.send(Input::Warned { message }, Vec::new()).await;
                }
            }
        });
        Self { jobs, best: state.tree().best().map(|best| best.id) }
    }

    /// Queues what recorded events leave behind. Waits for the queue before the run's end is published,
    /// so that whoever sees the end finds the files.
    pub(super) async fn note(&mut self, events: &[Event], state: &RunState) {
        for event in events {
            match &event.kind {
                RunEvent::Evaluated { node, outcome, .. } => {
                    let files = state.tree().get(*node).and_then(|node| node.files.clone());
                    let good = matches!(outcome.verdict, Verdict::Good { .. });
                    let Some(files) = files.filter(|_| good || *node != NodeId::BASELINE) else { continue };
                    let best = state.tree().best().is_some_and(|best| best.id == *node);
                    if best {
                        self.best = Some(*node);
                    }
                    self.queue(Job::Step { node: *node, at: event.at, files, best, output: outcome.output })
                        .await;
                }
                // Another became the best because this one was found out.
                RunEvent::Weighed { best: Some(best) } if self.best != Some(best.step) => {
                    self.best = Some(best.step);
                    if let Some(job) = Job::owed(state) {
                        self.queue(job).await;
                    }
                }
                RunEvent::Ended { .. } => {
                    let (done, flushed) = oneshot::channel();
                    self.queue(Job::Flush(done)).await;
                    // A writer that is gone has nothing left to write.
                    let _ = flushed.await;
                }
                _ => {}
            }
        }
    }

    async fn queue(&self, job: Job) {
        // The writer lives as long as this sender.
        let _ = self.jobs.send(job).await;
    }
}

struct Writer {
    log_dir: PathBuf,
    run_dir: PathBuf,
    modes: BTreeMap<String, u32>,
    save_logs: bool,
    run: RunId,
    journal: Arc<dyn Journal>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    created_at: String,
    step: u32,
    file_count: usize,
    files: Vec<ManifestFile<'a>>,
}

#[derive(Serialize)]
struct ManifestFile<'a> {
    path: &'a str,
    artifact_path: String,
    bytes: usize,
}

#[derive(Serialize)]
struct OutputEntry<'a> {
    step: u32,
    timestamp: String,
    output_file: &'a str,
    output_length: usize,
}

impl Writer {
    fn run(&self, job: Job) -> Result<(), String> {
        match job {
            Job::Flush(done) => {
                if let Err(error) = remove_dir(&self.spare()) {
                    tracing::debug!(%error, "the former best version's files are left");
                }
                // The actor may have given up waiting.
                let _ = done.send(());
                Ok(())
            }
            Job::Step { node, at, files, best, output } => {
                self.step(node, at, &files, best, output).map_err(|error| self.refused(&error))
            }
            Job::Best { node, at, files, output } => {
                self.best(node, at, &files, output).map_err(|error| self.refused(&error))
            }
        }
    }

    fn refused(&self, error: &io::Error) -> String {
        format!("cannot write artifacts under {}: {error}", self.run_dir.display())
    }

    /// Writes the best version again, and with it the rest of its step if that is not complete.
    fn best(&self, node: NodeId, at: Timestamp, files: &FileRefs, output: BlobId) -> io::Result<()> {
        if !self.step_dir(node).join("manifest.json").exists() {
            return self.step(node, at, files, true, output);
        }
        self.replace_best(node, at, &self.load(files)?)
    }

    fn replace_best(&self, node: NodeId, at: Timestamp, texts: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
        self.snapshot(&self.spare(), "best_code_snapshot", node, at, texts)?;
        exchange(&self.spare(), &self.run_dir.join("best"))
    }

    fn step_dir(&self, node: NodeId) -> PathBuf {
        self.run_dir.join("steps").join(node.to_string())
    }

    fn step(
        &self,
        node: NodeId,
        at: Timestamp,
        files: &FileRefs,
        best: bool,
        output: BlobId,
    ) -> io::Result<()> {
        self.create_log_dir()?;
        let texts = self.load(files)?;
        self.snapshot(&self.step_dir(node), "step_code_snapshot", node, at, &texts)?;
        if best {
            self.replace_best(node, at, &texts)?;
        }
        if self.save_logs { self.output(node, at, output) } else { Ok(()) }
    }

    /// The best version before the last: the next is written over it, out of sight. Many short-lived files would
    /// cost file systems dearly (ext4 looks at every file that was removed in the last seconds when it makes one).
    fn spare(&self) -> PathBuf {
        self.run_dir.join(".best")
    }

    /// A log directory that we make keeps itself out of the user's version control.
    fn create_log_dir(&self) -> io::Result<()> {
        if self.log_dir.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.log_dir)?;
        fs::write(self.log_dir.join(".gitignore"), "*\n")
    }

    fn load(&self, files: &FileRefs) -> io::Result<BTreeMap<String, Vec<u8>>> {
        files.iter().map(|(path, blob)| Ok((path.clone(), self.blob(*blob)?))).collect()
    }

    fn blob(&self, id: BlobId) -> io::Result<Vec<u8>> {
        let found = self.journal.blob(self.run, id).map_err(io::Error::other)?;
        found.ok_or_else(|| io::Error::other("the journal lacks a file of this step"))
    }

    fn snapshot(
        &self,
        place: &Path,
        kind: &str,
        node: NodeId,
        at: Timestamp,
        texts: &BTreeMap<String, Vec<u8>>,
    ) -> io::Result<()> {
        let mut listed = Vec::with_capacity(texts.len());
        for (path, text) in texts {
            let artifact_path = format!("files/{path}");
            let target = place.join(&artifact_path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            write_over(&target, text)?;
            if let Some(mode) = self.modes.get(path) {
                fs::set_permissions(&target, fs::Permissions::from_mode(*mode))?;
            }
            listed.push(ManifestFile { path, artifact_path, bytes: text.len() });
        }
        let manifest =
            Manifest { kind, created_at: rfc3339(at), step: node.0, file_count: listed.len(), files: listed };
        let json = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
        fs::write(place.join("manifest.json"), json)
    }

    fn output(&self, node: NodeId, at: Timestamp, output: BlobId) -> io::Result<()> {
        let text = self.blob(output)?;
        fs::create_dir_all(self.run_dir.join("outputs"))?;
        let output_file = format!("outputs/step_{node}.out.txt");
        fs::write(self.run_dir.join(&output_file), &text)?;
        let output_length = String::from_utf8_lossy(&text).chars().count();
        let entry =
            OutputEntry { step: node.0, timestamp: rfc3339(at), output_file: &output_file, output_length };
        let mut line = serde_json::to_vec(&entry).map_err(io::Error::other)?;
        line.push(b'\n');
        let index = self.run_dir.join("exec_output.jsonl");
        fs::OpenOptions::new().create(true).append(true).open(index)?.write_all(&line)
    }
}

/// Writes a file, also over one that may not be written.
fn write_over(target: &Path, text: &[u8]) -> io::Result<()> {
    match fs::write(target, text) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            fs::remove_file(target)?;
            fs::write(target, text)
        }
        written => written,
    }
}

/// Puts the directory `fresh` in the place of `old`, which takes its name if it exists. At once, where the file
/// system can.
fn exchange(fresh: &Path, old: &Path) -> io::Result<()> {
    if !old.exists() {
        return fs::rename(fresh, old);
    }
    if renameat_with(CWD, fresh, CWD, old, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    remove_dir(old)?;
    fs::rename(fresh, old)
}

fn remove_dir(place: &Path) -> io::Result<()> {
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
