//! Which form of an answer works in a run: whole files, or SEARCH/REPLACE blocks.

use serde::{Deserialize, Serialize};

use crate::event::{Fault, Form};
use crate::prompt::LONG_FILE_LINES;

/// Files with more lines are changed by SEARCH/REPLACE where whole files do worse: shorter ones are as quickly written
/// out as quoted.
const SHORT_FILE_LINES: usize = 60;

/// Files with more lines are changed by SEARCH/REPLACE even where that does worse: a reply has no room for more.
const MAX_WHOLE_LINES: usize = 1_000;

/// Failures of a form before its success is doubted: one may be chance.
const TELLING_FAILURES: u32 = 2;

/// How often each form was answered with, and how often such an answer could not be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Forms {
    whole: Count,
    edits: Count,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Count {
    used: u32,
    failed: u32,
}

impl Count {
    /// The share of failures, taken to be a half before anything is known (Laplace's rule).
    fn risk(self) -> f64 {
        f64::from(self.failed + 1) / f64::from(self.used + self.failed + 2)
    }

    fn is_doubtful_beside(self, other: Self) -> bool {
        self.failed >= TELLING_FAILURES && self.risk() > other.risk()
    }
}

impl Forms {
    /// A reply could be used.
    pub(crate) fn used(&mut self, form: Option<Form>) {
        match form {
            Some(Form::Whole) => self.whole.used += 1,
            Some(Form::Edits) => self.edits.used += 1,
            None => {}
        }
    }

    /// A reply could not be used.
    pub(crate) fn failed(&mut self, fault: Fault) {
        match fault {
            Fault::Whole => self.whole.failed += 1,
            Fault::Edits => self.edits.failed += 1,
            Fault::Seen | Fault::Other => {}
        }
    }

    /// Files with more lines than this are better changed by SEARCH/REPLACE.
    pub(crate) fn longest_whole(&self) -> usize {
        if self.edits.is_doubtful_beside(self.whole) {
            MAX_WHOLE_LINES
        } else if self.whole.is_doubtful_beside(self.edits) {
            SHORT_FILE_LINES
        } else {
            LONG_FILE_LINES
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(used: &[Form], failed: &[Fault]) -> Forms {
        let mut forms = Forms::default();
        used.iter().for_each(|form| forms.used(Some(*form)));
        failed.iter().for_each(|fault| forms.failed(*fault));
        forms
    }

    #[test]
    fn at_first_the_length_of_a_file_decides() {
        assert_eq!(Forms::default().longest_whole(), LONG_FILE_LINES);
        assert_eq!(
            forms(&[Form::Whole], &[Fault::Edits]).longest_whole(),
            LONG_FILE_LINES,
            "one may be chance"
        );
        assert_eq!(forms(&[], &[Fault::Seen, Fault::Other, Fault::Seen]).longest_whole(), LONG_FILE_LINES);
    }

    #[test]
    fn the_form_that_fails_more_often_is_asked_for_less() {
        assert_eq!(forms(&[Form::Whole], &[Fault::Edits; 2]).longest_whole(), MAX_WHOLE_LINES);
        assert_eq!(forms(&[Form::Edits], &[Fault::Whole; 2]).longest_whole(), SHORT_FILE_LINES);
        assert_eq!(forms(&[Form::Edits; 9], &[Fault::Edits; 2]).longest_whole(), LONG_FILE_LINES, "seldom");
        let both = [Fault::Edits, Fault::Edits, Fault::Whole, Fault::Whole];
        assert_eq!(forms(&[], &both).longest_whole(), LONG_FILE_LINES);
    }
}
