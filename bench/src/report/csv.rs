use std::io::Write;

use super::summary::Summary;
use crate::matrix::Plan;

const HEAD: [&str; 10] =
    ["half", "family", "noise", "in_flight", "budget", "policy", "seeds", "mean", "standard_error", "rank"];

/// Writes one line for each policy, cell and budget. Every run has one proposal in flight.
///
/// # Errors
/// Those of `to`.
pub fn write(plan: &Plan, summaries: &[Summary], to: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(HEAD)?;
    for summary in summaries {
        for (at, cell) in plan.cells().iter().enumerate() {
            for row in &summary.rows {
                let result = row.cells[at];
                writer.write_record([
                    cell.family.half.name(),
                    cell.family.name,
                    cell.noise.name(),
                    "1",
                    &summary.budget.to_string(),
                    row.policy,
                    &plan.seeds.to_string(),
                    &result.score.mean.to_string(),
                    &result.score.standard_error.to_string(),
                    &result.rank.to_string(),
                ])?;
            }
        }
    }
    Ok(writer.flush()?)
}
