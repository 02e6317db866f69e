//! Lines about proposals that wait for approval, and about instructions.

use std::io;

use weco_proto::v1::{RunInstructed, StepApproved, StepRejected, StepReturned, StepRevised};

use crate::RunView;
use crate::format::{one_line, short_id};

/// That a step waits, and what can be done with it; nothing if it does not.
pub(super) fn waits(out: &mut impl io::Write, view: &RunView, step: u32) -> io::Result<()> {
    let (Some(run), Some(_)) = (view.run(), view.step(step).filter(|node| node.is_pending())) else {
        return Ok(());
    };
    let run_id = short_id(&run.id);
    writeln!(out, "[REVIEW] Step {step} waits for approval: weco run review {run_id}")?;
    commands(out, run_id, step, run.sources.len())
}

fn commands(out: &mut impl io::Write, run_id: &str, step: u32, sources: usize) -> io::Result<()> {
    let files = if sources > 1 { "--sources <FILE>..." } else { "--source <FILE>" };
    writeln!(out, "  to evaluate it: weco run submit {run_id} --node {step}")?;
    writeln!(out, "  to change it first: weco run revise {run_id} --node {step} {files}")?;
    writeln!(out, "  to turn it down: weco run reject {run_id} --node {step} \"<REASON>\"")
}

pub(super) fn revised(out: &mut impl io::Write, revised: &StepRevised) -> io::Result<()> {
    let StepRevised { step, revision, lines_added, lines_removed, .. } = revised;
    let by = by(&revised.by);
    let lines = format!("+{lines_added} -{lines_removed} lines against the baseline");
    writeln!(out, "[REVISED] Step {step}: revision {revision}{by} ({lines})")
}

pub(super) fn approved(out: &mut impl io::Write, approved: &StepApproved) -> io::Result<()> {
    let command = approved.eval_command.as_deref().map(|command| format!(", to run: {}", one_line(command)));
    writeln!(out, "[APPROVED] Step {}{}{}", approved.step, by(&approved.by), command.unwrap_or_default())
}

pub(super) fn rejected(out: &mut impl io::Write, rejected: &StepRejected) -> io::Result<()> {
    let reason = one_line(&rejected.reason);
    let reason = if reason.is_empty() { "no reason given" } else { &reason };
    writeln!(out, "[REJECTED] Step {}{}: {reason}", rejected.step, by(&rejected.by))
}

pub(super) fn returned(out: &mut impl io::Write, view: &RunView, returned: &StepReturned) -> io::Result<()> {
    writeln!(out, "[WARNING] Step {}: {}", returned.step, one_line(&returned.reason))?;
    waits(out, view, returned.step)
}

pub(super) fn instructed(out: &mut impl io::Write, instructed: &RunInstructed) -> io::Result<()> {
    let text = one_line(&instructed.instructions);
    writeln!(out, "[INSTRUCTIONS] Given{}, for the next proposals: {text}", by(&instructed.by))
}

/// ` by ada`, if it is known who.
fn by(who: &str) -> String {
    match one_line(who) {
        who if who.is_empty() => String::new(),
        who => format!(" by {who}"),
    }
}
