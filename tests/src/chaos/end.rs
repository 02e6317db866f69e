//! What came of a run: the same for an undisturbed run and for one whose daemon was killed a hundred times.

use weco_proto::v1::{RunUpdate, run_update::Update};

/// A run's steps and its end.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct End {
    /// Step, parent and plan of each proposal.
    pub proposed: Vec<(u32, Option<u32>, String)>,
    /// Step, metric and output of each evaluation.
    pub evaluated: Vec<(u32, Option<f64>, String)>,
    /// The best step and its metric.
    pub best: Option<(u32, f64)>,
    /// How it ended: status, reason.
    pub ended: Option<(i32, String)>,
}

impl End {
    /// From a run's updates, in order.
    pub fn of<'a>(updates: impl IntoIterator<Item = &'a RunUpdate>) -> Self {
        let mut end = Self::default();
        for update in updates {
            match update.update.as_ref() {
                Some(Update::Proposed(it)) => end.proposed.push((it.step, it.parent, it.plan.clone())),
                Some(Update::Evaluated(it)) => {
                    end.evaluated.push((it.step, it.metric, it.output.clone()));
                }
                Some(Update::Ended(it)) => {
                    end.best = it.best_step.zip(it.best_metric);
                    end.ended = Some((it.status, it.reason.clone()));
                }
                _ => {}
            }
        }
        end
    }
}
