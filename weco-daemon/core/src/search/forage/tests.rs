//! What is chosen, on trees grown event by event.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::event::{Event, Exit, Grounds, Outcome, RunEvent, Usage, Verdict, Written};
use crate::fixture;
use crate::run::{BlobId, Goal, RunId, RunSpec};
use crate::state::RunState;

const A_BLOB: BlobId = BlobId([0; 32]);

/// What becomes of a step.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Works(f64),
    Fails,
    Unusable,
    UnderWay,
}

/// A run whose steps are decided by the test.
struct Grown(RunState);

impl Grown {
    fn new(goal: Goal) -> Self {
        Self::measured(goal, &[1.0])
    }

    /// Of which the user's own code, measured twice, shows that the metric is noisy.
    fn noisy(goal: Goal) -> Self {
        Self::measured(goal, &[0.0, 2.0])
    }

    fn measured(goal: Goal, baseline: &[f64]) -> Self {
        let spec = Box::new(RunSpec { goal, ..fixture::spec(RunId(uuid::Uuid::from_u128(1))) });
        let mut grown =
            Self(RunState::new(&Event { seq: 1, at: 0, kind: RunEvent::Created { spec } }).unwrap());
        grown.evaluate_often(NodeId::BASELINE, Some(1.0), baseline);
        grown
    }

    fn add(&mut self, parent: u32, stage: Stage, fate: Fate) {
        let grounds = Grounds::default();
        self.take(&Choice { parent: NodeId(parent), stage, grounds }, fate);
    }

    fn take(&mut self, choice: &Choice, fate: Fate) {
        let node = self.0.tree().next_id();
        let Choice { parent, stage, grounds } = choice.clone();
        self.apply(RunEvent::Asked { node, parent, stage, attempt: 1, grounds });
        match fate {
            Fate::Works(metric) => self.end(node, Some(metric)),
            Fate::Fails => self.end(node, None),
            Fate::Unusable => self.apply(RunEvent::Failed { node, reason: "no".to_owned(), last: false }),
            Fate::UnderWay => {}
        }
    }

