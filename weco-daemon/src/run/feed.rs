//! How watchers learn of news. What is recorded they read from the journal, from any sequence
//! number, at their own pace: a slow one loses nothing. What is only momentary (characters arriving,
//! the output's tail) they see as the newest value.

use std::collections::BTreeMap;

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

/// The newest of each step that is under way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LiveSteps {
    /// How many changes there were so far.
    changes: u64,
    /// By step: after which change, and what.
    steps: BTreeMap<u32, (u64, LiveWhat)>,
}

impl LiveSteps {
    /// Says what goes on in a step now.
    pub(super) fn set(&mut self, step: u32, what: LiveWhat) {
        if self.get(step) == Some(&what) {
            return;
        }
        self.changes += 1;
        self.steps.insert(step, (self.changes, what));
    }

    /// Changes what is said of a step; whether there was something to change.
    pub(super) fn update(&mut self, step: u32, change: impl FnOnce(&mut LiveWhat) -> bool) -> bool {
        let Some((changed, what)) = self.steps.get_mut(&step) else { return false };
        if !change(what) {
            return false;
        }
        self.changes += 1;
        *changed = self.changes;
        true
    }

    /// Forgets steps that are not under way any more.
    pub(super) fn retain(&mut self, is_under_way: impl Fn(u32) -> bool) {
        self.steps.retain(|step, _| is_under_way(*step));
    }

    /// What goes on in a step.
    pub fn get(&self, step: u32) -> Option<&LiveWhat> {
        self.steps.get(&step).map(|(_, what)| what)
    }

    /// How many changes there were so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// What changed after the first `changes` changes, in that order.
    pub fn since(&self, changes: u64) -> Vec<Live> {
        let mut newer: Vec<_> = self.steps.iter().filter(|(_, (changed, _))| *changed > changes).collect();
        newer.sort_unstable_by_key(|(_, (changed, _))| *changed);
        newer.into_iter().map(|(step, (_, what))| Live { step: *step, what: what.clone() }).collect()
    }

    /// Why nothing moves: the newest reason, if every step waits for something.
    pub fn waiting(&self) -> Option<String> {
        let all = self.since(0).into_iter().map(|live| match live.what {
            LiveWhat::Waiting { why } => Some(why),
            _ => None,
        });
        all.collect::<Option<Vec<_>>>()?.pop()
    }
}

/// The evaluations whose commands run, by node.
pub type Printings = BTreeMap<NodeId, Printing>;

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
    live: watch::Sender<LiveSteps>,
    printing: watch::Sender<Printings>,
}

/// A watcher's side. Its channels close when the run's actor is gone.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The last recorded sequence number.
    pub recorded: watch::Receiver<u64>,
    /// The newest momentary news.
    pub live: watch::Receiver<LiveSteps>,
    /// The evaluations under way.
    pub printing: watch::Receiver<Printings>,
}

/// A feed whose journal is at `seq`.
pub(super) fn feed(seq: u64) -> (Publisher, Feed) {
    let (recorded, recorded_rx) = watch::channel(seq);
    let (live, live_rx) = watch::channel(LiveSteps::default());
    let (printing, printing_rx) = watch::channel(Printings::new());
    let feed = Feed { recorded: recorded_rx, live: live_rx, printing: printing_rx };
    (Publisher { recorded, live, printing }, feed)
}

impl Publisher {
    /// Tells watchers that everything up to `seq` is recorded.
    pub(super) fn recorded(&self, seq: u64) {
        self.recorded.send_replace(seq);
    }

    /// A handle for those who report momentary news.
    pub(super) fn live(&self) -> watch::Sender<LiveSteps> {
        self.live.clone()
    }

    /// A handle for who starts evaluations.
    pub(super) fn printing(&self) -> watch::Sender<Printings> {
        self.printing.clone()
    }
}
