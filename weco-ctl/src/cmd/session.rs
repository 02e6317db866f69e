//! One run, followed to its end.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::act::Actor;
use super::facts::SharedFacts;
use super::finish::Finish;
use super::updates::{News, Reconnecting, Retry};
use crate::cli::{EndArgs, OutputArg};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::{Action, Answer, Followed, OnInterrupt, Updates, plain, rich};

/// What a call brought, and whether the user pressed Ctrl-C while it was under way.
pub(super) struct Interruptible<T> {
    pub(super) reply: T,
    pub(super) interrupted: bool,
}

impl<T> Interruptible<T> {
    /// Waits for `call` even if interrupted: given up half-way, it could leave a run that nobody knows of.
    pub(super) async fn finish(call: impl Future<Output = T>) -> Result<Self, Error> {
        let mut interrupts = signal(SignalKind::interrupt())
            .map_err(|error| Error::failure(format!("cannot watch for Ctrl-C: {error}")))?;
        let mut call = std::pin::pin!(call);
        let mut interrupted = false;
        loop {
            tokio::select! {
                reply = &mut call => return Ok(Self { reply, interrupted }),
                Some(()) = interrupts.recv() => interrupted = true,
            }
        }
    }
}

/// Whether the terminal moves its cursor; a dumb one (an editor's shell, say) does not, nor does one that is not
/// named.
fn can_draw(terminal: Option<&OsStr>) -> bool {
    terminal.is_some_and(|terminal| !terminal.is_empty() && terminal != "dumb")
}

/// Whether a run is to be shown as a screen.
pub(super) fn is_rich(output: OutputArg) -> bool {
    output == OutputArg::Rich && io::stdout().is_terminal() && can_draw(env::var_os("TERM").as_deref())
}

/// A run and how it is to be shown.
pub(super) struct Session {
    pub(super) daemon: Daemon,
    /// Its id, or a beginning of it that means no other.
    pub(super) run_id: String,
    /// The first event of what is to be shown in full; those before were shown by an earlier session.
    pub(super) from_seq: u64,
    pub(super) end: EndArgs,
    /// What Ctrl-C means.
    pub(super) on_interrupt: OnInterrupt,
    /// Whether it was pressed before anything is shown.
    pub(super) interrupted: bool,
}

impl Session {
    /// Shows the run until it ends, and does what its end asks for.
    pub(super) async fn play(self) -> Result<ExitCode, Error> {
        let rich = is_rich(self.end.output);
        let facts = SharedFacts::default();
        let (actions, asked) = unbounded_channel();
        if self.interrupted && self.on_interrupt == OnInterrupt::Stop {
            // The receiver is right here.
            let _ = actions.send(Action::Stop { force: false });
        }
        let updates = self.updates(rich, facts.clone());
        let (told, answers) = unbounded_channel();
        let actor = Actor { daemon: self.daemon.clone(), run_id: self.run_id.clone(), facts: facts.clone() };
        let acts = actor.carry_out(asked, told);
        let (followed, stop_failure) = tokio::join!(self.follow(rich, updates, actions, answers), acts);
        let mut followed = followed.map_err(Error::output)?;
        followed.interrupted |= self.interrupted;
        followed.stopped |= self.interrupted;
        let facts = facts.take();
        Finish {
            daemon: self.daemon,
            run_id: facts.run_id(&self.run_id),
            end: self.end,
            ours: self.on_interrupt == OnInterrupt::Stop,
            rich,
            facts,
            stop_failure,
        }
        .finish(followed)
        .await
    }

    async fn follow(
        &self,
        rich: bool,
        updates: Updates,
        actions: UnboundedSender<Action>,
        answers: UnboundedReceiver<Answer>,
    ) -> io::Result<Followed> {
        if rich {
            rich::follow(updates, actions, answers, self.on_interrupt).await
        } else {
            plain::follow(updates, actions, self.on_interrupt, &mut io::stdout(), self.from_seq).await
        }
    }

    /// The run's events from its beginning: only they say what it is. Outputs are for those who read lines.
    fn updates(&self, rich: bool, facts: SharedFacts) -> Updates {
        let (daemon, run_id) = (self.daemon.clone(), self.run_id.clone());
        let news = move |news| {
            // A screen shows its own age; and if lines cannot be written, the follower finds out.
            if !rich {
                let _ = match news {
                    News::Retry { attempt, most, wait } => {
                        plain::reconnecting(&mut io::stdout(), attempt, most, wait)
                    }
                    News::Reconnected => plain::reconnected(&mut io::stdout()),
                };
            }
        };
        Reconnecting::new(daemon, run_id, !rich, Retry::default(), news).tapped(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_are_for_terminals_that_can_draw_them() {
        for (terminal, can) in
            [(Some("xterm-256color"), true), (Some("dumb"), false), (Some(""), false), (None, false)]
        {
            assert_eq!(can_draw(terminal.map(OsStr::new)), can, "{terminal:?}");
        }
    }
}
