//! What reading a reply comes to.

use crate::event::{Fault, Form};
use crate::run::Files;

/// A reply that could be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What the model says it does, in a few sentences.
    pub plan: String,
    /// Every file of the new version; those the reply left out are the parent's.
    pub files: Files,
    /// How the reply gave it.
    pub form: Form,
}

/// Why a reply could not be applied, in words that the model is shown when it is asked again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unusable {
    /// One or two sentences, concrete: which block, which file, what was not found.
    pub reason: String,
    /// What kind of reason that is.
    pub fault: Fault,
}

impl Unusable {
    /// With this reason.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), fault: Fault::Other }
    }

    /// Of this kind, unless another is known.
    pub(super) fn with(self, fault: Fault) -> Self {
        let fault = if self.fault == Fault::Other { fault } else { self.fault };
        Self { fault, ..self }
    }
}
