//! What a call costs while results pile up.

use std::time::{Duration, Instant};

use weco_tune::Tuner;

use crate::problem::{all, values};

/// Prints the mean time of an observation with its proposal, per thousand.
pub(crate) fn run() -> Result<(), String> {
    println!(
        "{:<24} {:>12} {:>12} {:>12} {:>12}  (observe + propose, mean)",
        "problem", "1–100", "101–1000", "1001–9000", "9001–10000"
    );
    for problem in all() {
        let mut tuner = Tuner::new(&problem.files).map_err(|error| error.to_string())?;
        let mut files = problem.files.clone();
        let mut spent = [(Duration::ZERO, 0u32); 4];
        for node in 0..10_000u32 {
            let score = (problem.score)(&values(&files));
            let start = Instant::now();
            tuner.observe(node, &files, Some(score));
            files = tuner.propose(u64::from(node)).map_err(|error| error.to_string())?.files;
            let slot = match node {
                0..100 => 0,
                100..1000 => 1,
                1000..9000 => 2,
                _ => 3,
            };
            spent[slot].0 += start.elapsed();
            spent[slot].1 += 1;
        }
        let means =
            spent.map(|(time, count)| format!("{:.0} µs", 1e6 * time.as_secs_f64() / f64::from(count)));
        println!("{:<24} {:>12} {:>12} {:>12} {:>12}", problem.name, means[0], means[1], means[2], means[3]);
    }
    Ok(())
}
