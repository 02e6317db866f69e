//! What the model is told.
//!
//! The system message holds what stays the same over a run: the role, the rules and the form of an
//! answer. The user message holds the task at hand: the goal, one version of the files with its
//! result, what was tried, and what is wanted now. Everything but the files and the user's own
//! words is cut to a constant, so prompts do not grow with the run; the same brief always gives the
//! same prompt.
//!
//! Whatever was written elsewhere (files, output, plans) stands in a fence longer than any run of
//! backticks in it, or on one line, so that it cannot pass for part of the prompt.

mod approaches;
mod bounds;
mod brief;
mod form;
mod history;
mod render;
mod report;
mod text;

#[cfg(test)]
pub(crate) mod tests;

pub use bounds::{
    LONG_FILE_LINES, MAX_APPROACHES, MAX_COMMAND_CHARS, MAX_EXAMPLES_CHARS, MAX_INSTRUCTIONS_CHARS,
    MAX_OUTPUT_CHARS, MAX_PATH, MAX_REASON_CHARS, MAX_TRIED, MAX_TRIED_CHARS,
};
pub use brief::{Approach, Brief, Prompt, Second, Texts, Tried, TriedResult};
pub use render::render;
