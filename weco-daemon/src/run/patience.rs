//! Waiting for a machine that is out of something: a run does not end for that.

use std::fmt::Display;
use std::time::Duration;

use weco_core::run::NodeId;

use crate::journal::JournalError;
use crate::run::effects::Shared;
use crate::run::feed::LiveWhat;

/// How long until the same is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The waits of one step.
pub(super) struct Patience<'s> {
    shared: &'s Shared,
    node: NodeId,
    /// The last reason, which is logged once.
    told: String,
}

impl<'s> Patience<'s> {
    pub(super) fn new(shared: &'s Shared, node: NodeId) -> Self {
        Self { shared, node, told: String::new() }
    }

    /// Says why the step cannot go on and waits a little.
    pub(super) async fn wait(&mut self, error: &(dyn Display + Sync)) {
        let why = format!("{error}; the run goes on by itself when that has passed");
        if self.told != why {
            tracing::error!(run = %self.shared.spec.id, step = %self.node, %error, "trying again until it works");
            self.told.clone_from(&why);
        }
        self.shared.show(self.node.0, LiveWhat::Waiting { why });
        tokio::time::sleep(TRY_AGAIN).await;
    }

    /// Reads something of the journal, again and again while the system refuses.
    ///
    /// # Errors
    /// What does not pass: damage.
    pub(super) async fn read<T>(
        &mut self,
        mut read: impl FnMut() -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        loop {
            match read() {
                Err(error) if error.may_pass() => self.wait(&error).await,
                result => return result,
            }
        }
    }
}
