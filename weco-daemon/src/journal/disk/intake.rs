//! A run from elsewhere, on its way: a file beside the runs' own, which becomes one of them as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use weco_core::event::Event;
use weco_core::run::RunId;

use super::frame::{self, Key};
use super::layout::{Layout, private};
use super::request::{Entry, Request};
use super::shared::Meta;
use crate::blobs::Blob;
use crate::journal::{Intake, JournalError};

/// A run's incoming file. Removed when dropped, unless it is the store's by then.
pub(super) struct Incoming {
    requests: mpsc::Sender<Request>,
    run: RunId,
    path: PathBuf,
    file: BufWriter<File>,
    /// Bytes written.
    len: u64,
    /// Whether the store has been asked to make it the run's own, and to remove it if it cannot.
    handed_over: bool,
}

impl Incoming {
    /// Begins the file.
    ///
    /// # Errors
    /// [`JournalError::OutOfOrder`] if the same run is on its way already.
    pub(super) fn create(
        requests: mpsc::Sender<Request>,
        layout: &Layout,
        run: RunId,
    ) -> Result<Self, JournalError> {
        let path = layout.incoming(run);
        let created = private().write(true).create_new(true).open(&path);
        let file = created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => JournalError::OutOfOrder { run, expected: 2, got: 1 },
            _ => JournalError::io("write", &path, &error),
        })?;
        Ok(Self { requests, run, path, file: BufWriter::new(file), len: 0, handed_over: false })
    }

    fn write(&mut self, frames: &[u8]) -> Result<(), JournalError> {
        self.file.write_all(frames).map_err(|error| JournalError::io("write", &self.path, &error))?;
        self.len += frames.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), JournalError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|error| JournalError::io("flush", &self.path, &error))
    }

    async fn finish(mut self, events: Vec<Event>) -> Result<(), JournalError> {
        let empty = Meta { len: self.len, ..Meta::default() };
        let entry = Entry::new(self.run, events, &[])?;
        let state = entry.follow(&empty)?;
        self.write(&entry.frames)?;
        self.flush()?;
        let (reply, answer) = oneshot::channel();
        let request = Request::TakeIn(self.run, state, reply);
        self.requests.send(request).await.map_err(|_| JournalError::Closed)?;
        self.handed_over = true;
        answer.await.map_err(|_| JournalError::Closed)?
    }
}

impl Intake for Incoming {
    fn add(&mut self, content: &Blob) -> Result<(), JournalError> {
        let packed = content.pack();
        let mut frames = Vec::new();
        frame::write(
            &mut frames,
            Key::Blob { id: content.id(), compressed: packed.compressed },
            &packed.bytes,
        );
        self.write(&frames)
    }

    fn commit<'a>(self: Box<Self>, events: Vec<Event>) -> BoxFuture<'a, Result<(), JournalError>>
    where
        Self: 'a,
    {
        Box::pin(self.finish(events))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.handed_over {
            // One that cannot be removed now goes at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
