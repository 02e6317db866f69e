use std::io::Write;

use super::statistics::Estimate;
use super::summary::{CellResult, Summary};
use crate::matrix::{Cell, Plan};

const HEAD: [&str; 12] = [
    "half",
    "family",
    "noise",
    "in_flight",
    "budget",
    "policy",
    "seeds",
    "mean",
    "standard_error",
    "rank",
    "lead",
    "lead_standard_error",
];

/// Writes one line for each policy, cell and budget. Every run has one proposal in flight. The lead over
/// [`Plan::reference`] is empty if that does not take part.
///
/// # Errors
/// Those of `to`.
pub fn write(plan: &Plan, summaries: &[Summary], to: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(HEAD)?;
    for summary in summaries {
        for (at, cell) in plan.cells().iter().enumerate() {
            for row in &summary.rows {
                writer.write_record(line(plan, summary.budget, cell, row.policy, &row.cells[at]))?;
            }
        }
    }
    Ok(writer.flush()?)
}

fn line(plan: &Plan, budget: u32, cell: &Cell, policy: &str, result: &CellResult) -> [String; HEAD.len()] {
    let of_lead =
        |part: fn(Estimate) -> f64| result.lead.map(part).map_or_else(String::new, |x| x.to_string());
    [
        cell.family.half.name().to_owned(),
        cell.family.name.to_owned(),
        cell.noise.name().to_owned(),
        "1".to_owned(),
        budget.to_string(),
        policy.to_owned(),
        plan.seeds.to_string(),
        result.score.mean.to_string(),
        result.score.standard_error.to_string(),
        result.rank.to_string(),
        of_lead(|lead| lead.mean),
        of_lead(|lead| lead.standard_error),
    ]
}
