//! The end of a run, for the scrollback.

use std::fmt::Write as _;
use std::path::Path;

use weco_proto::v1::RunStatus;

use super::RunView;
use super::format::{dollars, improvement, metric, middle_cut, path_from, short_id, tokens, width, words};
use super::view::{Account, Node};

/// Columns that a metric's name gets.
const METRIC_NAME: usize = 24;
/// Columns between a label and its value.
const GAP: usize = 3;

/// What came of the run, in a few lines that end with a newline. Empty if nothing of the run is known. Paths are
/// for someone in the directory `here`.
///
/// ```text
/// swift-heron finished: 50 steps in 19 min
///   speedup   1 → 3.41  (+241 %)   best at step 27
///   changed   kernels/rows.py  +41 −18
///   cost      620k tokens in, 131k out
///   best      .runs/0002e071-…/best/files/
///   see       weco run diff 0002e071 --step 27
/// ```
pub fn summary(view: &RunView, here: &Path) -> String {
    let Some(run) = view.run() else { return String::new() };
    let metric_name = middle_cut(&run.metric, METRIC_NAME);
    let mut rows = Vec::new();
    rows.extend(measured(view).map(|value| (metric_name.as_str(), value)));
    rows.extend(changed(view).map(|value| ("changed", value)));
    rows.extend(cost(view).map(|value| ("cost", value)));
    rows.extend(models(view).into_iter().map(|value| ("model", value)));
    rows.extend(best_files(view, here).filter(|_| improved(view)).map(|files| ("best", files)));
    rows.extend(diff(view, &run.id).map(|command| ("see", command)));
    rows.extend(view.warnings().iter().map(|warning| ("note", warning.message.clone())));
    rows.extend(
        view.pending()
            .map(|node| ("waits", format!("step {} for approval, once the run goes on", node.step))),
    );
    rows.extend(view.ended().filter(|end| !end.hint.is_empty()).map(|end| ("try", end.hint.clone())));
    let labels = rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    let mut text = format!("{} {}\n", run.name, how(view));
    for (label, value) in rows {
        let _ = writeln!(text, "  {label}{:pad$}{value}", "", pad = labels - width(label) + GAP);
    }
    text
}

/// `finished: 50 steps in 19 min`, `stopped after 12 of 50 steps in 4 min: …`.
fn how(view: &RunView) -> String {
    let (done, budget) = (view.done(), view.budget());
    let Some(end) = view.ended() else {
        return format!("goes on: {done} of {budget} steps are done");
    };
    // An ended run's time stands still: any moment gives it.
    let time = words(view.elapsed_ms(0));
    let verb = match end.status {
        RunStatus::Completed => {
            let steps = if done == 1 { "step" } else { "steps" };
            let early = if view.ended_early() { format!(": {}", end.reason) } else { String::new() };
            return format!("finished: {done} {steps} in {time}{early}");
        }
        RunStatus::Error => "failed",
        RunStatus::Interrupted => "was interrupted",
        // Only users stop runs: the reason would say no more.
        _ => return format!("stopped after {done} of {budget} steps in {time}"),
    };
    let reason = if end.reason.is_empty() { String::new() } else { format!(": {}", end.reason) };
    format!("{verb} after {done} of {budget} steps in {time}{reason}")
}

/// What each of several models did.
fn models(view: &RunView) -> Vec<String> {
    let told = |account: &Account| {
        let steps = if account.steps == 1 { "step" } else { "steps" };
        let bests = if account.bests == 1 { "new best" } else { "new bests" };
        let cost = account.cost.map_or_else(String::new, |cost| format!(", {}", dollars(cost)));
        format!("{}   {} {steps}, {} {bests}{cost}", account.model, account.steps, account.bests)
    };
    let accounts = view.accounts();
    if accounts.len() > 1 { accounts.iter().map(told).collect() } else { Vec::new() }
}

fn best_files(view: &RunView, here: &Path) -> Option<String> {
    view.best_files().map(|files| path_from(here, &files).to_owned())
}

/// What shows how the best version differs from step 0.
fn diff(view: &RunView, run_id: &str) -> Option<String> {
    let best = view.best().filter(|_| improved(view))?;
    Some(format!("weco run diff {} --step {}", short_id(run_id), best.step))
}

fn improved(view: &RunView) -> bool {
    view.best().is_some_and(|best| best.step > 0)
}

