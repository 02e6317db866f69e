//! How much an archive may hold: far above any run's, so that a small file cannot unpack into a full disk or memory.

use std::io::{self, Read};

/// Bytes of an archive, unpacked. A run of 10,000 steps with the largest sources has a tenth of it.
pub(super) const MAX_UNPACKED: u64 = 64 << 30;

/// Bytes of the manifest; it takes some hundred.
pub(super) const MAX_MANIFEST: u64 = 64 << 10;

/// Bytes of all events together: those of 50,000 steps. They are held in memory.
pub(super) const MAX_EVENTS: u64 = 256 << 20;

/// Bytes of one event: it fits in a message to a client, however it is told. The longest have instructions in them.
pub(super) const MAX_EVENT: usize = 2 << 20;

/// Bytes of what lists and status say of a run, for the same reason.
pub(super) const MAX_SUMMARY: usize = 4 << 20;

/// Bytes of one content. Sources and outputs have limits of some 200 KB; an edit of the user's own has none.
pub(super) const MAX_CONTENT: u64 = 64 << 20;

/// zstd's window as a power of two, in bytes: what unpacking may take of memory. Ours use 21.
pub(super) const MAX_WINDOW_LOG: u32 = 24;

/// Reads at most so many bytes, and fails rather than ends there.
pub(super) struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R> Limited<R> {
    pub(super) fn new(reader: R, most: u64) -> Self {
        Self { reader, left: most }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(count)
    }
}
