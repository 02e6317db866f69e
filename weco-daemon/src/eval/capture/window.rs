//! The first and the last characters of a text of any length, and how many there were.

/// Characters kept of the beginning of a long output.
pub const HEAD_CHARS: usize = 25_000;

/// Characters kept of the end of a long output.
pub const TAIL_CHARS: usize = 25_000;

/// Output up to this many characters is kept whole.
pub const KEEP_WHOLE_CHARS: usize = 51_000;

/// Most bytes of one character in UTF-8.
const MAX_LEN_UTF8: usize = 4;

/// Bytes that surely hold all characters beyond the head of an output that is kept whole.
const END_BYTES: usize = (KEEP_WHOLE_CHARS - HEAD_CHARS) * MAX_LEN_UTF8;

/// The end is cut back to [`END_BYTES`] only when it has grown beyond this: moving bytes seldom
/// costs less than moving them at every push.
const END_BYTES_MAX: usize = 2 * END_BYTES;

/// Text in bounded memory (about 310 KB at most). No character is looked at one by one unless it is
/// kept, so that a flood costs little.
#[derive(Debug, Default)]
pub(super) struct Window {
    head: String,
    head_chars: usize,
    /// What follows the head: all of it, or at least its last [`END_BYTES`].
    end: String,
    /// Characters seen in all.
    chars: u64,
}

/// What someone who has seen the beginning of an output has not seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Since {
    /// It, with a line in place of what is gone.
    pub text: String,
    /// How many characters there were in all by then.
    pub seen: u64,
}

impl Window {
    /// Adds text.
    pub(super) fn push(&mut self, text: &str) {
        self.chars += text.chars().count() as u64;
        let text = self.fill_head(text);
        let text = &text[start_of_last(text, END_BYTES)..];
        self.end.push_str(text);
        if self.end.len() > END_BYTES_MAX {
            self.end.drain(..start_of_last(&self.end, END_BYTES));
        }
    }

    fn fill_head<'a>(&mut self, text: &'a str) -> &'a str {
        let room = HEAD_CHARS - self.head_chars;
        if room == 0 {
            return text;
        }
        let taken = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
        let (head, rest) = text.split_at(taken);
        self.head_chars += head.chars().count();
        self.head.push_str(head);
        rest
    }

    /// All text, or its beginning and end around a note of what is missing.
    pub(super) fn text(&self) -> String {
        if self.chars <= KEEP_WHOLE_CHARS as u64 {
            return format!("{}{}", self.head, self.end);
        }
        let missing = self.chars - (HEAD_CHARS + TAIL_CHARS) as u64;
        let from = self.end.char_indices().nth_back(TAIL_CHARS - 1).map_or(0, |(at, _)| at);
        format!("{}{}{}", self.head, left_out(missing), &self.end[from..])
    }

    /// What follows the first `seen` characters, as far as it is still held.
    pub(super) fn since(&self, seen: u64) -> Since {
        let mut text = String::new();
        if seen < self.head_chars as u64 {
            text.push_str(after(&self.head, seen));
        }
        let next = seen.max(self.head_chars as u64);
        let held_from = self.chars - self.end.chars().count() as u64;
        if next < held_from {
            text.push_str(&left_out(held_from - next));
        }
        text.push_str(after(&self.end, next.saturating_sub(held_from)));
        Since { text, seen: self.chars }
    }

    /// The last `bytes` bytes or a little less; the head's once nothing follows it.
    pub(super) fn end(&self, bytes: usize) -> &str {
        let text = if self.end.is_empty() { &self.head } else { &self.end };
        &text[start_of_last(text, bytes)..]
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.head.capacity() + self.end.capacity()
    }
}

/// What stands for characters that are not there.
fn left_out(characters: u64) -> String {
    format!("\n ... [{characters} characters truncated] ... \n")
}

/// What follows the first `characters` characters.
fn after(text: &str, characters: u64) -> &str {
    let skipped = usize::try_from(characters).unwrap_or(usize::MAX);
    text.char_indices().nth(skipped).map_or("", |(at, _)| &text[at..])
}

/// Where the last `bytes` bytes begin, at a character.
fn start_of_last(text: &str, bytes: usize) -> usize {
    let from = text.len().saturating_sub(bytes);
    (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}
