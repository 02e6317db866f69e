//! Waiting for the service of an evaluation backend, as long as the run may wait for its model's provider.

use std::time::Duration;

use weco_core::decide::Input;
use weco_core::run::NodeId;

use crate::backend::{Fault, FaultKind};
use crate::run::effects::Shared;
use crate::run::feed::LiveWhat;
use crate::run::measure::Trouble;

/// The waits of one evaluation in a row.
pub(super) struct ServiceOutage<'s> {
    shared: &'s Shared,
    node: NodeId,
    attempt: u32,
}

impl<'s> ServiceOutage<'s> {
    pub(super) fn new(shared: &'s Shared, node: NodeId) -> Self {
        Self { shared, node, attempt: 0 }
    }

    /// Waits a while, if that may help and has not been done often enough.
    ///
    /// # Errors
    /// What ends the run: the fault, with what to do.
    pub(super) async fn wait(&mut self, fault: Fault) -> Result<(), Trouble> {
        let auto_resume = self.shared.auto_resume;
        self.attempt += 1;
        if fault.kind != FaultKind::Service || self.attempt > auto_resume.attempts {
            return Err(self.trouble(&fault));
        }
        let wait = Duration::from_millis(auto_resume.wait_ms(self.attempt, rand::random()));
        let why = format!(
            "{}; step {} is evaluated again in {} s (attempt {} of {})",
            fault.in_short(),
            self.node,
            wait.as_secs_f64().ceil(),
            self.attempt,
            auto_resume.attempts
        );
        self.shared.mailbox.send(Input::Warned { message: why.clone() }, Vec::new()).await;
        self.shared.show(self.node.0, LiveWhat::Waiting { why });
        tokio::time::sleep(wait).await;
        Ok(())
    }

    fn trouble(&self, fault: &Fault) -> Trouble {
        let then = format!("weco resume {}", self.shared.spec.id.short());
        let hint = match fault.hint() {
            // A run without a baseline has nothing to go on from.
            hint if self.node == NodeId::BASELINE && !hint.is_empty() => hint,
            hint if hint.is_empty() => then,
            hint => format!("{hint}; then: {then}"),
        };
        Trouble { message: fault.message.clone(), hint, is_command: false }
    }
}
