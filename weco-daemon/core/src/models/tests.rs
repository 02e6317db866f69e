use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::{Bandit, Ledger};
use crate::event::{Fault, Grounds, RunEvent, Stage, Usage, Written};
use crate::fixture;
use crate::price::Price;
use crate::run::{FileRefs, NodeId, RunId, RunSpec};

/// How a model does: how often it gains, by how much, and what a step costs it.
#[derive(Clone, Copy)]
struct Talent {
    luck: f64,
    gain: f64,
    tokens: u64,
}

const GOOD: Talent = Talent { luck: 0.35, gain: 1.0, tokens: 1_000 };
const BAD: Talent = Talent { luck: 0.05, gain: 1.0, tokens: 1_000 };

/// A run with models that are this good, and its steps so far.
struct World {
    ledger: Ledger,
    bandit: Bandit,
    rng: ChaCha8Rng,
    steps: u32,
    chosen: Vec<u32>,
}

impl World {
    fn new(models: usize, price: Option<Price>, seed: u64) -> Self {
        let names: Vec<String> = (0..models).map(|model| format!("openai/m{model}")).collect();
        let prices = names.iter().filter_map(|name| Some((name.clone(), price?))).collect();
        let spec = RunSpec { models: names, prices, ..fixture::spec(RunId(Uuid::nil())) };
        Self {
            ledger: Ledger::new(&spec),
            bandit: Bandit::new(models),
            rng: ChaCha8Rng::seed_from_u64(seed),
            steps: 0,
            chosen: Vec::new(),
        }
    }

    fn ask(&mut self) -> (NodeId, u32) {
        self.steps += 1;
        let (node, model) = (NodeId(self.steps), self.bandit.choose(&self.ledger, |_| true, &mut self.rng));
        let grounds = Grounds { model, ..Grounds::default() };
        let parent = NodeId::BASELINE;
        self.ledger.apply(&RunEvent::Asked { node, parent, stage: Stage::Improve, attempt: 1, grounds });
        self.chosen.push(model);
        (node, model)
    }

    fn answer(&mut self, (node, model): (NodeId, u32), talent: Talent) {
        let usage = Usage { input_tokens: talent.tokens, output_tokens: 0 };
        self.ledger.apply(&RunEvent::Proposed {
            node,
            plan: String::new(),
            files: FileRefs::new(),
            lines_added: 0,
            lines_removed: 0,
            usage,
            from: None,
            written: Written::default(),
        });
        let gain = self.rng.random_bool(talent.luck).then_some(talent.gain);
        self.bandit.observe(model, gain);
        assert_eq!(self.ledger.close(node, false), Some(model));
    }

    fn play(&mut self, steps: usize, talents: &[Talent]) -> BTreeMap<u32, usize> {
        let from = self.chosen.len();
        for _ in 0..steps {
            let asked = self.ask();
            self.answer(asked, talents[asked.1 as usize]);
        }
        self.chosen[from..].iter().fold(BTreeMap::new(), |mut counts, model| {
            *counts.entry(*model).or_default() += 1;
            counts
        })
    }
}

/// The share of steps that `model` gets, over many runs.
fn share(model: u32, steps: usize, talents: &[Talent]) -> f64 {
    const RUNS: u32 = 60;
    let steps_of = |seed| {
        let counts = World::new(talents.len(), None, u64::from(seed)).play(steps, talents);
        f64::from(u32::try_from(counts.get(&model).copied().unwrap_or(0)).unwrap())
    };
    (0..RUNS).map(steps_of).sum::<f64>() / f64::from(RUNS) / f64::from(u32::try_from(steps).unwrap())
}

#[test]
fn every_model_is_tried_before_any_again() {
    let mut world = World::new(4, None, 1);
    let asked: Vec<_> = (0..4).map(|_| world.ask()).collect();
    assert_eq!(world.chosen, [0, 1, 2, 3], "also while all are under way");
    for step in asked {
        world.answer(step, BAD);
    }
    assert_eq!(world.play(40, &[BAD; 4]).values().sum::<usize>(), 40);
}

