use std::collections::BTreeMap;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde::Deserialize;

/// Pixels.
const SIZE: (u32, u32) = (860, 480);
/// Least pixels between the names at the right edge.
const NAME_HEIGHT: f64 = 15.0;
/// Colours that people with the usual deficiencies tell apart (Okabe and Ito, "Color Universal Design", 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x80, 0x80, 0x80),
];
const OWN: RGBColor = RGBColor(0x00, 0x50, 0x9e);
const INK: RGBColor = RGBColor(0x44, 0x44, 0x44);

/// Results that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum CannotDraw {
    /// They are no results of this benchmark.
    #[error("these are no results that --csv has written: {0}")]
    NoResults(#[from] csv::Error),
    /// There are none of a run with one proposal at a time.
    #[error("there is no result with one proposal in flight to draw")]
    Nothing,
    /// A defect, for it is drawn into memory.
    #[error("the picture cannot be drawn: {0}")]
    Defect(String),
}

/// What is drawn of a line of results.
#[derive(Deserialize)]
struct Line {
    in_flight: u32,
    budget: u32,
    policy: String,
    mean: f64,
}

/// One policy's mean score over all cells at each budget.
struct Curve {
    policy: String,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// The mean scores over all cells by budget, as SVG, of texts that [`write_csv`](super::write_csv) has written: a line for
/// each policy, that of `subject` the thickest.
///
/// # Errors
/// [`CannotDraw`] if there is nothing in the results.
pub fn draw(results: &[String], subject: &str) -> Result<String, CannotDraw> {
    let mut lines = Vec::new();
    for text in results {
        for line in csv::Reader::from_reader(text.as_bytes()).into_deserialize() {
            lines.push(line?);
        }
    }
    let curves = curves(&lines, subject);
    if curves.is_empty() {
        return Err(CannotDraw::Nothing);
    }
    let mut text = String::new();
    chart(&curves, subject, &mut text).map_err(|error| CannotDraw::Defect(error.to_string()))?;
    Ok(text)
}

fn chart(
    curves: &[Curve],
    subject: &str,
    text: &mut String,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let budgets = || curves.iter().flat_map(|curve| curve.points.iter().map(|(budget, _)| *budget));
    let (least, most) = (budgets().fold(f64::MAX, f64::min), budgets().fold(1.0, f64::max));
    let mut marks: Vec<f64> = budgets().collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .margin_right(110)
        .x_label_area_size(44)
        .y_label_area_size(48)
        // A range of one point has no length.
        .build_cartesian_2d((least..most.max(least + 1.0)).log_scale().with_key_points(marks), 0.0..10.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.15))
        .axis_style(INK)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .x_desc("evaluations")
        .y_desc("quality of the returned program (10 is the best there is)")
        .x_label_formatter(&|evaluations| format!("{evaluations:.0}"))
        .draw()?;
    for curve in curves.iter().rev() {
        let width = if curve.policy == subject { 4 } else { 2 };
        chart.draw_series(LineSeries::new(curve.points.iter().copied(), curve.colour.stroke_width(width)))?;
    }
    let ends: Vec<(i32, i32)> = curves
        .iter()
        .map(|curve| curve.points.last().map_or((0, 0), |end| chart.backend_coord(end)))
        .collect();
    for ((curve, (x, _)), y) in curves.iter().zip(&ends).zip(apart(&ends)) {
        let style =
            ("sans-serif", 13).into_font().color(&curve.colour).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(curve.policy.clone(), (x + 8, y), style))?;
    }
    area.present()
}

/// The curves, the highest end first.
fn curves(lines: &[Line], subject: &str) -> Vec<Curve> {
    let mut by_policy: BTreeMap<&str, BTreeMap<u32, Vec<f64>>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.in_flight == 1) {
        by_policy.entry(&line.policy).or_default().entry(line.budget).or_default().push(line.mean);
    }
    let mut colours = COLOURS.iter().cycle();
    let mean = |means: &[f64]| means.iter().sum::<f64>() / means.len() as f64;
    let mut curves: Vec<Curve> = by_policy
        .into_iter()
        .map(|(policy, budgets)| Curve {
            policy: policy.to_owned(),
            colour: if policy == subject { OWN } else { colours.next().copied().unwrap_or(INK) },
            points: budgets.iter().map(|(budget, means)| (f64::from(*budget), mean(means))).collect(),
        })
        .collect();
    let end = |curve: &Curve| curve.points.last().map_or(0.0, |(_, score)| *score);
    curves.sort_by(|a, b| end(b).total_cmp(&end(a)));
    curves
}

/// The heights of names beside the ends of lines, from the highest on, so that none covers another.
fn apart(ends: &[(i32, i32)]) -> Vec<i32> {
    let mut free = f64::MIN;
    let place = |(_, y): &(i32, i32)| {
        let y = f64::from(*y).max(free);
        free = y + NAME_HEIGHT;
        y as i32
    };
    ends.iter().map(place).collect()
}
