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
    /// The budgets, in evaluations after the baseline's.
    pub budgets: Vec<u32>,
    /// Runs of each kind, with the seeds 0, 1, 2, …
    pub seeds: u64,
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
        let work = || -> Result<Vec<(usize, Vec<f64>)>, Error> {
            let take = || jobs.get(next.fetch_add(1, Ordering::Relaxed));
            std::iter::from_fn(take).map(|job| Ok((job.place, self.play(job)?))).collect()
        };
        let mut by_job = vec![Vec::new(); jobs.len()];
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

    /// The scores of one seed at each budget: of one run, where its beginnings are the runs of the smaller budgets.
    fn play(&self, job: &Job) -> Result<Vec<f64>, Error> {
        let Job { cell, contender, seed, .. } = *job;
        let run = |budget: u32| {
            let steps = contender.proposals(budget);
            let (family, noise, channel) = (cell.family, cell.noise, self.channel);
            simulate(&Setup { family, noise, seed, steps, channel }, contender.policy(budget).as_ref())
        };
        if contender.reads_budget {
            let score = |budget: &u32| Ok(run(*budget)?.score(contender.proposals(*budget)));
            return self.budgets.iter().map(score).collect();
        }
        let longest = run(self.budgets.iter().copied().max().unwrap_or(0))?;
        Ok(self.budgets.iter().map(|budget| longest.score(contender.proposals(*budget))).collect())
    }
}

/// A policy on a task.
struct Job {
    place: usize,
    cell: Cell,
    contender: &'static Contender,
    seed: u64,
}

/// The scores of all runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Scores {
    by_job: Vec<Vec<f64>>,
    contenders: usize,
    seeds: usize,
}

impl Scores {
    /// Of the scores at each budget, by cell, contender and seed.
    pub(crate) fn new(by_job: Vec<Vec<f64>>, plan: &Plan) -> Self {
        Self { by_job, contenders: plan.contenders.len(), seeds: plan.seeds as usize }
    }

    /// The scores of one contender in one cell at one budget, by seed. All are positions in the plan.
    pub fn of(&self, cell: usize, contender: usize, budget: usize) -> impl Iterator<Item = f64> {
        let first = (cell * self.contenders + contender) * self.seeds;
        self.by_job[first..first + self.seeds].iter().map(move |scores| scores[budget])
    }
}
