//! Runs that go elsewhere or come from there, as streams of bytes.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use weco_core::run::RunId;
use weco_proto::v1;

use crate::archive;
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::run::Registry;

/// Bytes of a part of an export.
const PART: usize = 64 << 10;

/// Parts that may wait for a slow reader before the writer waits for it.
const AHEAD: usize = 8;

type Exported = Result<v1::ExportPart, Status>;

/// The archive of a run, or only its report.
pub(super) fn export(registry: &Registry, run: RunId, report: bool) -> ReceiverStream<Exported> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let journal = Arc::clone(&registry.deps().journal);
    tokio::task::spawn_blocking(move || {
        let mut parts = BufWriter::with_capacity(PART, Parts(sender.clone()));
        let written = if report {
            archive::report(journal.as_ref(), run, clock::now(), &mut parts)
        } else {
            archive::export(journal.as_ref(), run, clock::now(), &mut parts)
        };
        // Flushed before the end is told, and never by being dropped, which would hide a failure.
        if let Err(error) = written.and_then(|()| Ok(parts.flush()?)) {
            // The client may be gone, and with it the wish to know.
            let _ = sender.blocking_send(Err(Failure::from(error).into()));
        }
    });
    ReceiverStream::new(receiver)
}

/// Sends what is written.
struct Parts(mpsc::Sender<Exported>);

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = v1::ExportPart { data: bytes.to_vec() };
        self.0.blocking_send(Ok(part)).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes in the run whose archive a client sends.
pub(super) async fn import(
    registry: &Registry,
    mut parts: Streaming<v1::ImportPart>,
) -> Result<RunId, Status> {
    let first = parts.message().await?.unwrap_or_default();
    let directory = Some(first.directory).filter(|directory| !directory.is_empty());
    if directory.as_ref().is_some_and(|directory| !Path::new(directory).is_absolute()) {
        return Err(Failure::new(FailureKind::Invalid, "the run's directory must be an absolute path").into());
    }
    let (sender, receiver) = mpsc::channel(AHEAD);
    let journal = Arc::clone(&registry.deps().journal);
    let importing = tokio::task::spawn_blocking(move || {
        archive::import(
            journal.as_ref(),
            Received { parts: receiver, part: Vec::new(), at: 0 },
            directory.as_deref(),
        )
    });
    feed(first.data, parts, sender).await;
    let imported = importing.await.map_err(|error| Status::internal(format!("internal error: {error}")))?;
    let run = imported?;
    tracing::info!(%run, "run imported");
    Ok(run)
}

/// Hands on what the client sends, until it ends or nobody wants more.
async fn feed(
    first: Vec<u8>,
    mut parts: Streaming<v1::ImportPart>,
    sender: mpsc::Sender<io::Result<Vec<u8>>>,
) {
    let mut next = Some(Ok(first));
    while let Some(part) = next {
        if sender.send(part).await.is_err() {
            return;
        }
        next = parts.next().await.map(|part| part.map(|part| part.data).map_err(io::Error::other));
    }
}

/// Reads what the client sent. A client that goes away is a failure, not an end.
struct Received {
    parts: mpsc::Receiver<io::Result<Vec<u8>>>,
    part: Vec<u8>,
    at: usize,
}

impl Read for Received {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.part.len() {
            match self.parts.blocking_recv() {
                None => return Ok(0),
                Some(part) => (self.part, self.at) = (part?, 0),
            }
        }
        let count = (&self.part[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
