//! The command line: its words, their form and their help. No behaviour.

mod api_key;
mod daemon;
mod resume;
mod root;
mod run;
mod shared;
mod value;

pub use api_key::{ApiKey, PROVIDERS};
pub use daemon::{DaemonArgs, DaemonVerb, InstallArgs, LogsArgs};
pub use resume::ResumeArgs;
pub use root::{Cli, Verb};
pub use run::{GoalArg, RunArgs, StartArgs};
pub use shared::{EndArgs, KeyArgs, OutputArg};

#[cfg(test)]
mod tests;
