//! Several steps under way at once: whatever comes of them in whatever order.

use proptest::prelude::*;

use super::properties::agrees_with_the_state;
use super::*;

pub(super) fn parallel(steps: u32, parallel: u32) -> RunSpec {
    RunSpec { parallel, ..spec(steps, Aide::for_budget(steps)) }
}

/// A run whose proposals and evaluations end when a test says so.
pub(super) struct Site {
    pub(super) play: Play,
    /// What was started and has not ended.
    pub(super) under_way: Vec<Effect>,
    cancelled: bool,
}

impl Site {
    pub(super) fn new(spec: RunSpec) -> Self {
        let play = Play::with(spec);
        let under_way = play.effects.clone();
        Self { play, under_way, cancelled: false }
    }

    pub(super) fn give(&mut self, input: Input) -> Decision {
        let decision = self.play.give(input);
        for effect in &decision.effects {
            match effect {
                Effect::Cancel { .. } => self.cancelled = true,
                effect => self.under_way.push(effect.clone()),
            }
        }
        if self.play.state.end_status().is_some() {
            // The actor drops what it still does once the run has ended.
            self.under_way.clear();
            self.cancelled = false;
        }
        decision
    }

    /// Ends the `nth` of what is under way, as `how` (in 0..16) says.
    pub(super) fn end(&mut self, nth: usize, how: u8) {
        self.end_with(nth, how, |node| {
            outcome((how > 2 || node == NodeId::BASELINE).then(|| f64::from(how)))
        });
    }

    /// The same, and an evaluation with this outcome.
    pub(super) fn end_with(&mut self, nth: usize, how: u8, outcome: impl FnOnce(NodeId) -> Outcome) {
        if self.under_way.is_empty() {
            return;
        }
        let input = match self.under_way.remove(nth % self.under_way.len()) {
            // A cancelled call or timer tells nobody.
            Effect::Propose { .. } | Effect::Wake { .. } if self.cancelled => return,
            Effect::Propose { node, attempt, brief, .. } => match how {
                0 => unavailable(node, attempt),
                1 => Input::Unusable {
                    node,
                    attempt,
                    reason: "r".into(),
                    usage: Usage::default(),
                    fault: Fault::Other,
                },
                2 => Input::ModelFailed { node, attempt, failure: ModelFailure::Step { reason: "r".into() } },
                _ => replied(node, attempt, brief.files),
            },
            Effect::Wake { node, attempt, .. } => Input::Woke { node, attempt },
            Effect::Evaluate { node, attempt, .. } if self.cancelled => {
                Input::EvalCancelled { node, attempt }
            }
            Effect::Evaluate { node, attempt, .. } => {
                Input::EvalEnded { node, attempt, outcome: outcome(node) }
            }
            Effect::Cancel { .. } => return,
        };
        self.give(input);
    }

    /// Ends everything that is under way with a result until nothing is.
    fn play_out(&mut self) {
        for _ in 0..10_000 {
            if self.under_way.is_empty() {
                return;
            }
            self.end(0, 9);
        }
        panic!("it never ends: {:?}", self.under_way);
    }

    /// The daemon is killed and comes back: nothing is under way any more.
    pub(super) fn crash(&mut self) {
        self.under_way.clear();
        self.cancelled = false;
        if self.play.state.end_status().is_none() {
            self.give(Input::Recovered);
        }
    }

    /// The oldest evaluation under way cannot be made.
    pub(super) fn fail(&mut self) {
        let evaluation = self.under_way.iter().position(|it| matches!(it, Effect::Evaluate { .. }));
        let Some(Effect::Evaluate { node, attempt, .. }) = evaluation.map(|nth| self.under_way.remove(nth))
        else {
            return;
        };
        self.give(Input::EvalFailed { node, attempt, message: "m".into(), hint: String::new() });
    }

    pub(super) fn nodes(&self, evaluations: bool) -> Vec<u32> {
        let node = |effect: &Effect| match effect {
            Effect::Propose { node, .. } if !evaluations => Some(node.0),
            Effect::Evaluate { node, .. } if evaluations => Some(node.0),
            _ => None,
        };
        self.under_way.iter().filter_map(node).collect()
    }
}

fn replied(node: NodeId, attempt: u32, files: crate::run::FileRefs) -> Input {
    let usage = Usage { input_tokens: 1, output_tokens: 1 };
    Input::Replied {
        node,
        attempt,
        plan: String::new(),
        files,
        lines: (0, 0),
        usage,
        from: None,
        written: Written::default(),
        elsewhere: None,
    }
}

