//! UTF-8 from a stream of chunks that may be split anywhere.

/// Decodes lossily, as [`String::from_utf8_lossy`] would decode the whole.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// The beginning of a character whose rest has not arrived; at most 3 bytes.
    cut: Vec<u8>,
}

const REPLACEMENT: &str = "\u{FFFD}";

impl Decoder {
    /// Gives `sink` the text of `bytes`, piece by piece.
    pub(super) fn decode(&mut self, bytes: &[u8], mut sink: impl FnMut(&str)) {
        let bytes = self.complete_cut(bytes, &mut sink);
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            if !chunk.valid().is_empty() {
                sink(chunk.valid());
            }
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && is_cut(chunk.invalid()) {
                self.cut.extend_from_slice(chunk.invalid());
            } else {
                sink(REPLACEMENT);
            }
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, mut sink: impl FnMut(&str)) {
        if !self.cut.is_empty() {
            self.cut.clear();
            sink(REPLACEMENT);
        }
    }

    /// Adds bytes to a character cut short until it is whole or proves wrong; returns the rest.
    fn complete_cut<'a>(&mut self, mut bytes: &'a [u8], sink: &mut impl FnMut(&str)) -> &'a [u8] {
        while let (false, Some((first, rest))) = (self.cut.is_empty(), bytes.split_first()) {
            self.cut.push(*first);
            match std::str::from_utf8(&self.cut) {
                Ok(text) => sink(text),
                Err(error) if error.error_len().is_none() => {
                    bytes = rest;
                    continue;
                }
                // The new byte does not belong to it: it begins something of its own.
                Err(_) => {
                    sink(REPLACEMENT);
                    self.cut.clear();
                    return bytes;
                }
            }
            self.cut.clear();
            bytes = rest;
        }
        bytes
    }
}

/// Whether `bytes` are the beginning of a character that more bytes could complete.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}
