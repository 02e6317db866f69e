//! The command line: its words, their form and their help. No behaviour.

mod api_key;
mod daemon;
mod resume;
mod root;
mod run;
mod runs;
mod shared;
mod value;

pub use api_key::{ApiKey, PROVIDERS};
pub use daemon::{DaemonArgs, DaemonVerb, LogsArgs};
pub use resume::ResumeArgs;
pub use root::{Cli, Verb};
pub use run::{GoalArg, RunArgs, StartArgs};
pub use runs::{FormatArg, ListArgs, PruneArgs, RunsArgs, RunsVerb, StatusArg};
pub use shared::{EndArgs, KeyArgs, OutageArgs, OutputArg};

#[cfg(test)]
mod tests;
