//! `weco runs`.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use weco_proto::v1::{ListRunsRequest, RunSummary};

use super::ask;
use crate::cli::{FormatArg, ListArgs};
use crate::cmd::json;
use crate::cmd::status_json::StatusJson;
use crate::cmd::stdout::say;
use crate::error::Error;
use crate::ui::runs::table;

/// Runs that a screen has room for.
const ON_A_TERMINAL: u32 = 20;

/// Lists the runs that are asked for.
pub(crate) async fn list(args: ListArgs) -> Result<ExitCode, Error> {
    let request = ListRunsRequest {
        status: ask::wire(&args.status),
        directory: args.directory.as_deref().map(absolute).transpose()?.unwrap_or_default(),
        limit: 0,
    };
    let limit = args.limit.unwrap_or_else(|| default_limit(args.format));
    let filtered = request != ListRunsRequest::default();
    let (runs, more) = match ask::daemon().await? {
        Some(mut client) => {
            ask::tell_notices(&mut client).await?;
            // One more than is shown tells whether there are more.
            let limit_and_one = if limit == 0 { 0 } else { limit.saturating_add(1) };
            let request = ask::request(ListRunsRequest { limit: limit_and_one, ..request });
            let parts = client.list_runs(request).await?.into_inner();
            let (runs, end) = ask::collect(parts, |part| part.runs).await;
            end?;
            cut(runs, limit)
        }
        None => (Vec::new(), false),
    };
    if args.format == FormatArg::Json {
        return json::print(&runs.iter().map(StatusJson::from).collect::<Vec<_>>());
    }
    say(&if runs.is_empty() {
        none(filtered)
    } else {
        table(&runs, &ask::place()) + if more { "older ones: weco runs -n 0\n" } else { "" }
    })?;
    Ok(ExitCode::SUCCESS)
}

fn default_limit(format: FormatArg) -> u32 {
    if format == FormatArg::Table && io::stdout().is_terminal() { ON_A_TERMINAL } else { 0 }
}

/// The first `limit` runs (0: all), and whether there are more.
fn cut(mut runs: Vec<RunSummary>, limit: u32) -> (Vec<RunSummary>, bool) {
    let more = limit > 0 && runs.len() > limit as usize;
    if more {
        runs.truncate(limit as usize);
    }
    (runs, more)
}

/// The directory as runs know theirs: absolute and, if it is still there, without links.
fn absolute(directory: &str) -> Result<String, Error> {
    let path = Path::new(directory);
    let path = path.canonicalize().or_else(|_| std::path::absolute(path));
    let path = path.map_err(|error| Error::usage(format!("'{directory}' is no directory: {error}")))?;
    path.into_os_string().into_string().map_err(|_| Error::usage(format!("'{directory}' is not UTF-8")))
}

fn none(filtered: bool) -> String {
    if filtered {
        "no run is like this; all runs: weco runs\n".to_owned()
    } else {
        "there are no runs yet; weco run starts one\n".to_owned()
    }
}