fn measured(view: &RunView) -> Option<String> {
    let precision = view.precision();
    let spread = view.baseline().map_or_else(String::new, Node::spread);
    match (view.span(), view.best().filter(|best| best.step > 0)) {
        ((Some(baseline), Some(best)), Some(node)) => Some(format!(
            "{}{spread} → {}{}  ({})   best at step {}",
            precision.show(baseline),
            precision.show(best),
            node.spread(),
            improvement(best, baseline, view.maximize()),
            node.step,
        )),
        ((None, Some(best)), Some(node)) => {
            Some(format!("{}{}   best at step {}", metric(best), node.spread(), node.step))
        }
        ((Some(baseline), _), _) if view.done() == 0 => {
            Some(format!("{}{spread}   {}; nothing was tried yet", metric(baseline), first(view)))
        }
        ((Some(baseline), _), _) => {
            Some(format!("{}{spread}   no version was better than {}", metric(baseline), first(view)))
        }
        _ => None,
    }
}

/// Step 0; that of a derived run is not the user's own code.
fn first(view: &RunView) -> &'static str {
    let derived = view.run().is_some_and(|run| run.derived_from.is_some());
    if derived { "step 0, which it began from" } else { "the baseline" }
}

fn changed(view: &RunView) -> Option<String> {
    let best = view.best().filter(|_| improved(view))?;
    let files = view.changed_files(best.step).join(", ");
    let (added, removed) = best.lines;
    (!files.is_empty()).then(|| format!("{files}  +{added} −{removed}"))
}

fn cost(view: &RunView) -> Option<String> {
    let usage = view.usage();
    (usage.input_tokens + usage.output_tokens > 0).then(|| {
        let cost = view.cost().map_or_else(String::new, |cost| format!(", {}", dollars(cost)));
        format!("{} tokens in, {} out{cost}", tokens(usage.input_tokens), tokens(usage.output_tokens))
    })
}

