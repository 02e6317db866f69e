//! `weco dashboard`.

use clap::Args;

pub(super) const LONG_ABOUT: &str = "\
Open the dashboard in the browser: all runs, live.

The daemon serves it on this machine alone, to who knows the token in its URL. On another machine, such as a \
laptop, it can be seen through ssh -L, by the same URL.

config.toml has its port, and turns it off: [dashboard] port = 7340, enabled = false.";

const EXAMPLES: &str = "\
Examples:
  weco dashboard
  weco dashboard --url";

/// How the dashboard is shown.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DashboardArgs {
    /// Only print its URL
    #[arg(long)]
    pub url: bool,
}
