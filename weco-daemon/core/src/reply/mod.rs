//! What a model's text means: a plan and a new version of the files.
//!
//! A model is asked for prose and fenced blocks, and answers with something like it. Reading goes
//! in four steps, each in its own place:
//!
//! ```text
//! text ──scan──▶ parts ──label──▶ whole files ─┐
//!   (thoughts      (prose, blocks,             ├─▶ checks ──▶ Candidate or Unusable
//!    dropped)       edits)       ▶ edits ──────┘
//! ```
//!
//! Whatever is written in a reply, the paths of the version it yields are exactly its parent's.
//! When in doubt a reply is [`Unusable`] with a reason for the model rather than half applied: a
//! question asked again is cheaper than an evaluation of code that nobody meant.

mod bounds;
mod candidate;
mod edit;
mod elision;
mod extent;
mod fence;
mod label;
mod language;
mod marker;
mod matching;
mod parent;
mod parse;
mod path;
mod plan;
mod quote;
mod resemblance;
mod scan;
mod style;
mod think;
mod variant;
mod whole;

#[cfg(test)]
mod tests;

pub use bounds::{MAX_EDITS, MAX_FILE_BYTES, MAX_PLAN_CHARS, MAX_REPLY_BYTES, MAX_TOTAL_BYTES};
pub use candidate::{Candidate, Unusable};
pub use parse::parse;
