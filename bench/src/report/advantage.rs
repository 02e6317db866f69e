use std::fmt::Write;

use rand::{Rng, RngExt};
use weco_core::run::NodeId;

use super::statistics::{Estimate, median, ranks};
use super::table::aligned;
use crate::contender::Contender;
use crate::matrix::{Plan, Scores};
use crate::random::{Purpose, stream};

/// Resamples of the seeds for the standard error of a mean rank.
const RESAMPLES: usize = 200;
/// Standard errors beyond which a difference is more than noise: one in 20 of the cells without a difference exceeds it.
const BEYOND_NOISE: f64 = 2.0;

/// What [`Plan::subject`] has over each other policy, over all cells and budgets.
///
/// The ratio is that of evaluations to the same score: the subject's evaluations until its mean score is what the rival
/// has reached at the budget, over that budget. They are counted in the subject's run of the same budget; if that never
/// gets there, in its runs of larger ones; if none does, the ratio is infinite. Reported is the median.
pub fn render(plan: &Plan, scores: &Scores) -> String {
    let Some(subject) = plan.contenders.iter().position(|contender| *contender == plan.subject) else {
        return String::new();
    };
    let view = View { plan, scores, subject };
    let mut text = format!("\n{} against each, over all cells and budgets\n\n", plan.subject.name);
    text.push_str(&aligned(&view.rows()));
    let of_best = view.ratio(|cell, budget| view.best_rival(cell, budget));
    let _ = writeln!(
        text,
        "\nEvaluations to the score of the best rival of each cell: {of_best:.2} of its{}.",
        view.no_rivals()
    );
    let worse = view.worse_than_reference();
    let name = plan.reference.name;
    if worse.is_empty() {
        let _ = writeln!(text, "In no cell worse than {name} by more than {BEYOND_NOISE} standard errors.");
    } else {
        let _ = writeln!(text, "Worse than {name} by more than {BEYOND_NOISE} standard errors:");
        worse.iter().for_each(|line| text.push_str(line));
    }
    text
}

/// A comparison from the subject's place.
struct View<'a> {
    plan: &'a Plan,
    scores: &'a Scores,
    subject: usize,
}

