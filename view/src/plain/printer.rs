//! Lines for updates.

use std::collections::BTreeMap;
use std::{io, time::Duration};

use weco_proto::v1::{
    EvaluationStarted, Progress, ReplyUnusable, RunEnded, RunResumed, RunStatus, RunUpdate, RunWaiting,
    Stage, StepAsked, StepEvaluated, StepProposed, progress::What, run_update::Update,
};

use crate::RunView;
use crate::format::{exact, one_line, sanitise, short_id, spread};
use crate::{Evaluation, Exit, Node, Origin};

use super::{report, review};

const RULE: &str = "============================================================";
const OUTPUT_START: &str = "[EXECUTION OUTPUT START]";
const OUTPUT_END: &str = "[EXECUTION OUTPUT END]";
/// How lines of live news begin, up to the step's number.
const STEP_WARNING: &str = "[WARNING] Step ";
/// What they say.
const WAITING: &str = "waiting: ";
const ANSWER_FAILED: &str = "the model's answer failed: ";

/// Prints each update as it comes and flushes after it.
pub struct Printer<W> {
    out: W,
    view: RunView,
    from_seq: u64,
    interrupted: bool,
    /// Whether a provider that was waited for has yet to be heard of again.
    reconnecting: bool,
    /// The live news last printed: it comes many times over.
    /// By step.
    last_news: BTreeMap<u32, String>,
}

impl<W: io::Write> Printer<W> {
    /// Prints to `out`. Of updates recorded before `from_seq`, only the header is printed.
    pub fn new(out: W, from_seq: u64) -> Self {
        Self {
            out,
            view: RunView::default(),
            from_seq,
            interrupted: false,
            reconnecting: false,
            last_news: BTreeMap::new(),
        }
    }

    /// What it prints to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// What it prints to.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// What is known of the run so far.
    pub fn view(&self) -> &RunView {
        &self.view
    }

    /// What is known of the run, at the end.
    pub fn into_view(self) -> RunView {
        self.view
    }

