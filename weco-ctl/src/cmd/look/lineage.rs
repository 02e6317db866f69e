//! What is true of a lineage, from its runs.

use weco_proto::v1::{Goal, RunStatus, RunSummary};

use crate::cmd::node_json::SpreadJson;
use crate::cmd::status_json::status_word;

/// Runs derived from one another, as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lineage<'a> {
    /// Oldest first, the first run before all that come from it.
    pub(super) members: &'a [RunSummary],
    root: &'a RunSummary,
}

/// The best version of a lineage.
#[derive(serde::Serialize, Clone, Copy, PartialEq, Debug)]
pub(super) struct Best<'a> {
    pub(super) step: u32,
    pub(super) run_id: &'a str,
    pub(super) metric: f64,
    #[serde(flatten)]
    pub(super) spread: SpreadJson,
}

impl<'a> Lineage<'a> {
    /// None of no runs.
    pub(super) fn of(members: &'a [RunSummary]) -> Option<Self> {
        Some(Self { members, root: members.first()? })
    }

    /// The oldest run that is still there.
    pub(super) fn root(&self) -> &'a RunSummary {
        self.root
    }

    /// Its first run's id, even if that is there no more.
    pub(super) fn id(&self) -> &'a str {
        if self.root.lineage_id.is_empty() { &self.root.run_id } else { &self.root.lineage_id }
    }

    /// As long as one of its runs goes on, so does it; then it is as the newest is.
    pub(super) fn status(&self) -> &'static str {
        let any = |status| self.members.iter().any(|run| run.status() == status);
        let newest = self.members.last().map_or(RunStatus::Unspecified, RunSummary::status);
        let going = [RunStatus::Running, RunStatus::Stopping].into_iter().find(|status| any(*status));
        status_word(going.unwrap_or(newest))
    }

    /// Runs that go on.
    pub(super) fn active(&self) -> usize {
        self.members
            .iter()
            .filter(|run| matches!(run.status(), RunStatus::Running | RunStatus::Stopping))
            .count()
    }

    /// The best of the bests; of equals the oldest, from which the others have it.
    pub(super) fn best(&self) -> Option<Best<'a>> {
        let better = |one: f64, other: f64| match self.root.goal() {
            Goal::Minimize => one < other,
            _ => one > other,
        };
        let bests = self.members.iter().filter_map(|run| {
            let spread = run.best.as_ref().into();
            Some(Best { step: run.best_step?, run_id: &run.run_id, metric: run.best_metric?, spread })
        });
        bests.reduce(|best, next| if better(next.metric, best.metric) { next } else { best })
    }

    /// Steps that are evaluated or failed, of all runs.
    pub(super) fn current_step(&self) -> u32 {
        self.members.iter().map(|run| run.steps_done).fold(0, u32::saturating_add)
    }

    /// The budgets of all runs.
    pub(super) fn total_steps(&self) -> u32 {
        self.members.iter().map(|run| run.steps).fold(0, u32::saturating_add)
    }

    /// Whether proposals of one of its runs wait for approval.
    pub(super) fn require_review(&self) -> bool {
        self.members.iter().any(|run| run.require_review)
    }

    /// The runs that come from `run` directly.
    pub(super) fn children(&self, run: &RunSummary) -> Vec<&'a str> {
        let is_child =
            |other: &&RunSummary| other.derived_from.as_ref().is_some_and(|from| from.run_id == run.run_id);
        self.members.iter().filter(is_child).map(|run| run.run_id.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::DerivedFrom;

    use super::*;

    fn run(id: &str, from: &str, status: RunStatus, goal: Goal, best: Option<(u32, f64)>) -> RunSummary {
        RunSummary {
            run_id: id.into(),
            lineage_id: "a".into(),
            status: status.into(),
            goal: goal.into(),
            best_step: best.map(|(step, _)| step),
            best_metric: best.map(|(_, metric)| metric),
            steps_done: 3,
            steps: 10,
            derived_from: (!from.is_empty())
                .then(|| DerivedFrom { run_id: from.into(), ..DerivedFrom::default() }),
            ..RunSummary::default()
        }
    }

    #[test]
    fn the_best_is_by_the_goal_and_of_equals_the_oldest() {
        use RunStatus::Completed;
        for (goal, best) in [(Goal::Maximize, ("b", 4, 3.0)), (Goal::Minimize, ("d", 1, 1.0))] {
            let members = [
                run("a", "", Completed, goal, None),
                run("b", "a", Completed, goal, Some((4, 3.0))),
                run("c", "b", Completed, goal, Some((0, 3.0))),
                run("d", "a", Completed, goal, Some((1, 1.0))),
            ];
            let lineage = Lineage::of(&members).unwrap();
            assert_eq!(
                lineage.best(),
                Some(Best { run_id: best.0, step: best.1, metric: best.2, spread: SpreadJson::default() })
            );
            assert_eq!(lineage.children(&members[0]), ["b", "d"]);
            assert_eq!((lineage.current_step(), lineage.total_steps(), lineage.active()), (12, 40, 0));
        }
        assert!(Lineage::of(&[]).is_none());
    }

    #[test]
    fn it_goes_on_while_one_of_its_runs_does() {
        use RunStatus::{Completed, Error, Running, Stopping, Terminated};
        for (statuses, word) in [
            (&[Running, Terminated][..], "running"),
            (&[Stopping, Running], "running"),
            (&[Stopping, Error], "stopping"),
            (&[Error, Completed], "completed"),
        ] {
            let members: Vec<_> =
                statuses.iter().map(|status| run("a", "", *status, Goal::Maximize, None)).collect();
            assert_eq!(Lineage::of(&members).unwrap().status(), word, "{statuses:?}");
        }
    }
}