#[test]
fn the_better_of_two_gets_most_steps() {
    let better = share(1, 60, &[BAD, GOOD]);
    assert!(better > 0.75, "{better}");
    let better = share(0, 60, &[GOOD, BAD]);
    assert!(better > 0.75, "wherever it stands: {better}");
    let larger = share(1, 60, &[Talent { gain: 0.1, ..GOOD }, GOOD]);
    assert!(larger > 0.6, "the same luck, but larger gains: {larger}");
}

#[test]
fn of_equals_the_cheaper_gets_more_steps() {
    let cheaper = share(1, 100, &[Talent { tokens: 10_000, ..GOOD }, GOOD]);
    assert!(cheaper > 0.65, "{cheaper}");
    let useless = share(1, 100, &[GOOD, Talent { luck: 0.0, tokens: 1, ..BAD }]);
    assert!(useless < 0.3, "but earning nothing for nothing is not worth a step: {useless}");
}

#[test]
fn it_changes_its_mind() {
    let mut later = 0;
    for seed in 0..40 {
        let mut world = World::new(2, None, seed);
        world.play(60, &[GOOD, BAD]);
        world.play(60, &[BAD, GOOD]);
        later += world.play(60, &[BAD, GOOD]).get(&1).copied().unwrap_or(0);
    }
    assert!(later > 40 * 60 * 6 / 10, "{later} of {}", 40 * 60);
}

#[test]
fn the_same_seed_chooses_the_same() {
    let chosen = |seed| {
        let mut world = World::new(3, Some(Price { input: 1.0, output: 1.0 }), seed);
        world.play(50, &[GOOD, BAD, GOOD]);
        world.chosen
    };
    assert_eq!(chosen(5), chosen(5));
    assert_ne!(chosen(5), chosen(6));
}

#[test]
fn who_is_not_there_is_not_asked_unless_nobody_is() {
    let mut world = World::new(3, None, 1);
    world.play(30, &[GOOD; 3]);
    for _ in 0..50 {
        assert_eq!(world.bandit.choose(&world.ledger, |model| model == 2, &mut world.rng), 2);
        assert!(world.bandit.choose(&world.ledger, |_| false, &mut world.rng) < 3);
    }
}

#[test]
fn a_step_that_another_model_took_over_is_that_ones() {
    let mut world = World::new(2, Some(Price { input: 1e6, output: 0.0 }), 1);
    let (node, first) = world.ask();
    let grounds = Grounds { model: 1 - first, ..Grounds::default() };
    let parent = NodeId::BASELINE;
    world.ledger.apply(&RunEvent::Asked { node, parent, stage: Stage::Draft, attempt: 2, grounds });
    let usage = Usage { input_tokens: 3, output_tokens: 0 };
    world.ledger.apply(&RunEvent::Unusable {
        node,
        attempt: 2,
        reason: String::new(),
        usage,
        fault: Fault::Other,
    });
    assert_eq!(world.ledger.close(node, true), Some(1 - first));
    assert_eq!(world.ledger.close(node, true), None, "once");
    let [before, after] = world.ledger.accounts() else { panic!() };
    assert_eq!((before.steps, before.pending, before.bests), (0, 0, 0));
    assert_eq!((after.steps, after.pending, after.bests, after.usage), (1, 0, 1, usage));
    assert_eq!((world.ledger.cost(), before.cost(), after.cost()), (Some(3.0), Some(0.0), Some(3.0)));
}

#[test]
fn a_cost_with_an_unknown_price_is_unknown() {
    let mut world = World::new(2, None, 1);
    assert_eq!(world.ledger.cost(), Some(0.0), "nothing was asked yet");
    world.play(1, &[GOOD; 2]);
    assert_eq!(world.ledger.cost(), None);
    assert_eq!(Ledger::default().cost(), None, "of an older record");
}

proptest! {
    #[test]
    fn whatever_the_gains_the_choice_is_one_of_the_models(
        gains in prop::collection::vec((0_u32..3, prop::option::of(any::<f64>())), 0..60),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(3, None, seed);
        world.play(3, &[GOOD; 3]);
        for (model, gain) in gains {
            world.bandit.observe(model, gain);
            let chosen = world.bandit.choose(&world.ledger, |_| true, &mut world.rng);
            prop_assert!(chosen < 3);
        }
        // Gains that are none leave no trace that would keep it from learning.
        world.bandit.observe(0, Some(f64::NAN));
        let average = world.bandit.average();
        prop_assert!(average > 0.0 && average < 1.0, "{average}");
    }
}
