//! Each policy's rule, on small trees made by hand.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use weco_core::event::Stage::{Debug, Draft, Improve};
use weco_core::event::{Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::run::{BlobId, NodeId};
use weco_core::search::{Choice, Policy};
use weco_core::state::RunState;

use super::*;
use crate::contender::Contender;
use crate::simulation::spec::spec;

const A_BLOB: BlobId = BlobId([0; 32]);

/// A run whose nodes are made one by one.
struct Grown(RunState);

impl Grown {
    /// The baseline and then one node for each `(parent, stage, metric)`; without a metric, it is buggy.
    fn new(baseline: f64, nodes: &[(u32, Stage, Option<f64>)]) -> Self {
        let spec = Box::new(spec(2_000, 1, A_BLOB));
        let created = Event { seq: 1, at: 0, kind: RunEvent::Created { spec } };
        let mut grown = Self(RunState::new(&created).unwrap());
        grown.evaluate(NodeId::BASELINE, Some(baseline));
        for (parent, stage, metric) in nodes {
            grown.add(*parent, *stage, *metric);
        }
        grown
    }

    fn add(&mut self, parent: u32, stage: Stage, metric: Option<f64>) {
        let node = self.0.tree().next_id();
        self.apply(RunEvent::Asked {
            node,
            parent: NodeId(parent),
            stage,
            attempt: 1,
            grounds: Grounds::default(),
        });
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
            written: Default::default(),
        });
        self.evaluate(node, metric);
    }

    fn evaluate(&mut self, node: NodeId, metric: Option<f64>) {
        self.apply(RunEvent::EvalIntended { node, attempt: 1 });
        let verdict = match metric {
            Some(metric) => Verdict::Good { metric },
            None => Verdict::Buggy { reason: "no".to_owned(), hint: String::new() },
        };
        let (exit, output_tail) = (Exit::Code { code: 0 }, String::new());
        let outcome = Outcome {
            verdict,
            exit,
            duration_ms: 1,
            output: A_BLOB,
            output_tail,
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        self.apply(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn apply(&mut self, kind: RunEvent) {
        let event = Event { seq: self.0.seq() + 1, at: 0, kind };
        self.0.apply(&event).unwrap();
    }

    fn choice(&self, policy: &dyn Policy, seed: u64) -> (u32, Stage) {
        let Choice { parent, stage, .. } = policy.choose(self.0.tree(), &mut ChaCha8Rng::seed_from_u64(seed));
        (parent.0, stage)
    }

    /// The share of draws that choose this.
    fn share(&self, policy: &dyn Policy, wanted: (u32, Stage)) -> f64 {
        (0..2_000).filter(|seed| self.choice(policy, *seed) == wanted).count() as f64 / 2_000.0
    }
}

fn is_near(share: f64, expected: f64) {
    assert!((share - expected).abs() < 0.03, "{share} is not {expected}");
}

#[test]
fn best_of_n_always_drafts() {
    let grown = Grown::new(1.0, &[(0, Draft, Some(9.0)), (0, Draft, None)]);
    assert_eq!(grown.share(&BestOfN, (0, Draft)), 1.0);
}

#[test]
fn gepa_improves_the_best_and_gets_26_proposals_for_60_evaluations() {
    let grown = Grown::new(1.0, &[(0, Improve, Some(3.0)), (1, Improve, None), (1, Improve, Some(2.0))]);
    assert_eq!(grown.share(&Gepa, (1, Improve)), 1.0);
    assert_eq!(Gepa::proposals(60), 26);
    assert_eq!(Contender::named("gepa").unwrap().proposals(1_000), 433);
}

#[test]
fn aide_has_its_published_parameters() {
    let aide = |name: &str, budget| Contender::named(name).unwrap().policy(budget);
    let mut grown = Grown::new(1.0, &[(0, Draft, Some(2.0)); 4]);
    assert_eq!(grown.share(aide("aide", 1_000).as_ref(), (0, Draft)), 1.0);
    assert_eq!(grown.share(aide("aide-hosted", 20).as_ref(), (1, Improve)), 1.0);
    assert_eq!(grown.share(aide("aide-hosted", 100).as_ref(), (0, Draft)), 1.0);
    grown.add(0, Draft, None);
    is_near(grown.share(aide("aide", 1_000).as_ref(), (5, Debug)), 0.5);
    is_near(grown.share(aide("aide", 1_000).as_ref(), (1, Improve)), 0.5);
}

#[test]
fn shinka_weighs_score_against_children() {
    // Median 2, MAD 1: sigmoids of -10, 0 and 10.
    let mut grown = Grown::new(1.0, &[(0, Improve, Some(2.0)), (1, Improve, Some(3.0))]);
    is_near(grown.share(&Shinka, (1, Improve)), 0.25 / 1.25);
    is_near(grown.share(&Shinka, (2, Improve)), 1.0 / 1.25);
    // A child that does not work is no parent, and halves its parent's weight.
    grown.add(2, Improve, None);
    is_near(grown.share(&Shinka, (1, Improve)), 0.25 / 0.75);
    is_near(grown.share(&Shinka, (2, Improve)), 0.5 / 0.75);
}

#[test]
fn open_evolves_islands_take_turns() {
    let nodes: Vec<_> = (1..=5).map(|n| (0, Improve, Some(f64::from(n)))).collect();
    let mut grown = Grown::new(0.0, &nodes);
    // Of island 0 are the baseline and node 1. With 0.2 either; with 0.7 either, both being in the archive; with 0.1
    // by score, where the baseline's is 0.
    is_near(grown.share(&OpenEvolve, (0, Improve)), 0.45);
    is_near(grown.share(&OpenEvolve, (1, Improve)), 0.55);
    // Node 6 is of island 0 as well, and the next is of island 1, with nodes 0 and 2.
    grown.add(1, Improve, None);
    is_near(grown.share(&OpenEvolve, (2, Improve)), 0.55);
    (0..4).for_each(|_| grown.add(0, Improve, None));
    // Back on island 0, where node 6 failed: only exploration draws it, and that is a repair.
    is_near(grown.share(&OpenEvolve, (6, Debug)), 0.2 / 3.0);
}

#[test]
fn open_evolves_best_tenth_migrates_to_the_neighbours() {
    let nodes: Vec<_> = (1..=250).map(|n| (0, Improve, (n % 5 == 1).then_some(f64::from(n)))).collect();
    let mut grown = Grown::new(0.0, &nodes);
    // Island 0 has all the nodes that work; 246 is the best of them.
    grown.add(0, Improve, Some(1.0));
    assert!(grown.share(&OpenEvolve, (246, Improve)) > 0.1, "island 1");
    grown.add(0, Improve, Some(1.0));
    assert_eq!(grown.share(&OpenEvolve, (246, Improve)), 0.0, "island 2");
}

#[test]
fn uct_widens_the_root_then_follows_the_better_child() {
    let mut grown = Grown::new(0.0, &[]);
    assert_eq!(grown.choice(&Uct::UCB1, 0), (0, Draft));
    grown.add(0, Draft, Some(1.0));
    // Two visits: ⌈√2⌉ children.
    assert_eq!(grown.choice(&Uct::UCB1, 0), (0, Draft));
    grown.add(0, Draft, Some(2.0));
    assert_eq!(grown.choice(&Uct::UCB1, 0), (2, Improve));
    grown.add(2, Improve, None);
    // Node 1: 0.5 + √2·√(ln 4); node 2: (1 + 0)/2 + √2·√(ln 4/2).
    assert_eq!(grown.choice(&Uct::UCB1, 0), (1, Improve));
    // Node 2 repaired: its mean is 2/3 of three visits. √2 still weighs the rarer visit more, 0.1 does not.
    grown.add(3, Debug, Some(2.0));
    assert_eq!(grown.choice(&Uct::UCB1, 0).0, 0, "five visits: a third draft");
    grown.add(0, Draft, Some(0.0));
    assert_eq!(grown.choice(&Uct::UCB1, 0), (1, Improve));
    assert_eq!(grown.choice(&Uct { exploration: 0.1 }, 0), (2, Improve));
}

#[test]
fn uct_repairs_what_does_not_work() {
    let grown = Grown::new(1.0, &[(0, Draft, None), (0, Draft, None)]);
    assert_eq!(grown.choice(&Uct::UCB1, 0), (1, Debug));
}

#[test]
fn discounted_drafts_by_the_budget() {
    let drafts = [1, 20, 40, 100, 1_000].map(|budget| Discounted::for_budget(budget).drafts);
    assert_eq!(drafts, [1, 1, 2, 5, 5]);
    let grown = Grown::new(1.0, &[(0, Draft, Some(2.0))]);
    assert_eq!(grown.share(&Discounted::for_budget(40), (0, Draft)), 1.0);
}

#[test]
fn discounted_repairs_once_at_once() {
    let policy = Discounted { drafts: 1 };
    let mut grown = Grown::new(1.0, &[(0, Draft, None)]);
    assert_eq!(grown.share(&policy, (1, Debug)), 1.0);
    grown.add(1, Debug, None);
    assert_eq!(grown.share(&policy, (0, Improve)), 1.0);
}

#[test]
fn discounted_leaves_a_node_whose_children_come_to_nothing() {
    let policy = Discounted { drafts: 2 };
    let mut grown = Grown::new(0.0, &[(0, Draft, Some(5.0)), (0, Draft, Some(4.0))]);
    // Of three that work, the best quarter is one.
    assert_eq!(grown.share(&policy, (1, Improve)), 1.0);
    // The median gain is 4.5: 5 − 2.25·log2(1.5) = 3.7 is less than 4.
    grown.add(1, Improve, Some(3.0));
    is_near(grown.share(&policy, (2, Improve)), 1.0 - Discounted::EPSILON);
    is_near(grown.share(&policy, (1, Improve)), Discounted::EPSILON);
}