/// For who leaves while the run goes on. Paths are for someone in the directory `here`.
pub fn detached(view: &RunView, here: &Path) -> String {
    let Some(run) = view.run() else { return "the run goes on in the daemon\n".to_owned() };
    let mut text =
        format!("{} goes on in the daemon ({} of {} steps are done)\n", run.name, view.done(), view.budget());
    let _ = writeln!(text, "  see it again   weco attach {}", short_id(&run.id));
    if let Some(node) = view.pending() {
        let (step, id) = (node.step, short_id(&run.id));
        let _ = writeln!(text, "  waits for you  approval of step {step}: weco run review {id}");
    }
    if let Some(files) = best_files(view, here).filter(|_| improved(view)) {
        let _ = writeln!(text, "  best so far    {files}");
    }
    text
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::{Spread, StepEvaluated};

    use super::*;
    use weco_view::fixture::Story;

    fn here() -> &'static Path {
        Path::new("/home/u/project")
    }

    #[test]
    fn a_finished_run() {
        let story = Story::long(50).ended(RunStatus::Completed, "the budget is spent", "");
        insta::assert_snapshot!(summary(&story.view(), here()), @r"
        swift-heron finished: 50 steps in 18 min
          speedup   1.00 → 3.55  (+255 %)   best at step 50
          changed   kernels/rows.py  +60 −29
          cost      728k tokens in, 130k out
          best      .runs/0002e071-5d7c-4c62-9f43-0d2f6b9a7c11/best/files/
          see       weco run diff 0002e071 --step 50
        ");
    }

    #[test]
    fn a_stopped_run_with_an_edit() {
        let story = Story::long(3).edited().stop_asked(false).ended(
            RunStatus::Terminated,
            "you stopped it",
            "weco run resume 0002e071 goes on where it stopped",
        );
        insta::assert_snapshot!(summary(&story.view(), here()), @r"
        swift-heron stopped after 3 of 50 steps in 73 s
          speedup   1.00 → 1.54  (+53.7 %)   best at step 3
          changed   kernels/rows.py  +13 −5
          cost      37k tokens in, 7.8k out
          best      .runs/0002e071-5d7c-4c62-9f43-0d2f6b9a7c11/best/files/
          see       weco run diff 0002e071 --step 3
          note      kernels/rows.py was edited while step 2 ran; the edit stays and the run goes on
          try       weco run resume 0002e071 goes on where it stopped
        ");
    }

    #[test]
    fn nothing_better_was_found() {
        let story =
            Story::baselined(1).step(1, 0, 0.5, "Slow down", false).ended(RunStatus::Completed, "", "");
        insta::assert_snapshot!(summary(&story.view(), here()), @r"
        swift-heron finished: 1 step in 25 s
          speedup   1   no version was better than the baseline
          cost      12k tokens in, 2.6k out
        ");
    }

    #[test]
    fn a_noisy_metric_is_told_with_its_spread() {
        let told = |story: Story| summary(&story.view(), here());
        let noisy = told(Story::noisy());
        assert!(noisy.contains("50.50 ± 0.71 (2) → 51.00  (+0.99 %)   best at step 2\n"), "{noisy}");
        let measured = StepEvaluated {
            total: Some(Spread { metric: 50.5, sd: Some(0.707), count: 2 }),
            is_best: true,
            ..StepEvaluated::default()
        };
        let baseline = Story::new(1).evaluated(measured);
        let untried = told(baseline.clone());
        assert!(untried.contains("50.5 ± 0.71 (2)   the baseline; nothing was tried yet\n"), "{untried}");
        let worse = told(baseline.step(1, 0, 40.0, "Slow down", false));
        assert!(worse.contains("50.5 ± 0.71 (2)   no version was better than the baseline\n"), "{worse}");
    }

    #[test]
    fn a_derived_run_that_found_nothing_better_does_not_call_its_step_0_the_baseline() {
        let story = Story::derived(1).step(1, 0, 0.5, "Slow down", false);
        let text = summary(&story.ended(RunStatus::Completed, "", "").view(), here());
        assert!(text.contains("3.25   no version was better than step 0, which it began from\n"), "{text}");
        let text = summary(&Story::derived(1).ended(RunStatus::Terminated, "", "").view(), here());
        assert!(text.contains("3.25   step 0, which it began from; nothing was tried yet\n"), "{text}");
    }

    #[test]
    fn nothing_was_tried() {
        let story = Story::baselined(9).ended(RunStatus::Terminated, "you stopped it", "");
        insta::assert_snapshot!(summary(&story.view(), here()), @r"
        swift-heron stopped after 0 of 9 steps in 1.3 s
          speedup   1   the baseline; nothing was tried yet
        ");
    }

    #[test]
    fn a_run_that_failed_or_was_interrupted() {
        let failed =
            Story::long(5).ended(RunStatus::Error, "the provider refused the key", "set OPENAI_API_KEY");
        insta::assert_snapshot!(summary(&failed.view(), here()), @r"
        swift-heron failed after 5 of 50 steps in 2 min: the provider refused the key
          speedup   1.00 → 1.72  (+72 %)   best at step 4
          changed   kernels/rows.py  +14 −6
          cost      62k tokens in, 13k out
          best      .runs/0002e071-5d7c-4c62-9f43-0d2f6b9a7c11/best/files/
          see       weco run diff 0002e071 --step 4
          try       set OPENAI_API_KEY
        ");
        let interrupted = Story::new(9).ended(RunStatus::Interrupted, "the daemon was killed", "");
        insta::assert_snapshot!(summary(&interrupted.view(), here()), @r"
        swift-heron was interrupted after 0 of 9 steps in 0.0 s: the daemon was killed
        ");
    }

    #[test]
    fn a_run_that_waits_for_approval() {
        let story = Story::under_review(9).asked(1, 0, weco_proto::v1::Stage::Draft).proposed(1, "p");
        insta::assert_snapshot!(detached(&story.view(), here()), @r"
        swift-heron goes on in the daemon (0 of 9 steps are done)
          see it again   weco attach 0002e071
          waits for you  approval of step 1: weco run review 0002e071
        ");
        let story = story.ended(RunStatus::Terminated, "you stopped it", "");
        insta::assert_snapshot!(summary(&story.view(), here()), @r"
        swift-heron stopped after 0 of 9 steps in 1.3 s
          speedup   1   the baseline; nothing was tried yet
          cost      12k tokens in, 2.6k out
          waits     step 1 for approval, once the run goes on
        ");
    }

    #[test]
    fn a_run_that_was_left() {
        insta::assert_snapshot!(detached(&Story::long(3).view(), here()), @r"
        swift-heron goes on in the daemon (3 of 50 steps are done)
          see it again   weco attach 0002e071
          best so far    .runs/0002e071-5d7c-4c62-9f43-0d2f6b9a7c11/best/files/
        ");
        assert_eq!(summary(&RunView::default(), here()), "");
    }
}
