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
    /// How much better than the reference, seed by seed: luck that both had does not count.
    pub lead: Option<Estimate>,
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
    /// As [`Row::lead`].
    pub lead: Option<Estimate>,
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
        let runs: Vec<Runs> = (0..plan.contenders.len())
            .map(|contender| (0..cells).map(|cell| scores.of(cell, contender, budget).collect()).collect())
            .collect();
        let ranks: Vec<Vec<f64>> = (0..cells)
            .map(|cell| ranks(&runs.iter().map(|by_cell| mean(&by_cell[cell])).collect::<Vec<_>>()))
            .collect();
        let reference = plan.contenders.iter().position(|contender| *contender == plan.reference);
        let reference = reference.map(|at| &runs[at]);
        let row = |(at, by_cell): (usize, &Runs)| {
            let cell = |cell: usize| CellResult {
                score: Estimate::of(&by_cell[cell]),
                lead: reference.map(|reference| lead(&by_cell[cell], &reference[cell])),
                rank: ranks[cell][at],
            };
            Row::new(plan, plan.contenders[at].name, by_cell, reference, (0..cells).map(cell).collect())
        };
        let mut rows: Vec<Row> = runs.iter().enumerate().map(row).collect();
        rows.sort_by(|a, b| a.rank.total_cmp(&b.rank));
        Self { budget: plan.budgets[budget], rows }
    }
}

/// The scores of a policy, by cell and seed.
type Runs = Vec<Vec<f64>>;

impl Row {
    fn new(
        plan: &Plan,
        policy: &'static str,
        runs: &Runs,
        reference: Option<&Runs>,
        cells: Vec<CellResult>,
    ) -> Self {
        let noises = plan.noises.len();
        let means: Vec<f64> = cells.iter().map(|cell| cell.score.mean).collect();
        let by_noise =
            |noise: usize| mean(&means.iter().skip(noise).step_by(noises).copied().collect::<Vec<_>>());
        let of_seeds = by_seed(runs);
        Self {
            policy,
            overall: Estimate::of(&of_seeds),
            lead: reference.map(|reference| lead(&of_seeds, &by_seed(reference))),
            rank: mean(&cells.iter().map(|cell| cell.rank).collect::<Vec<_>>()),
            by_family: means.chunks(noises).map(mean).collect(),
            by_noise: (0..noises).map(by_noise).collect(),
            cells,
        }
    }
}

/// The mean over all cells, for each seed.
fn by_seed(runs: &Runs) -> Vec<f64> {
    let seeds = runs.first().map_or(0, Vec::len);
    (0..seeds).map(|seed| mean(&runs.iter().map(|cell| cell[seed]).collect::<Vec<_>>())).collect()
}

/// How much better the first are, pair by pair.
fn lead(own: &[f64], others: &[f64]) -> Estimate {
    Estimate::of(&own.iter().zip(others).map(|(own, other)| own - other).collect::<Vec<_>>())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::Contender;
    use crate::family::Family;
    use crate::matrix::Played;
    use crate::noise::Noise;
    use crate::simulation::Channel;

    #[test]
    fn means_are_over_the_right_cells_and_leads_are_by_seed() {
        let contenders: Vec<_> = ["aide", "uct"].iter().filter_map(|name| Contender::named(name)).collect();
        let plan = Plan {
            families: ["smooth", "needle"].iter().filter_map(|name| Family::named(name)).collect(),
            noises: vec![Noise::None, Noise::Heavy],
            reference: contenders[0],
            subject: contenders[1],
            contenders,
            budgets: vec![7],
            seeds: 2,
            in_flight: 1,
            channel: Channel::Direct,
            threads: 1,
        };
        // For each of smooth none, smooth heavy, needle none and needle heavy: aide's two seeds, then uct's.
        let scores = [1.0, 3.0, 2.0, 4.0, 0.0, 0.0, 4.0, 6.0, 5.0, 7.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
        let played = |score: &f64| Played { scores: vec![*score], ..Played::default() };
        let by_job = scores.iter().map(played).collect();
        let summary = &Summary::all(&plan, &Scores::new(by_job, &plan))[0];
        let uct = summary.rows.iter().find(|row| row.policy == "uct").unwrap();
        assert_eq!((uct.by_family.as_slice(), uct.by_noise.as_slice()), (&[4.0, 2.0][..], &[2.0, 4.0][..]));
        assert_eq!((uct.overall.mean, uct.rank), (3.0, 1.25));
        // The seeds' means are 2.5 and 3.5 against 2 and 3.
        assert_eq!(uct.lead, Some(Estimate { mean: 0.5, standard_error: 0.0 }));
        assert_eq!(uct.cells[2].lead.map(|lead| lead.mean), Some(-5.0));
    }
}
