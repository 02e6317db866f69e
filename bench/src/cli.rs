//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::contender::{CONTENDERS, Contender};
use crate::family::{FAMILIES, Family, Half};
use crate::matrix::Plan;
use crate::noise::Noise;
use crate::simulation::Channel;

/// Compare search policies by simulated runs of the real core: how good is the program that is returned after N
/// evaluations?
#[derive(Clone, Debug, Parser)]
#[command(name = "weco-bench-search")]
pub struct Cli {
    /// Task families [default: all of the half]
    #[arg(long, value_delimiter = ',', value_parser = family)]
    families: Vec<&'static Family>,
    /// Policies [default: all]
    #[arg(long, value_delimiter = ',', value_parser = contender)]
    policies: Vec<&'static Contender>,
    /// The policy that the others are compared with, seed by seed
    #[arg(long, value_name = "POLICY", default_value = "aide", value_parser = contender)]
    against: &'static Contender,
    /// The policy whose advantage over each of the others is looked at closely
    #[arg(long, value_name = "POLICY", default_value = "forage", value_parser = contender)]
    pub subject: &'static Contender,
    /// Budgets, in evaluations
    #[arg(long, value_delimiter = ',', default_values_t = [20, 50, 100, 200, 500, 1000],
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    budgets: Vec<u32>,
    /// Errors of measurement [default: all]
    #[arg(long, value_delimiter = ',')]
    noise: Vec<Noise>,
    /// Runs of each kind
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u64).range(2..))]
    seeds: u64,
    /// Proposals under way at a time
    #[arg(long, value_delimiter = ',', default_values_t = [1], value_parser = clap::value_parser!(u32).range(1..=32))]
    in_flight: Vec<u32>,
    /// The held-out half of the families, for policies that are finished
    #[arg(long)]
    held_out: bool,
    /// Both halves of the families, for policies that are finished
    #[arg(long, conflicts_with = "held_out")]
    both: bool,
    /// Hand programs and metrics over without prompts, replies and outputs: the same runs, quicker
    #[arg(long)]
    fast: bool,
    /// Write all results to this file: one line for each budget, family, noise and policy
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Draw results that were written with --csv, and play nothing; give one for each file
    #[arg(long, value_name = "CSV", requires = "svg")]
    pub from: Vec<PathBuf>,
    /// Where to draw them to: mean scores by budget, as SVG
    #[arg(long, value_name = "FILE", requires = "from")]
    pub svg: Option<PathBuf>,
    /// Threads
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

impl Cli {
    /// What is asked for: a comparison for each number of proposals under way.
    ///
    /// # Errors
    /// In words, if a family of the other half is named, or the policy to compare with does not take part.
    pub fn plans(&self) -> Result<Vec<Plan>, String> {
        let plan = self.plan()?;
        let in_flight = or_all(&self.in_flight, std::iter::empty());
        Ok(in_flight.into_iter().map(|in_flight| Plan { in_flight, ..plan.clone() }).collect())
    }

    fn plan(&self) -> Result<Plan, String> {
        let half = if self.held_out { Half::HeldOut } else { Half::Open };
        let is_asked = |family: &Family| self.both || family.half == half;
        let of_half = FAMILIES.iter().filter(|family| is_asked(family));
        if let Some(other) = self.families.iter().find(|family| !is_asked(family)) {
            let how = if self.held_out { "leave --held-out away" } else { "add --held-out" };
            return Err(format!("'{}' is of the {} half: {how}", other.name, other.half.name()));
        }
        if !self.policies.is_empty() && !self.policies.contains(&self.against) {
            let name = self.against.name;
            return Err(format!("'{name}' is not among --policies: add it, or name another with --against"));
        }
        Ok(Plan {
            families: or_all(&self.families, of_half),
            noises: or_all(&self.noise, Noise::ALL.into_iter()),
            contenders: or_all(&self.policies, CONTENDERS.iter()),
            reference: self.against,
            subject: self.subject,
            budgets: or_all(&self.budgets, std::iter::empty()),
            seeds: self.seeds,
            in_flight: 1,
            channel: if self.fast { Channel::Direct } else { Channel::Text },
            threads: self.threads,
        })
    }
}

/// What is named, each once; all, if nothing is.
fn or_all<T: Copy + PartialEq>(named: &[T], all: impl Iterator<Item = T>) -> Vec<T> {
    if named.is_empty() {
        return all.collect();
    }
    let is_first = |(at, item): &(usize, &T)| !named[..*at].contains(item);
    named.iter().enumerate().filter(is_first).map(|(_, item)| *item).collect()
}

fn family(name: &str) -> Result<&'static Family, String> {
    Family::named(name).ok_or_else(|| among(FAMILIES.iter().map(|family| family.name)))
}

fn contender(name: &str) -> Result<&'static Contender, String> {
    Contender::named(name).ok_or_else(|| among(CONTENDERS.iter().map(|contender| contender.name)))
}

fn among(names: impl Iterator<Item = &'static str>) -> String {
    format!("it is one of {}", names.collect::<Vec<_>>().join(", "))
}
