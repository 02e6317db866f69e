//! How a run comes to its end: first what is under way, then the run.

use crate::decide::Effect;
use crate::decide::rules::{Step, Turn};
use crate::event::{EndStatus, RunEvent};
use crate::run::NodeId;

impl Turn<'_> {
    pub(super) fn stop(&mut self, force: bool) -> Step {
        if self.state.end_status().is_some() {
            return Ok(());
        }
        self.emit(RunEvent::StopAsked { force })?;
        self.decision.effects.push(Effect::Cancel { force });
        self.end_stopped()
    }

    /// Ends a run that is stopping, once nothing is evaluated any more.
    pub(super) fn end_stopped(&mut self) -> Step {
        if self.state.evaluating().next().is_some() {
            return Ok(());
        }
        match self.state.failure().cloned() {
            Some((reason, hint)) => self.end(EndStatus::Error, reason, hint),
            None => self.end(EndStatus::Terminated, "stopped by the user".to_owned(), String::new()),
        }
    }

    /// Ends a run that cannot go on; first the evaluations that are under way, if there are any.
    pub(super) fn fail(&mut self, reason: String, hint: String) -> Step {
        if self.state.evaluating().next().is_none() {
            let (reason, hint) = self.state.failure().cloned().unwrap_or((reason, hint));
            return self.end(EndStatus::Error, reason, hint);
        }
        if self.state.failure().is_some() {
            return Ok(());
        }
        self.emit(RunEvent::Failing { reason, hint })?;
        self.decision.effects.push(Effect::Cancel { force: false });
        Ok(())
    }

    /// Takes an evaluation that nothing will come of for one that is still to be made.
    pub(super) fn abandon(&mut self, node: NodeId, attempt: u32) -> Step {
        self.emit(RunEvent::EvalAbandoned { node, attempt })
    }

    pub(super) fn end(&mut self, status: EndStatus, reason: String, hint: String) -> Step {
        self.emit(RunEvent::Ended { status, reason, hint })
    }
}
