//! Several steps at once.

use clap::Args;
use weco_proto::parallel;
use weco_proto::v1::Devices;

/// How a run's steps share the machine.
#[derive(Args, Clone, PartialEq, Debug)]
#[command(next_help_heading = "Evaluation")]
pub struct ParallelArgs {
    /// How many versions to propose and measure at once, each in a workspace of its own (at most 32)
    ///
    /// A workspace is a copy of everything in the directory, or in the repository that it is in, and git works in it
    /// where it can. The command finds WECO_SLOT (0, 1, …), WECO_PORT_OFFSET (100 for each slot) and a TMPDIR of its own
    /// in its environment. Have it name files relative to its directory: an absolute path, or a package installed in
    /// editable mode, leads back to your own code. What it leaves in a workspace stays there for later versions, as in
    /// place.
    #[arg(short, long, value_name = "K", default_value = "1", allow_negative_numbers = true)]
    pub parallel: u32,

    /// Measure in a workspace even if it is one version at a time: the directory is not touched
    #[arg(long)]
    pub isolate: bool,

    /// What each evaluation is given one of for itself: `gpu=0,1`, or a variable's values as in `PORT=8001,8002`
    #[arg(long, value_name = "KIND=VALUE,...", value_parser = slots)]
    pub slots: Vec<Devices>,
}

fn slots(value: &str) -> Result<Devices, String> {
    parallel::parse(value).map_err(|error| error.to_string())
}
