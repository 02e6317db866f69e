//! Frames: how a run's file holds events and contents.
//!
//! ```text
//! E 1c291ca3 17 212            event, CRC-32, sequence number, length of the JSON in bytes
//! {"seq":17,"at":…}
//! Z 8d6f0c5e <64 hex> 1204     content compressed by zstd (B: as it is), CRC-32, name, length
//! …1204 bytes…
//! ```
//!
//! Header and payload each end with a newline, so that the file can be read with common tools. The
//! CRC-32 covers everything after itself but the last newline.

use std::io::{self, BufRead, Read};

use weco_core::run::BlobId;

/// Longest header in bytes: tag, CRC, a content's name and a length of 20 digits, with separators.
const MAX_HEADER: u64 = 1 + 1 + 8 + 1 + 64 + 1 + 20 + 1;

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    /// An event, by its sequence number.
    Event(u64),
    /// A content, by its name.
    Blob {
        /// The name.
        id: BlobId,
        /// Whether the payload is a zstd frame.
        compressed: bool,
    },
}

/// Where a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Frame {
    /// What it holds.
    pub(super) key: Key,
    /// Where it begins.
    pub(super) offset: u64,
    /// Where the next one begins.
    pub(super) end: u64,
}

/// Adds a frame to `out`.
pub(super) fn write(out: &mut Vec<u8>, key: Key, payload: &[u8]) {
    let (tag, rest) = match key {
        Key::Event(seq) => ('E', format!(" {seq} {}\n", payload.len())),
        Key::Blob { id, compressed: false } => ('B', format!(" {id} {}\n", payload.len())),
        Key::Blob { id, compressed: true } => ('Z', format!(" {id} {}\n", payload.len())),
    };
    let crc = checksum(tag as u8, rest.as_bytes(), payload);
    out.extend_from_slice(format!("{tag} {crc:08x}{rest}").as_bytes());
    out.extend_from_slice(payload);
    out.push(b'\n');
}

fn checksum(tag: u8, rest: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[tag]);
    hasher.update(rest);
    hasher.update(payload);
    hasher.finalize()
}

struct Header {
    key: Key,
    crc: u32,
    len: u64,
}

/// Understands a header line, its newline included.
fn parse_header(line: &[u8]) -> Option<Header> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let mut words = line.split(' ');
    let (tag, crc, name, len) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let key = match tag {
        "E" => Key::Event(name.parse().ok()?),
        "B" | "Z" => Key::Blob { id: name.parse().ok()?, compressed: tag == "Z" },
        _ => return None,
    };
    let header = Header { key, crc: u32::from_str_radix(crc, 16).ok()?, len: len.parse().ok()? };
    // As it is written: a number alone could have other digits, or a sign.
    let is_written = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let canonical = words.next().is_none() && crc.len() == 8 && crc.bytes().all(is_written);
    canonical.then_some(header)
}

/// Reads frames one after the other.
pub(super) struct Frames<R> {
    reader: R,
    at: u64,
    end: u64,
    line: Vec<u8>,
    payload: Vec<u8>,
}

impl<R: BufRead> Frames<R> {
    /// Reads from `reader`, which stands at offset `at` of a file whose frames reach to `end`.
    pub(super) fn new(reader: R, at: u64, end: u64) -> Self {
        Self { reader, at, end, line: Vec::new(), payload: Vec::new() }
    }

    /// Where the next frame begins.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The payload of the frame read last.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The next frame: none at the end, and none where no valid frame begins; [`Self::at`] tells
    /// the two apart.
    ///
    /// # Errors
    /// Failures of the reader.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame>> {
        self.line.clear();
        self.reader.by_ref().take(MAX_HEADER).read_until(b'\n', &mut self.line)?;
        let Some(header) = parse_header(&self.line) else { return Ok(None) };
        let start = self.at + self.line.len() as u64;
        let room = self.end.saturating_sub(start);
        if header.len >= room {
            return Ok(None);
        }
        self.payload.clear();
        self.reader.by_ref().take(header.len + 1).read_to_end(&mut self.payload)?;
        let whole = self.payload.len() as u64 == header.len + 1 && self.payload.pop() == Some(b'\n');
        // The header up to the CRC has a fixed length: tag, space, eight digits.
        let rest = self.line.get(10..).unwrap_or_default();
        if !whole || checksum(self.line[0], rest, &self.payload) != header.crc {
            return Ok(None);
        }
        let frame = Frame { key: header.key, offset: self.at, end: start + header.len + 1 };
        self.at = frame.end;
        Ok(Some(frame))
    }
}

/// Where the first valid frame after `from` begins in a file's bytes.
pub(super) fn find_next(bytes: &[u8], from: usize) -> Option<usize> {
    let starts = (from + 1..bytes.len()).filter(|&at| bytes[at - 1] == b'\n');
    starts.into_iter().find(|&at| {
        let mut frames = Frames::new(&bytes[at..], at as u64, bytes.len() as u64);
        matches!(bytes[at], b'E' | b'B' | b'Z') && matches!(frames.next(), Ok(Some(_)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(bytes: &[u8]) -> (Vec<(Key, Vec<u8>)>, u64) {
        let mut frames = Frames::new(bytes, 0, bytes.len() as u64);
        let mut found = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            found.push((frame.key, frames.payload().to_vec()));
        }
        (found, frames.at())
    }

    fn two_frames() -> (Vec<u8>, usize) {
        let mut out = Vec::new();
        write(&mut out, Key::Event(1), b"{\"first\":1}");
        let middle = out.len();
        write(&mut out, Key::Blob { id: BlobId([7; 32]), compressed: false }, b"line\nline\n\0");
        (out, middle)
    }

    #[test]
    fn frames_come_back() {
        let (bytes, _) = two_frames();
        let (found, end) = read_all(&bytes);
        assert_eq!(end, bytes.len() as u64);
        assert_eq!(found[0], (Key::Event(1), b"{\"first\":1}".to_vec()));
        assert_eq!(found[1].1, b"line\nline\n\0");
    }

    #[test]
    fn every_cut_is_noticed() {
        let (bytes, middle) = two_frames();
        for cut in 0..bytes.len() {
            let (found, end) = read_all(&bytes[..cut]);
            let whole = usize::from(cut >= middle);
            assert_eq!((found.len(), end), (whole, (whole * middle) as u64), "cut at {cut}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let (bytes, middle) = two_frames();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let (found, end) = read_all(&damaged);
                let whole = usize::from(at >= middle);
                assert_eq!((found.len(), end), (whole, (whole * middle) as u64), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_frame_after_damage_is_found() {
        let (mut bytes, middle) = two_frames();
        bytes[3] ^= 1;
        assert_eq!(find_next(&bytes, 0), Some(middle));
        assert_eq!(find_next(&bytes, middle), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            read_all(&bytes);
            find_next(&bytes, 0);
        }
    }
}
