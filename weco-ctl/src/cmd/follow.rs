//! A plain follower and the end of a run in few words, with the interface of the full one.

use std::pin::Pin;

use futures_util::Stream;
use tonic::Status;
use weco_proto::v1::{RunEnded, RunUpdate};

/// What the user asks of the run while it is followed; the caller makes the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// Stop the run in good order, or at once.
    Stop {
        /// Without a grace period.
        force: bool,
    },
}

/// Why the following ended.
#[derive(Debug)]
#[expect(dead_code, reason = "the plain follower cannot detach")]
pub(crate) enum Ending {
    /// The run has ended.
    Ended,
    /// The user left; the run goes on.
    Detached,
    /// The user insisted on leaving.
    Forced,
    /// The stream broke.
    Lost(Status),
}

/// What came of following a run.
#[derive(Debug)]
pub(crate) struct Followed {
    /// What is known of the run.
    pub(crate) view: RunView,
    /// Why the following ended.
    pub(crate) ending: Ending,
    /// Whether the run was asked to stop from here.
    pub(crate) interrupted: bool,
}

/// The answer to `WatchRun`.
pub(crate) type Updates = Pin<Box<dyn Stream<Item = Result<RunUpdate, Status>> + Send>>;

/// What is known of a run.
#[derive(Debug, Default)]
pub(crate) struct RunView {
    ended: Option<RunEnded>,
    output: String,
}

pub(crate) mod plain {
    use std::io;
    use std::time::Duration;

    use futures_util::StreamExt;
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::UnboundedSender;
    use weco_proto::v1::{RunUpdate, run_update::Update};

    use super::{Action, Ending, Followed, RunView, Updates};

    /// Prints the run to its end.
    pub(crate) async fn follow_from(
        mut updates: Updates,
        actions: UnboundedSender<Action>,
        out: &mut (impl io::Write + Send),
        from_seq: u64,
    ) -> io::Result<Followed> {
        let mut interrupts = signal(SignalKind::interrupt())?;
        let (mut view, mut asked) = (RunView::default(), 0);
        let ending = loop {
            tokio::select! {
                biased;
                Some(()) = interrupts.recv() => {
                    asked += 1;
                    if asked > 2 {
                        break Ending::Forced;
                    }
                    let _ = actions.send(Action::Stop { force: asked > 1 });
                }
                update = updates.next() => match update {
                    Some(Ok(update)) => print(&mut view, &update, from_seq, out)?,
                    Some(Err(status)) => break Ending::Lost(status),
                    None => break Ending::Ended,
                },
            }
        };
        Ok(Followed { view, ending, interrupted: asked > 0 })
    }

    fn print(view: &mut RunView, update: &RunUpdate, from: u64, out: &mut impl io::Write) -> io::Result<()> {
        let shown = update.seq >= from;
        match &update.update {
            Some(Update::Created(created)) => writeln!(out, "Run ID: {}", created.run_id)?,
            Some(Update::Evaluated(step)) => {
                view.output.clone_from(&step.output_tail);
                if let (Some(metric), true) = (step.metric, shown) {
                    writeln!(out, "[METRIC] Step {}: {metric}", step.step)?;
                }
            }
            Some(Update::Ended(ended)) => view.ended = Some(ended.clone()),
            _ => {}
        }
        out.flush()
    }

    /// Says that the connection to the daemon is tried again.
    pub(crate) fn reconnecting(
        out: &mut impl io::Write,
        attempt: u32,
        most: u32,
        wait: Duration,
    ) -> io::Result<()> {
        writeln!(out, "[RECONNECTING] attempt {attempt}/{most}, retry in {}s", wait.as_secs())?;
        out.flush()
    }

    /// Says that the connection to the daemon is there again.
    pub(crate) fn reconnected(out: &mut impl io::Write) -> io::Result<()> {
        writeln!(out, "[RECONNECTED]")?;
        out.flush()
    }
}

pub(crate) mod rich {
    use std::io;

    use tokio::sync::mpsc::UnboundedSender;

    use super::{Action, Followed, Updates, plain};

    /// Shows the run to its end.
    pub(crate) async fn follow(updates: Updates, actions: UnboundedSender<Action>) -> io::Result<Followed> {
        plain::follow_from(updates, actions, &mut io::stdout(), 0).await
    }
}

pub(crate) mod summary {
    use super::RunView;

    /// What came of the run.
    pub(crate) fn summary(view: &RunView) -> String {
        view.ended.as_ref().map(|ended| format!("{}\n", ended.reason)).unwrap_or_default()
    }

    /// For who leaves while the run goes on.
    pub(crate) fn detached(_: &RunView) -> String {
        "the run goes on in the daemon\n".to_owned()
    }
}

pub(crate) mod failure {
    use super::RunView;

    /// The error that ended the run, if one did.
    pub(crate) fn failure(view: &RunView) -> Option<String> {
        let ended = view.ended.as_ref()?;
        let output: String = view.output.lines().map(|line| format!("    │ {line}\n")).collect();
        Some(format!("error: {}\n  output ends:\n{output}  try: {}\n", ended.reason, ended.hint))
    }
}

pub(crate) mod prompt {
    use std::io::{self, Write};

    /// Asks whether to write the best version over `paths`; yes is the default.
    #[expect(clippy::unused_async, reason = "the full one waits for keys")]
    pub(crate) async fn apply(paths: &[String]) -> io::Result<bool> {
        write!(io::stdout(), "Apply to {}? [Y/n] ", paths.join(", "))?;
        io::stdout().flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "" | "y" | "Y" | "yes"))
    }
}
