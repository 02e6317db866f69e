//! Who plays what.

use std::fmt;
use std::str::FromStr;

use super::task::Task;

/// Who proposes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proposer {
    /// `-M builtin`.
    Builtin,
    /// The scripted programmer.
    Programmer,
}

impl Proposer {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Builtin, Self::Programmer];
}

impl fmt::Display for Proposer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Builtin => "builtin",
            Self::Programmer => "programmer",
        })
    }
}

impl FromStr for Proposer {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let found = Self::ALL.into_iter().find(|proposer| proposer.to_string() == text);
        found.ok_or_else(|| format!("no proposer is called {text}: builtin or programmer"))
    }
}

/// One run.
#[derive(Clone, Debug)]
pub struct Entry<'t> {
    /// What is to be made better.
    pub task: &'t Task,
    /// Who proposes.
    pub proposer: Proposer,
    /// The search, as `--search` names it.
    pub search: String,
    /// The budget, without the user's own code.
    pub steps: u32,
    /// The seed of the run, of the programmer's luck, and of the errors of measurement.
    pub seed: u64,
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, proposer, search, steps, seed } = self;
        write!(f, "{}-{proposer}-{search}-{steps}-{seed}", task.name)
    }
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Result<'t> {
    /// The run.
    pub entry: Entry<'t>,
    /// The metric of the program that it returned, measured afterwards and without noise.
    pub score: f64,
    /// What the client printed.
    pub log: String,
}
