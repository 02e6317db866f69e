//! `weco run submit`: what waits is approved, and its evaluation followed.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use weco_proto::v1::progress::What;
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{Progress, RunEnded, RunStatus, StepEvaluated, SubmitNodeReply, SubmitNodeRequest};

use super::output::Output;
use super::{files, node, user};
use crate::cli::SubmitArgs;
use crate::cmd::ask::request;
use crate::cmd::environment;
use crate::cmd::facts::SharedFacts;
use crate::cmd::json;
use crate::cmd::run::one_or_several;
use crate::cmd::session::Interruptible;
use crate::cmd::status::find;
use crate::cmd::updates::{News, Reconnecting, Retry};
use crate::daemon::Daemon;
use crate::error::{EXIT_FAILURE, Error};
use crate::ui::Updates;
use crate::ui::format::{one_line, short_id};
use crate::ui::plain;

/// Longest wait for what follows a result: it is recorded together with it.
const SEQUEL: Duration = Duration::from_secs(2);

/// Approves a node that waits, and follows its evaluation to its end.
pub(in crate::cmd) async fn submit(args: SubmitArgs) -> Result<ExitCode, Error> {
    let names = one_or_several(&args.files.source, &args.files.sources)?;
    let (here, directory) = environment::working_directory()?;
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.node.run.run_id).await?;
    let node = node::named(args.node.node, &run)?;
    let files = files::read(&here, &run, names)?;
    let mut client = daemon.connect_or_start().await?;
    let request = request(SubmitNodeRequest {
        run_id: run.run_id,
        node,
        files,
        by: user(),
        eval_command: args.eval_command,
        directory,
        environment: environment::variables(),
        recorded_environment: false,
    });
    let Interruptible { reply, interrupted } = Interruptible::finish(client.submit_node(request)).await?;
    let submitted = reply?.into_inner();
    json::print(&Evaluating { status: "evaluating", eval_command: &submitted.eval_command })?;
    if interrupted {
        return Err(left(&submitted));
    }
    Submission { daemon, submitted }.follow().await
}

/// A node whose evaluation is recorded as intended.
struct Submission {
    daemon: Daemon,
    submitted: SubmitNodeReply,
}

impl Submission {
    /// Waits for the result, unless Ctrl-C comes first.
    async fn follow(self) -> Result<ExitCode, Error> {
        let mut interrupts = signal(SignalKind::interrupt())
            .map_err(|error| Error::failure(format!("cannot watch for Ctrl-C: {error}")))?;
        tokio::select! {
            result = self.result() => result,
            _ = interrupts.recv() => Err(left(&self.submitted)),
        }
    }

    async fn result(&self) -> Result<ExitCode, Error> {
        let mut updates = self.updates();
        let mut output = Output::default();
        let mut waited_for = String::new();
        while let Some(update) = updates.next().await {
            match update?.update {
                Some(Update::Evaluating(begun)) if begun.step == self.submitted.step => {
                    output.begin(&self.daemon, &self.submitted.run_id, &self.submitted.node_id);
                }
                Some(Update::Evaluated(evaluated)) if evaluated.step == self.submitted.step => {
                    output.finish().await;
                    return self.evaluated(&evaluated, &mut updates).await;
                }
                Some(Update::Returned(returned)) if returned.step == self.submitted.step => {
                    return Err(self.returned(&returned.reason));
                }
                Some(Update::Ended(ended)) => return Err(self.ended(&ended)),
                Some(Update::Progress(Progress { step, what: Some(What::Waiting(reason)) }))
                    if step == self.submitted.step && reason != waited_for =>
                {
                    tell(&format!("step {step} waits: {}", one_line(&reason)));
                    waited_for = reason;
                }
                _ => {}
            }
        }
        Err(Error::failure("the run's events ended without a result").hint(self.look()))
    }

    fn updates(&self) -> Updates {
        let news = |news| {
            // A courtesy: the result tells whether all went well.
            let _ = match news {
                News::Retry { attempt, most, wait } => {
                    plain::reconnecting(&mut std::io::stderr(), attempt, most, wait)
                }
                News::Reconnected => plain::reconnected(&mut std::io::stderr()),
            };
        };
        Reconnecting::new(self.daemon.clone(), self.submitted.run_id.clone(), true, Retry::default(), news)
            .starting_at(self.submitted.from_seq)
            .tapped(SharedFacts::default())
    }

    async fn evaluated(&self, evaluated: &StepEvaluated, updates: &mut Updates) -> Result<ExitCode, Error> {
        let works = evaluated.buggy_reason.is_empty() && evaluated.metric.is_some();
        json::print(&Submitted {
            status: if works { "submitted" } else { "eval_failed" },
            node_id: &self.submitted.node_id,
            task_id: &self.submitted.node_id,
            metric: evaluated.metric.filter(|_| works),
            run_completed: completes(updates).await,
            execution_output: match evaluated.output.as_str() {
                "" => &evaluated.output_tail,
                output => output,
            },
            run_id: &self.submitted.run_id,
            step: self.submitted.step,
            is_best: evaluated.is_best,
            reason: &evaluated.buggy_reason,
        })?;
        Ok(if works { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILURE) })
    }

    fn returned(&self, reason: &str) -> Error {
        let step = self.submitted.step;
        Error::failure(format!("step {step} was not evaluated and waits for approval again: {reason}"))
            .hint(format!("weco run submit {} --node {step}", short_id(&self.submitted.run_id)))
    }

    fn ended(&self, ended: &RunEnded) -> Error {
        let step = self.submitted.step;
        Error::failure(format!("the run ended before step {step} was evaluated: {}", ended.reason))
            .hint(format!("weco resume {}", short_id(&self.submitted.run_id)))
    }

    fn look(&self) -> String {
        format!("weco run review {}", short_id(&self.submitted.run_id))
    }
}

/// For who leaves by Ctrl-C.
fn left(submitted: &SubmitNodeReply) -> Error {
    let step = submitted.step;
    Error::interrupted(format!("left before the result was there; step {step} is evaluated in the daemon"))
        .hint(format!("weco attach {}", short_id(&submitted.run_id)))
}

/// Whether the result that was just read is the run's last.
async fn completes(updates: &mut Updates) -> bool {
    let sequel = async {
        while let Some(Ok(update)) = updates.next().await {
            match update.update {
                Some(Update::Ended(ended)) => return ended.status() == RunStatus::Completed,
                Some(Update::SourceEdited(_) | Update::Warned(_) | Update::Progress(_)) | None => {}
                Some(_) => return false,
            }
        }
        false
    };
    timeout(SEQUEL, sequel).await.unwrap_or(false)
}

/// Says something beside the JSON.
fn tell(text: &str) {
    // If it cannot be written, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The first of two values; its keys are those of the hosted service's `run submit`.
#[derive(Serialize)]
struct Evaluating<'a> {
    status: &'static str,
    eval_command: &'a str,
}

/// The second one; `task_id` is there for those who know the hosted service, and is the node's id.
#[derive(Serialize)]
struct Submitted<'a> {
    status: &'static str,
    node_id: &'a str,
    task_id: &'a str,
    metric: Option<f64>,
    run_completed: bool,
    execution_output: &'a str,
    run_id: &'a str,
    step: u32,
    is_best: bool,
    /// Why it does not work; empty if it does.
    reason: &'a str,
}