    /// A Ctrl-C was heard here.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn interrupted(&mut self, force: bool) -> io::Result<()> {
        self.interrupted = true;
        let what = if force { "Stopping at once..." } else { "Stopping... (Ctrl-C again to stop at once)" };
        writeln!(self.out, "[INTERRUPTED] {what}")?;
        self.out.flush()
    }

    /// The one who reads these lines leaves; the run goes on.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn detached(&mut self) -> io::Result<()> {
        let again = self.view.run().map(|run| format!("; see it again: weco attach {}", short_id(&run.id)));
        writeln!(self.out, "[DETACHED] The run goes on{}", again.unwrap_or_default())?;
        self.out.flush()
    }

    /// Takes in an update and prints what it says.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn update(&mut self, update: &RunUpdate) -> io::Result<()> {
        if !self.view.apply(update) {
            return Ok(());
        }
        let Some(what) = &update.update else { return Ok(()) };
        // Live news has no number of its own: it is as old as what was recorded last.
        let seq = if update.seq == 0 { self.view.last_seq() + 1 } else { update.seq };
        if seq < self.from_seq && !matches!(what, Update::Created(_)) {
            return Ok(());
        }
        if self.reconnecting && self.view.outage().is_none() {
            self.reconnecting = false;
            if self.view.ended().is_none() {
                reconnected(&mut self.out)?;
            }
        }
        self.print(what)?;
        self.out.flush()
    }

    fn print(&mut self, what: &Update) -> io::Result<()> {
        match what {
            Update::Created(_) => self.header(),
            Update::Asked(asked) => self.asked(asked),
            Update::Proposed(proposed) => self.proposed(proposed),
            Update::Unusable(reply) => self.unusable(reply),
            Update::StepFailed(failed) => {
                writeln!(self.out, "[WARNING] Step {} failed: {}", failed.step, one_line(&failed.reason))
            }
            Update::Evaluating(evaluating) => self.evaluating(evaluating),
            Update::Evaluated(evaluated) => self.evaluated(evaluated),
            Update::SourceEdited(edit) => writeln!(self.out, "[WARNING] {}", one_line(&edit.message)),
            Update::Warned(warned) => writeln!(self.out, "[WARNING] {}", one_line(&warned.message)),
            Update::Waiting(waiting) => self.waiting(waiting),
            Update::StopAsked(_) if self.interrupted => Ok(()),
            Update::StopAsked(_) => writeln!(self.out, "[WARNING] The run was asked to stop"),
            Update::Resumed(resumed) => self.resumed(resumed),
            Update::Ended(ended) => self.ended(ended),
            Update::Applied(applied) => {
                let paths = self.view.applied().join(", ");
                writeln!(self.out, "[APPLIED] Step {} written to {paths}", applied.step)
            }
            Update::Progress(progress) => self.progress(progress),
            Update::Revised(revised) => review::revised(&mut self.out, revised),
            Update::Approved(approved) => review::approved(&mut self.out, approved),
            Update::Rejected(rejected) => review::rejected(&mut self.out, rejected),
            Update::Returned(returned) => review::returned(&mut self.out, &self.view, returned),
            Update::Instructed(instructed) => review::instructed(&mut self.out, instructed),
        }
    }

    fn header(&mut self) -> io::Result<()> {
        let (out, view) = (&mut self.out, &self.view);
        let Some(run) = view.run() else { return Ok(()) };
        writeln!(out, "{RULE}\nWECO OPTIMIZATION RUN\n{RULE}")?;
        writeln!(out, "Run ID: {}\nRun Name: {}", run.id, run.name)?;
        writeln!(out, "Model: {}\nMetric: {}", run.model, run.metric)?;
        writeln!(out, "Goal: {}", if run.maximize { "maximize" } else { "minimize" })?;
        if let Some(effort) = run.reasoning_effort {
            writeln!(out, "Reasoning Effort: {effort}")?;
        }
        if run.is_backend {
            writeln!(out, "Evaluation: {}", run.eval_command)?;
        }
        writeln!(out, "Total Steps: {}", view.budget())?;
        let limits = view.limits();
        if !limits.is_empty() {
            writeln!(out, "Limits: {}", limits.join(", "))?;
        }
        if !run.search.is_empty() {
            writeln!(out, "Search: {}", run.searched())?;
        }
        if let Some(from) = &run.derived_from {
            writeln!(out, "Derived From: step {} of run {}", from.step, from.run_id)?;
        }
        match (run.parallel, run.isolated) {
            (2.., _) => {
                writeln!(out, "Parallel: {} steps at once, each in a workspace of its own", run.parallel)?
            }
            (_, true) => writeln!(out, "Isolated: steps are measured in a workspace of their own")?,
            _ => {}
        }
        if run.require_review {
            writeln!(out, "Review: every step waits for approval")?;
        }
        writeln!(out, "{RULE}\n")
    }

    /// Begins a line that says which step it is about.
    fn step(&mut self, step: u32) -> io::Result<()> {
        write!(self.out, "[STEP {step}/{}] ", self.view.budget())
    }

    /// ` Step 7:` where lines of several steps may alternate; nothing where they cannot.
    fn which(&self, step: u32) -> String {
        let alternate = self.view.run().is_some_and(|run| run.parallel > 1);
        if alternate { format!(" Step {step}:") } else { String::new() }
    }

    fn asked(&mut self, asked: &StepAsked) -> io::Result<()> {
        self.step(asked.step)?;
        let parent = asked.parent.map_or_else(String::new, |parent| format!(" step {parent}"));
        let what = match asked.stage() {
            Stage::Draft => "a fresh approach".to_owned(),
            Stage::Improve => format!("an improvement of{parent}"),
            Stage::Debug => format!("a repair of{parent}"),
            Stage::Cross => {
                let with = asked.with.map_or_else(String::new, |with| format!(" and step {with}"));
                format!("a cross of{parent}{with}")
            }
            Stage::Leap => format!("another paradigm than that of{parent}"),
            Stage::Baseline | Stage::Unspecified => "a version".to_owned(),
        };
        let again = if asked.attempt > 1 { format!(" (attempt {})", asked.attempt) } else { String::new() };
        let with = match self.view.run().filter(|run| run.has_several_models) {
            Some(_) => format!(" with {}", one_line(&asked.model)),
            None => String::new(),
        };
        writeln!(self.out, "Proposing {what}{with}...{again}")?;
        let why = one_line(&asked.why);
        if why.is_empty() || asked.attempt > 1 { Ok(()) } else { writeln!(self.out, "[WHY] {why}") }
    }

    fn proposed(&mut self, proposed: &StepProposed) -> io::Result<()> {
        let plan = one_line(&proposed.plan);
        let of = self.which(proposed.step);
        writeln!(self.out, "[PLAN]{of} {}", if plan.is_empty() { "(none given)" } else { &plan })?;
        let files = self.view.step(proposed.step).map(|node| node.changed.join(", ")).unwrap_or_default();
        if !files.is_empty() {
            let (added, removed) = (proposed.lines_added, proposed.lines_removed);
            writeln!(self.out, "[CHANGES]{of} {files} (+{added} -{removed} lines against the baseline)")?;
        }
        review::waits(&mut self.out, &self.view, proposed.step)
    }

    fn unusable(&mut self, reply: &ReplyUnusable) -> io::Result<()> {
        let next = if reply.will_retry { "; asking again" } else { "" };
        let (step, reason) = (reply.step, one_line(&reply.reason));
        writeln!(self.out, "[WARNING] Step {step}: the model's reply could not be used: {reason}{next}")
    }

    fn evaluating(&mut self, evaluating: &EvaluationStarted) -> io::Result<()> {
        if evaluating.recheck {
            write!(self.out, "[RE-CHECK step {}] ", evaluating.step)?;
        } else {
            self.step(evaluating.step)?;
        }
        let again = if evaluating.attempt > 1 && !evaluating.recheck {
            format!(" (attempt {})", evaluating.attempt)
        } else {
            String::new()
        };
        writeln!(self.out, "Executing code...{again}")
    }

    fn evaluated(&mut self, evaluated: &StepEvaluated) -> io::Result<()> {
        let step = evaluated.step;
        if !evaluated.inherited {
            let text = if evaluated.output.is_empty() { &evaluated.output_tail } else { &evaluated.output };
            self.output(text)?;
            report::told(&mut self.out, evaluated)?;
        }
        let Some(node) = self.view.step(step) else { return Ok(()) };
        let Some(evaluation) = node.evaluation() else { return Ok(()) };
        if let Some(reason) = &evaluation.buggy {
            return writeln!(self.out, "[WARNING] Step {step} is buggy: {reason} ({})", ending(evaluation));
        }
        if evaluation.exit != Exit::Code(0) && !evaluation.inherited {
            let ending = ending(evaluation);
            writeln!(
                self.out,
                "[WARNING] Step {step}: the command did not end well ({ending}); its metric counts"
            )?;
        }
        let Some(metric) = measured(node) else { return Ok(()) };
        if evaluation.inherited {
            return writeln!(self.out, "[METRIC] Step {step}: {metric} ({})", self.inheritance());
        }
        let best = self.view.best().and_then(measured).unwrap_or_else(|| "none".to_owned());
        if evaluated.recheck {
            let now = evaluated.metric.map_or_else(String::new, exact);
            let lead = self.view.best().map_or(0, |best| best.step);
            return writeln!(
                self.out,
                "[RE-CHECK step {step}] {now} this time, {metric} in all (best so far: step {lead}, {best})"
            );
        }
        writeln!(self.out, "[METRIC] Step {step}: {metric} (best so far: {best})")
    }

    /// `inherited from step 7 of run 0002e071`
    fn inheritance(&self) -> String {
        match self.view.run().and_then(|run| run.derived_from.as_ref()) {
            Some(from) => format!("inherited from step {} of run {}", from.step, short_id(&from.run_id)),
            None => "inherited".to_owned(),
        }
    }

    /// The captured output between its marks. A line of it that looks like the end mark is indented, so that
    /// no output can pretend to be this program's lines.
    fn output(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{OUTPUT_START}")?;
        for line in sanitise(text).lines() {
            let indent = if line.trim_end() == OUTPUT_END { " " } else { "" };
            writeln!(self.out, "{indent}{line}")?;
        }
        writeln!(self.out, "{OUTPUT_END}")
    }

    fn ended(&mut self, ended: &RunEnded) -> io::Result<()> {
        let reason = one_line(&ended.reason);
        match ended.status() {
            RunStatus::Completed => {
                writeln!(self.out, "[COMPLETE] Optimization finished successfully")?;
                if self.view.ended_early() {
                    writeln!(self.out, "Ended early: {reason}")?;
                }
            }
            RunStatus::Error => writeln!(self.out, "[ERROR] {reason}")?,
            RunStatus::Interrupted => writeln!(self.out, "[INTERRUPTED] {reason}")?,
            _ => writeln!(self.out, "[STOPPED] {reason}")?,
        }
        let hint = one_line(&ended.hint);
        if !hint.is_empty() {
            writeln!(self.out, "Next: {hint}")?;
        }
        writeln!(self.out, "Total steps completed: {}", self.view.done())?;
        let Some(best) = self.view.best() else { return Ok(()) };
        let Some(metric) = best.metric().or(ended.best_metric) else { return Ok(()) };
        let spread = ended.best.as_ref().map_or_else(|| best.spread(), |best| spread(best.sd, best.count));
        writeln!(self.out, "Best metric value: {}{spread}", exact(metric))?;
        if best.step == 0 {
            let origin = self.view.run().and_then(|run| run.derived_from.as_ref());
            return match origin {
                None => writeln!(self.out, "Best version: step 0, the code as it was"),
                Some(Origin { run_id, step }) => writeln!(
                    self.out,
                    "Best version: step 0, the code that the run began from (step {step} of run {})",
                    short_id(run_id)
                ),
            };
        }
        let Some(files) = self.view.best_files() else { return Ok(()) };
        writeln!(self.out, "Best version: step {}, in {files}", best.step)
    }

    /// What waited for approval when the run ended still does.
    fn resumed(&mut self, resumed: &RunResumed) -> io::Result<()> {
        writeln!(self.out, "[RESUMED] Total Steps: {}", resumed.steps)?;
        match self.view.pending().map(|node| node.step) {
            Some(step) => review::waits(&mut self.out, &self.view, step),
            None => Ok(()),
        }
    }

    fn waiting(&mut self, waiting: &RunWaiting) -> io::Result<()> {
        self.reconnecting = true;
        writeln!(self.out, "[WARNING] Step {}: {}", waiting.step, one_line(&waiting.reason))?;
        let wait = Duration::from_millis(waiting.wait_ms);
        reconnecting(&mut self.out, waiting.attempt, waiting.attempts, wait)
    }

    /// Live news: only what would otherwise be a long silence, and each only once.
    fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        let news = match &progress.what {
            Some(What::Waiting(reason)) => format!("{WAITING}{}", one_line(reason)),
            Some(What::Proposing(proposing)) if proposing.tries > 1 => {
                format!("{ANSWER_FAILED}{} (try {})", one_line(&proposing.last_fault), proposing.tries)
            }
            _ => return Ok(()),
        };
        let step = progress.step;
        if self.last_news.get(&step) == Some(&news) {
            return Ok(());
        }
        writeln!(self.out, "{STEP_WARNING}{step}: {news}")?;
        let view = &self.view;
        self.last_news.retain(|step, _| view.step(*step).is_some_and(|node| !node.is_settled()));
        self.last_news.insert(step, news);
        Ok(())
    }
}

