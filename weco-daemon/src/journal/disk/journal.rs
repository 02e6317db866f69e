//! The handle that the daemon holds.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};

use super::cache::Cache;
use super::commit_log::CommitLog;
use super::files::Files;
use super::format::{Format, Old};
use super::intake::Incoming;
use super::layout::Layout;
use super::recover::{Recovery, open_index};
use super::request::{Entry, Reply, Request};
use super::shared::{Meta, Shared};
use super::store::{self, Store};
use crate::blobs::Blob;
use crate::journal::{Durability, Intake, Journal, JournalError, RunEntry};

/// What may be chosen about a journal on disk.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long sled may take to open before its database counts as damaged.
    pub index_deadline: Duration,
    /// Size of the commit log in bytes, beyond which it starts over.
    pub log_capacity: u64,
}

impl Options {
    /// Ten seconds: twenty times what 10,000 runs take. 8 MiB: some thousand steps.
    pub const DEFAULT: Self = Self { index_deadline: Duration::from_secs(10), log_capacity: 8 << 20 };
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// An open journal and what had to be repaired to open it.
#[derive(Debug)]
pub struct Opened {
    /// The journal.
    pub journal: DiskJournal,
    /// One sentence for people about each thing that was damaged, and what became of it.
    pub warnings: Vec<String>,
}

/// The journal on disk; see the [module](crate::journal) for what it promises. Dropping it closes
/// it in the background; [`Journal::close`] waits for that.
#[derive(Debug)]
pub struct DiskJournal {
    requests: mpsc::Sender<Request>,
    shared: Arc<Shared>,
    cache: Cache,
    layout: Layout,
}

impl DiskJournal {
    /// Opens the journal in `dir`, creating it if need be. Blocks while it is brought up to date:
    /// for files of runs that are not over, and for as long as sled takes.
    ///
    /// # Errors
    /// Another daemon has it open, a newer version wrote it, or the operating system refuses.
    pub fn open(dir: &Path) -> Result<Opened, JournalError> {
        Self::open_with(dir, Options::default())
    }

    /// Like [`Self::open`], with other [`Options`].
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_with(dir: &Path, options: Options) -> Result<Opened, JournalError> {
        let layout = Layout::create(dir)?;
        let lock = layout.lock()?;
        let format = Format::check(&layout)?;
        let mut warnings = Vec::new();
        let (log, replayed) = CommitLog::open(&layout, options.log_capacity)?;
        if replayed.damaged {
            let path = layout.commit_log();
            warnings.push(format!(
                "{} was damaged; what was recorded right before the last unclean stop may be missing",
                path.display()
            ));
        }
        let (index, mut catalogue) = open_index(&layout, options.index_deadline, &mut warnings)?;
        format.migrate(Old { catalogue: &mut catalogue })?;
        let recovery =
            Recovery { layout: &layout, index: &index, catalogue, replayed: replayed.runs, warnings };
        let (runs, warnings) = recovery.run()?;
        format.settle(&index)?;
        let shared = Arc::new(Shared::new(runs));
        let files = Files::new(layout.clone());
        let store = Store { layout: layout.clone(), files, log, index, shared: Arc::clone(&shared), lock };
        let (requests, receiver) = mpsc::channel(store::MAX_WAITING);
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || store.run(receiver))
            .map_err(|error| JournalError::io("start a thread for", dir, &error))?;
        let cache = Cache::new(layout.clone());
        Ok(Opened { journal: Self { requests, shared, cache, layout }, warnings })
    }

    async fn ask(&self, request: impl FnOnce(Reply) -> Request) -> Result<(), JournalError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// The contents that the run does not have yet, each once.
    fn unknown<'a>(&self, run: RunId, blobs: &'a [Blob]) -> Result<Vec<&'a Blob>, JournalError> {
        let meta = self.shared.get(run).unwrap_or_default();
        let mut unknown: Vec<&Blob> = Vec::with_capacity(blobs.len());
        for blob in blobs {
            let twice = unknown.iter().any(|other| other.id() == blob.id());
            if !twice && !self.cache.has_blob(run, &meta, blob.id())? {
                unknown.push(blob);
            }
        }
        Ok(unknown)
    }

    fn known(&self, run: RunId) -> Result<Option<Meta>, JournalError> {
        self.shared.check_open()?;
        Ok(self.shared.get(run))
    }
}

impl Journal for DiskJournal {
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            self.shared.check_open()?;
            let blobs = self.unknown(run, &blobs)?;
            if events.is_empty() && blobs.is_empty() {
                return Ok(());
            }
            let entry = Entry::new(run, events, &blobs)?;
            self.ask(|reply| Request::Append(entry, durability, reply)).await
        })
    }

    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        let Some(meta) = self.known(run)? else { return Ok(Vec::new()) };
        let beyond = from.saturating_add(limit as u64).saturating_sub(1) > meta.last_seq;
        match &meta.damage {
            Some(damage) if beyond => Err(JournalError::Damaged(damage.to_string())),
            _ => self.cache.read(run, &meta, from, limit),
        }
    }

    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(meta) = self.known(run)? else { return Ok(None) };
        self.cache.blob(run, &meta, id)
    }

    fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
        self.shared.check_open()?;
        Ok(self.shared.list())
    }

    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError> {
        self.shared.check_open()?;
        Ok(self.shared.list_in(ids, limit))
    }

    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let removed = self.ask(|reply| Request::Remove(runs.clone(), reply)).await;
            runs.into_iter().for_each(|run| self.cache.forget(run));
            removed
        })
    }

    fn take_in(&self, run: RunId) -> Result<Box<dyn Intake + '_>, JournalError> {
        if let Some(known) = self.known(run)? {
            return Err(JournalError::OutOfOrder { run, expected: known.last_seq + 1, got: 1 });
        }
        Ok(Box::new(Incoming::create(self.requests.clone(), &self.layout, run)?))
    }

    fn answers(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.ask(Request::Answer))
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.ask(Request::Close))
    }
}
