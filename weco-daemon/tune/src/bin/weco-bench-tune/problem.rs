//! The functions to optimise, each as source code with literals.

use std::f64::consts::TAU;

use weco_tune::Files;

use crate::lander;

/// Something to optimise.
pub(crate) struct Problem {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// The baseline.
    pub(crate) files: Files,
    /// The score of the literals' values in order; larger is better.
    pub(crate) score: fn(&[f64]) -> f64,
    /// Whether the table shows the score; otherwise its negative, a loss down to 0.
    pub(crate) maximize: bool,
}

/// Where Rastrigin's and Ackley's minimum is moved to: no round numbers, lest rounding finds it.
const SHIFT: [f64; 5] = [1.37, -2.13, 0.71, 3.19, -0.43];

/// All problems.
pub(crate) fn all() -> Vec<Problem> {
    vec![
        Problem { name: "lander (example)", files: lander::files(), score: lander::score, maximize: true },
        Problem {
            name: "Rosenbrock, 5 literals",
            files: one("rosenbrock.py", &python(-1.2)),
            score: rosenbrock,
            maximize: false,
        },
        Problem {
            name: "Rastrigin, 5 literals",
            files: one("rastrigin.rs", &rust(4.0)),
            score: rastrigin,
            maximize: false,
        },
        Problem {
            name: "Ackley, 5 literals",
            files: one("ackley.rs", &rust(-4.0)),
            score: ackley,
            maximize: false,
        },
        Problem {
            name: "3 of 24 literals pay",
            files: one("settings.py", &settings()),
            score: sparse,
            maximize: false,
        },
    ]
}

fn one(path: &str, text: &str) -> Files {
    Files::from([(path.to_owned(), text.to_owned())])
}

fn python(start: f64) -> String {
    (0..5).map(|i| format!("X{i} = {start:?}  # weco: -5.0..5.0\n")).collect()
}

fn rust(start: f64) -> String {
    (0..5).map(|i| format!("const X{i}: f64 = {start:?}; // weco: -5.12..5.12\n")).collect()
}

/// Unannotated settings of all kinds.
fn settings() -> String {
    let values = ["64", "0.1", "3", "True", "1_000", "0.9", "1e-3", "12"];
    (0..24).map(|i| format!("OPTION_{i} = {}\n", values[i % values.len()])).collect()
}

/// The values of `NAME = value` lines, in order.
pub(crate) fn values(files: &Files) -> Vec<f64> {
    let lines = files.values().flat_map(|text| text.lines());
    lines
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()) || line.starts_with("const "))
        .filter_map(value)
        .collect()
}

fn value(line: &str) -> Option<f64> {
    let text = line.split_once(" = ")?.1;
    let token = text.split(['#', ';']).next()?.trim().replace('_', "");
    match token.as_str() {
        "True" => Some(1.0),
        "False" => Some(0.0),
        number => number.parse().ok(),
    }
}

fn rosenbrock(x: &[f64]) -> f64 {
    -x.windows(2)
        .map(|pair| 100.0 * (pair[1] - pair[0] * pair[0]).powi(2) + (1.0 - pair[0]).powi(2))
        .sum::<f64>()
}

fn rastrigin(x: &[f64]) -> f64 {
    -x.iter()
        .zip(SHIFT)
        .map(|(x, shift)| x - shift)
        .map(|x| 10.0 + x * x - 10.0 * (TAU * x).cos())
        .sum::<f64>()
}

fn ackley(x: &[f64]) -> f64 {
    let moved: Vec<f64> = x.iter().zip(SHIFT).map(|(x, shift)| x - shift).collect();
    let square = moved.iter().map(|x| x * x).sum::<f64>() / 5.0;
    let wave = moved.iter().map(|x| (TAU * x).cos()).sum::<f64>() / 5.0;
    20.0 * (-0.2 * square.sqrt()).exp() + wave.exp() - 20.0 - std::f64::consts::E
}

/// A time that depends on a block size (with a favourite), a rate and a flag, and hardly on the rest.
fn sparse(x: &[f64]) -> f64 {
    let off = |value: f64, best: f64| (value / best).ln();
    let rest: f64 =
        x.iter().enumerate().map(|(i, value)| (value * f64::from(u8::try_from(i).unwrap_or(0))).sin()).sum();
    let flag = if x[11] > 0.5 { 1.0 } else { 0.0 };
    -(1.0 + off(x[8], 300.0).powi(2) + 0.5 * off(x[17], 0.7).powi(2) + flag + 0.002 * rest.abs())
}
