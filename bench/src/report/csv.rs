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

/// Writes one line for each comparison, policy, cell and budget. The lead over [`Plan::reference`] is empty if that does
/// not take part.
///
/// # Errors
/// Those of `to`.
pub fn write(results: &[(Plan, Vec<Summary>)], to: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(HEAD)?;
    for (plan, summaries) in results {
        write_one(plan, summaries, &mut writer)?;
    }
    Ok(writer.flush()?)
}

fn write_one(
    plan: &Plan,
    summaries: &[Summary],
    writer: &mut csv::Writer<impl Write>,
) -> Result<(), csv::Error> {
    for summary in summaries {
        for (at, cell) in plan.cells().iter().enumerate() {
            for row in &summary.rows {
                writer.write_record(line(plan, summary.budget, cell, row.policy, &row.cells[at]))?;
            }
        }
    }
    Ok(())
}

fn line(plan: &Plan, budget: u32, cell: &Cell, policy: &str, result: &CellResult) -> [String; HEAD.len()] {
    let of_lead =
        |part: fn(Estimate) -> f64| result.lead.map(part).map_or_else(String::new, |x| x.to_string());
    [
        cell.family.half.name().to_owned(),
        cell.family.name.to_owned(),
        cell.noise.name().to_owned(),
        plan.in_flight.to_string(),
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
