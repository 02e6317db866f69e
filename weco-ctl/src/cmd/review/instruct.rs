//! `weco run instruct`: what the model is told from now on.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::instructions::{InstructionsError, read_instructions};
use weco_proto::v1::InstructRunRequest;

use super::user;
use crate::cli::InstructArgs;
use crate::cmd::ask::request;
use crate::cmd::environment;
use crate::cmd::json;
use crate::daemon::Daemon;
use crate::error::Error;

/// Gives the run other instructions.
pub(in crate::cmd) async fn instruct(args: InstructArgs) -> Result<ExitCode, Error> {
    let (here, _) = environment::working_directory()?;
    let instructions = read_instructions(&here, &args.instructions).map_err(usage)?;
    let daemon = Daemon::from_env()?;
    let request = request(InstructRunRequest {
        run_id: args.run.run_id,
        instructions,
        append: args.append,
        by: user(),
    });
    let reply = daemon.connect_or_start().await?.instruct_run(request).await?.into_inner();
    json::print(&Instructed { run_id: &reply.run_id, additional_instructions: &reply.instructions })
}

/// There is no flag to leave out here.
fn usage(error: InstructionsError) -> Error {
    match error {
        InstructionsError::Empty | InstructionsError::EmptyFile(_) => {
            Error::usage(error.to_string()).hint("say what the model is to aim for")
        }
        error => error.into(),
    }
}

/// What counts now; the keys are those of the hosted service's `run instruct`.
#[derive(Serialize)]
struct Instructed<'a> {
    run_id: &'a str,
    additional_instructions: &'a str,
}
