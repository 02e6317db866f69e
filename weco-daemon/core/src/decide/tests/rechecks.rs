//! Versions measured again while others are under way.

use proptest::prelude::*;

use super::noise::measured;
use super::parallel::{Site, parallel};
use super::properties::agrees_with_the_state;
use super::*;
use crate::run::Measurement;

/// A noisy run with the baseline done.
fn noisy(steps: u32, places: u32, measurement: Measurement) -> Site {
    let mut site = Site::new(RunSpec { measurement, ..parallel(steps, places) });
    site.end_with(0, 9, |_| measured(&[10.0, 12.0], true));
    site
}

/// The nodes that are measured again now.
fn again(site: &Site) -> Vec<u32> {
    let unfinished = site.play.state.tree().unfinished();
    unfinished.filter(|node| node.recheck.is_some()).map(|node| node.id.0).collect()
}

/// A run of 20 steps, two at a time, in which only re-checks are left: of its two best.
fn rechecking() -> Site {
    let mut site = noisy(20, 2, Measurement::default());
    for _ in 0..100 {
        if again(&site).len() == 2 {
            return site;
        }
        site.end_with(0, 9, |node| measured(&[f64::from(node.0)], true));
    }
    panic!("nothing is measured again: {:?}", site.under_way);
}

#[test]
fn the_two_best_are_measured_again_at_once() {
    let mut site = rechecking();
    assert_eq!((again(&site), site.nodes(true).len()), (vec![17, 18], 2));
    assert_eq!((site.play.state.steps_spent(), site.play.state.steps_done()), (20, 18));
    for left in [1, 0] {
        site.end_with(0, 9, |_| measured(&[15.0], true));
        assert_eq!(again(&site).len(), left);
    }
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!((site.play.state.steps_done(), site.play.state.tree().steps_asked()), (20, 18));
}

#[test]
fn a_recheck_that_could_not_be_made_is_undone() {
    let mut site = rechecking();
    let before = site.play.state.best();
    site.fail();
    assert_eq!((again(&site).len(), site.play.state.steps_spent()), (1, 19), "it costs nothing");
    site.end(0, 9);
    assert_eq!(
        (again(&site).len(), site.play.state.steps_spent()),
        (0, 18),
        "nor does one that is cancelled"
    );
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Error));
    assert_eq!(site.play.state.best(), before, "what is known of them still counts");
    assert_eq!(site.play.state.tree().unfinished().count(), 0);
    assert_eq!(RunState::replay(&site.play.journal).unwrap(), site.play.state);
    agrees_with_the_state(&site.play.journal).unwrap();

    site.give(resume(None));
    assert_eq!(again(&site), [17, 18], "they are made when it goes on");
    (0..2).for_each(|_| site.end_with(0, 9, |_| measured(&[15.0], true)));
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Completed));
    assert_eq!(site.play.state.steps_done(), 20);
}

#[test]
fn a_crash_while_the_run_stops_undoes_its_rechecks() {
    let mut site = rechecking();
    site.give(Input::StopAsked { force: false });
    site.crash();
    assert_eq!(site.play.state.end_status(), Some(EndStatus::Terminated));
    assert_eq!((again(&site).len(), site.play.state.steps_spent()), (0, 18));
    agrees_with_the_state(&site.play.journal).unwrap();
}

/// What comes of one evaluation: its samples (none: it does not work), and whether it was verified.
fn result() -> impl Strategy<Value = (Vec<f64>, bool)> {
    let samples = prop::collection::vec((-8_i8..8).prop_map(f64::from), 0..4);
    (samples, prop::bool::weighted(0.8))
}

proptest! {
    /// However noisy, with however many places, whatever crashes and whoever stops it: there are never more under way
    /// than may be, the budget is never exceeded and spent in the end, replay gives the same state, and the summary
    /// agrees with it.
    #[test]
    fn a_noisy_run_ends_with_its_budget_spent(
        moves in prop::collection::vec((0..40usize, 0..16u8, result()), 0..200),
        rest in prop::collection::vec(result(), 1..20),
        steps in 15..50u32,
        places in 1..9u32,
        repeats in prop::option::of(1_u32..4),
        is_gated in any::<bool>(),
        goal in prop_oneof![Just(Goal::Maximize), Just(Goal::Minimize)],
    ) {
        let verify_command = is_gated.then(|| "true".to_owned());
        let measurement = Measurement { repeats, verify_command, ..Measurement::default() };
        let spec = RunSpec { goal, measurement, ..parallel(steps, places) };
        let mut site = Site::new(spec);
        site.end_with(0, 9, |_| measured(&[1.0, 2.0], true));
        for (nth, what, (samples, verified)) in moves {
            match nth {
                36 => site.crash(),
                37 => drop(site.give(Input::StopAsked { force: what > 7 })),
                38 => site.fail(),
                39 => drop(site.give(resume(None))),
                nth => site.end_with(nth, what, |_| measured(&samples, verified)),
            }
            prop_assert!(site.play.state.tree().unfinished().count() <= places as usize);
            prop_assert!(site.nodes(true).len() <= places as usize);
            prop_assert!(site.play.state.steps_spent() <= steps);
        }
        let mut rest = rest.into_iter().cycle();
        for _ in 0..3 {
            for (samples, verified) in rest.by_ref().take(1_000) {
                if site.under_way.is_empty() {
                    break;
                }
                site.end_with(0, 9, |_| measured(&samples, verified));
            }
            prop_assert!(site.play.state.end_status().is_some(), "it never ends: {:?}", site.under_way);
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
