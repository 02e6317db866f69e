//! Which of the versions on disk comes to a source's path. Pure.

use super::closeness::is_closer_to;

/// What is known about it.
pub(super) struct Case<'a> {
    /// The text that was put in the source's place, or was about to be.
    pub(super) candidate: Option<&'a [u8]>,
    pub(super) after: After,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// This process swapped: what is aside is the user's for certain.
    Evaluation,
    /// An earlier one may have.
    Crash,
}

/// Who wrote what is under a name.
#[derive(Debug)]
pub(super) enum Text {
    Missing,
    /// What is to be restored.
    Original,
    /// The candidate, whole or in part, or the empty shell of a file after a power cut.
    Ours,
    Unknown(Vec<u8>),
    /// No file that could be read.
    Other(&'static str),
}

/// What comes to the source's path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// What is there.
    Stay,
    /// The file aside.
    Aside,
    /// A new file with the original's text.
    Rewrite,
}

/// Decides from what is at the path, what is at the name aside, and what is known.
pub(super) fn choose(path: &Text, aside: &Text, original: &[u8], case: &Case<'_>) -> Choice {
    let evaluated = case.after == After::Evaluation;
    let known = case.candidate.is_some();
    match (path, aside) {
        // Also if both are the original: the one aside is the user's own file.
        (Text::Original, Text::Original) => Choice::Aside,
        (Text::Original, Text::Unknown(_)) if evaluated && known => Choice::Aside,
        (Text::Original, _) => Choice::Stay,
        (Text::Unknown(text), aside) => choose_for_unknown(text, aside, original, case),
        (_, Text::Original) => Choice::Aside,
        // Neither original nor candidate: what the user made of the original.
        (_, Text::Unknown(_)) if known => Choice::Aside,
        _ => Choice::Rewrite,
    }
}

/// Someone's text is at the path: is it the user's version, or what became of the candidate?
fn choose_for_unknown(text: &[u8], aside: &Text, original: &[u8], case: &Case<'_>) -> Choice {
    match (aside, case.candidate) {
        (Text::Original, Some(candidate)) if is_closer_to(text, original, candidate) => Choice::Stay,
        (Text::Unknown(users), Some(candidate)) if is_closer_to(text, users, candidate) => Choice::Stay,
        (Text::Original, _) | (Text::Unknown(_), Some(_)) => Choice::Aside,
        (Text::Unknown(other), None) if is_closer_to_original(other, text, original) => Choice::Aside,
        (Text::Missing | Text::Other(_), Some(candidate))
            if case.after == After::Evaluation && !is_closer_to(text, original, candidate) =>
        {
            Choice::Rewrite
        }
        // Nothing was swapped, or it is all that is left.
        _ => Choice::Stay,
    }
}

fn is_closer_to_original(one: &[u8], other: &[u8], original: &[u8]) -> bool {
    // Similarity is symmetric.
    is_closer_to(original, one, other)
}
