//! How watchers learn of news. What is recorded they read from the journal, from any sequence
//! number, at their own pace: a slow one loses nothing. What is only momentary (characters arriving,
//! the output's tail) they see as the newest value.

use tokio::sync::watch;
use weco_core::run::NodeId;

use crate::eval::capture;

/// What goes on at this moment; not recorded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Live {
    /// The step it is about.
    pub step: u32,
    /// What goes on.
    pub what: LiveWhat,
}

/// Kinds of momentary news.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum LiveWhat {
    /// Nothing in particular.
    #[default]
    Nothing,
    /// The model is answering.
    Proposing {
        /// Characters received so far.
        characters: u64,
        /// Which try of the call, from 1.
        tries: u32,
        /// Why the last try failed; empty on the first.
        last_fault: String,
    },
    /// The command runs.
    Evaluating {
        /// The end of what it printed.
        output_tail: String,
    },
    /// The step cannot go on yet.
    Waiting {
        /// Why.
        why: String,
    },
}

/// An evaluation whose command runs.
#[derive(Clone, Debug)]
pub struct Printing {
    /// The node that is evaluated.
    pub node: NodeId,
    /// The attempt, from 1.
    pub attempt: u32,
    /// What it prints.
    pub output: capture::Live,
}

/// The run's side.
#[derive(Debug)]
pub(super) struct Publisher {
    recorded: watch::Sender<u64>,
    live: watch::Sender<Live>,
    printing: watch::Sender<Option<Printing>>,
}

/// A watcher's side. Its channels close when the run's actor is gone.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The last recorded sequence number.
    pub recorded: watch::Receiver<u64>,
    /// The newest momentary news.
    pub live: watch::Receiver<Live>,
    /// The evaluation under way, if there is one.
    pub printing: watch::Receiver<Option<Printing>>,
}

/// A feed whose journal is at `seq`.
pub(super) fn feed(seq: u64) -> (Publisher, Feed) {
    let (recorded, recorded_rx) = watch::channel(seq);
    let (live, live_rx) = watch::channel(Live::default());
    let (printing, printing_rx) = watch::channel(None);
    let feed = Feed { recorded: recorded_rx, live: live_rx, printing: printing_rx };
    (Publisher { recorded, live, printing }, feed)
}

impl Publisher {
    /// Tells watchers that everything up to `seq` is recorded.
    pub(super) fn recorded(&self, seq: u64) {
        self.recorded.send_replace(seq);
    }

    /// A handle for those who report momentary news.
    pub(super) fn live(&self) -> watch::Sender<Live> {
        self.live.clone()
    }

    /// A handle for who starts evaluations.
    pub(super) fn printing(&self) -> watch::Sender<Option<Printing>> {
        self.printing.clone()
    }
}
