//! A question on the terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::derivation::Derivation;
use super::format::{middle_cut, one_line};

/// How long no key may come before the question is asked: what was typed at the screen before is no answer.
const QUIET: Duration = Duration::from_millis(100);
/// Files that a question names; of more it gives the number.
const NAMED: usize = 3;
/// Columns of a path in a question.
const PATH: usize = 40;

/// Asks `Apply to kernels/rows.py? [Y/n]` on the terminal. Enter and `y` say yes; everything that ends the
/// asking otherwise (`n`, Esc, Ctrl-C, Ctrl-D, a signal, a closed or missing terminal) says no.
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn apply(paths: &[String]) -> io::Result<bool> {
    confirm(&question(paths)).await
}

fn question(paths: &[String]) -> String {
    format!("Apply to {}?", named(paths))
}

/// Asks whether a run is to go on whose sources were edited since; see [`apply`].
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn go_on_with_edited(paths: &[String]) -> io::Result<bool> {
    println!(
        "Edited since the run was last at work: {}. Your edits stay; no version is written over them.",
        named(paths)
    );
    confirm("Go on with the run?").await
}

/// Asks whether a run is to be derived like this; see [`apply`].
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn derive(derivation: &Derivation) -> io::Result<bool> {
    println!("{}", derivation.lines().join("\n"));
    confirm("Begin?").await
}

fn named(paths: &[String]) -> String {
    if paths.len() > NAMED {
        return format!("{} files", paths.len());
    }
    let names: Vec<String> = paths.iter().map(|path| middle_cut(&one_line(path), PATH)).collect();
    names.join(", ")
}

/// Asks a question whose default is yes; see [`apply`].
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn confirm(question: &str) -> io::Result<bool> {
    ask(question, true).await
}

/// Asks a question about what cannot be undone: Enter says no.
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn confirm_removal(question: &str) -> io::Result<bool> {
    ask(question, false).await
}

/// Asks a question; `enter` is what Enter says.
async fn ask(question: &str, enter: bool) -> io::Result<bool> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(false);
    }
    let mut signals = Signals::watch()?;
    let raw = Raw::enter()?;
    while poll(QUIET)? {
        read()?;
    }
    print!("{question} {} ", if enter { "[Y/n]" } else { "[y/N]" });
    io::stdout().flush()?;
    let yes = answered(enter, &mut signals).await?;
    drop(raw);
    println!("{}", if yes { "yes" } else { "no" });
    Ok(yes)
}

/// Waits for the answer.
async fn answered(enter: bool, signals: &mut Signals) -> io::Result<bool> {
    let mut events = EventStream::new();
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = signals.received() => None,
        };
        let Some(Ok(event)) = event else { return Ok(false) };
        if let Some(yes) = answer(&event, enter) {
            return Ok(yes);
        }
    }
}

/// What a key says, if it says anything; `enter` is what Enter says.
fn answer(event: &Event, enter: bool) -> Option<bool> {
    let Event::Key(KeyEvent { code, modifiers, kind, .. }) = event else { return None };
    if *kind == KeyEventKind::Release {
        return None;
    }
    match code {
        KeyCode::Char('c' | 'd') if modifiers.contains(KeyModifiers::CONTROL) => Some(false),
        _ if modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => None,
        KeyCode::Enter => Some(enter),
        KeyCode::Char('y' | 'Y') => Some(true),
        KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q') => Some(false),
        _ => None,
    }
}

/// The signals that would end us. They are caught while something is to be put in order first, such as a terminal that
/// is not as it was, and so from before that.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(crate) fn watch() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

/// Keys one at a time and unechoed, until dropped.
pub(super) struct Raw;

impl Raw {
    pub(super) fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Fails only if the terminal is gone.
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_yes_or_no_or_nothing() {
        let control = KeyModifiers::CONTROL;
        let none = KeyModifiers::NONE;
        for (code, modifiers, says) in [
            (KeyCode::Enter, none, Some(true)),
            (KeyCode::Char('y'), none, Some(true)),
            (KeyCode::Char('Y'), KeyModifiers::SHIFT, Some(true)),
            (KeyCode::Char('n'), none, Some(false)),
            (KeyCode::Esc, none, Some(false)),
            (KeyCode::Char('c'), control, Some(false)),
            (KeyCode::Char('d'), control, Some(false)),
            (KeyCode::Char('y'), control, None),
            (KeyCode::Char('x'), none, None),
            (KeyCode::Down, none, None),
        ] {
            assert_eq!(answer(&Event::Key(KeyEvent::new(code, modifiers)), true), says, "{code:?}");
        }
        assert_eq!(answer(&Event::Resize(80, 24), true), None);
        assert_eq!(answer(&Event::Key(KeyEvent::new(KeyCode::Enter, none)), false), Some(false));
    }

    #[test]
    fn questions_name_their_files() {
        let paths = |count: usize| (0..count).map(|index| format!("src/{index}.py")).collect::<Vec<_>>();
        assert_eq!(question(&paths(1)), "Apply to src/0.py?");
        assert_eq!(question(&paths(3)), "Apply to src/0.py, src/1.py, src/2.py?");
        assert_eq!(question(&paths(4)), "Apply to 4 files?");
        assert_eq!(question(&["a\u{1b}[31mb".to_owned()]), "Apply to ab?");
    }

    #[tokio::test]
    async fn without_a_terminal_the_answer_is_no() {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            assert!(!confirm("Apply?").await.unwrap());
        }
    }
}
