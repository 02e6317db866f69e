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

use crate::archive::{self, ExportError};
use crate::blocking::blocking;
use crate::clock;
use crate::error::Failure;
use crate::run::Registry;

/// Bytes of a part of an export.
const PART: usize = 64 << 10;

/// Parts that may wait for a slow reader before the writer waits for it.
const AHEAD: usize = 8;

type Exported = Result<v1::ExportPart, Status>;

/// The archive of a run, or only its report.
pub(super) fn export(registry: &Registry, run: RunId, report: bool) -> ReceiverStream<Exported> {
    let journal = Arc::clone(&registry.deps().journal);
    parts(move |out| match report {
        true => archive::report(journal.as_ref(), run, clock::now(), out),
        false => archive::export(journal.as_ref(), run, clock::now(), out),
    })
}

/// What `write` writes, where it may block; then why it failed, if it did.
fn parts(
    write: impl FnOnce(&mut BufWriter<Parts>) -> Result<(), ExportError> + Send + 'static,
) -> ReceiverStream<Exported> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let mut out = BufWriter::with_capacity(PART, Parts(sender.clone()));
    // Flushed before the end is told, and never by being dropped, which would hide a failure.
    let writing = blocking(move || write(&mut out).and_then(|()| Ok(out.flush()?)).map_err(Failure::from));
    tokio::spawn(async move {
        // A stream that merely ended would pass for all of it.
        if let Err(failure) = writing.await {
            // The client may be gone, and with it the wish to know.
            let _ = sender.send(Err(failure.into())).await;
        }
    });
    ReceiverStream::new(receiver)
}

/// Sends what is written.
struct Parts(mpsc::Sender<Exported>);

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What is larger than the buffer comes past it, in one piece.
        let bytes = &bytes[..bytes.len().min(PART)];
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
        return Err(Failure::invalid("the run's directory must be an absolute path").into());
    }
    let (sender, receiver) = mpsc::channel(AHEAD);
    let journal = Arc::clone(&registry.deps().journal);
    let importing = blocking(move || {
        archive::import(
            journal.as_ref(),
            Received { parts: receiver, part: Vec::new(), at: 0 },
            directory.as_deref(),
        )
    });
    let ((), imported) = tokio::join!(feed(first.data, parts, sender), importing);
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn received(
        write: impl FnOnce(&mut BufWriter<Parts>) -> io::Result<()> + Send + 'static,
    ) -> Vec<Result<Vec<u8>, tonic::Code>> {
        let written = parts(|out| write(out).map_err(ExportError::from));
        written.map(|part| part.map(|part| part.data).map_err(|status| status.code())).collect().await
    }

    #[tokio::test]
    async fn what_is_written_at_once_comes_in_parts() {
        let page: Vec<u8> = (0..=250).cycle().take(3 * PART + 7).collect();
        let written = page.clone();
        let parts = received(move |out| out.write_all(&written)).await;
        let parts: Vec<_> = parts.into_iter().map(Result::unwrap).collect();
        assert!(parts.iter().all(|part| part.len() <= PART), "{}", parts.len());
        assert_eq!(parts.concat(), page);
    }

    #[tokio::test]
    async fn an_export_that_panics_is_not_taken_for_a_whole_one() {
        let parts = received(|out| {
            out.write_all(&[7; PART])?;
            panic!("as a defect would")
        });
        assert_eq!(parts.await, [Ok(vec![7; PART]), Err(tonic::Code::Internal)]);
    }

    #[tokio::test]
    async fn a_failure_follows_what_was_written() {
        let parts = received(|out| {
            out.write_all(&[7; PART])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let parts = parts.await;
        assert!(parts.len() == 2 && parts[1].is_err(), "{parts:?}");
    }
}
