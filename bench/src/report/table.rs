use std::fmt::Write;

use super::summary::{Row, Summary};
use crate::family::Half;
use crate::matrix::Plan;

/// All summaries as tables for people.
pub fn render(plan: &Plan, summaries: &[Summary]) -> String {
    let mut text = format!(
        "Noise-free quality of the returned program: 10 is the best there is. {} seeds; ± is the standard error.\n\
         In flight: {}.\n",
        plan.seeds, plan.in_flight
    );
    if plan.families.iter().any(|family| family.half == Half::HeldOut) {
        text.push_str("Families marked * are held out while policies are made.\n");
    }
    for summary in summaries {
        let _ = write!(text, "\n{} evaluations\n\n{}", summary.budget, table(plan, summary));
    }
    text
}

fn table(plan: &Plan, summary: &Summary) -> String {
    let families = plan.families.iter().map(|family| match family.half {
        Half::Open => family.name.to_owned(),
        Half::HeldOut => format!("{}*", family.name),
    });
    let noises = plan.noises.iter().map(|noise| format!("noise {}", noise.name()));
    let head: Vec<String> = [
        "policy".to_owned(),
        "mean".to_owned(),
        format!("against {}", plan.reference.name),
        "rank".to_owned(),
    ]
    .into_iter()
    .chain(families)
    .chain(noises)
    .collect();
    let rows = summary.rows.iter().map(cells);
    aligned(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn cells(row: &Row) -> Vec<String> {
    let mean = format!("{:.2} ±{:.2}", row.overall.mean, row.overall.standard_error);
    let lead = row.lead.filter(|lead| lead.mean != 0.0 || lead.standard_error != 0.0);
    let lead = lead.map_or_else(String::new, |lead| format!("{:+.2} ±{:.2}", lead.mean, lead.standard_error));
    let numbers = row.by_family.iter().chain(&row.by_noise).map(|number| format!("{number:.2}"));
    [row.policy.to_owned(), mean, lead, format!("{:.2}", row.rank)].into_iter().chain(numbers).collect()
}

/// Columns two spaces apart: the first to the left, numbers to the right.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(text, "{cell:<width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    text
}
