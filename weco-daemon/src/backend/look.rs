//! Questions outside of runs: they cost nothing, and create nothing in the service.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use weco_core::event::Exit;

use super::answer::{Checked, Fault, Listed};
use super::call::{Call, NoAnswer};
use super::program::Bridge;
use super::question::Question;
use crate::eval::process::{self, Command, End, Token, stop_channel};

/// How long a service may take to say what it has, the SDK's own retries included.
const TIMEOUT: Duration = Duration::from_secs(120);

/// How long the program may take to end after that.
const GRACE: Duration = Duration::from_secs(2);

/// Characters of the end of its output that a failure is told with.
const TAIL_CHARS: usize = 600;

/// Whether evaluations would find all that they need.
///
/// # Errors
/// The fault.
pub async fn check(
    bridge: &Bridge,
    question: &Question,
    directory: PathBuf,
    environment: Vec<(OsString, OsString)>,
) -> Result<Checked, Fault> {
    ask(Call { bridge, question }, directory, environment).await
}

/// What a run can be made of.
///
/// # Errors
/// The fault.
pub async fn list(
    bridge: &Bridge,
    question: &Question,
    directory: PathBuf,
    environment: Vec<(OsString, OsString)>,
) -> Result<Listed, Fault> {
    ask(Call { bridge, question }, directory, environment).await
}

/// Ended with all its processes if this is dropped.
async fn ask<T: DeserializeOwned>(
    call: Call<'_>,
    directory: PathBuf,
    environment: Vec<(OsString, OsString)>,
) -> Result<T, Fault> {
    let command = Command {
        text: String::new(),
        directory,
        environment,
        token: Token::of_check(),
        timeout: Some(TIMEOUT),
        grace: GRACE,
    };
    let asked = call.put(&command)?;
    let (_stopper, stop) = stop_channel();
    let running =
        process::start(asked.command(), None).map_err(|error| Fault::setup(error.to_string(), ""))?;
    let finished = running.wait(stop).await;
    let End::Exited(exit) = finished.end else { return Err(Fault::setup("the check was stopped", "")) };
    asked.answer(exit).map_err(|no_answer| match (no_answer, exit) {
        (NoAnswer::Fault(fault), _) => fault,
        (NoAnswer::Ended(_), Exit::TimedOut { limit_seconds }) => Fault::setup(
            format!("{} did not answer within {limit_seconds} s", call.question.backend),
            "see that its endpoint can be reached from here",
        ),
        (NoAnswer::Ended(why), _) => {
            let said: Vec<char> = finished.output_tail.trim().chars().collect();
            let said: String = said[said.len().saturating_sub(TAIL_CHARS)..].iter().collect();
            Fault::setup(format!("{why}: {said}"), "")
        }
    })
}
