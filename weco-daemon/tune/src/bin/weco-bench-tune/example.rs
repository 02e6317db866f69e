//! Tunes the real `examples/tune` with its real evaluation.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use weco_tune::{Files, Tuner};

use crate::lander;

/// Runs so many steps in a temporary copy and prints the way.
pub(crate) fn run(steps: u32, seed: u32) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("weco-bench-tune-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let outcome = steer(&folder, steps, seed);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    outcome
}

fn steer(folder: &Path, steps: u32, seed: u32) -> Result<(), String> {
    let evaluation = include_str!("../../../../../examples/tune/eval.py");
    std::fs::write(folder.join("eval.py"), evaluation).map_err(|error| error.to_string())?;
    let baseline = lander::files();
    let mut tuner = Tuner::new(&baseline).map_err(|error| error.to_string())?;
    for literal in tuner.literals() {
        println!("{literal}: {} in {}", literal.text, literal.domain);
    }
    let start = Instant::now();
    let mut best = evaluate(folder, &baseline)?;
    println!("baseline: {best:.4}");
    tuner.observe(0, &baseline, Some(best));
    for node in 1..=steps {
        let proposal = tuner.propose(u64::from(seed)).map_err(|error| error.to_string())?;
        let score = evaluate(folder, &proposal.files)?;
        tuner.observe(node, &proposal.files, Some(score));
        let mark = if score > best { "*" } else { " " };
        best = best.max(score);
        println!("{node:>4} {score:>8.4}{mark} best {best:>8.4}  {}", proposal.plan);
    }
    println!("best {best:.4} after {steps} steps in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn evaluate(folder: &Path, files: &Files) -> Result<f64, String> {
    for (path, text) in files {
        std::fs::write(folder.join(path), text).map_err(|error| error.to_string())?;
    }
    // -B: Python keeps bytecode by time and size, which two versions within a second may share.
    let output = Command::new("python3")
        .args(["-B", "eval.py"])
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let score =
        text.lines().find_map(|line| line.strip_prefix("score: ")).and_then(|score| score.parse().ok());
    score.ok_or_else(|| format!("no score in: {text}{}", String::from_utf8_lossy(&output.stderr)))
}
