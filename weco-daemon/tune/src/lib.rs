//! Finds the tunable literals of source code and searches them: the proposer that needs no model.

mod annotation;
mod domain;
mod error;
mod find;
mod literal;
mod number;
mod plan;
mod search;
mod template;
mod tuner;

use std::collections::BTreeMap;

pub use error::{CannotTune, Exhausted};
pub use literal::{Domain, Literal, Scale, Value};
pub use tuner::{Proposal, Tuner};

/// Source files by path.
pub type Files = BTreeMap<String, String>;
