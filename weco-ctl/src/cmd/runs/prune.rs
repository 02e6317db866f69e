//! `weco runs prune`.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use weco_proto::connect::Client;
use weco_proto::v1::{PruneRunsRequest, RunSummary};

use super::ask;
use crate::cli::PruneArgs;
use crate::cmd::stdout::say;
use crate::error::Error;
use crate::ui::prompt;
use crate::ui::runs::table;

/// Runs shown before the question; of more it gives the number.
const SHOWN: usize = 20;

/// Removes the runs that are asked for, after a question.
pub(crate) async fn prune(args: PruneArgs) -> Result<ExitCode, Error> {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !terminal && !args.yes && !args.dry_run {
        return Err(Error::usage("there is no terminal to ask on, so nothing was removed")
            .hint("the same with --yes; or with --dry-run, to see what would go"));
    }
    let request = PruneRunsRequest {
        older_than_seconds: args.older_than,
        keep: args.keep,
        status: ask::wire(&args.status),
        dry_run: false,
    };
    let Some(mut client) = ask::daemon().await? else { return nothing() };
    ask::tell_notices(&mut client).await?;
    if args.dry_run || !args.yes {
        let would = PruneRunsRequest { dry_run: true, ..request.clone() };
        let (runs, end) = call(&mut client, would).await?;
        end?;
        if runs.is_empty() {
            return nothing();
        }
        if args.dry_run {
            say(&format!("{}{} would be removed\n", table(&runs, &ask::place()), count(runs.len())))?;
            return Ok(ExitCode::SUCCESS);
        }
        if !agreed(&runs).await? {
            say("nothing was removed\n")?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let (gone, end) = call(&mut client, request).await?;
    if gone.is_empty() && end.is_ok() {
        return nothing();
    }
    say(&format!("{} removed; the files under each one's .runs are still there\n", count(gone.len())))?;
    end?;
    Ok(ExitCode::SUCCESS)
}

async fn call(
    client: &mut Client,
    request: PruneRunsRequest,
) -> Result<(Vec<RunSummary>, Result<(), Error>), Error> {
    let parts = client.prune_runs(ask::request(request)).await?.into_inner();
    let (runs, end) = ask::collect(parts, |part| part.runs).await;
    Ok((runs, end.map_err(Error::from)))
}

fn nothing() -> Result<ExitCode, Error> {
    say("there is nothing to remove\n")?;
    Ok(ExitCode::SUCCESS)
}

/// Shows what is to go, and asks.
async fn agreed(runs: &[RunSummary]) -> Result<bool, Error> {
    let shown = &runs[..runs.len().min(SHOWN)];
    let more = match runs.len() - shown.len() {
        0 => String::new(),
        more => format!("and {more} more\n"),
    };
    say(&(table(shown, &ask::place()) + &more))?;
    prompt::confirm_removal(&format!("Remove {}?", count(runs.len()))).await.map_err(Error::output)
}

fn count(runs: usize) -> String {
    if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") }
}
