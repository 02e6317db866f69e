//! What went wrong with a run, for stderr.

use std::fmt::Write as _;

use weco_proto::v1::RunStatus;

use super::RunView;
use super::format::words;
use super::view::{End, Evaluation, Node};

/// The error that ended the run, if one did, in the form of every error: what was wrong, the evidence,
/// what to try.
pub fn failure(view: &RunView) -> Option<String> {
    let end = view.ended().filter(|end| end.status == RunStatus::Error)?;
    Some(if end.baseline_failed { baseline_error(view, end) } else { error(&end.reason, &[], &end.hint) })
}

/// The user's own code could not be measured.
///
/// ```text
/// error: the baseline printed no 'speedup'
///   command: python eval.py   (exit 0 after 1.2 s)
///   output ends:
///     │ mean latency 12.1 ms
///   try: print a line such as `speedup: 1.5`
/// ```
fn baseline_error(view: &RunView, end: &End) -> String {
    let evaluation = view.baseline().and_then(Node::evaluation);
    let mut evidence = Vec::new();
    if let Some(run) = view.run() {
        let how = evaluation.map_or_else(String::new, |evaluation| format!("   ({})", ending(evaluation)));
        let what = if run.is_backend { "evaluation" } else { "command" };
        evidence.push(format!("{what}: {}{how}", run.eval_command));
    }
    match evaluation.map(|evaluation| evaluation.tail.trim_end()) {
        Some("") => evidence.push("output: none".to_owned()),
        Some(tail) => {
            evidence.push("output ends:".to_owned());
            evidence.extend(tail.lines().map(|line| format!("  │ {line}")));
        }
        None => {}
    }
    error(&end.reason, &evidence, &end.hint)
}

/// `exit 0 after 1.2 s`
fn ending(evaluation: &Evaluation) -> String {
    format!("{} after {}", evaluation.exit, words(evaluation.duration_ms))
}

/// An error as the client writes every error: `error: …`, indented evidence, `try: …` unless there is no hint.
pub fn error(what: &str, evidence: &[String], hint: &str) -> String {
    let mut text = format!("error: {what}\n");
    for line in evidence {
        let _ = writeln!(text, "  {line}");
    }
    if !hint.is_empty() {
        let _ = writeln!(text, "  try: {hint}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use weco_view::fixture::Story;

    #[test]
    fn only_an_error_is_a_failure() {
        let hint = "set OPENAI_API_KEY";
        let failed = Story::long(5).ended(RunStatus::Error, "the provider refused the key", hint);
        let text = "error: the provider refused the key\n  try: set OPENAI_API_KEY\n";
        assert_eq!(failure(&failed.view()).unwrap(), text);
        for status in [RunStatus::Interrupted, RunStatus::Terminated, RunStatus::Completed] {
            assert_eq!(failure(&Story::new(9).ended(status, "", "").view()), None);
        }
        assert_eq!(failure(&Story::new(9).view()), None);
    }

    #[test]
    fn a_failed_baseline_shows_its_evidence() {
        let hint = "print a line such as `speedup: 1.5`, or name what is printed: -m \"mean latency\"";
        let story = Story::new(50).evaluating(0).evaluated(weco_proto::v1::StepEvaluated {
            buggy_reason: "no 'speedup' in the output".into(),
            exit_code: Some(0),
            duration_ms: 1_200,
            output_tail: "warm\u{1b}[31mup\nmean latency 12.1 ms\n\n".into(),
            ..Default::default()
        });
        let story = story.baseline_failed("the baseline printed no 'speedup'", hint);
        insta::assert_snapshot!(failure(&story.view()).unwrap(), @r#"
        error: the baseline printed no 'speedup'
          command: python eval.py   (exit 0 after 1.2 s)
          output ends:
            │ warmup
            │ mean latency 12.1 ms
          try: print a line such as `speedup: 1.5`, or name what is printed: -m "mean latency"
        "#);
    }

    #[test]
    fn a_silent_baseline_says_so() {
        let story = Story::new(50).evaluated(weco_proto::v1::StepEvaluated {
            timed_out: true,
            duration_ms: 600_000,
            ..Default::default()
        });
        insta::assert_snapshot!(failure(&story.baseline_failed("the baseline ran too long", "").view()).unwrap(), @r"
        error: the baseline ran too long
          command: python eval.py   (timed out after 10 min)
          output: none
        ");
    }
}
