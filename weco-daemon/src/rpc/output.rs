//! What an evaluation prints, as a stream: from its beginning, as it comes, to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};
use weco_proto::v1;

use crate::blocking::blocking;
use crate::error::{Failure, FailureKind};
use crate::eval::capture;
use crate::rpc::nodes;
use crate::rpc::runs::Parts;
use crate::run::{Feed, Registry, short};

/// Parts that may wait for a slow client. While they do, what is printed waits in the capture, which keeps its
/// beginning and its end.
const AHEAD: usize = 2;

/// The least time between two parts: screens redraw at 10 Hz at most.
const PART_EVERY: Duration = Duration::from_millis(100);

/// How what a node's evaluation prints can be had.
enum Source {
    /// It has ended: all that is kept of it.
    Recorded(String),
    /// It runs.
    Printing(capture::Live),
    /// It is about to run, or to be recorded: there will be news.
    Awaited(Feed),
}

/// The node that is meant, of whatever run of the lineage.
struct Subject {
    registry: Arc<Registry>,
    run: RunId,
    node: NodeId,
}

/// Starts the stream.
///
/// # Errors
/// If there is no such node, or nothing of it is evaluated and nothing is going to be.
pub(super) async fn watch(
    registry: Arc<Registry>,
    request: v1::WatchOutputRequest,
) -> Result<Parts<v1::OutputPart>, Failure> {
    let subject = Subject::find(registry, request).await?;
    let source = subject.source(true).await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let listener = Listener { step: subject.node.0, sender };
        if let Err(failure) = subject.tell(source, &listener).await {
            // The client may be gone, and with it the wish to know.
            let _ = listener.sender.send(Err(failure.into())).await;
        }
    });
    Ok(ReceiverStream::new(receiver))
}

impl Subject {
    async fn find(registry: Arc<Registry>, request: v1::WatchOutputRequest) -> Result<Self, Failure> {
        blocking(move || {
            let run = registry.find(&request.run_id)?;
            let (run, node) = match request.node.trim() {
                "" => (run, newest(&*registry.look(run)?)),
                node => registry.select(run, node)?,
            };
            Ok(Self { registry, run, node })
        })
        .await
    }

    /// Where to have the output from. Of a run whose actor is gone nothing is to be expected.
    async fn source(&self, may_be_live: bool) -> Result<Source, Failure> {
        let mut feed = self.registry.live(self.run).filter(|_| may_be_live).map(|handle| handle.feed());
        if let Some(feed) = &mut feed {
            // Before the state is read: what comes after it is news.
            feed.recorded.mark_unchanged();
            feed.printing.mark_unchanged();
        }
        let (registry, run, id) = (Arc::clone(&self.registry), self.run, self.node);
        blocking(move || {
            let state = registry.look(run)?;
            let node = state.tree().get(id);
            let node =
                node.ok_or_else(|| Failure::new(FailureKind::System, format!("run {run} cannot be read")))?;
            if node.output().is_some() && (node.recheck.is_none() || feed.is_none()) {
                return nodes::output(&registry, &state, node).map(Source::Recorded);
            }
            let feed = feed.filter(|_| state.end_status().is_none());
            if let Some(why) = why_not(node, feed.is_some()) {
                return Err(silent(run, id, &why));
            }
            let feed =
                feed.ok_or_else(|| silent(run, id, "it is not evaluated, and its run does not go on"))?;
            let printing = feed.printing.borrow().get(&id).cloned();
            let printing = printing.filter(|it| it.attempt == node.eval_attempt);
            Ok(printing.map_or(Source::Awaited(feed), |it| Source::Printing(it.output)))
        })
        .await
    }

    /// Tells all of it to a client, who may go away.
    async fn tell(&self, mut source: Source, listener: &Listener) -> Result<(), Failure> {
        loop {
            source = match source {
                Source::Recorded(text) => {
                    listener.hear(text).await;
                    return Ok(());
                }
                Source::Printing(output) => {
                    listener.follow(&output).await;
                    return Ok(());
                }
                Source::Awaited(mut feed) => {
                    let changed = tokio::select! {
                        () = listener.sender.closed() => return Ok(()),
                        changed = feed.recorded.changed() => changed,
                        changed = feed.printing.changed() => changed,
                    };
                    if changed.is_err() && self.registry.is_stopping() {
                        return Err(Failure::parting());
                    }
                    self.source(changed.is_ok()).await?
                }
            }
        }
    }
}

/// The node that is evaluated now; or the one that was last; or the one that is first.
fn newest(state: &RunState) -> NodeId {
    let nodes = state.tree().nodes().iter();
    let evaluating = state.tree().unfinished().filter(|node| node.is_evaluating());
    let evaluated =
        nodes.filter(|node| node.output().is_some()).max_by_key(|node| (node.times.ended, node.id));
    evaluating.last().or(evaluated).map_or(NodeId::BASELINE, |node| node.id)
}

/// Why a node without an output is not going to have one soon, if it is not.
fn why_not(node: &Node, is_live: bool) -> Option<String> {
    match &node.progress {
        Progress::Failed { reason } => Some(format!("it was never evaluated: {reason}")),
        Progress::Rejected { .. } => Some("it was rejected and never evaluated".to_owned()),
        Progress::Asked if is_live => Some("it is still being proposed".to_owned()),
        Progress::Asked => Some("it was not proposed yet, and its run does not go on".to_owned()),
        Progress::Proposed | Progress::Evaluating { .. } if !is_live => {
            Some("it is not evaluated, and its run does not go on".to_owned())
        }
        _ => None,
    }
}

fn silent(run: RunId, node: NodeId, why: &str) -> Failure {
    let run = short(run);
    Failure::new(FailureKind::State, format!("there is no output of step {node} of run {run}: {why}"))
        .hint(format!("what there is: weco run results {run}"))
}

/// A client that listens.
struct Listener {
    step: u32,
    sender: mpsc::Sender<Result<v1::OutputPart, Status>>,
}

impl Listener {
    /// Sends some text; answers whether the client is still there.
    async fn hear(&self, text: String) -> bool {
        text.is_empty() || self.sender.send(Ok(v1::OutputPart { step: self.step, text })).await.is_ok()
    }

    /// Sends what is printed until nothing more can be, or the client has gone.
    async fn follow(&self, output: &capture::Live) {
        let mut grown = output.watch();
        let (mut seen, mut is_over, mut due) = (0, false, Instant::now());
        loop {
            grown.mark_unchanged();
            let since = output.since(seen);
            seen = since.seen;
            if !self.hear(since.text).await || is_over {
                return;
            }
            let more = async {
                sleep_until(due).await;
                grown.changed().await
            };
            tokio::select! {
                () = self.sender.closed() => return,
                changed = more => is_over = changed.is_err(),
            }
            due = Instant::now() + PART_EVERY;
        }
    }
}
