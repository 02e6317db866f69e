//! Each family keeps its promise.

use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use weco_core::run::NodeId;

use super::*;
use crate::genome::Genome;
use crate::random::{Purpose, stream};

fn luck(node: u32) -> ChaCha8Rng {
    stream("a test", 0, Purpose::Child, NodeId(node))
}

/// How many of `count` children of `parent` are so.
fn share(world: &dyn World, parent: &Genome, count: u32, is: impl Fn(&Genome) -> bool) -> f64 {
    let children = (0..count).filter(|node| is(&world.improve(parent, &mut luck(*node))));
    children.count() as f64 / f64::from(count)
}

/// The best of repeated improvement of the best.
fn climb(world: &dyn World, steps: u32) -> f64 {
    let mut best = world.baseline();
    for node in 0..steps {
        let child = world.improve(&best, &mut luck(node));
        if world.quality(&child) > world.quality(&best) {
            best = child;
        }
    }
    world.quality(&best)
}

proptest! {
    #[test]
    fn all_are_on_one_scale(family in 0..FAMILIES.len(), seed: u64) {
        let world = FAMILIES[family].world(seed);
        let baseline = world.baseline();
        let worth = world.quality(&baseline);
        prop_assert_eq!(baseline.defects, 0);
        prop_assert!((-0.1..=2.0).contains(&worth), "{}", worth);
        prop_assert!(climb(world.as_ref(), 200) <= 10.0 + 1e-9);
        for node in 0..20 {
            prop_assert!(world.quality(&world.draft(&mut luck(node))) <= 10.0 + 1e-9);
        }
    }
}

#[test]
fn half_of_the_families_are_held_out() {
    let held_out = FAMILIES.iter().filter(|family| family.half == Half::HeldOut).count();
    assert_eq!(held_out * 2, FAMILIES.len());
}

#[test]
fn repairs_remove_one_defect_or_none() {
    let faults = Faults::usual(0.1);
    let broken = Genome { defects: 2, ..Genome::of(vec![1.0]) };
    let left: Vec<u32> = (0..1_000).map(|node| faults.repaired(&broken, &mut luck(node)).defects).collect();
    assert!(left.iter().all(|defects| [1, 2].contains(defects)));
    let repaired = left.iter().filter(|defects| **defects == 1).count();
    assert!((450..550).contains(&repaired), "{repaired}");
}

#[test]
fn smooth_is_climbed_by_small_steps() {
    assert!(climb(&Smooth, 400) > 9.0);
    let parent = Smooth.baseline();
    let one = |child: &Genome| child.genes.iter().zip(&parent.genes).filter(|(a, b)| a != b).count() == 1;
    assert_eq!(share(&Smooth, &parent, 100, one), 1.0);
}

#[test]
fn rugged_has_one_paradigm_that_reaches_10() {
    for seed in 0..50 {
        let task = Rugged::new(&mut luck(seed));
        let reached = |paradigm| task.quality(&Genome { paradigm, defects: 0, genes: vec![1.0] });
        let drafted: Vec<f64> = (0..Rugged::PARADIGMS as u32).map(reached).collect();
        assert_eq!(drafted.iter().filter(|ceiling| **ceiling > 9.0 + 1e-9).count(), 1);
        assert!(drafted.iter().all(|ceiling| (3.0..10.0 + 1e-9).contains(ceiling)));
        assert!((reached(Rugged::PARADIGMS as u32) - Rugged::BASELINE_CEILING).abs() < 1e-9);
    }
}

#[test]
fn rugged_drafts_what_comes_to_mind_first() {
    let task = Rugged::new(&mut luck(0));
    let drafts: Vec<u32> = (0..2_000).map(|node| task.draft(&mut luck(node)).paradigm).collect();
    let count = |paradigm| drafts.iter().filter(|drafted| **drafted == paradigm).count();
    // Zipf's law: twice as often as the second, three times as often as the third.
    assert!(count(0) > count(1) && count(1) > count(11), "{} {} {}", count(0), count(1), count(11));
    assert!((1.6..2.5).contains(&(count(0) as f64 / count(1) as f64)));
}

#[test]
fn needle_gains_are_rare_and_large() {
    let large = |before: f64| move |child: &Genome| Needle.quality(child) > before + 2.0;
    let baseline = Needle.baseline();
    let found = share(&Needle, &baseline, 4_000, large(Needle.quality(&baseline)));
    let expected = Needle::NEEDLES as f64 / Needle::IDEAS as f64;
    assert!((found - expected).abs() < 0.02, "{found}");
    let complete = Genome::of(vec![1.0, 1.0, 1.0, 1.0, 0.5]);
    assert_eq!(share(&Needle, &complete, 1_000, large(Needle.quality(&complete))), 0.0);
}

#[test]
fn of_mostly_buggys_children_70_percent_fail() {
    let failed = (0..4_000).filter(|node| MostlyBuggy.faults().strike(&mut luck(*node)) > 0).count();
    assert!((failed as f64 / 4_000.0 - 0.7).abs() < 0.02, "{failed}");
}

#[test]
fn drifting_improves_less_the_better_the_code() {
    let gain = |worth: f64| {
        let parent = Genome::of(vec![worth]);
        (0..4_000).map(|n| Drifting.improve(&parent, &mut luck(n)).genes[0] - worth).sum::<f64>() / 4_000.0
    };
    let (poor, fair, good) = (gain(0.0), gain(Drifting::LIFT / Drifting::PULL), gain(8.0));
    assert!(poor > 0.5 && fair.abs() < 0.05 && good < -0.7, "{poor} {fair} {good}");
}

#[test]
fn deceptives_slope_from_the_baseline_ends_at_the_worse_optimum() {
    let at = |gene: f64| Deceptive.quality(&Genome::of(vec![gene; Deceptive::CHOICES]));
    assert!((at(0.0) - Deceptive::LOCAL).abs() < 1e-9 && (at(1.0) - 10.0).abs() < 1e-9);
    assert!(at(0.4) > at(0.5) && at(0.5) > at(0.6) && at(Deceptive::PASS) < 1e-9);
    let climbed = climb(&Deceptive, 400);
    assert!((5.0..=Deceptive::LOCAL + 1e-9).contains(&climbed), "{climbed}");
}

#[test]
fn most_changes_on_a_plateau_leave_the_metric_as_it_is() {
    let parent = Genome::of(vec![2.5]);
    let same = |child: &Genome| Plateau.quality(child) == Plateau.quality(&parent);
    assert!(share(&Plateau, &parent, 1_000, same) > 0.8);
    let changed = |child: &Genome| child.genes != parent.genes;
    assert_eq!(share(&Plateau, &parent, 1_000, changed), 1.0);
}

#[test]
fn interlocked_has_many_local_optima() {
    let task = Interlocked::new(&mut luck(3));
    let program = |settings: u32| Genome::of((0..14).map(|i| f64::from(settings >> i & 1)).collect());
    let all: Vec<f64> = (0..1 << 14).map(|settings| task.quality(&program(settings))).collect();
    let is_local = |at: &usize| (0..14).all(|switch| all[at ^ 1 << switch] < all[*at]);
    assert!((0..all.len()).filter(is_local).count() > 20);
    assert!((all.iter().copied().fold(f64::MIN, f64::max) - 10.0).abs() < 1e-9);
    assert!((all.iter().sum::<f64>() / all.len() as f64).abs() < 1e-9);
}
