//! Why there is nothing to search.

use std::fmt;

/// Why the sources cannot be tuned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CannotTune {
    /// No literal is tunable.
    Nothing {
        /// The files that were looked at.
        paths: Vec<String>,
    },
    /// A `weco:` comment is not understood, or fits no literal.
    Annotation {
        /// The file it is in.
        path: String,
        /// Its line, from 1.
        line: u32,
        /// What it says.
        comment: String,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for CannotTune {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing { paths } => write!(
                f,
                "nothing to tune in {}: no number or truth value there is a constant, a setting, a default or keyword \
                 argument, or assigned to a variable",
                paths.join(", ")
            ),
            Self::Annotation { path, line, comment, why } => write!(
                f,
                "{path}:{line}: cannot use the comment “{comment}”: {why}. Write “weco: 1..64”, “weco: 1e-4..1.0 log”, \
                 “weco: [8, 16, 32]” or “weco: fixed” on a literal's line or the line above",
            ),
        }
    }
}

impl std::error::Error for CannotTune {}

/// Every version that the search can make has been tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exhausted {
    /// How many versions were tried or are being tried.
    pub versions: usize,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "all {} versions that the tunable literals allow have been tried: widen the ranges in the comments, or annotate more literals",
            self.versions
        )
    }
}

impl std::error::Error for Exhausted {}
