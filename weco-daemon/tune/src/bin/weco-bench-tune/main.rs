//! Compares the tuner with random search.
//!
//! ```text
//! cargo run --release -p weco-tune --bin weco-bench-tune                      the table
//! cargo run --release -p weco-tune --bin weco-bench-tune -- --cost            time per call, up to 10,000 results
//! cargo run --release -p weco-tune --bin weco-bench-tune -- --seeds 21         the table with so many seeds
//! cargo run --release -p weco-tune --bin weco-bench-tune -- --example tune 40 1         a real example: steps, seed
//! ```
//!
//! Random search draws every literal on its own, uniformly over the same domain and scale (by ratios
//! where the tuner sees ratios), and counts the baseline as its first evaluation, as the tuner does.
//! Every version of the tuner goes through the source's text and back.

mod cost;
mod example;
mod lander;
mod problem;
mod table;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, default: u32| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let outcome = match arguments.first().map(String::as_str) {
        None => table::run(51),
        Some("--seeds") => table::run(number(1, 51)),
        Some("--cost") => cost::run(),
        Some("--example") => {
            let name = arguments.get(1).map_or("tune", String::as_str);
            example::run(name, number(2, 40), number(3, 1))
        }
        Some(other) => {
            Err(format!("{other} is not known; try --seeds N, --cost or --example NAME STEPS SEED"))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("weco-bench-tune: {message}");
            ExitCode::FAILURE
        }
    }
}
