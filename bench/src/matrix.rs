//! All runs of a comparison, over several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::contender::Contender;
use crate::family::Family;
use crate::noise::Noise;
use crate::simulation::{Channel, Error, Setup, simulate};

/// What is compared on what.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The families.
    pub families: Vec<&'static Family>,
    /// The errors of measurement.
    pub noises: Vec<Noise>,
    /// The policies.
    pub contenders: Vec<&'static Contender>,
    /// The one that the others are compared with, if it is among them.
    pub reference: &'static Contender,
    /// The one whose advantage over each other is looked at closely, if it is among them.
    pub subject: &'static Contender,
    /// The budgets, in evaluations after the baseline's.
    pub budgets: Vec<u32>,
    /// Runs of each kind, with the seeds 0, 1, 2, …
    pub seeds: u64,
    /// Proposals under way at a time.
    pub in_flight: u32,
    /// How proposer and core talk.
    pub channel: Channel,
    /// Threads that work.
    pub threads: usize,
}

/// A family under an error of measurement.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The family.
    pub family: &'static Family,
    /// The error.
    pub noise: Noise,
}

impl Plan {
    /// All cells, in the order of families, then noises.
    pub fn cells(&self) -> Vec<Cell> {
        let cells = |family| self.noises.iter().map(move |noise| Cell { family, noise: *noise });
        self.families.iter().copied().flat_map(cells).collect()
    }

    /// Plays every run. The result does not depend on the threads.
    ///
    /// # Errors
    /// [`Error`] if a run shows a defect.
    pub fn run(&self) -> Result<Scores, Error> {
        let jobs = self.jobs();
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Played)>, Error> {
            let take = || jobs.get(next.fetch_add(1, Ordering::Relaxed));
            std::iter::from_fn(take).map(|job| Ok((job.place, self.play(job)?))).collect()
        };
        let mut by_job = vec![Played::default(); jobs.len()];
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.max(1)).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                let played = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                played.into_iter().for_each(|(place, scores)| by_job[place] = scores);
            }
            Ok(Scores::new(by_job, self))
        })
    }

    fn jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for cell in self.cells() {
            for contender in &self.contenders {
                for seed in 0..self.seeds {
                    jobs.push(Job { place: jobs.len(), cell, contender, seed });
                }
            }
        }
        jobs
    }

    /// One seed at each budget: one run, where its beginnings are the runs of the smaller budgets.
    fn play(&self, job: &Job) -> Result<Played, Error> {
        let Job { cell, contender, seed, .. } = *job;
        let run = |budget: u32| {
            let steps = contender.proposals(budget);
            let (family, noise, channel, in_flight) = (cell.family, cell.noise, self.channel, self.in_flight);
            let setup = Setup { family, noise, seed, steps, in_flight, channel };
            simulate(&setup, contender.policy(budget).as_ref())
        };
        let keeps_curves = contender == self.subject;
        // The last evaluations of a small budget end differently when more follow them, and in a noisy run they measure
        // the best again.
        let ends_alike = self.in_flight == 1 && cell.noise == Noise::None;
        if contender.reads_budget || !ends_alike || keeps_curves {
            let mut played = Played::default();
            for budget in &self.budgets {
                let trace = run(*budget)?;
                played.scores.push(trace.score(contender.proposals(*budget)));
                played.curves.extend(keeps_curves.then_some(trace.returned));
            }
            return Ok(played);
        }
        let longest = run(self.budgets.iter().copied().max().unwrap_or(0))?;
        let score = |budget: &u32| longest.score(contender.proposals(*budget));
        Ok(Played { scores: self.budgets.iter().map(score).collect(), curves: Vec::new() })
    }
}

/// A policy on a task.
struct Job {
    place: usize,
    cell: Cell,
    contender: &'static Contender,
    seed: u64,
}

/// What one policy got with one seed.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Played {
    /// The score at each budget.
    pub(crate) scores: Vec<f64>,
    /// Of the plan's subject: for each budget, what would be returned after each evaluation of that run.
    pub(crate) curves: Vec<Vec<f64>>,
}

/// The scores of all runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Scores {
    by_job: Vec<Played>,
    contenders: usize,
    seeds: usize,
}

impl Scores {
    /// Of what was played, by cell, contender and seed.
    pub(crate) fn new(by_job: Vec<Played>, plan: &Plan) -> Self {
        Self { by_job, contenders: plan.contenders.len(), seeds: plan.seeds as usize }
    }

    /// The scores of one contender in one cell at one budget, by seed. All are positions in the plan.
    pub fn of(&self, cell: usize, contender: usize, budget: usize) -> impl Iterator<Item = f64> {
        self.jobs(cell, contender).iter().map(move |played| played.scores[budget])
    }

    /// The mean score over the seeds after each evaluation of the subject's runs of one budget; empty for others.
    pub fn curve(&self, cell: usize, contender: usize, budget: usize) -> Vec<f64> {
        let jobs = self.jobs(cell, contender);
        let curves: Vec<&Vec<f64>> = jobs.iter().filter_map(|played| played.curves.get(budget)).collect();
        let shortest = curves.iter().map(|curve| curve.len()).min().unwrap_or(0);
        let mean = |at: usize| curves.iter().map(|curve| curve[at]).sum::<f64>() / curves.len() as f64;
        (0..shortest).map(mean).collect()
    }

    fn jobs(&self, cell: usize, contender: usize) -> &[Played] {
        let first = (cell * self.contenders + contender) * self.seeds;
        &self.by_job[first..first + self.seeds]
    }
}
