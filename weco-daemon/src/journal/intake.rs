//! Taking in a run that was recorded elsewhere.

use futures_util::future::BoxFuture;
use weco_core::event::Event;
use weco_core::run::RunId;

use super::{Durability, Journal, JournalError};
use crate::blobs::Blob;

/// A run on its way into a journal. Dropped before it is committed, it leaves nothing behind.
pub trait Intake: Send {
    /// Adds a content that one of its events names. Each is to be added once. Blocks for the disk.
    ///
    /// # Errors
    /// Any [`JournalError`]; then the run cannot be committed.
    fn add(&mut self, content: &Blob) -> Result<(), JournalError>;

    /// Records the run with all of its events, numbered from 1 without a gap: all or nothing, and durable once
    /// this is acknowledged.
    fn commit<'a>(self: Box<Self>, events: Vec<Event>) -> BoxFuture<'a, Result<(), JournalError>>
    where
        Self: 'a;
}

/// Keeps what is added in memory and records all at once: for a journal that has nowhere else to put it.
pub(super) struct Collected<'j, J: ?Sized> {
    journal: &'j J,
    run: RunId,
    contents: Vec<Blob>,
}

impl<'j, J: Journal + ?Sized> Collected<'j, J> {
    /// Nothing is added yet.
    pub(super) fn new(journal: &'j J, run: RunId) -> Self {
        Self { journal, run, contents: Vec::new() }
    }
}

impl<J: Journal + ?Sized> Intake for Collected<'_, J> {
    fn add(&mut self, content: &Blob) -> Result<(), JournalError> {
        self.contents.push(content.clone());
        Ok(())
    }

    fn commit<'a>(self: Box<Self>, events: Vec<Event>) -> BoxFuture<'a, Result<(), JournalError>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Self { journal, run, contents } = *self;
            journal.append(run, events, contents, Durability::Flushed).await
        })
    }
}
