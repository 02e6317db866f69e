//! What a model's text means: a plan and a new version of the files.

use crate::run::Files;

/// A reply that could be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What the model says it does, in a few sentences.
    pub plan: String,
    /// Every file of the new version; those the reply left out are the parent's.
    pub files: Files,
}

/// Why a reply could not be applied, in words that the model is shown when it is asked again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unusable {
    /// One or two sentences, concrete: which block, which file, what was not found.
    pub reason: String,
}

/// Reads a reply against the version it was asked to change.
///
/// # Errors
/// [`Unusable`] if there is no code, the code is unchanged, only foreign paths are named, or a
/// SEARCH text does not occur in its file.
pub fn parse(text: &str, parent: &Files) -> Result<Candidate, Unusable> {
    let _ = (text, parent);
    Err(Unusable { reason: "no code".to_owned() })
}
