//! Tunes the real examples with their real evaluations.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use weco_tune::{Files, Tuner};

/// An example as its README runs it.
struct Example {
    evaluation: &'static str,
    sources: &'static [(&'static str, &'static str)],
    metric: &'static str,
    /// 1 to maximise, -1 to minimise.
    sign: f64,
}

const TUNE: Example = Example {
    evaluation: include_str!("../../../../../examples/tune/eval.py"),
    sources: &[("autopilot.py", include_str!("../../../../../examples/tune/autopilot.py"))],
    metric: "score",
    sign: 1.0,
};

const MULTI_FILE: Example = Example {
    evaluation: include_str!("../../../../../examples/multi-file/eval.py"),
    sources: &[
        ("packer.py", include_str!("../../../../../examples/multi-file/packer.py")),
        ("text_model.py", include_str!("../../../../../examples/multi-file/text_model.py")),
    ],
    metric: "bits_per_letter",
    sign: -1.0,
};

/// Runs so many steps of an example in a temporary folder and prints the way.
pub(crate) fn run(name: &str, steps: u32, seed: u32) -> Result<(), String> {
    let example = match name {
        "tune" => TUNE,
        "multi-file" => MULTI_FILE,
        other => return Err(format!("no example {other}; there are tune and multi-file")),
    };
    let folder = std::env::temp_dir().join(format!("weco-bench-tune-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let outcome = tune(&example, &folder, steps, seed);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    outcome
}

fn tune(example: &Example, folder: &Path, steps: u32, seed: u32) -> Result<(), String> {
    std::fs::write(folder.join("eval.py"), example.evaluation).map_err(|error| error.to_string())?;
    let baseline: Files =
        example.sources.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let mut tuner = Tuner::new(&baseline).map_err(|error| error.to_string())?;
    for literal in tuner.literals() {
        println!("{literal}: {} in {}", literal.text, literal.domain);
    }
    let start = Instant::now();
    let mut best = evaluate(example, folder, &baseline)?;
    println!("baseline: {best:.4}");
    tuner.observe(0, &baseline, Some(example.sign * best));
    for node in 1..=steps {
        let proposal = tuner.propose(u64::from(seed)).map_err(|error| error.to_string())?;
        let metric = evaluate(example, folder, &proposal.files)?;
        tuner.observe(node, &proposal.files, Some(example.sign * metric));
        let better = example.sign * metric > example.sign * best;
        if better {
            best = metric;
        }
        let mark = if better { "*" } else { " " };
        println!("{node:>4} {metric:>8.4}{mark} best {best:>8.4}  {}", proposal.plan);
    }
    println!("best {best:.4} after {steps} steps in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn evaluate(example: &Example, folder: &Path, files: &Files) -> Result<f64, String> {
    for (path, text) in files {
        std::fs::write(folder.join(path), text).map_err(|error| error.to_string())?;
    }
    // -B: Python keeps bytecode by time and size, which two versions within a second may share.
    let mut command = Command::new("python3");
    let output =
        command.args(["-B", "eval.py"]).current_dir(folder).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value =
        text.lines().find_map(|line| line.strip_prefix(example.metric)?.strip_prefix(": ")?.parse().ok());
    value
        .ok_or_else(|| format!("no {} in: {text}{}", example.metric, String::from_utf8_lossy(&output.stderr)))
}
