//! See [`weco_bench_search`].

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use weco_bench_search::cli::Cli;
use weco_bench_search::report::{Summary, draw, render_advantage, render_table, write_csv};

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weco-bench-search: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Box<dyn Error>> {
    if let Some(svg) = &cli.svg {
        let results = cli.from.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
        return Ok(fs::write(svg, draw(&results, cli.subject.name)?)?);
    }
    let began = Instant::now();
    let plans = cli.plans()?;
    // Before the work, so that a place that cannot be written to is not found out after it.
    let create =
        |path| File::create(path).map_err(|error| format!("cannot write {}: {error}", Path::display(path)));
    let csv = cli.csv.as_deref().map(create).transpose()?;
    let mut results = Vec::new();
    for plan in plans {
        let scores = plan.run()?;
        let summaries = Summary::all(&plan, &scores);
        println!("{}{}", render_table(&plan, &summaries), render_advantage(&plan, &scores));
        results.push((plan, summaries));
    }
    if let Some(file) = csv {
        write_csv(&results, file)?;
    }
    // Not among the results, which are the same each time.
    eprintln!("\n{:.0?}", began.elapsed());
    Ok(())
}