impl View<'_> {
    fn rows(&self) -> Vec<Vec<String>> {
        let head = ["policy", "mean rank", "subject better", "no difference", "worse", "ratio"];
        let rank_errors = self.rank_errors();
        let row = |policy: usize| {
            let rank =
                format!("{:.2} ±{:.2}", self.mean_rank(&self.all_seeds(), policy), rank_errors[policy]);
            let mut row = vec![self.plan.contenders[policy].name.to_owned(), rank];
            if policy == self.subject {
                row.extend(std::iter::repeat_n(String::new(), 4));
                return row;
            }
            let leads: Vec<Estimate> = self.places().map(|(c, b)| self.lead(c, b, policy)).collect();
            let better = leads.iter().filter(|lead| lead.mean > BEYOND_NOISE * lead.standard_error).count();
            let worse = leads.iter().filter(|lead| -lead.mean > BEYOND_NOISE * lead.standard_error).count();
            row.extend([better, leads.len() - better - worse, worse].map(|count| count.to_string()));
            row.push(format!("{:.2}", self.ratio(|cell, budget| Some(self.score(cell, budget, policy)))));
            row
        };
        let mut order: Vec<usize> = (0..self.plan.contenders.len()).collect();
        let seeds = self.all_seeds();
        order.sort_by(|a, b| self.mean_rank(&seeds, *a).total_cmp(&self.mean_rank(&seeds, *b)));
        std::iter::once(head.map(str::to_owned).to_vec()).chain(order.into_iter().map(row)).collect()
    }

    /// All cells at all budgets.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let budgets = self.plan.budgets.len();
        (0..self.plan.cells().len()).flat_map(move |cell| (0..budgets).map(move |budget| (cell, budget)))
    }

    fn all_seeds(&self) -> Vec<usize> {
        (0..self.plan.seeds as usize).collect()
    }

    fn score(&self, cell: usize, budget: usize, policy: usize) -> f64 {
        self.scores.of(cell, policy, budget).sum::<f64>() / self.plan.seeds as f64
    }

    fn lead(&self, cell: usize, budget: usize, policy: usize) -> Estimate {
        let own = self.scores.of(cell, self.subject, budget);
        let pairs = own.zip(self.scores.of(cell, policy, budget));
        Estimate::of(&pairs.map(|(own, other)| own - other).collect::<Vec<_>>())
    }

    fn best_rival(&self, cell: usize, budget: usize) -> Option<f64> {
        let is_rival = |policy: &usize| *policy != self.subject && self.plan.contenders[*policy].is_rival;
        let rivals = (0..self.plan.contenders.len()).filter(is_rival);
        rivals.map(|policy| self.score(cell, budget, policy)).max_by(f64::total_cmp)
    }

    /// Who takes part without being a rival, in brackets.
    fn no_rivals(&self) -> String {
        let is_none = |contender: &&&Contender| **contender != self.plan.subject && !contender.is_rival;
        let names: Vec<&str> = self.plan.contenders.iter().filter(is_none).map(|it| it.name).collect();
        if names.is_empty() { String::new() } else { format!(" (not counted: {})", names.join(", ")) }
    }

    /// The median ratio of evaluations to the scores that `wanted` names.
    fn ratio(&self, wanted: impl Fn(usize, usize) -> Option<f64>) -> f64 {
        let ratio = |(cell, budget): (usize, usize)| {
            let wanted = wanted(cell, budget)?;
            let same_or_larger = |other: &usize| self.plan.budgets[*other] >= self.plan.budgets[budget];
            let mut runs: Vec<usize> = (0..self.plan.budgets.len()).filter(same_or_larger).collect();
            runs.sort_by_key(|run| self.plan.budgets[*run]);
            let reached = |run| {
                let curve = self.scores.curve(cell, self.subject, run);
                curve.iter().position(|score| *score >= wanted)
            };
            let needed = runs.into_iter().find_map(reached).map_or(f64::INFINITY, |needed| needed as f64);
            Some(needed / f64::from(self.plan.budgets[budget]))
        };
        median(&mut self.places().filter_map(ratio).collect::<Vec<_>>()).unwrap_or(f64::NAN)
    }

    /// The mean over all places of a policy's rank by its mean over these seeds.
    fn mean_rank(&self, seeds: &[usize], policy: usize) -> f64 {
        self.mean_ranks(seeds)[policy]
    }

    fn mean_ranks(&self, seeds: &[usize]) -> Vec<f64> {
        let policies = self.plan.contenders.len();
        let mut sums = vec![0.0; policies];
        for (cell, budget) in self.places() {
            let mean = |policy| {
                let scores: Vec<f64> = self.scores.of(cell, policy, budget).collect();
                seeds.iter().map(|seed| scores[*seed]).sum::<f64>()
            };
            let ranks = ranks(&(0..policies).map(mean).collect::<Vec<_>>());
            sums.iter_mut().zip(ranks).for_each(|(sum, rank)| *sum += rank);
        }
        let places = self.places().count() as f64;
        sums.into_iter().map(|sum| sum / places).collect()
    }

    /// The standard error of each mean rank: its spread over resamples of the seeds (Efron, "Bootstrap methods", 1979).
    fn rank_errors(&self) -> Vec<f64> {
        let mut rng = stream("rank", self.plan.seeds, Purpose::Resample, NodeId::BASELINE);
        let drawn: Vec<Vec<f64>> =
            (0..RESAMPLES).map(|_| self.mean_ranks(&resample(self.plan.seeds as usize, &mut rng))).collect();
        let spread = |policy: usize| {
            let ranks: Vec<f64> = drawn.iter().map(|ranks| ranks[policy]).collect();
            Estimate::of(&ranks).standard_error * (RESAMPLES as f64).sqrt()
        };
        (0..self.plan.contenders.len()).map(spread).collect()
    }

    fn worse_than_reference(&self) -> Vec<String> {
        let reference = self.plan.contenders.iter().position(|contender| *contender == self.plan.reference);
        let cells = self.plan.cells();
        let line = |(cell, budget): (usize, usize)| {
            let Estimate { mean, standard_error } = self.lead(cell, budget, reference?);
            let (family, noise) = (cells[cell].family.name, cells[cell].noise.name());
            let evaluations = self.plan.budgets[budget];
            (-mean > BEYOND_NOISE * standard_error).then(|| {
                format!(
                    "  {family}, noise {noise}, {evaluations} evaluations: {mean:+.2} ±{standard_error:.2}\n"
                )
            })
        };
        self.places().filter_map(line).collect()
    }
}

/// As many seeds as there are, drawn with replacement.
fn resample(seeds: usize, rng: &mut dyn Rng) -> Vec<usize> {
    (0..seeds).map(|_| rng.random_range(0..seeds)).collect()
}