fn unavailable(node: NodeId, attempt: u32) -> Input {
    Input::ModelFailed { node, attempt, failure: outage::unavailable(None) }
}

/// A site with the baseline done and this many evaluations under way.
fn evaluating(steps: u32, count: u32) -> Site {
    let mut site = Site::new(parallel(steps, count));
    (0..=count).for_each(|_| site.end(0, 9));
    assert_eq!(site.nodes(true), (1..=count).collect::<Vec<_>>());
    site
}

#[test]
fn nothing_is_measured_again_before_all_is_measured_once() {
    let mut site = Site::new(parallel(20, 3));
    site.under_way.clear();
    let outcome = Outcome { samples: vec![10.0, 12.0], ..outcome(Some(11.0)) };
    site.give(Input::EvalEnded { node: NodeId::BASELINE, attempt: 1, outcome });
    while !site.under_way.is_empty() {
        let tree = site.play.state.tree();
        let again = tree.unfinished().filter(|node| node.recheck.is_some()).count();
        assert!(again == 0 || again == tree.unfinished().count(), "the luckiest may be among the others");
        site.end(0, 9);
    }
    assert_eq!((site.play.state.tree().rechecks(), site.play.state.steps_spent()), (2, 20));
}

#[test]
fn the_baseline_is_evaluated_alone_and_then_all_places_are_taken() {
    let mut site = Site::new(parallel(9, 4));
    assert_eq!((site.nodes(true), site.nodes(false)), (vec![0], vec![]));
    site.end(0, 9);
    assert_eq!(site.nodes(false), [1, 2, 3, 4]);
    site.end(2, 9);
    assert_eq!((site.nodes(true), site.nodes(false)), (vec![3], vec![1, 2, 4]));
    site.end(3, 9);
    assert_eq!(site.nodes(false), [1, 2, 4, 5], "a step that is done makes room for one");
}

#[test]
fn a_stopped_run_ends_with_its_last_evaluation() {
    let mut site = evaluating(9, 3);
    site.give(Input::StopAsked { force: false });
    for left in [2, 1] {
        site.end(0, 9);
        assert_eq!((site.play.state.end_status(), site.under_way.len()), (None, left));
    }
    site.end(0, 9);
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Terminated));
    site.give(resume(None));
    assert_eq!(site.nodes(true), [1, 2, 3], "all of them are made again");
    site.play_out();
    assert_eq!(site.play.state.steps_done(), 9);
}

#[test]
fn an_evaluation_that_cannot_be_made_ends_the_others_first() {
    let mut site = evaluating(9, 3);
    let failed = |node: u32, message: &str| Input::EvalFailed {
        node: NodeId(node),
        attempt: 1,
        message: message.into(),
        hint: "do this".into(),
    };
    site.under_way.remove(1);
    let decision = site.give(failed(2, "the first"));
    assert_eq!(decision.effects, [Effect::Cancel { force: false }]);
    assert_eq!(*site.play.state.status(), RunStatus::Stopping);
    site.under_way.remove(0);
    site.give(failed(1, "the second"));
    site.end(0, 9);
    let RunStatus::Ended { status, reason, hint } = site.play.state.status() else { panic!("it has ended") };
    assert_eq!((*status, &**reason, &**hint), (EndStatus::Error, "the first", "do this"));
}

#[test]
fn a_key_that_is_refused_ends_evaluations_first_and_stays_the_reason() {
    let mut site = evaluating(9, 2);
    site.end(0, 9);
    let failure = ModelFailure::Run { reason: "refused".into(), hint: String::new() };
    site.give(Input::ModelFailed { node: NodeId(3), attempt: 1, failure });
    assert_eq!(site.play.state.end_status(), None);
    site.give(Input::StopAsked { force: true });
    site.end(0, 9);
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Error));
}

#[test]
fn all_that_wait_for_a_provider_are_asked_for_again_at_once() {
    let mut site = Site::new(parallel(9, 3));
    site.end(0, 9);
    (0..3).for_each(|_| site.end(0, 0));
    let outage = site.play.state.outage().unwrap();
    assert_eq!((outage.attempt, outage.waiting.len()), (1, 3));
    assert!(matches!(&site.under_way[..], [Effect::Wake { node: NodeId(1), attempt: 1, .. }]));
    site.end(0, 9);
    assert_eq!(site.nodes(false), [1, 2, 3]);
    site.end(0, 0);
    assert_eq!(site.play.state.outage().unwrap().attempt, 2, "they count as one in a row");
}