    fn end(&mut self, node: NodeId, metric: Option<f64>) {
        let files = [("solution.py".to_owned(), A_BLOB)].into();
        let (plan, usage, from) = (String::new(), Usage::default(), None);
        self.apply(RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added: 0,
            lines_removed: 0,
            usage,
            from,
            written: Written::default(),
        });
        self.evaluate(node, metric);
    }

    fn evaluate(&mut self, node: NodeId, metric: Option<f64>) {
        self.evaluate_often(node, metric, &[]);
    }

    fn evaluate_often(&mut self, node: NodeId, metric: Option<f64>, samples: &[f64]) {
        self.apply(RunEvent::EvalIntended { node, attempt: 1 });
        let verdict = match metric {
            Some(metric) => Verdict::Good { metric },
            None => Verdict::Buggy { reason: "no".to_owned(), hint: String::new() },
        };
        let (exit, output_tail, samples) = (Exit::Code { code: 0 }, String::new(), samples.to_vec());
        let outcome = Outcome {
            verdict,
            exit,
            duration_ms: 1,
            output: A_BLOB,
            output_tail,
            samples,
            verified: false,
            report: None,
        };
        self.apply(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn apply(&mut self, kind: RunEvent) {
        self.0.apply(&Event { seq: self.0.seq() + 1, at: 0, kind }).unwrap();
    }

    fn choice(&self, policy: &Forage, seed: u64) -> Choice {
        policy.choose(self.0.tree(), &mut ChaCha8Rng::seed_from_u64(seed))
    }
}

/// One draft, no draws, and numbers with which few steps make a difference.
fn certain() -> Forage {
    Forage {
        drafts: 1,
        repair_hope: 0.75,
        discount: 0.8,
        curiosity: 0.0,
        cross: 0.0,
        ..Forage::for_budget(100)
    }
}

fn shape(choice: &Choice) -> (u32, Stage) {
    (choice.parent.0, choice.stage)
}

use Fate::{Fails, UnderWay, Unusable, Works};
use Stage::{Cross, Debug, Draft, Improve, Leap};

#[test]
fn drafts_come_first_and_a_failure_is_repaired_at_once_and_once() {
    let policy = Forage { drafts: 2, ..certain() };
    let mut run = Grown::new(Goal::Maximize);
    assert_eq!(run.choice(&policy, 1), Choice::draft("fresh approach 1 of 2"));
    run.add(0, Draft, Works(2.0));
    assert_eq!(shape(&run.choice(&policy, 1)), (0, Draft));
    run.add(0, Draft, Fails);
    assert_eq!(run.choice(&policy, 1), Choice::new(NodeId(2), Debug, "step 2 does not work: repair 1 of 1"));
    run.add(2, Debug, Works(1.5));
    run.add(1, Improve, Fails);
    assert_eq!(shape(&run.choice(&policy, 1)), (4, Debug));
    run.add(4, Debug, Fails);
    assert_eq!(shape(&run.choice(&policy, 1)), (1, Improve));
}

#[test]
fn nothing_is_repaired_while_repairs_work_less_often_than_new_proposals() {
    let (policy, mut run) = (certain(), Grown::new(Goal::Maximize));
    run.add(0, Draft, Works(2.0));
    for failed in [2, 4, 6] {
        run.add(1, Improve, Fails);
        run.add(failed, Debug, Fails);
    }
    for _ in 0..6 {
        run.add(1, Improve, Works(1.5));
    }
    run.add(1, Improve, Fails);
    assert_ne!(run.choice(&policy, 1).stage, Debug);
    // New proposals fare no better any more, and then only what has just failed is repaired.
    for _ in 0..12 {
        run.add(1, Improve, Fails);
    }
    assert_eq!(shape(&run.choice(&policy, 1)), (26, Debug));
    let mut repaired = Vec::new();
    while let choice = run.choice(&policy, 1)
        && choice.stage == Debug
    {
        repaired.push(choice.parent.0);
        run.take(&choice, Works(1.0));
    }
    assert!(repaired.iter().all(|id| *id > 18), "{repaired:?}");
}

#[test]
fn without_noise_the_best_is_what_it_was_measured_to_be() {
    let mut exact = Grown::new(Goal::Maximize);
    exact.add(0, Draft, Works(1.5));
    exact.add(1, Improve, Works(1.6));
    exact.add(2, Improve, Works(9.0));
    let policy = Forage { luck: 1.0, ..certain() };
    let appeal = |run: &Grown| policy.most_appealing(run.0.tree()).unwrap().appeal;
    assert_eq!(appeal(&exact), 9.0);
    let mut noisy = Grown::noisy(Goal::Maximize);
    noisy.add(0, Draft, Works(1.5));
    noisy.add(1, Improve, Works(1.6));
    noisy.add(2, Improve, Works(9.0));
    assert!(appeal(&noisy) < 5.0, "{}", appeal(&noisy));
}

#[test]
fn a_node_whose_children_come_to_nothing_loses_its_appeal() {
    let mut run = Grown::new(Goal::Maximize);
    run.add(0, Draft, Works(2.0));
    run.add(1, Improve, Works(2.2));
    let policy = certain();
    let first = run.choice(&policy, 1);
    assert_eq!(shape(&first), (2, Improve));
    assert!(first.grounds.why.contains("nothing tried in vain"), "{}", first.grounds.why);
    for _ in 0..2 {
        run.add(2, Improve, Works(2.1));
    }
    let next = run.choice(&policy, 1);
    assert_ne!(next.parent, NodeId(2), "{next:?}");
}

#[test]
fn what_is_under_way_counts_as_fruitless_until_it_is_known() {
    let mut run = Grown::new(Goal::Maximize);
    run.add(0, Draft, Works(2.0));
    run.add(1, Improve, Works(2.2));
    let mut parents = Vec::new();
    for _ in 0..8 {
        let choice = run.choice(&certain(), 1);
        parents.push(choice.parent.0);
        run.take(&choice, UnderWay);
    }
    assert!(parents.contains(&1) && parents.contains(&2), "{parents:?}");
    assert!(parents.iter().all(|parent| *parent <= 2), "{parents:?}");
}

#[test]
fn a_smaller_metric_is_better_where_that_is_the_goal() {
    let mut run = Grown::new(Goal::Minimize);
    run.add(0, Draft, Works(0.5));
    run.add(0, Draft, Works(3.0));
    let choice = run.choice(&certain(), 1);
    assert_eq!(shape(&choice), (1, Improve));
    assert_eq!(choice.grounds.why, "the best so far; best appeal: 0.5, nothing tried in vain");
}

#[test]
fn a_standstill_leads_to_crosses_and_then_to_another_paradigm() {
    let policy = Forage { cross: 1.0, cross_after: 3, leap_after: 6, ..certain() };
    let mut run = Grown::new(Goal::Maximize);
    run.add(0, Draft, Works(3.0));
    run.add(0, Draft, Works(2.0));
    for _ in 0..3 {
        run.add(1, Improve, Works(2.5));
    }
    let cross = run.choice(&policy, 1);
    assert_eq!(cross.stage, Cross);
    let families = [cross.parent, cross.grounds.with.unwrap()].map(|id| run.0.tree().get(id).unwrap().family);
    assert_ne!(families[0], families[1]);
    assert!(cross.grounds.why.starts_with("4 steps without a new best"), "{}", cross.grounds.why);
    for _ in 0..3 {
        run.add(1, Improve, Works(2.5));
    }
    let leap = run.choice(&policy, 1);
    assert_eq!(shape(&leap), (1, Leap));
    // One, and then what there is has its time again, whether the leap works or not.
    run.take(&leap, Unusable);
    assert_ne!(run.choice(&policy, 1).stage, Leap);
}

#[test]
fn a_repair_that_beats_what_its_failure_was_made_of_is_no_fruitless_child() {
    let mut run = Grown::new(Goal::Maximize);
    run.add(0, Draft, Works(2.0));
    run.add(1, Improve, Fails);
    run.add(2, Debug, Works(2.5));
    assert_eq!(run.0.tree().get(NodeId(1)).unwrap().fruitful, 1);
    assert_eq!(run.0.tree().usual_gain(), Some(1.0));
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => (-3..3i32).prop_map(|metric| Works(f64::from(metric))),
        2 => (-9.0..9.0f64).prop_map(Works),
        2 => Just(Fails),
        1 => Just(Unusable),
        1 => Just(UnderWay),
    ]
}

