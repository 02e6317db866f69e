//! What `weco run` and `weco resume` have in common.

use clap::{Args, ValueEnum};

use super::api_key::{ApiKey, ApiKeyParser};

/// Keys for providers.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// Keys for providers (openai, anthropic, gemini, openai-compatible), before those in the environment
    ///
    /// Others on this machine can see a command line while it runs: variables such as OPENAI_API_KEY are safer.
    #[arg(long = "api-key", value_name = "PROVIDER=KEY", num_args = 1.., value_parser = ApiKeyParser, help_heading = "Search")]
    pub api_keys: Vec<ApiKey>,
}

/// What happens when the model's provider cannot be asked.
#[derive(Args, Clone, Copy, Debug)]
pub struct OutageArgs {
    /// End the run at once when the model's provider cannot be reached, instead of waiting for it
    #[arg(long, help_heading = "Search")]
    pub no_auto_resume: bool,

    /// How often in a row the model's provider is waited for (5 s, doubling to 60 s) [default: 5]
    #[arg(long, value_name = "N", conflicts_with = "no_auto_resume", help_heading = "Search")]
    pub auto_resume_max_attempts: Option<u32>,
}

impl OutageArgs {
    /// Waits in a row; none if the command line does not say.
    pub fn attempts(self) -> Option<u32> {
        if self.no_auto_resume { Some(0) } else { self.auto_resume_max_attempts }
    }
}

/// How a run is shown, and what happens at its end.
#[derive(Args, Clone, Copy, Debug)]
pub struct EndArgs {
    /// Write the best version over the sources at the end, without asking
    #[arg(long, help_heading = "Results")]
    pub apply_change: bool,

    /// Leave at once: the daemon goes on alone and keeps a log of what would be printed
    ///
    /// The log is weco-run-ID.log in /tmp, or where WECO_LOG_DIR says when the daemon starts. A run whose
    /// client goes away gets one, too.
    #[arg(long, help_heading = "Results")]
    pub daemon: bool,

    /// How progress is shown: a screen for people, or lines for agents and logs
    ///
    /// Where standard output is no terminal, it is always plain.
    #[arg(long, value_name = "MODE", default_value = "rich", help_heading = "Results")]
    pub output: OutputArg,
}

/// The run in the dashboard.
#[derive(Args, Clone, Copy, Debug)]
pub struct PageArgs {
    /// Only print where the run is in the dashboard, instead of opening a browser there
    #[arg(long, help_heading = "Results")]
    pub no_open: bool,
}

/// How progress is shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputArg {
    /// A screen, for people
    Rich,
    /// Lines, for agents and logs
    Plain,
}

/// How a list is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatArg {
    /// A table, for people
    Table,
    /// JSON, for programs
    Json,
}
