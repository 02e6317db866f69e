//! Whether two evaluations at once measure what one alone does: found out before a run with several steps under way
//! asks for its first proposal.

use weco_core::event::Verdict;
use weco_core::plan::Plan;
use weco_core::run::{FileRefs, NodeId};
use weco_core::spread;

use crate::eval::process::{StopSignal, Token};
use crate::eval::{Measured, Measuring};
use crate::run::effects::Shared;
use crate::run::measure::{Trouble, measure};
use crate::run::place::Place;

/// The change of the metric, of its value alone, up to which it counts as noise.
const NOISE: f64 = 0.05;

/// Standard errors of a difference up to which it counts as noise.
const ERRORS: f64 = 3.0;

/// How often two are measured at once before a difference is told. With this few values their spread is a rough
/// estimate: of metrics that spread widely one look finds a difference in one of five, two in one of twenty-five.
const LOOKS: usize = 2;

/// What to do about evaluations that are in each other's way.
const KEEP_APART: &str = "keep them apart: by WECO_PORT_OFFSET for ports, TMPDIR for files outside the directory, \
                          --slots for devices; or measure one at a time: without -p";

/// What two evaluations at once came to.
pub(super) enum Company {
    /// The same as one alone.
    Fine,
    /// Another metric: one sentence.
    Disturbed(String),
    /// One of them does not work.
    Fails { message: String, hint: String },
    /// The run is stopped.
    Stopped,
}

/// Whether that is to be found out when this node was evaluated.
pub(super) fn is_due(shared: &Shared, node: NodeId) -> bool {
    node == NodeId::BASELINE && shared.spec.parallel > 1
}

/// Evaluates the baseline, which has `alone` as its metric, twice at once: in `place` and in a second one. A difference
/// is looked at a second time before it is told.
pub(super) async fn check<'s>(
    shared: &'s Shared,
    attempt: u32,
    refs: &FileRefs,
    measuring: Measuring<'_>,
    place: &mut Place<'s>,
    stop: &StopSignal,
    alone: &[f64],
) -> Company {
    place.clear().await;
    let mut second = match place.take_beside(shared, NodeId::BASELINE, &mut stop.clone()).await {
        Ok(Some(second)) => second,
        Ok(None) => return Company::Stopped,
        Err(Trouble { message, hint, .. }) => return Company::Fails { message, hint },
    };
    let (mut together, mut told) = (Vec::new(), None);
    for _ in 0..LOOKS {
        match both(shared, attempt, refs, measuring, place, &mut second, stop).await {
            Ok(values) => together.extend(values),
            Err(company) => return company,
        }
        place.clear().await;
        told = difference(alone, &together);
        if told.is_none() {
            break;
        }
        second.clear().await;
    }
    second.leave().await;
    told.map_or(Company::Fine, Company::Disturbed)
}

/// The metrics of two evaluations of the baseline at once.
async fn both(
    shared: &Shared,
    attempt: u32,
    refs: &FileRefs,
    measuring: Measuring<'_>,
    place: &mut Place<'_>,
    second: &mut Place<'_>,
    stop: &StopSignal,
) -> Result<[f64; 2], Company> {
    let node = NodeId::BASELINE;
    let command = measuring.command;
    let fit = |place: &Place<'_>| {
        place.fit(command.clone()).map_err(|Trouble { message, hint, .. }| Company::Fails { message, hint })
    };
    let (here, mut there) = (fit(place)?, fit(second)?);
    there.token = Token::beside(shared.spec.id, node, attempt);
    let once = |command| Measuring {
        command,
        plan: Plan { repeats: 1, ..measuring.plan },
        verify: None,
        ..measuring
    };
    let slots = [place.slot(), second.slot()];
    let both = tokio::join!(
        measure(shared, node, attempt, refs, once(&here), place, stop.clone()),
        measure(shared, node, attempt, refs, once(&there), second, stop.clone()),
    );
    match (metric(both.0), metric(both.1)) {
        (Ok(None), _) | (_, Ok(None)) => Err(Company::Stopped),
        (Ok(Some(one)), Ok(Some(other))) => Ok([one, other]),
        (Err(why), Err(_)) => Err(fails("the baseline works alone, but two at once do not", &why)),
        (Err(why), _) => Err(fails(&beside(slots[0]), &why)),
        (_, Err(why)) => Err(fails(&beside(slots[1]), &why)),
    }
}

fn beside(slot: u32) -> String {
    format!("the baseline works alone, but not in slot {slot} while it is evaluated in another one, too")
}

fn fails(what: &str, why: &str) -> Company {
    Company::Fails { message: format!("{what}: {why}"), hint: KEEP_APART.to_owned() }
}

/// The metric, or why there is none; nothing if the run was stopped.
fn metric(measured: Result<Option<Measured>, Trouble>) -> Result<Option<f64>, String> {
    match measured {
        Ok(None) => Ok(None),
        Ok(Some(measured)) => match measured.verdict {
            Verdict::Good { metric } => Ok(Some(metric)),
            Verdict::Buggy { reason, .. } => {
                let last = measured.output_tail.lines().rev().find(|line| !line.trim().is_empty());
                Err(last.map_or(reason.clone(), |last| format!("{reason}; it printed last: {}", last.trim())))
            }
        },
        Err(trouble) => Err(trouble.message),
    }
}

/// What to say if the mean of those measured `together` is further from that of those `alone` than noise would have it.
fn difference(alone: &[f64], together: &[f64]) -> Option<String> {
    let (before, now) = (spread::mean(alone)?, spread::mean(together)?);
    let change = (now - before).abs();
    let scale = before.abs().max(now.abs());
    let by_chance = ERRORS * spread::error_of_difference(alone, together)?;
    if change <= NOISE * scale || change <= by_chance {
        return None;
    }
    let percent = 100.0 * change / scale;
    Some(format!(
        "evaluations disturb each other: the baseline's metric is {} alone and {} when two are under way, off by \
         {percent:.0} %; a candidate is compared with others measured under the same load, but not with what it would \
         come to alone. {KEEP_APART}",
        listed(alone),
        listed(together),
    ))
}

/// `1, 2 and 3`.
fn listed(values: &[f64]) -> String {
    let words: Vec<String> = values.iter().map(f64::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_beyond_noise_and_spread_is_told() {
        for (alone, together, told) in [
            (&[10.0][..], &[10.0, 10.0][..], false),
            (&[10.0], &[10.4, 10.4], false),
            (&[10.0], &[8.0, 8.1], true),
            (&[10.0], &[7.0, 12.0], false),
            // Noise of the one shows in the other.
            (&[10.0, 7.0], &[8.0, 7.9], false),
            // Of two that lie close together by chance, two more tell it.
            (&[10.0], &[7.9, 8.0], true),
            (&[10.0], &[7.9, 8.0, 11.0, 9.0], false),
            (&[-10.0], &[-12.0, -12.1], true),
            (&[0.0], &[0.0, 0.0], false),
            (&[0.0], &[1.0, 1.1], true),
        ] {
            assert_eq!(difference(alone, together).is_some(), told, "{alone:?} {together:?}");
        }
        let told = difference(&[10.0, 10.0], &[8.0, 8.0, 8.5]).unwrap();
        assert!(told.contains("is 10 and 10 alone and 8, 8 and 8.5 when two"), "{told}");
        assert!(told.contains("off by 18 %"), "{told}");
    }
}
