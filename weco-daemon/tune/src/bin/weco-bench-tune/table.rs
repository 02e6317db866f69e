//! The comparison: best result after so many evaluations, over many seeds.

use weco_tune::{Domain, Literal, Scale, Tuner, Value};

use crate::problem::{Problem, all, values};

const BUDGETS: [usize; 4] = [20, 50, 100, 200];

/// Runs all problems and prints the table.
pub(crate) fn run(seeds: u32) -> Result<(), String> {
    println!(
        "Best after so many evaluations, median of {seeds} seeds. `wins`: seeds in which the tuner is ahead of random search.\n"
    );
    println!(
        "{:<24} {:>6}  {:>10} {:>10} {:>10} {:>7} {:>6}",
        "problem", "evals", "baseline", "tuner", "random", "ratio", "wins"
    );
    for problem in all() {
        let tuned = over_seeds(seeds, &|seed| tune(&problem, seed))?;
        let random = over_seeds(seeds, &|seed| draw_at_random(&problem, seed))?;
        let sign = if problem.maximize { 1.0 } else { -1.0 };
        let baseline = sign * (problem.score)(&values(&problem.files));
        for budget in BUDGETS {
            let at = |traces: &[Vec<f64>]| traces.iter().map(|trace| trace[budget - 1]).collect::<Vec<f64>>();
            let (ours, theirs) = (at(&tuned), at(&random));
            let wins = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours > theirs).count();
            let (ours, theirs) = (sign * median(ours), sign * median(theirs));
            let ratio = if problem.maximize { ours / theirs } else { theirs / ours };
            println!(
                "{:<24} {budget:>6}  {baseline:>10.4} {ours:>10.4} {theirs:>10.4} {ratio:>6.2}x {:>5}%",
                problem.name,
                100 * wins / tuned.len()
            );
        }
    }
    println!("\nRatio: score to score for the lander, random search's loss to the tuner's for the others.");
    Ok(())
}

/// Traces of the best score so far, one per seed, on both halves of the machine.
fn over_seeds(
    seeds: u32,
    run: &(dyn Fn(u64) -> Result<Vec<f64>, String> + Sync),
) -> Result<Vec<Vec<f64>>, String> {
    let half = seeds / 2;
    std::thread::scope(|scope| {
        let first =
            scope.spawn(move || (0..half).map(|seed| run(u64::from(seed))).collect::<Result<Vec<_>, _>>());
        let second: Result<Vec<_>, _> = (half..seeds).map(|seed| run(u64::from(seed))).collect();
        let mut all = first.join().map_err(|_| "a thread panicked".to_owned())??;
        all.extend(second?);
        Ok(all)
    })
}

fn tune(problem: &Problem, seed: u64) -> Result<Vec<f64>, String> {
    let mut tuner = Tuner::new(&problem.files).map_err(|error| error.to_string())?;
    let mut best = (problem.score)(&values(&problem.files));
    tuner.observe(0, &problem.files, Some(best));
    let mut trace = vec![best];
    for node in 1..BUDGETS[BUDGETS.len() - 1] {
        let proposal = tuner.propose(seed * 1000 + 7).map_err(|error| error.to_string())?;
        let score = (problem.score)(&values(&proposal.files));
        tuner.observe(u32::try_from(node).unwrap_or(u32::MAX), &proposal.files, Some(score));
        best = best.max(score);
        trace.push(best);
    }
    Ok(trace)
}

fn draw_at_random(problem: &Problem, seed: u64) -> Result<Vec<f64>, String> {
    let tuner = Tuner::new(&problem.files).map_err(|error| error.to_string())?;
    let baseline = values(&problem.files);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut best = (problem.score)(&baseline);
    let mut trace = vec![best];
    for _ in 1..BUDGETS[BUDGETS.len() - 1] {
        let mut drawn: Vec<f64> =
            tuner.literals().iter().map(|literal| draw(literal, unit(&mut state))).collect();
        drawn.extend(baseline.iter().skip(drawn.len()));
        best = best.max((problem.score)(&drawn));
        trace.push(best);
    }
    Ok(trace)
}

/// A literal's value at a place between 0 and 1.
fn draw(literal: &Literal, at: f64) -> f64 {
    let between = |min: f64, max: f64, scale: Scale| match scale {
        Scale::Linear => min + at * (max - min),
        Scale::Log | Scale::Doubling => min * (at * (max / min).ln()).exp(),
    };
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "the benchmark's integers are small"
    )]
    match (&literal.domain, literal.baseline) {
        (Domain::Int { min, max, scale, .. }, _) => between(*min as f64, *max as f64, *scale).round(),
        (Domain::Float { min, max, scale }, _) => between(*min, *max, *scale),
        // The benchmark's only choices are flags, of which the present one comes first.
        (Domain::Choice { .. }, Value::Choice(_)) => {
            if (at < 0.5) == (literal.text == "True") {
                1.0
            } else {
                0.0
            }
        }
        (Domain::Choice { .. }, _) => 0.0,
    }
}

/// Vigna's xorshift64*: another stream than the tuner's.
fn unit(state: &mut u64) -> f64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    let bits = (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64;
    bits / 9_007_199_254_740_992.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
