//! What an evaluation prints, captured in bounded memory.
//!
//! ```text
//! pipe ─ chunks of bytes ─> Decoder ─ text ─> Window (first and last characters, exact count)
//!                                               ├─ text()    what is stored
//!                                               ├─ since()   what a follower has not seen
//!                                               └─ screen()  the end, as a terminal would show it
//! ```

mod decode;
mod live;
mod screen;
mod window;

pub use live::Live;
pub(crate) use live::Recorder;
pub use screen::tail;
pub use window::{HEAD_CHARS, KEEP_WHOLE_CHARS, Since, TAIL_CHARS};

use decode::Decoder;
use window::Window;

/// Characters of output that the next prompt is given.
pub const PROMPT_TAIL_CHARS: usize = 2_500;

/// Characters of output that a screen is given while the evaluation runs.
const SCREEN_TAIL_CHARS: usize = 4_096;

/// Bytes looked at for a screen: more than it shows, for colours and overwritten progress bars.
const SCREEN_BYTES: usize = 16 << 10;

/// Output as it arrives. Costs less than 512 KiB whatever is printed.
///
/// Bytes that are not UTF-8 become U+FFFD, wherever chunks are split. Everything else is kept as
/// printed, control characters and NUL included.
#[derive(Debug, Default)]
pub struct Capture {
    decoder: Decoder,
    window: Window,
}

impl Capture {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.decode(bytes, |text| self.window.push(text));
    }

    /// Says that nothing follows: a character cut short becomes U+FFFD.
    pub fn finish(&mut self) {
        self.decoder.finish(|text| self.window.push(text));
    }

    /// Everything printed so far; above 51,000 characters the first and last 25,000 around a line
    /// that says how many are missing.
    pub fn text(&self) -> String {
        self.window.text()
    }

    /// What was printed after the first `seen` characters, for who follows it: as printed, but for a line that says
    /// how many characters are no longer there.
    pub fn since(&self, seen: u64) -> Since {
        self.window.since(seen)
    }

    /// The last lines as a terminal would show them: no colours, no control characters, overwritten
    /// progress bars gone; at most 4,096 characters.
    pub fn screen(&self) -> String {
        tail(self.window.end(SCREEN_BYTES), SCREEN_TAIL_CHARS)
    }

    /// The last 2,500 characters, made readable like [`Self::screen`].
    pub fn tail_for_prompt(&self) -> String {
        tail(&self.text(), PROMPT_TAIL_CHARS)
    }
}

#[cfg(test)]
mod tests;
