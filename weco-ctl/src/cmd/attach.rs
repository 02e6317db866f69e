//! `weco attach`: a run is followed live; leaving does not stop it.

use std::process::ExitCode;

use super::session::Session;
use super::status::find;
use crate::cli::{AttachArgs, EndArgs, FromArg};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::OnInterrupt;

/// Follows the run to its end, or until the user leaves.
pub(super) async fn attach(args: AttachArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.run_id).await?;
    let from_seq = match args.from {
        FromArg::Start => 1,
        FromArg::Now => run.last_seq.saturating_add(1),
    };
    let end = EndArgs { apply_change: false, daemon: false, output: args.output };
    let on_interrupt = OnInterrupt::Detach;
    Session { daemon, run_id: run.run_id, from_seq, end, on_interrupt, interrupted: false }.play().await
}
