//! The terminal while it is ours: taken, and given back however this ends.

use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// Whether the terminal is in our state: what is to be undone, by whoever is first.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The whole screen. Given back when dropped, and before a panic is reported.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Ours>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// If stdout is no terminal, or has no size.
    pub(super) fn enter() -> io::Result<Self> {
        restore_on_panic();
        let guard = Restore;
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(Ours(io::stdout())))?;
        std::mem::forget(guard);
        Ok(Self { terminal })
    }

    /// Draws one picture, shown all at once by terminals that can.
    ///
    /// # Errors
    /// If the terminal cannot be written, or was given back because another part of the program panicked.
    pub(super) fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Err(io::Error::other("a part of the client failed"));
        }
        execute!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(picture).map(|_| ());
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        drawn
    }

    /// Gives the terminal to the shell, stops the process group as Ctrl-Z does, and takes it again afterwards.
    ///
    /// # Errors
    /// If the terminal cannot be given back or taken.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        self.lend()?;
        // Process 0: everything in the foreground with us, as the terminal itself would have done.
        kill(Pid::from_raw(0), Signal::SIGTSTP)?;
        self.take_back()
    }

    /// Gives the terminal to another program.
    ///
    /// # Errors
    /// If it cannot be given back.
    pub(super) fn lend(&mut self) -> io::Result<()> {
        restore()
    }

    /// Takes the terminal again.
    ///
    /// # Errors
    /// If it cannot be taken.
    pub(super) fn take_back(&mut self) -> io::Result<()> {
        take()?;
        // Clearing the one there is would ask the terminal where its cursor is, and not every terminal answers. The
        // screen that was just entered is empty, as a new one supposes.
        self.terminal = Terminal::new(CrosstermBackend::new(Ours(io::stdout())))?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(Restore);
    }
}

/// Standard output as long as the terminal is ours. Ratatui writes to it even when dropped, and panics if it can say
/// nowhere that it could not.
struct Ours(Stdout);

impl Write for Ours {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if TAKEN.load(Ordering::SeqCst) { self.0.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) { self.0.flush() } else { Ok(()) }
    }
}

/// Restores when dropped; that the terminal is gone is no news then.
struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = restore();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

fn restore() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    // Each undone even if another cannot be.
    let screen =
        execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let raw = disable_raw_mode();
    io::stdout().flush()?;
    screen.and(raw)
}

/// A panic's message belongs on the shell's screen.
fn restore_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = restore();
            report(panic);
        }));
    });
}
