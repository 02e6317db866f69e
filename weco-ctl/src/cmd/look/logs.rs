//! `weco run logs`: a run's lines so far, or what one step's evaluation printed.

use std::io;
use std::process::ExitCode;

use futures_util::StreamExt;
use tokio::sync::mpsc::unbounded_channel;
use weco_proto::v1::{GetNodeRequest, Node, WatchOutputRequest};

use super::ask;
use crate::cli::RunLogsArgs;
use crate::cmd::facts::SharedFacts;
use crate::cmd::review::Lines;
use crate::cmd::status::find;
use crate::cmd::stdout::{for_here, say, write};
use crate::cmd::updates::{News, Reconnecting, Retry};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::{Ending, OnInterrupt, plain, terminal};

/// How much is gathered before it is written, in bytes.
const CHUNK: usize = 64 * 1024;

/// Prints the lines that are asked for.
pub(crate) async fn logs(args: RunLogsArgs) -> Result<ExitCode, Error> {
    let (run_id, follow) = (args.run.run_id, args.follow);
    match args.step {
        Some(node) if follow => follow_output(WatchOutputRequest { run_id, node }).await?,
        Some(node) => output(GetNodeRequest { run_id, node, code: false, output: true }).await?,
        None if follow => follow_lines(run_id).await?,
        None => lines_so_far(run_id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What happened until now. What came before a failure is printed before it is told.
async fn lines_so_far(run_id: String) -> Result<(), Error> {
    let daemon = Daemon::from_env()?;
    let mut updates = reconnecting(daemon, run_id, |_| {}).so_far().tapped(SharedFacts::default());
    let mut printer = plain::Printer::new(Vec::new(), 0);
    let mut end = Ok(());
    while let Some(update) = updates.next().await {
        match update {
            Ok(update) => printer.update(&update).map_err(Error::output)?,
            Err(status) => end = Err(status.into()),
        }
        if printer.get_ref().len() >= CHUNK {
            write(&std::mem::take(printer.get_mut()))?;
        }
    }
    write(printer.get_ref())?;
    end
}

/// What happens until the run's end, or Ctrl-C.
async fn follow_lines(run_id: String) -> Result<(), Error> {
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &run_id).await?;
    // If that cannot be written, the follower finds out.
    let tell = |news| {
        let _ = match news {
            News::Retry { attempt, most, wait } => {
                plain::reconnecting(&mut io::stdout(), attempt, most, wait)
            }
            News::Reconnected => plain::reconnected(&mut io::stdout()),
        };
    };
    let updates = reconnecting(daemon, run.run_id, tell).tapped(SharedFacts::default());
    // Nothing is asked of a run that is only looked at.
    let (actions, _) = unbounded_channel();
    let followed = plain::follow(updates, actions, OnInterrupt::Detach, &mut io::stdout(), 0).await;
    match followed.map_err(Error::output)?.ending {
        Ending::Lost(status) => Err(status.into()),
        Ending::Ended | Ending::Detached | Ending::Forced => Ok(()),
    }
}

fn reconnecting<N: FnMut(News) + Send + 'static>(daemon: Daemon, run_id: String, news: N) -> Reconnecting<N> {
    Reconnecting::new(daemon, run_id, true, Retry::default(), news)
}

/// What the evaluation printed, as far as it is known.
async fn output(wanted: GetNodeRequest) -> Result<(), Error> {
    let node = ask::node(&mut ask::connect().await?, wanted).await?;
    let Node { output, output_tail, .. } = &node;
    // While it goes on, only its end may be at hand.
    say(&for_here(if output.is_empty() { output_tail } else { output }))
}

/// What the evaluation prints, until it has ended.
async fn follow_output(wanted: WatchOutputRequest) -> Result<(), Error> {
    let mut client = ask::connect().await?;
    let mut parts = client.watch_output(wanted).await?.into_inner();
    // A terminal gets whole lines, without what would steer it; programs get all as it comes.
    let mut lines = terminal::is_here().then(|| Lines::new(io::stdout()));
    while let Some(part) = parts.message().await? {
        match &mut lines {
            Some(lines) => lines.take(&part.text).map_err(Error::output)?,
            None => say(&part.text)?,
        }
    }
    lines.map_or(Ok(()), Lines::finish).map_err(Error::output)
}