#[test]
fn who_waits_is_not_forgotten_when_another_is_answered() {
    let mut site = Site::new(parallel(9, 3));
    site.end(0, 9);
    site.end(0, 0);
    site.end(0, 9);
    let outage = site.play.state.outage().unwrap();
    assert!(outage.answered && outage.waiting.contains(&NodeId(1)));
    let wake = site.under_way.iter().position(|effect| matches!(effect, Effect::Wake { .. })).unwrap();
    site.end(wake, 9);
    let asked = site.under_way.iter().rposition(|it| matches!(it, Effect::Propose { node: NodeId(1), .. }));
    site.end(asked.unwrap(), 0);
    assert_eq!(site.play.state.outage().unwrap().attempt, 1, "the provider answered in between");
}

#[test]
fn a_proposer_with_nothing_left_lets_the_others_finish() {
    let mut site = evaluating(9, 2);
    site.end(0, 9);
    let failure = ModelFailure::NothingLeft { reason: "all were tried".into() };
    site.give(Input::ModelFailed { node: NodeId(3), attempt: 1, failure });
    assert_eq!((site.play.state.end_status(), site.nodes(true)), (None, vec![2]));
    site.under_way.retain(|effect| matches!(effect, Effect::Evaluate { .. }));
    site.end(0, 9);
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(site.play.state.steps_done(), 3);
}

#[test]
fn a_limit_does_not_wait_for_people() {
    let limits = crate::limits::Limits { patience: Some(1), ..Default::default() };
    let mut site = Site::new(RunSpec { require_review: true, limits, ..parallel(9, 2) });
    (0..3).for_each(|_| site.end(0, 9));
    assert_eq!(site.play.state.tree().unfinished().count(), 2);
    site.give(Input::Rejected { node: NodeId(1), by: "me".into(), reason: String::new() });
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed));
    site.give(resume(None));
    assert!(site.play.state.why_not_pending(NodeId(2)).is_none(), "it waits again");
}

#[test]
fn a_limit_ends_a_run_all_of_which_waits_for_people() {
    let limits = crate::limits::Limits { patience: Some(1), ..Default::default() };
    let mut site = Site::new(RunSpec { require_review: true, limits, ..parallel(9, 2) });
    (0..2).for_each(|_| site.end(0, 9));
    site.give(Input::Rejected { node: NodeId(1), by: "me".into(), reason: String::new() });
    assert_eq!(site.play.state.end_status(), None, "step 2 is still asked for");
    site.end(0, 9);
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed), "and now waits like the others");
}

#[test]
fn patience_counts_steps_in_the_order_in_which_they_are_done() {
    let limits = crate::limits::Limits { patience: Some(3), ..Default::default() };
    let mut site = Site::new(RunSpec { limits, ..parallel(20, 4) });
    (0..5).for_each(|_| site.end(0, 5));
    // Steps 2 to 4 are no better; but before the third of them is done, step 1 is.
    site.end(1, 4);
    site.end(1, 4);
    site.end(0, 9);
    let third = site.under_way.iter().position(|it| matches!(it, Effect::Evaluate { .. })).unwrap();
    site.end(third, 4);
    assert_eq!(site.play.state.fruitless(), 1);
    assert_eq!(site.play.state.end_status(), None);
}

proptest! {
    /// However steps end, whatever crashes and whoever stops it: there are never more under way than may be, the
    /// budget is spent exactly, and replay gives the same state.
    #[test]
    fn it_ends_with_its_budget_spent(
        moves in prop::collection::vec((0..40usize, 0..16u8), 0..200),
        steps in 1..30u32,
        places in 1..9u32,
    ) {
        let mut site = Site::new(parallel(steps, places));
        for (nth, what) in moves {
            match nth {
                36 => site.crash(),
                37 => drop(site.give(Input::StopAsked { force: what > 7 })),
                38 => site.fail(),
                39 => drop(site.give(resume(None))),
                nth => site.end(nth, what),
            }
            prop_assert!(site.play.state.tree().unfinished().count() <= places as usize);
            prop_assert!(site.nodes(true).len() <= places as usize);
            prop_assert!(site.play.state.tree().steps_asked() <= steps);
        }
        // Outages may have ended it, and stops: it goes on until it is complete.
        for _ in 0..3 {
            site.play_out();
            prop_assert!(site.play.state.end_status().is_some());
            if site.play.state.end_status() != Some(EndStatus::Completed) {
                site.give(resume(None));
            }
        }
        prop_assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed));
        prop_assert_eq!(site.play.state.steps_done(), steps);
        prop_assert_eq!(&RunState::replay(&site.play.journal).unwrap(), &site.play.state);
        agrees_with_the_state(&site.play.journal)?;
    }
}
