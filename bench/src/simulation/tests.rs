use proptest::prelude::*;
use weco_core::event::{EndStatus, Stage};
use weco_core::run::NodeId;
use weco_core::tree::Node;

use super::*;
use crate::contender::CONTENDERS;
use crate::family::{FAMILIES, Family};
use crate::noise::Noise;
use crate::random::{errors, normal};

fn setup(family: &'static Family, noise: Noise, seed: u64, steps: u32) -> Setup {
    Setup { family, noise, seed, steps, in_flight: 1, channel: Channel::Direct }
}

fn shape(trace: &Trace) -> Vec<(Option<NodeId>, Stage, Option<f64>)> {
    trace.state.tree().nodes().iter().map(|node| (node.parent, node.stage, node.metric())).collect()
}

proptest! {
    // Every case plays two runs in an unoptimised build.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn with_and_without_text_the_runs_are_the_same(
        family in 0..FAMILIES.len(),
        contender in 0..CONTENDERS.len(),
        noise in 0..3usize,
        seed: u64,
    ) {
        let direct = setup(&FAMILIES[family], Noise::ALL[noise], seed, 25);
        let text = Setup { channel: Channel::Text, ..direct };
        let policy = CONTENDERS[contender].policy(25);
        let [text, direct] = [text, direct].map(|setup| simulate(&setup, policy.as_ref()).unwrap());
        prop_assert_eq!(shape(&text), shape(&direct));
        prop_assert_eq!(text.returned, direct.returned);
        prop_assert_eq!(text.program, direct.program);
    }

    #[test]
    fn a_run_spends_its_budget_and_every_reply_is_usable(
        family in 0..FAMILIES.len(),
        contender in 0..CONTENDERS.len(),
        seed: u64,
    ) {
        let setup = Setup { channel: Channel::Text, ..setup(&FAMILIES[family], Noise::Some, seed, 15) };
        let trace = simulate(&setup, CONTENDERS[contender].policy(15).as_ref()).unwrap();
        prop_assert_eq!(trace.state.end_status(), Some(EndStatus::Completed));
        prop_assert_eq!(trace.returned.len(), 16);
        prop_assert!(trace.state.tree().nodes().iter().all(|node| node.is_done() && node.unusable == 0));
    }

    #[test]
    fn the_score_is_that_of_the_returned_program(
        family in 0..FAMILIES.len(),
        contender in 0..CONTENDERS.len(),
        noise in 0..3usize,
        seed: u64,
    ) {
        let setup = setup(&FAMILIES[family], Noise::ALL[noise], seed, 30);
        let trace = simulate(&setup, CONTENDERS[contender].policy(30).as_ref()).unwrap();
        let score = trace.score(30);
        prop_assert_eq!(score, setup.family.world(seed).quality(&trace.program));
        // What was measured first of the returned node is its score and the error of that measurement.
        let best = trace.state.tree().best().unwrap();
        let error = normal(&mut errors(setup.family.name, seed, best.id, 1));
        prop_assert_eq!(best.samples[0], score + setup.noise.sigma() * error);
    }

    #[test]
    fn a_long_run_begins_as_a_short_one_unless_the_policy_reads_the_budget(
        family in 0..FAMILIES.len(),
        contender in 0..CONTENDERS.len(),
        seed: u64,
    ) {
        let contender = &CONTENDERS[contender];
        prop_assume!(!contender.reads_budget);
        let run = |budget| {
            let setup = setup(&FAMILIES[family], Noise::None, seed, budget);
            simulate(&setup, contender.policy(budget).as_ref()).unwrap()
        };
        let (short, long) = (run(20), run(60));
        prop_assert_eq!(&short.returned[..], &long.returned[..21]);
    }
}

#[test]
fn the_best_of_a_noisy_run_are_measured_again_within_its_budget() {
    let family = Family::named("smooth").unwrap();
    let policy = CONTENDERS[0].policy(40);
    for (noise, rechecks) in [(Noise::Heavy, 4), (Noise::None, 0)] {
        let trace = simulate(&setup(family, noise, 3, 40), policy.as_ref()).unwrap();
        let tree = trace.state.tree();
        assert_eq!(tree.nodes()[0].samples.len(), 2, "the user's own code is measured twice");
        assert_eq!((tree.rechecks(), tree.steps_asked()), (rechecks, 40 - rechecks));
        assert_eq!(trace.returned.len(), 41);
        let distinct: std::collections::BTreeSet<u64> =
            trace.state.tree().best().unwrap().samples.iter().map(|sample| sample.to_bits()).collect();
        assert_eq!(distinct.len(), trace.state.tree().best().unwrap().samples.len());
    }
}

#[test]
fn the_same_choices_meet_the_same_luck() {
    let family = Family::named("smooth").unwrap();
    let first = |name: &str| {
        let contender = CONTENDERS.iter().find(|contender| contender.name == name).unwrap();
        let trace = simulate(&setup(family, Noise::Heavy, 7, 3), contender.policy(3).as_ref()).unwrap();
        trace.state.tree().nodes()[1].clone()
    };
    // Both draft first, whatever they do later.
    assert_eq!(Node::metric(&first("aide")), Node::metric(&first("best-of-n")));
}
