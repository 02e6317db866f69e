//! One run of the program: its question, its command, its answer.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tempfile::TempDir;
use weco_core::event::{Exit, Verdict};
use weco_core::report::Report;

use super::answer::{self, Evaluation, Fault, FaultKind};
use super::program::Bridge;
use super::python;
use super::question::Question;
use crate::eval::process::Command;

/// The longest answer that is read: far more than a bounded one has.
const MAX_ANSWER_BYTES: u64 = 4 << 20;

/// The variables by which the program finds its question and where to answer.
const QUESTION: &str = "WECO_BRIDGE_QUESTION";
const ANSWER: &str = "WECO_BRIDGE_ANSWER";

/// What is to be asked, as often as it takes.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Where the program is.
    pub bridge: &'a Bridge,
    /// What it is asked.
    pub question: &'a Question,
}

/// A question that was put. Its files are removed when it is dropped.
#[derive(Debug)]
pub struct Asked {
    files: TempDir,
    command: Command,
}

impl Call<'_> {
    /// Puts the question, to be answered by a command that is otherwise like `command`: its text does not count.
    ///
    /// # Errors
    /// A fault if there is no interpreter, or no room for the question.
    pub fn put(&self, command: &Command) -> Result<Asked, Fault> {
        let python = python::find(&command.environment, &command.directory)?;
        let no_room = |error: io::Error| {
            Fault::setup(format!("the evaluation program cannot be prepared: {error}"), "make room for it")
        };
        let program = self.bridge.program().map_err(no_room)?;
        let files = self.bridge.question_dir().map_err(no_room)?;
        let question = serde_json::to_vec(self.question).map_err(|error| no_room(error.into()))?;
        std::fs::write(question_file(&files), question).map_err(no_room)?;
        let mut environment = command.environment.clone();
        environment.retain(|(name, _)| name != QUESTION && name != ANSWER);
        environment.push((QUESTION.into(), question_file(&files).into()));
        environment.push((ANSWER.into(), answer_file(&files).into()));
        let text = format!("exec {} -u {}", quoted(&python), quoted(&program));
        Ok(Asked { command: Command { text, environment, ..command.clone() }, files })
    }

    /// What an evaluation comes to that ended like this.
    ///
    /// # Errors
    /// The fault, if it is not the version's.
    pub fn verdict(&self, asked: &Asked, exit: Exit) -> Result<(Verdict, Option<Box<Report>>), Fault> {
        let evaluation: Evaluation = match asked.answer(exit) {
            Ok(evaluation) => evaluation,
            Err(NoAnswer::Fault(fault)) if fault.kind == FaultKind::Candidate => {
                return Ok((buggy(fault.in_short(), fault.hint()), None));
            }
            Err(NoAnswer::Fault(fault)) => return Err(fault),
            Err(NoAnswer::Ended(reason)) => {
                return Ok((buggy(reason, "the output says more".to_owned()), None));
            }
        };
        let metric = evaluation.metric.filter(|metric| metric.is_finite());
        let report = Box::new(evaluation.into_report());
        let verdict = match metric {
            Some(metric) => Verdict::Good { metric },
            None => self.without_metric(&report),
        };
        Ok((verdict, Some(report)))
    }

    fn without_metric(&self, report: &Report) -> Verdict {
        let name = self.question.metric();
        let given: Vec<&str> = report
            .scores
            .iter()
            .filter(|score| score.value.is_some() && score.name != name)
            .map(|score| score.name.as_str())
            .collect();
        let (has, hint) = match given.as_slice() {
            [] => ("no score at all".to_owned(), "see to the evaluators until they give scores".to_owned()),
            [one, ..] => (
                format!("scores named {}", given.join(", ")),
                format!(
                    "name one of them with -m, such as -m {one}, or make the metric of them with --{}-metric-function",
                    self.question.backend
                ),
            ),
        };
        let note = report.notes.first().map(|note| format!(" ({})", first_line(note)));
        buggy(format!("the evaluation gave no {name:?}, but {has}{}", note.unwrap_or_default()), hint)
    }
}

/// Why a question was not answered as it was asked.
pub(super) enum NoAnswer {
    /// It says why itself.
    Fault(Fault),
    /// It ended without a usable answer: in words.
    Ended(String),
}

impl Asked {
    /// What answers it.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The answer of a program that ended like this.
    pub(super) fn answer<T: DeserializeOwned>(&self, exit: Exit) -> Result<T, NoAnswer> {
        let how = match exit {
            Exit::TimedOut { limit_seconds } => {
                return Err(NoAnswer::Ended(format!("the evaluation timed out after {limit_seconds} s")));
            }
            Exit::Code { code } => format!("exit code {code}"),
            Exit::Signal { signal } => format!("signal {signal}"),
        };
        let file = answer_file(&self.files);
        match std::fs::metadata(&file) {
            Ok(found) if found.len() > MAX_ANSWER_BYTES => {
                return Err(NoAnswer::Ended("the evaluation's answer is too long to be one".to_owned()));
            }
            Ok(_) => {}
            Err(_) => return Err(NoAnswer::Ended(format!("the evaluation ended without an answer ({how})"))),
        }
        let text = std::fs::read(&file)
            .map_err(|error| NoAnswer::Ended(format!("the evaluation's answer cannot be read: {error}")))?;
        match answer::read(&text) {
            Ok(answer) => answer.map_err(NoAnswer::Fault),
            Err(why) => Err(NoAnswer::Ended(format!("the evaluation's answer makes no sense: {why}"))),
        }
    }
}

fn buggy(reason: String, hint: String) -> Verdict {
    Verdict::Buggy { reason, hint }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn question_file(files: &TempDir) -> PathBuf {
    files.path().join("question.json")
}

fn answer_file(files: &TempDir) -> PathBuf {
    files.path().join("answer.json")
}

/// One word of a shell's.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
