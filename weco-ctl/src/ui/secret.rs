//! Asking for a secret on the terminal: nothing of what is typed is shown.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use futures_util::StreamExt;

use super::prompt::{Raw, Signals};

/// Most characters that are taken: far more than any key has.
const MOST: usize = 16 * 1024;

/// How soon after Enter the rest of a paste comes.
const PASTE: Duration = Duration::from_millis(50);

/// What came of asking.
pub enum Typed {
    /// This was typed, and Enter.
    Text(String),
    /// Ctrl-C, Ctrl-D, Esc, a signal, or the terminal went away.
    Abandoned,
    /// Standard input is no terminal, so nobody was asked.
    NoTerminal,
}

/// Asks `question` on standard error and reads a line from the terminal without showing it. The terminal is
/// left as it was, however that ends.
///
/// # Errors
/// If the terminal cannot be written or changed.
pub async fn type_secret(question: &str) -> io::Result<Typed> {
    if !io::stdin().is_terminal() {
        return Ok(Typed::NoTerminal);
    }
    let mut signals = Signals::watch()?;
    let raw = Raw::enter()?;
    eprint!("{question}");
    io::stderr().flush()?;
    let typed = typed(&mut signals).await;
    drop(raw);
    eprintln!();
    typed
}

async fn typed(signals: &mut Signals) -> io::Result<Typed> {
    let mut events = EventStream::new();
    let mut line = Line::default();
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = signals.received() => None,
        };
        let Some(Ok(event)) = event else { return Ok(Typed::Abandoned) };
        match line.take(&event) {
            Then::GoOn => {}
            Then::Abandon => return Ok(Typed::Abandoned),
            Then::Finish => break,
        }
    }
    drop(events);
    Ok(Typed::Text(line.text + &rest_of_paste()?))
}

/// What was pasted after the first line. It would else go to the shell, which shows it and may run it.
fn rest_of_paste() -> io::Result<String> {
    let mut rest = Line { text: String::from("\n") };
    while poll(PASTE)? {
        rest.take(&read()?);
    }
    Ok(rest.text)
}

/// What was typed so far.
#[derive(Default)]
struct Line {
    text: String,
}

#[derive(PartialEq, Eq, Debug)]
enum Then {
    GoOn,
    Abandon,
    Finish,
}

impl Line {
    fn take(&mut self, event: &Event) -> Then {
        let Event::Key(KeyEvent { code, modifiers, kind, .. }) = event else { return Then::GoOn };
        if *kind == KeyEventKind::Release {
            return Then::GoOn;
        }
        match code {
            KeyCode::Char('c' | 'd') if modifiers.contains(KeyModifiers::CONTROL) => return Then::Abandon,
            KeyCode::Char('u') if modifiers.contains(KeyModifiers::CONTROL) => self.text.clear(),
            // A pasted line may end with either; a terminal sends Ctrl-J for a line feed.
            KeyCode::Char('j' | 'm') if modifiers.contains(KeyModifiers::CONTROL) => return Then::Finish,
            _ if modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {}
            KeyCode::Enter => return Then::Finish,
            KeyCode::Esc => return Then::Abandon,
            KeyCode::Backspace => {
                self.text.pop();
            }
            KeyCode::Char(c) if self.text.len() < MOST => self.text.push(*c),
            _ => {}
        }
        Then::GoOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut Line, code: KeyCode, modifiers: KeyModifiers) -> Then {
        line.take(&Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn a_line_can_be_corrected() {
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        let mut line = Line::default();
        for c in "wrong".chars() {
            assert_eq!(press(&mut line, KeyCode::Char(c), none), Then::GoOn);
        }
        press(&mut line, KeyCode::Char('u'), control);
        for c in "sk-aB".chars() {
            press(&mut line, KeyCode::Char(c), none);
        }
        press(&mut line, KeyCode::Backspace, none);
        press(&mut line, KeyCode::Char('x'), control);
        press(&mut line, KeyCode::Left, none);
        line.take(&Event::Resize(80, 24));
        assert_eq!(press(&mut line, KeyCode::Enter, none), Then::Finish);
        assert_eq!(line.text, "sk-a");
    }

    #[test]
    fn it_can_be_abandoned_and_is_bounded() {
        for (code, modifiers) in [
            (KeyCode::Char('c'), KeyModifiers::CONTROL),
            (KeyCode::Char('d'), KeyModifiers::CONTROL),
            (KeyCode::Esc, KeyModifiers::NONE),
        ] {
            assert_eq!(press(&mut Line::default(), code, modifiers), Then::Abandon);
        }
        let mut line = Line::default();
        for _ in 0..MOST + 10 {
            press(&mut line, KeyCode::Char('x'), KeyModifiers::NONE);
        }
        assert_eq!(line.text.len(), MOST);
    }
}
