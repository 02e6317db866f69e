//! Contents too large for events: code and output, named by their hash.
//!
//! An event names a content by its [`BlobId`]; the content travels with the event into
//! [`Journal::append`](crate::journal::Journal::append), so that one flush makes both durable and
//! no event can name what is not there.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;

use weco_core::run::BlobId;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

/// zstd's fastest regular level: on source code and logs it saves two thirds, and takes well under
/// 0.1 ms for what a step produces. Higher levels save a few percent more for several times the time.
const LEVEL: i32 = 1;

/// Below this many bytes compression saves less than a disk block can show.
const WORTH_COMPRESSING: usize = 128;

/// Largest content that is unpacked, in bytes: a guard against a damaged length, far above any
/// source or captured output.
const MAX_CONTENT: usize = 256 << 20;

/// A content with its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blob {
    id: BlobId,
    bytes: Vec<u8>,
}

impl Blob {
    /// Names a content by its BLAKE3 hash.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { id: name_of(&bytes), bytes }
    }

    /// Its name.
    pub fn id(&self) -> BlobId {
        self.id
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content as it is stored: compressed if that pays.
    pub fn pack(&self) -> Packed<'_> {
        if self.bytes.len() >= WORTH_COMPRESSING
            && let Ok(packed) = zstd::bulk::compress(&self.bytes, LEVEL)
            && packed.len() < self.bytes.len()
        {
            return Packed { compressed: true, bytes: Cow::Owned(packed) };
        }
        Packed { compressed: false, bytes: Cow::Borrowed(&self.bytes) }
    }
}

/// A content as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packed<'a> {
    /// Whether `bytes` is one zstd frame rather than the content itself.
    pub compressed: bool,
    /// What is stored.
    pub bytes: Cow<'a, [u8]>,
}

/// A stored content that is not what its name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlobError {
    /// The compressed form cannot be read.
    #[error("content {0} cannot be unpacked")]
    Unreadable(BlobId),
    /// The hash differs.
    #[error("content {0} does not match its name")]
    Mismatch(BlobId),
}

/// The content behind its stored form, checked against its name.
///
/// # Errors
/// [`BlobError`] if it is anything but the content that was named `id`.
pub fn unpack(id: BlobId, packed: Packed<'_>) -> Result<Vec<u8>, BlobError> {
    let bytes = if packed.compressed {
        unpacked_size(&packed.bytes)
            .and_then(|size| decompress(&packed.bytes, size).ok())
            .ok_or(BlobError::Unreadable(id))?
    } else {
        packed.bytes.into_owned()
    };
    if name_of(&bytes) == id { Ok(bytes) } else { Err(BlobError::Mismatch(id)) }
}

/// What a frame says that it holds, in bytes. A frame that we made says so: room for the longest content, which the
/// system would have to find for each, is never needed.
fn unpacked_size(frame: &[u8]) -> Option<usize> {
    let size = get_frame_content_size(frame).ok()??;
    usize::try_from(size).ok().filter(|size| *size <= MAX_CONTENT)
}

fn decompress(bytes: &[u8], most: usize) -> io::Result<Vec<u8>> {
    thread_local! {
        /// Kept, for it takes many times longer to get its memory from the system than to unpack what a step prints.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    DECOMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(decompressor) => decompressor.decompress(bytes, most),
        none => none.insert(Decompressor::new()?).decompress(bytes, most),
    })
}

fn name_of(bytes: &[u8]) -> BlobId {
    BlobId(*blake3::hash(bytes).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_blake3() {
        let known = "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24";
        assert_eq!(Blob::new("hello world").id().to_string(), known);
    }

    #[test]
    fn repetitive_text_is_compressed_and_short_text_is_not() {
        let long = Blob::new("for i in range(10): print(i)\n".repeat(100));
        assert!(long.pack().compressed && long.pack().bytes.len() < long.bytes().len() / 10);
        assert!(!Blob::new("short").pack().compressed);
    }

    #[test]
    fn a_content_takes_no_more_room_than_it_has() {
        let blob = Blob::new("line\n".repeat(100));
        let content = unpack(blob.id(), blob.pack()).unwrap();
        assert_eq!(content.capacity(), content.len());
    }

    #[test]
    fn a_changed_content_is_not_accepted() {
        let blob = Blob::new("some text");
        let forged = Packed { compressed: false, bytes: Cow::Borrowed(b"other text") };
        assert_eq!(unpack(blob.id(), forged), Err(BlobError::Mismatch(blob.id())));
        let garbage = Packed { compressed: true, bytes: Cow::Borrowed(b"no zstd frame") };
        assert_eq!(unpack(blob.id(), garbage), Err(BlobError::Unreadable(blob.id())));
        let long = Blob::new("line\n".repeat(100));
        let cut = Packed { compressed: true, bytes: Cow::Owned(long.pack().bytes[..10].to_vec()) };
        assert_eq!(unpack(long.id(), cut), Err(BlobError::Unreadable(long.id())));
        assert_eq!(
            unpack(long.id(), long.pack()).as_deref(),
            Ok(long.bytes()),
            "what failed leaves no trace"
        );
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(bytes in proptest::collection::vec(0u8..4, 0..2000)) {
            let blob = Blob::new(bytes.clone());
            prop_assert_eq!(unpack(blob.id(), blob.pack()).unwrap(), bytes);
        }
    }
}
