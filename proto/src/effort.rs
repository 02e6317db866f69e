//! How hard models are to think, in words.

use crate::v1::ReasoningEffort;

/// The word for it, as it is given and shown; none: as the models do by themselves.
pub fn word(effort: ReasoningEffort) -> Option<&'static str> {
    match effort {
        ReasoningEffort::Unspecified => None,
        ReasoningEffort::Minimal => Some("minimal"),
        ReasoningEffort::Low => Some("low"),
        ReasoningEffort::Medium => Some("medium"),
        ReasoningEffort::High => Some("high"),
    }
}
