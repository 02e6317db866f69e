//! What both followers of a run take and give.

use std::pin::Pin;

use futures_util::Stream;
use weco_proto::v1::{RunUpdate, SourceText};

use super::RunView;

/// What the user asks of the run while it is followed; the caller makes the call.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Stop the run in good order, or at once. Not answered: the run's events tell.
    Stop {
        /// Without a grace period.
        force: bool,
    },
    /// Give the code of a step and of the one that it starts from.
    Fetch {
        /// Which.
        step: u32,
        /// How many revisions of it are known.
        revisions: usize,
    },
    /// Approve a step that waits.
    Approve {
        /// Which.
        step: u32,
    },
    /// Turn a step that waits down.
    Reject {
        /// Which.
        step: u32,
        /// Why; may be empty.
        reason: String,
    },
    /// Give a step that waits other code.
    Revise {
        /// Which.
        step: u32,
        /// The sources that change.
        files: Vec<SourceText>,
    },
    /// Give the run other instructions.
    Instruct {
        /// All of them.
        text: String,
    },
}

/// What came of an action.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Which.
    pub action: Action,
    /// The code, where that was asked for; or why it was not done.
    pub result: Result<Option<Change>, String>,
}

/// What a step changes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change {
    /// The sources that it starts from.
    pub before: Vec<SourceText>,
    /// Its own.
    pub after: Vec<SourceText>,
}

/// What Ctrl-C means to a follower.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnInterrupt {
    /// The run is the follower's own: it stops.
    #[default]
    Stop,
    /// The run is looked at: the follower leaves.
    Detach,
}

/// Why the following ended.
#[derive(Debug)]
pub enum Ending {
    /// The run has ended; the view says how.
    Ended,
    /// The user left (or the terminal went away); the run goes on in the daemon.
    Detached,
    /// The user insisted on leaving before the run's end was seen.
    Forced,
    /// The stream broke; how the run goes is not known.
    Lost(tonic::Status),
}

/// What came of following a run.
#[derive(Debug)]
pub struct Followed {
    /// What is known of the run.
    pub view: RunView,
    /// Why the following ended.
    pub ending: Ending,
    /// Whether the run was asked to stop from here.
    pub stopped: bool,
    /// Whether it was by Ctrl-C: then the user wants to be gone, not to be asked anything.
    pub interrupted: bool,
}

/// The answer to `WatchRun`.
pub type Updates = Pin<Box<dyn Stream<Item = Result<RunUpdate, tonic::Status>> + Send>>;

/// What the end of a stream means.
pub(super) fn ending(view: &RunView, last: Option<tonic::Status>) -> Ending {
    match last {
        Some(status) => Ending::Lost(status),
        None if view.ended().is_some() => Ending::Ended,
        None => Ending::Lost(tonic::Status::unavailable("the daemon closed the connection")),
    }
}

/// The ladder of insistence: stop, stop at once, leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Stops {
    asked: u8,
}

impl Stops {
    /// One more request to stop; none is left when it is time to leave.
    pub(super) fn next(&mut self) -> Option<Action> {
        self.asked = self.asked.saturating_add(1);
        match self.asked {
            1 => Some(Action::Stop { force: false }),
            2 => Some(Action::Stop { force: true }),
            _ => None,
        }
    }

    /// Whether a stop was asked for at all.
    pub(super) fn any(self) -> bool {
        self.asked > 0
    }

    /// Whether the stop was forced.
    pub(super) fn forced(self) -> bool {
        self.asked > 1
    }
}
