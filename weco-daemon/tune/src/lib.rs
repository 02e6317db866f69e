//! Finds the tunable literals of source code and searches them: the proposer that needs no model.
//!
//! # What is tuned
//!
//! Numbers and truth values that look like settings: named constants, configuration entries, default and
//! keyword arguments, values of variables, and less eagerly other numbers in expressions. What belongs to
//! the code's structure is left alone: indices, counters that start at nought, offsets by one, shifts and
//! masks, cases, enumerations, types, imports, versions, dates, seeds. At most 64 literals, the likeliest
//! first. Python, Rust, C, C++, CUDA, JavaScript and TypeScript are read by their grammar; other languages,
//! and files that hardly follow theirs, by a lexer that knows their comments and strings.
//!
//! # What a comment says
//!
//! A comment on a literal's own line, or alone on the lines above it, gives the values to try:
//!
//! ```text
//! BLOCK = 32            # weco: 1..64                  a range, bounds included
//! rate = 1e-3           # weco: 1e-5..0.1 log          spread by ratios (so is any range from 1 to 32 or more)
//! tile = 64             # weco: 16..512 pow2           powers of two
//! chunk = 100           # weco: 50..500 step 50        (`linear` undoes the spread by ratios)
//! lanes = 4             # weco: [2, 4, 8, 16]          choices; also `tune: …`
//! mode = "fast"         # choices: "fast", "exact"     for strings, only so
//! depth = 6             # range: 1 to 12
//! resize(0.5, 16)       # weco: 0.1..0.9; 8..64        one each, in order
//! GRAVITY = 9.81        # weco: fixed                  leave it alone
//! k = 3                 # one of 2, 3, 5               plain words, where they are clear
//! p = 0.5               # between 0 and 1
//! ```
//!
//! **As soon as one literal has such a mark (`weco:`, `tune:`, `range:`, `choices:`), only literals whose
//! domain a comment gives are tuned.** `weco: fixed` and plain words do not have that effect. A mark means
//! the literals of its line whose present value it allows; if it allows none, the only one it could mean.
//! A `weco:` comment that is not understood or means nothing is an error; other comments are passed over.
//! The type decides how values are written: an integer stays one unless the range has a fraction.
//!
//! # How it searches
//!
//! A model of the score (Gaussian-process regression on a bounded choice of the versions tried) compares
//! candidates made by local moves with a step of their own per literal, crossing, differences of good
//! versions, going on in a direction that paid, and jumps. Which literal matters is learned twice: from gains,
//! and from the lengths of the model. Where the model explains little, its say is small. When a climb is
//! stuck, another begins elsewhere and is given up as soon as it lags. Failures push the search away.

mod annotation;
mod domain;
mod error;
mod find;
mod layout;
mod literal;
mod number;
mod plan;
mod search;
mod template;
mod tuner;

use std::collections::BTreeMap;

pub use error::{CannotTune, Exhausted};
pub use layout::without_layout;
pub use literal::{Domain, Literal, Scale, Value};
pub use tuner::{Proposal, Tuner};

/// Source files by path.
pub type Files = BTreeMap<String, String>;
