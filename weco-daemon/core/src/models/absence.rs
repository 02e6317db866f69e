//! Models whose provider could not be asked when it was last tried.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::Timestamp;

/// The first pause before an absent model is tried again, in first waits of the run's outages: as long as the longest
/// wait of a run that has no other model.
const PAUSE: u64 = 12;

/// The longest pause, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 3_600_000;

/// Which models cannot be asked for now, while others can.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Absences(BTreeMap<u32, Absence>);

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Absence {
    /// Without an answer in between.
    times: u32,
    /// When it may be tried again.
    until: Timestamp,
}

impl Absences {
    /// A model could not be asked; each further time it is left alone for twice as long.
    pub(crate) fn note(&mut self, model: u32, at: Timestamp, first_wait_ms: u64) {
        let times = self.0.get(&model).map_or(0, |absence| absence.times);
        let doublings = 1_u64.checked_shl(times).unwrap_or(u64::MAX);
        // Without any, two absent models would be asked in turn for ever.
        let pause =
            first_wait_ms.max(1).saturating_mul(PAUSE).saturating_mul(doublings).min(LONGEST_PAUSE_MS);
        let until = at.saturating_add_unsigned(pause);
        self.0.insert(model, Absence { times: times.saturating_add(1), until });
    }

    /// A model has answered.
    pub(crate) fn end(&mut self, model: u32) {
        self.0.remove(&model);
    }

    /// All may be tried again.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether a model is to be left alone.
    pub(crate) fn is_absent(&self, model: u32, now: Timestamp) -> bool {
        self.0.get(&model).is_some_and(|absence| now < absence.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_model_is_left_alone_longer_each_time_and_forgiven_when_it_answers() {
        let mut absences = Absences::default();
        absences.note(1, 0, 100);
        assert!(absences.is_absent(1, 1_199) && !absences.is_absent(1, 1_200) && !absences.is_absent(0, 0));
        absences.note(1, 2_000, 100);
        assert!(absences.is_absent(1, 4_399) && !absences.is_absent(1, 4_400));
        for _ in 0..100 {
            absences.note(1, 0, u64::MAX);
        }
        assert!(!absences.is_absent(1, 3_600_000), "an hour at most");
        absences.note(0, 0, 0);
        assert!(absences.is_absent(0, 1), "else two models were asked in turn for ever");
        absences.end(1);
        absences.note(1, 0, 100);
        assert!(!absences.is_absent(1, 1_200), "counted anew");
    }
}
