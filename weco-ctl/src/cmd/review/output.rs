//! What an evaluation prints, passed on to standard error while it runs.

use std::io::{self, Write};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use weco_proto::v1::WatchOutputRequest;

use crate::daemon::Daemon;
use crate::ui::format::sanitise;

/// Longest wait for the end of an output whose evaluation has ended.
const REST: Duration = Duration::from_secs(1);

/// Longest line that is waited for, in bytes: a longer one is passed on in parts.
const LONGEST_LINE: usize = 16 * 1024;

/// The output of one evaluation after the other; only the newest one's is passed on.
#[derive(Default)]
pub(super) struct Output {
    passing: Option<JoinHandle<()>>,
}

impl Output {
    /// An evaluation begins.
    pub(super) fn begin(&mut self, daemon: &Daemon, run_id: &str, node_id: &str) {
        self.abandon();
        let request = WatchOutputRequest { run_id: run_id.to_owned(), node: node_id.to_owned() };
        self.passing = Some(tokio::spawn(pass_on(daemon.clone(), request)));
    }

    /// The evaluation has ended: what is still on its way comes, too.
    pub(super) async fn finish(mut self) {
        if let Some(passing) = &mut self.passing {
            let _ = timeout(REST, passing).await;
        }
    }

    fn abandon(&mut self) {
        if let Some(passing) = self.passing.take() {
            passing.abort();
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// A courtesy: whatever goes wrong with it, the result tells everything.
async fn pass_on(daemon: Daemon, request: WatchOutputRequest) {
    let Ok(Some(mut client)) = daemon.connect().await else { return };
    let Ok(stream) = client.watch_output(request).await else { return };
    let mut stream = stream.into_inner();
    let mut lines = Lines::new(io::stderr());
    while let Ok(Some(part)) = stream.message().await {
        if lines.take(&part.text).is_err() {
            return;
        }
    }
    let _ = lines.finish();
}

/// Writes text that comes in parts by whole lines, so that no escape sequence slips through between two parts.
pub(in crate::cmd) struct Lines<W> {
    out: W,
    rest: String,
}

impl<W: Write> Lines<W> {
    /// Nothing was taken yet.
    pub(in crate::cmd) fn new(out: W) -> Self {
        Self { out, rest: String::new() }
    }

    /// The next part.
    pub(in crate::cmd) fn take(&mut self, text: &str) -> io::Result<()> {
        self.rest += text;
        let end = match self.rest.rfind('\n') {
            Some(at) => at + 1,
            None if self.rest.len() > LONGEST_LINE => self.rest.len(),
            None => return Ok(()),
        };
        let whole: String = self.rest.drain(..end).collect();
        self.out.write_all(sanitise(&whole).as_bytes())?;
        self.out.flush()
    }

    /// There is no more.
    pub(in crate::cmd) fn finish(mut self) -> io::Result<()> {
        if !self.rest.is_empty() {
            self.take("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_safe_however_they_are_cut() {
        let text = "one\n\u{1b}[31mtwo\u{1b}[0m\nthree";
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let mut out = Vec::new();
            let mut lines = Lines::new(&mut out);
            lines.take(&text[..at]).unwrap();
            lines.take(&text[at..]).unwrap();
            lines.finish().unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), "one\ntwo\nthree\n");
        }
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut lines = Lines::new(Vec::new());
        for _ in 0..100 {
            lines.take(&"x".repeat(1024)).unwrap();
        }
        assert!(lines.rest.len() <= LONGEST_LINE && lines.out.len() > 50 * 1024);
    }
}
