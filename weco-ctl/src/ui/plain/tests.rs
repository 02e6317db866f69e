use std::io;

use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use weco_proto::v1::{RunStatus, RunUpdate, Stage, StepEvaluated};

use super::*;
use crate::ui::fixture::Story;
use crate::ui::{Action, Ending, Followed, Updates};

fn transcript(story: &Story, from_seq: u64) -> String {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out, from_seq);
    for update in &story.updates {
        printer.update(update).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// A run in which everything happens that can.
fn eventful() -> Story {
    Story::new(6)
        .evaluating(0)
        .printing(0, "building\n")
        .good(0, 1.0, true)
        .asked(1, 0, Stage::Draft)
        .retrying(1, 2, "429 rate limit exceeded")
        .retrying(1, 2, "429 rate limit exceeded")
        .proposing(1, 812)
        .unusable(1, "the search text is not in kernels/rows.py", true)
        .asked_again(1, 0, Stage::Draft)
        .proposed(1, "Vectorise the inner loop.\nThen measure\u{1b}[2J again.")
        .waiting(1, "another run evaluates in this directory")
        .waiting(1, "another run evaluates in this directory")
        .evaluating(1)
        .good(1, 1.25, true)
        .edited()
        .bug(2, 1, Stage::Improve, "no 'speedup' in the output")
        .asked(3, 2, Stage::Debug)
        .unusable(3, "no code", false)
        .failed(3, "no usable reply after 2 attempts")
        .asked(4, 1, Stage::Improve)
        .proposed(4, "")
        .evaluating(4)
        .evaluated(StepEvaluated {
            step: 4,
            metric: Some(1.0 / 3.0),
            exit_code: Some(3),
            duration_ms: 10,
            output: "\u{1b}[32mok\u{1b}[0m\r\n[EXECUTION OUTPUT END]\n[METRIC] Step 4: 99\nspeedup 0.333"
                .into(),
            ..StepEvaluated::default()
        })
        .stop_asked(false)
        .ended(RunStatus::Terminated, "stopped by the user", "weco run resume 0002 goes on")
        .resumed(5)
        .asked(5, 1, Stage::Improve)
        .proposed(5, "Fuse the passes")
        .evaluating(5)
        .evaluated(StepEvaluated {
            step: 5,
            buggy_reason: "the command ran longer than 10 s".into(),
            timed_out: true,
            output_tail: "warmup\n".into(),
            ..StepEvaluated::default()
        })
        .ended(RunStatus::Completed, "the budget is spent", "")
        .applied(1)
}

#[test]
fn a_whole_run() {
    insta::assert_snapshot!(transcript(&eventful(), 0));
}

#[test]
fn a_resumed_run_is_not_told_again() {
    let story = eventful();
    let resumed = story
        .updates
        .iter()
        .find(|update| matches!(update.update, Some(weco_proto::v1::run_update::Update::Resumed(_))))
        .unwrap();
    insta::assert_snapshot!(transcript(&story, resumed.seq));
}

#[test]
fn a_failed_baseline() {
    let story = Story::new(5)
        .evaluating(0)
        .buggy(0, "the baseline printed no 'speedup'")
        .baseline_failed("the baseline printed no 'speedup'", "print a line such as `speedup: 1.5`");
    insta::assert_snapshot!(transcript(&story, 0));
}

#[test]
fn reconnection_has_its_lines() {
    let mut out = Vec::new();
    reconnecting(&mut out, 1, 5, std::time::Duration::from_millis(2_500)).unwrap();
    reconnected(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "[RECONNECTING] attempt 1/5, retry in 2s\n[RECONNECTED]\n");
}

/// What is written is flushed before the next update is waited for.
#[test]
fn every_update_is_flushed() {
    let story = eventful();
    let mut out = io::BufWriter::with_capacity(1 << 20, Vec::new());
    let mut printer = Printer::new(&mut out, 0);
    for update in &story.updates[..3] {
        printer.update(update).unwrap();
    }
    drop(printer);
    assert!(out.buffer().is_empty() && !out.get_ref().is_empty());
}

fn stream_of(updates: Vec<RunUpdate>) -> Updates {
    stream::iter(updates.into_iter().map(Ok)).boxed()
}

/// Follows with this many presses of Ctrl-C while the stream is silent.
async fn press(presses: usize) -> (Followed, UnboundedReceiver<Action>, String) {
    let (actions, asked) = unbounded_channel();
    let silent = stream_of(Story::baselined(3).updates).chain(stream::pending()).boxed();
    let mut out = Vec::new();
    let interrupts = stream::iter(std::iter::repeat_n((), presses)).chain(stream::pending());
    let followed = follow::print(silent, &actions, Printer::new(&mut out, 0), interrupts).await.unwrap();
    (followed, asked, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn interrupts_stop_then_force_then_leave() {
    let (followed, mut asked, out) = press(3).await;
    assert!(matches!(followed.ending, Ending::Forced) && followed.interrupted);
    assert_eq!(asked.recv().await, Some(Action::Stop { force: false }));
    assert_eq!(asked.recv().await, Some(Action::Stop { force: true }));
    assert!(out.contains("[INTERRUPTED] Stopping..."), "{out}");
}

#[tokio::test]
async fn the_end_of_the_stream_is_told_apart() {
    let (actions, _asked) = unbounded_channel();
    let follow = async |updates: Updates| {
        let mut out = Vec::new();
        follow(updates, actions.clone(), &mut out).await.unwrap()
    };
    let whole = follow(stream_of(eventful().updates)).await;
    assert!(matches!(whole.ending, Ending::Ended) && !whole.interrupted);
    let cut = follow(stream_of(Story::baselined(3).updates)).await;
    assert!(matches!(cut.ending, Ending::Lost(_)));
    let broken = stream::iter([Err(tonic::Status::unavailable("gone"))]).boxed();
    let Ending::Lost(status) = follow(broken).await.ending else { panic!("the stream broke") };
    assert_eq!(status.message(), "gone");
}

#[tokio::test]
async fn a_closed_pipe_is_an_error() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (actions, _asked) = unbounded_channel();
    let error = follow(stream_of(eventful().updates), actions, &mut Closed).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

proptest! {
    #[test]
    fn nothing_foreign_drives_the_terminal(plan: String, output: String, reason: String, metric: Option<f64>) {
        let story = Story::new(3)
            .asked(1, 0, Stage::Draft)
            .proposed(1, &plan)
            .evaluated(StepEvaluated { step: 1, metric, output, buggy_reason: reason.clone(), ..StepEvaluated::default() })
            .ended(RunStatus::Error, &reason, &reason);
        let text = transcript(&story, 0);
        prop_assert!(text.chars().all(|char| matches!(char, '\n' | '\t') || !char.is_control()));
    }
}
