//! The command line: its words, their form and their help. No behaviour.

mod api_key;
mod archive;
mod attach;
mod backend;
mod daemon;
mod dashboard;
mod derive;
mod keys;
mod look;
mod parallel;
mod resume;
mod review;
mod root;
mod run;
mod run_verb;
mod runs;
mod shared;
mod value;

pub use api_key::{ApiKey, PROVIDERS};
pub use archive::{ExportArgs, ImportArgs};
pub use attach::{AttachArgs, FromArg};
pub use backend::{BackendArgs, GivenSetting};
pub use daemon::{DaemonArgs, DaemonVerb, InstallArgs, LogsArgs};
pub use dashboard::DashboardArgs;
pub use derive::{DeriveArgs, FixedArgs};
pub use keys::{KeysArgs, KeysListArgs, KeysVerb, SetArgs};
pub use look::{
    ApplyArgs, DiffArgs, OverviewArgs, ResultsArgs, ResultsFormatArg, RunLogsArgs, ShowArgs, StatusArgs,
    StepArgs,
};
pub use parallel::ParallelArgs;
pub use resume::ResumeArgs;
pub use review::{FileArgs, InstructArgs, NodeArgs, RejectArgs, ReviseArgs, SubmitArgs};
pub use root::{Cli, Verb};
pub use run::{EffortArg, GoalArg, Models, RunArgs, SearchArg, StartArgs};
pub use run_verb::{OneRunArgs, RunVerb, StopArgs};
pub use runs::{ListArgs, PruneArgs, RunsArgs, RunsVerb, StatusArg};
pub use shared::{EndArgs, FormatArg, KeyArgs, OutageArgs, OutputArg, PageArgs};

#[cfg(test)]
mod tests;
