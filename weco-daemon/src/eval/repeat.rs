//! The commands of one evaluation, one after the other: the runs that measure a version, then the one that verifies it.
//!
//! ```text
//! run 1 ──> metric ──> plan: enough? ──no──> run 2 ──> ...
//!                          └──yes──> plan: verify? ──> verification
//! ```
//!
//! All carry the same token, and what they print is one text with a line between them.

use std::time::Duration;

use weco_core::event::{Exit, ProcessRef, Verdict};
use weco_core::plan::Plan;
use weco_core::report::Report;
use weco_core::spread;

use super::capture::{Live, PROMPT_TAIL_CHARS, Recorder, tail};
use super::process::{self, Command, End, Finished, StartError, StopSignal};
use super::verdict::{ending, verdict};
use crate::backend::{Asked, Call, Fault};

/// Characters of what a verification printed last that its failure is told with.
const LAST_LINE_CHARS: usize = 200;

/// What is to be measured, and how.
#[derive(Clone, Copy, Debug)]
pub struct Measuring<'a> {
    /// What prints the metric; with a backend, where and within which limits that evaluates.
    pub command: &'a Command,
    /// What evaluates in the command's place.
    pub backend: Option<Call<'a>>,
    /// The metric's name.
    pub metric: &'a str,
    /// How often, and whether it is verified.
    pub plan: Plan,
    /// What verifies, run by `sh -c` like the command and within the same limits.
    pub verify: Option<&'a str>,
}

/// What came of the commands.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The metric, which is the mean of all runs, or why there is none.
    pub verdict: Verdict,
    /// How the last command ended.
    pub exit: Exit,
    /// Of all commands together.
    pub duration: Duration,
    /// What all printed, bounded.
    pub output: String,
    /// The last 2,500 characters, made readable.
    pub output_tail: String,
    /// The metric of each run.
    pub samples: Vec<f64>,
    /// Whether it was verified.
    pub verified: bool,
    /// What the backend told of the last run.
    pub report: Option<Box<Report>>,
}

/// Why a version could not be measured, whatever it is.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A command could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The backend cannot evaluate as things are.
    #[error(transparent)]
    Backend(#[from] Fault),
}

/// Runs the commands. `started` is called as each begins, with all that is printed. None if a stop was asked for before
/// they had ended.
///
/// # Errors
/// If one cannot be started, or a backend cannot evaluate; what was measured by then is lost.
pub async fn repeat(
    measuring: Measuring<'_>,
    stop: StopSignal,
    started: impl FnMut(&ProcessRef, Live),
) -> Result<Option<Measured>, CommandError> {
    let Measuring { command, backend, metric, plan, verify } = measuring;
    // One run's own output is all there is, unless there are others.
    let all = (plan.repeats > 1 || verify.is_some()).then(Recorder::default);
    let mut session = Session { all, stop, started, duration: Duration::ZERO, printed: None, report: None };
    let mut samples = Vec::new();
    let exit = loop {
        let asked = backend.map(|call| call.put(command)).transpose()?;
        let command = asked.as_ref().map_or(command, Asked::command);
        let Some((printed, exit)) = session.run(command).await? else { return Ok(None) };
        let verdict = match backend.zip(asked.as_ref()) {
            None => verdict(&printed, metric, exit),
            Some((call, asked)) => {
                let (verdict, report) = call.verdict(asked, exit)?;
                session.report = report;
                verdict
            }
        };
        match verdict {
            Verdict::Good { metric } => samples.push(metric),
            Verdict::Buggy { reason, hint } => {
                let reason = match plan.repeats {
                    1 => reason,
                    repeats => format!("run {} of {repeats}: {reason}", samples.len() + 1),
                };
                return Ok(Some(session.finish(Verdict::Buggy { reason, hint }, exit, samples, false)));
            }
        }
        if !plan.goes_on(&samples) {
            break exit;
        }
        session.head(&format!("run {} of {}", samples.len() + 1, plan.repeats));
    };
    if samples.len() < plan.repeats as usize {
        session.head(&format!("no more than {} of {} runs: it cannot win", samples.len(), plan.repeats));
    }
    let metric = spread::mean(&samples).unwrap_or(f64::NAN);
    let good = Verdict::Good { metric };
    let Some(verify) = verify.filter(|_| plan.verifies(&samples)) else {
        return Ok(Some(session.finish(good, exit, samples, false)));
    };
    session.head("verification");
    let verify = Command { text: verify.to_owned(), ..command.clone() };
    let Some((printed, exit)) = session.run(&verify).await? else { return Ok(None) };
    Ok(Some(match failure(&printed, exit) {
        None => session.finish(good, exit, samples, true),
        Some(failed) => session.finish(failed, exit, samples, false),
    }))
}

/// Commands under way, and what they printed so far.
struct Session<S> {
    /// All output, if there may be that of several commands.
    all: Option<Recorder>,
    stop: StopSignal,
    started: S,
    duration: Duration,
    /// What the last command printed.
    printed: Option<String>,
    /// What the backend told last.
    report: Option<Box<Report>>,
}

impl<S: FnMut(&ProcessRef, Live)> Session<S> {
    /// Runs a command to its end; none if a stop was asked for.
    async fn run(&mut self, command: &Command) -> Result<Option<(String, Exit)>, StartError> {
        let running = process::start(command, self.all.clone())?;
        let live = self.all.as_ref().map_or_else(|| running.live(), Recorder::live);
        (self.started)(running.process(), live);
        let Finished { end, duration, output, .. } = running.wait(self.stop.clone()).await;
        let End::Exited(exit) = end else { return Ok(None) };
        self.duration += duration;
        self.printed = Some(output.clone());
        Ok(Some((output, exit)))
    }

    /// A line between what two commands print.
    fn head(&self, text: &str) {
        let Some(all) = &self.all else { return };
        let is_open = self.printed.as_ref().is_some_and(|text| !text.is_empty() && !text.ends_with('\n'));
        let end = if is_open { "\n" } else { "" };
        all.push(format!("{end}── {text} ──\n").as_bytes());
    }

    fn finish(self, verdict: Verdict, exit: Exit, samples: Vec<f64>, verified: bool) -> Measured {
        let output = match self.all {
            Some(all) => all.finish(),
            None => self.printed.unwrap_or_default(),
        };
        let output_tail = tail(&output, PROMPT_TAIL_CHARS);
        Measured {
            verdict,
            exit,
            duration: self.duration,
            output,
            output_tail,
            samples,
            verified,
            report: self.report,
        }
    }
}

/// Why a version does not pass, if it does not.
fn failure(printed: &str, exit: Exit) -> Option<Verdict> {
    if exit == (Exit::Code { code: 0 }) {
        return None;
    }
    let last = printed.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it printed nothing");
    let last: String = last.chars().take(LAST_LINE_CHARS).collect();
    let hint = "run the --verify-command by hand in this directory until it passes".to_owned();
    Some(Verdict::Buggy { reason: format!("verification failed ({}): {last}", ending(exit)), hint })
}
