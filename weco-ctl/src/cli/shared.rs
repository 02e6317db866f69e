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

/// How a run is shown, and what happens at its end.
#[derive(Args, Clone, Copy, Debug)]
pub struct EndArgs {
    /// Write the best version over the sources at the end, without asking
    #[arg(long, help_heading = "Results")]
    pub apply_change: bool,

    /// Leave at once: the daemon goes on alone and keeps a log of what would be printed
    ///
    /// The log is weco-run-<run-id>.log in /tmp, or where WECO_LOG_DIR says when the daemon starts. A run whose
    /// client goes away gets one, too.
    #[arg(long, help_heading = "Results")]
    pub daemon: bool,

    /// How progress is shown: a screen for people, or lines for agents and logs
    ///
    /// Where standard output is no terminal, it is always plain.
    #[arg(long, value_name = "MODE", default_value = "rich", help_heading = "Results")]
    pub output: OutputArg,
}

/// How progress is shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputArg {
    /// A screen, for people
    Rich,
    /// Lines, for agents and logs
    Plain,
}
