//! Reading a file that a user named: bounded, never blocking, text only.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

/// One KB of the limits that users are told, in bytes.
pub(crate) const KB: u64 = 1024;

/// `bytes` in KB as shown to people, rounded up so that what is over a limit also looks over it.
pub(crate) fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(KB)
}

/// Why a file gives no text.
#[derive(Debug)]
pub(crate) enum TextFileError {
    Directory,
    /// A device, a pipe or a socket.
    Special,
    TooLarge {
        bytes: u64,
    },
    /// Not UTF-8, or with NUL bytes.
    NotText,
    Io(io::Error),
}

impl From<io::Error> for TextFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The text of the file `path` (at most `limit` bytes) and what it was like when read.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<(String, Metadata), TextFileError> {
    // Before it is opened, for opening a device can have effects.
    check_kind(&path.metadata()?)?;
    // It may be another file by now; then at least opening a pipe does not block.
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?;
    let metadata = file.metadata()?;
    check_kind(&metadata)?;
    if metadata.len() > limit {
        return Err(TextFileError::TooLarge { bytes: metadata.len() });
    }
    let bytes = read_bounded(&file, limit)?;
    if bytes.len() as u64 > limit {
        return Err(TextFileError::TooLarge { bytes: bytes.len() as u64 });
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok((text, metadata)),
        _ => Err(TextFileError::NotText),
    }
}

fn check_kind(metadata: &Metadata) -> Result<(), TextFileError> {
    if metadata.is_dir() {
        Err(TextFileError::Directory)
    } else if !metadata.is_file() {
        Err(TextFileError::Special)
    } else {
        Ok(())
    }
}

/// Up to one byte more than `limit`: a file can grow, and some (in `/proc`) do not know their length.
fn read_bounded(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