/// Whether a line tells live news: of what nobody records, so that it is not printed when a run is printed again.
pub fn is_momentary(line: &str) -> bool {
    let Some((step, news)) = line.strip_prefix(STEP_WARNING).and_then(|rest| rest.split_once(": ")) else {
        return false;
    };
    step.bytes().all(|digit| digit.is_ascii_digit())
        && (news.starts_with(WAITING) || news.starts_with(ANSWER_FAILED))
}

/// A metric with its spread, if the step works.
fn measured(node: &Node) -> Option<String> {
    node.metric().map(|metric| exact(metric) + &node.spread())
}

fn ending(evaluation: &Evaluation) -> String {
    match evaluation.exit {
        Exit::Code(code) => format!("exit code {code}"),
        other => other.to_string(),
    }
}

/// Says that the daemon, or a model's provider, is tried again.
///
/// # Errors
/// If the output cannot be written.
pub fn reconnecting(out: &mut impl io::Write, attempt: u32, most: u32, retry_in: Duration) -> io::Result<()> {
    writeln!(out, "[RECONNECTING] attempt {attempt}/{most}, retry in {}s", retry_in.as_secs_f64().round())?;
    out.flush()
}

/// Says that the daemon, or a model's provider, is there again.
///
/// # Errors
/// If the output cannot be written.
pub fn reconnected(out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "[RECONNECTED]")?;
    out.flush()
}
