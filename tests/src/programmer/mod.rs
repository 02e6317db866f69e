//! A scripted programmer in the place of a language model: fallible, and the same each time.
//!
//! It reads the prompt that weco sends, finds the code shown in it, and answers with a real edit: functions written
//! otherwise (from a [`Catalogue`]), numbers changed, functions of two versions joined. Some of its edits are broken,
//! and half of its repairs put another bug in the place of the one that they remove. It looks at no scores: what
//! becomes of its edits is the search's doing alone.

mod answer;
mod bug;
mod catalogue;
mod literal;
mod shown;
mod source;
mod work;

pub use bug::Bugs;
pub use catalogue::Catalogue;
pub use source::with as with_function;
pub use work::Programmer;

/// Texts of files by their paths.
pub type Files = std::collections::BTreeMap<String, String>;
