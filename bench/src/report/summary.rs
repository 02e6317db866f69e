use super::statistics::{Estimate, ranks};
use crate::matrix::{Plan, Scores};

/// How all policies did at one budget.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// Evaluations.
    pub budget: u32,
    /// The policies, the best mean rank first.
    pub rows: Vec<Row>,
}

/// How one policy did.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The policy.
    pub policy: &'static str,
    /// Over all cells. Its standard error is that of the seeds' means, so it holds however cells hang together.
    pub overall: Estimate,
    /// The mean over cells of the rank of its mean score.
    pub rank: f64,
    /// Over the noises, for each family.
    pub by_family: Vec<f64>,
    /// Over the families, for each noise.
    pub by_noise: Vec<f64>,
    /// For each cell.
    pub cells: Vec<CellResult>,
}

/// How one policy did in one cell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CellResult {
    /// Over the seeds.
    pub score: Estimate,
    /// Among the policies, by mean score.
    pub rank: f64,
}

impl Summary {
    /// The summaries of all budgets.
    pub fn all(plan: &Plan, scores: &Scores) -> Vec<Self> {
        (0..plan.budgets.len()).map(|budget| Self::at(plan, scores, budget)).collect()
    }

    fn at(plan: &Plan, scores: &Scores, budget: usize) -> Self {
        let cells = plan.cells().len();
        let runs: Vec<Vec<Vec<f64>>> = (0..plan.contenders.len())
            .map(|contender| (0..cells).map(|cell| scores.of(cell, contender, budget).collect()).collect())
            .collect();
        let means: Vec<Vec<f64>> =
            runs.iter().map(|by_cell| by_cell.iter().map(|s| mean(s)).collect()).collect();
        let ranks: Vec<Vec<f64>> = (0..cells)
            .map(|cell| ranks(&means.iter().map(|by_cell| by_cell[cell]).collect::<Vec<_>>()))
            .collect();
        let row = |(contender, by_cell): (usize, &Vec<Vec<f64>>)| {
            let rank = |cell: usize| ranks[cell][contender];
            let results = by_cell.iter().enumerate();
            let results =
                results.map(|(cell, seeds)| CellResult { score: Estimate::of(seeds), rank: rank(cell) });
            Row::new(plan, plan.contenders[contender].name, by_cell, results.collect())
        };
        let mut rows: Vec<Row> = runs.iter().enumerate().map(row).collect();
        rows.sort_by(|a, b| a.rank.total_cmp(&b.rank));
        Self { budget: plan.budgets[budget], rows }
    }
}

impl Row {
    fn new(plan: &Plan, policy: &'static str, runs: &[Vec<f64>], cells: Vec<CellResult>) -> Self {
        let noises = plan.noises.len();
        let means: Vec<f64> = cells.iter().map(|cell| cell.score.mean).collect();
        let by_noise =
            |noise: usize| mean(&means.iter().skip(noise).step_by(noises).copied().collect::<Vec<_>>());
        let of_seed = |seed: usize| mean(&runs.iter().map(|seeds| seeds[seed]).collect::<Vec<_>>());
        let seeds = runs.first().map_or(0, Vec::len);
        Self {
            policy,
            overall: Estimate::of(&(0..seeds).map(of_seed).collect::<Vec<_>>()),
            rank: mean(&cells.iter().map(|cell| cell.rank).collect::<Vec<_>>()),
            by_family: means.chunks(noises).map(mean).collect(),
            by_noise: (0..noises).map(by_noise).collect(),
            cells,
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
