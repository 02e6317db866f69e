//! A model's provider that cannot be asked: how long it has been so, and which proposals wait for it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::{RunEvent, Timestamp};
use crate::run::NodeId;

/// A provider that could not be asked when it was last tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outage {
    /// The node whose proposal began the wait.
    pub node: NodeId,
    /// Waits in a row so far.
    pub attempt: u32,
    /// When it is asked again, or was.
    pub until: Timestamp,
    /// What the provider or the system said.
    pub reason: String,
    /// The nodes that are asked for again then; none any more once they are.
    #[serde(default)]
    pub waiting: BTreeSet<NodeId>,
    /// Whether it answered another proposal since: the next wait is the first in a row again.
    #[serde(default)]
    pub answered: bool,
}

impl Outage {
    /// What is left of it when the proposal of `node` was answered: whoever waits is asked for again when the wait
    /// is over, not before.
    fn answered(mut self, node: NodeId) -> Option<Self> {
        self.waiting.remove(&node);
        self.answered = true;
        (!self.waiting.is_empty()).then_some(self)
    }
}

/// What an event changes of an outage.
pub(crate) fn fold(outage: &mut Option<Outage>, event: &RunEvent) {
    match event {
        RunEvent::Waiting { node, attempt, until, reason, .. } => {
            let joined = outage.take().filter(|outage| !outage.waiting.is_empty());
            let mut now = joined.unwrap_or_else(|| Outage {
                node: *node,
                attempt: *attempt,
                until: *until,
                reason: reason.clone(),
                waiting: BTreeSet::new(),
                answered: false,
            });
            now.waiting.insert(*node);
            *outage = Some(now);
        }
        RunEvent::Asked { node, .. } => {
            if let Some(outage) = outage {
                outage.waiting.remove(node);
            }
        }
        RunEvent::Proposed { node, .. } | RunEvent::Unusable { node, .. } | RunEvent::Failed { node, .. } => {
            *outage = outage.take().and_then(|before| before.answered(*node));
        }
        RunEvent::Resumed { .. } => *outage = None,
        _ => {}
    }
}
