//! What is done while a provider cannot be asked: another model stands in, or it is waited for.

use rand::RngExt;

use crate::decide::Effect;
use crate::decide::chance::{model_rng, step_rng};
use crate::decide::rules::{Step, Turn};
use crate::event::{Grounds, RunEvent};
use crate::run::NodeId;
use crate::search::Choice;
use crate::state::{IllegalEvent, RunStatus};

/// The longest wait that a provider may ask for, in milliseconds: beyond an hour the user decides.
const LONGEST_ASKED_WAIT_MS: u64 = 3_600_000;

impl Turn<'_> {
    /// Asks another of the run's models than the one that cannot be asked now; false if there is none that can.
    pub(super) fn ask_another(&mut self, id: NodeId, reason: &str) -> Result<bool, IllegalEvent> {
        let Some(node) = self.state.tree().get(id) else { return Ok(false) };
        let (attempt, model) = (node.attempt + 1, node.grounds.model);
        let mut rng = model_rng(self.state.spec().seed ^ u64::from(attempt), id);
        let Some(other) = self.state.stand_in(model, self.now, &mut rng) else { return Ok(false) };
        let Some(parent) = node.parent else { return Ok(false) };
        let choice =
            Choice { parent, stage: node.stage, grounds: Grounds { model: other, ..node.grounds.clone() } };
        let names = self.state.spec().models();
        // While all are waited for, that is told in place of each.
        if let (None, Some(out), Some(stand_in)) =
            (self.state.outage(), names.get(model as usize), names.get(other as usize))
        {
            let message = format!("{out} cannot be asked now, {stand_in} is instead: {reason}");
            self.emit(RunEvent::Warned { message })?;
        }
        self.ask(id, choice, attempt)?;
        Ok(true)
    }

    /// Waits for a provider that cannot be asked now, unless it has been waited for long enough.
    pub(super) fn wait_or_end(
        &mut self,
        node: NodeId,
        reason: String,
        hint: String,
        retry_after_ms: Option<u64>,
    ) -> Step {
        let auto_resume = self.state.auto_resume();
        let attempts = auto_resume.attempts;
        let too_long = retry_after_ms.is_some_and(|wait| wait > LONGEST_ASKED_WAIT_MS);
        if let Some(outage) = self.state.outage().filter(|outage| !outage.waiting.is_empty() && !too_long) {
            // Others wait already: this one is asked for again with them.
            let (attempt, until) = (outage.attempt, outage.until);
            return self.emit(RunEvent::Waiting { node, attempt, attempts, until, reason });
        }
        let before = self.state.outage().filter(|outage| !outage.answered);
        let attempt = before.map_or(0, |outage| outage.attempt) + 1;
        if attempt > attempts || too_long {
            let resume = format!("weco resume {}", self.state.spec().id.short());
            let hint = if hint.is_empty() { resume } else { hint + " Then go on: " + &resume };
            return self.fail(reason, hint);
        }
        let mut rng = step_rng(self.state.spec().seed ^ u64::from(attempt), node);
        let usual = auto_resume.wait_ms(attempt, rng.random());
        let after_ms = usual.max(retry_after_ms.unwrap_or(0));
        let until = self.now.saturating_add_unsigned(after_ms);
        self.emit(RunEvent::Waiting { node, attempt, attempts, until, reason })?;
        self.decision.effects.push(Effect::Wake { node, attempt, after_ms });
        Ok(())
    }

    /// Asks again after a wait for all that waited, unless the run went another way meanwhile.
    pub(super) fn woke(&mut self, node: NodeId, attempt: u32) -> Step {
        if *self.state.status() != RunStatus::Running {
            return Ok(());
        }
        let outage = self.state.outage().filter(|outage| (outage.node, outage.attempt) == (node, attempt));
        let waiting = outage.map(|outage| outage.waiting.clone()).unwrap_or_default();
        waiting.into_iter().try_for_each(|node| self.ask_again(node))
    }
}
