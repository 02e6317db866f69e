use std::io;

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use weco_proto::v1::RunUpdate;
use weco_view::fixture::Story;

use super::*;
use crate::ui::{Action, Ending, Followed, OnInterrupt, Updates};

fn stream_of(updates: Vec<RunUpdate>) -> Updates {
    stream::iter(updates.into_iter().map(Ok)).boxed()
}

/// Follows with this many presses of Ctrl-C while the stream is silent.
async fn press(presses: usize, on_interrupt: OnInterrupt) -> (Followed, UnboundedReceiver<Action>, String) {
    let (actions, asked) = unbounded_channel();
    let silent = stream_of(Story::baselined(3).updates).chain(stream::pending()).boxed();
    let mut out = Vec::new();
    let interrupts = stream::iter(std::iter::repeat_n((), presses)).chain(stream::pending());
    let printer = Printer::new(&mut out, 0);
    let followed = follow::print(silent, &actions, on_interrupt, printer, interrupts).await.unwrap();
    (followed, asked, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn interrupts_stop_then_force_then_leave() {
    let (followed, mut asked, out) = press(3, OnInterrupt::Stop).await;
    assert!(matches!(followed.ending, Ending::Forced) && followed.interrupted);
    assert_eq!(asked.recv().await, Some(Action::Stop { force: false }));
    assert_eq!(asked.recv().await, Some(Action::Stop { force: true }));
    assert!(out.contains("[INTERRUPTED] Stopping..."), "{out}");
}

#[tokio::test]
async fn an_interrupt_leaves_a_run_that_is_looked_at() {
    let (followed, mut asked, out) = press(1, OnInterrupt::Detach).await;
    assert!(matches!(followed.ending, Ending::Detached) && !followed.stopped);
    assert!(asked.try_recv().is_err(), "nothing is asked of the run");
    assert_eq!(out, "[DETACHED] The run goes on\n");
}

#[tokio::test]
async fn the_end_of_the_stream_is_told_apart() {
    let (actions, _asked) = unbounded_channel();
    let follow = async |updates: Updates| {
        let mut out = Vec::new();
        follow(updates, actions.clone(), OnInterrupt::Stop, &mut out, 0).await.unwrap()
    };
    let whole = follow(stream_of(Story::eventful().updates)).await;
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
    let updates = stream_of(Story::eventful().updates);
    let error = follow(updates, actions, OnInterrupt::Stop, &mut Closed, 0).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
