use std::num::NonZero;
use std::path::PathBuf;

use clap::Parser;
use weco_tests::contest::Proposer;

/// Plays the product's searches against one another, with the real programs.
#[derive(Parser)]
pub(crate) struct Options {
    /// Runs of each kind.
    #[arg(long, default_value_t = 5)]
    pub(crate) seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) first_seed: u64,
    /// Budgets, without the user's own code.
    #[arg(long, value_delimiter = ',', default_value = "20,60")]
    pub(crate) steps: Vec<u32>,
    /// Only these tasks.
    #[arg(long, value_delimiter = ',')]
    pub(crate) tasks: Vec<String>,
    /// The searches; the first is compared with the others.
    #[arg(long, value_delimiter = ',', default_value = "forage,aide,greedy")]
    pub(crate) searches: Vec<String>,
    /// Who proposes.
    #[arg(long, value_delimiter = ',', default_value = "builtin,programmer")]
    pub(crate) proposers: Vec<Proposer>,
    /// Runs at once; the number of cores if not given.
    #[arg(long)]
    pub(crate) jobs: Option<NonZero<usize>>,
    /// Writes each run's score there.
    #[arg(long)]
    pub(crate) csv: Option<PathBuf>,
    /// Writes what each run printed there, one file each.
    #[arg(long)]
    pub(crate) logs: Option<PathBuf>,
    /// What cargo adds for every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Proposers and budgets, each with each.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (Proposer, u32)> {
        self.proposers.iter().flat_map(|proposer| self.steps.iter().map(|steps| (*proposer, *steps)))
    }
}