proptest! {
    #[test]
    fn choices_repeat_and_build_on_what_there_is(
        fates in proptest::collection::vec(fate(), 1..120),
        seed: u64,
        maximize: bool,
    ) {
        let policy = Forage { drafts: 3, cross: 0.5, cross_after: 2, leap_after: 7, ..Forage::for_budget(50) };
        let mut run = Grown::new(if maximize { Goal::Maximize } else { Goal::Minimize });
        for (at, fate) in (0..).zip(fates) {
            let choice = run.choice(&policy, seed + at % 7);
            prop_assert_eq!(&choice, &run.choice(&policy, seed + at % 7));
            let tree = run.0.tree();
            let parent = tree.get(choice.parent).unwrap();
            match choice.stage {
                Draft => prop_assert_eq!(choice.parent, NodeId::BASELINE),
                Debug => prop_assert!(parent.bug().is_some() && parent.debug_depth == 0),
                _ => prop_assert!(parent.metric().is_some()),
            }
            prop_assert_eq!(choice.grounds.with.is_some(), choice.stage == Cross);
            if let Some(with) = choice.grounds.with.and_then(|with| tree.get(with)) {
                prop_assert!(with.metric().is_some() && with.family != parent.family);
            }
            let why = &choice.grounds.why;
            prop_assert!(!why.is_empty() && why.len() < 120 && !why.contains('\n'), "{}", why);
            run.take(&choice, fate);
        }
    }

    #[test]
    fn what_is_kept_at_hand_is_what_all_nodes_would_tell(
        fates in proptest::collection::vec(fate(), 1..160),
        seed: u64,
    ) {
        let policy = Forage::for_budget(100);
        let mut run = Grown::new(Goal::Maximize);
        for fate in fates {
            let choice = run.choice(&policy, seed);
            run.take(&choice, fate);
        }
        let tree = run.0.tree();
        let mut all: Vec<(NodeId, f64)> =
            tree.nodes().iter().filter_map(|node| Some((node.id, tree.score(node)?))).collect();
        // Stable: the earlier of equals stays first.
        all.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        all.truncate(Tree::MOST_RANKED);
        let ranked: Vec<(NodeId, f64)> = tree.ranked().map(|(node, score)| (node.id, score)).collect();
        prop_assert_eq!(ranked, all);
        for (champion, score) in tree.champions() {
            let of_family = tree.nodes().iter().filter(|node| node.family == champion.family);
            prop_assert_eq!(of_family.filter_map(|node| tree.score(node)).fold(f64::MIN, f64::max), score);
        }
    }
}

#[test]
fn a_long_run_offers_no_more_to_look_at_than_a_short_one() {
    let policy = Forage::for_budget(3_000);
    let mut run = Grown::new(Goal::Maximize);
    for step in 0..3_000u32 {
        let choice = run.choice(&policy, step.into());
        // Two in four fail, most often one and its repair: failures that are left alone pile up.
        run.take(&choice, if step % 4 < 2 { Fails } else { Works(f64::from(step * 7_919 % 1_009)) });
    }
    let tree = run.0.tree();
    assert_eq!(tree.ranked().len(), Tree::MOST_RANKED);
    assert!(tree.buggy_leaves().count() > 300);
    // One family for each draft, and one for each change of paradigm.
    assert!(tree.champions().count() <= 56 + 10, "{}", tree.champions().count());
}
