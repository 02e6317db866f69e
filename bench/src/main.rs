//! See [`weco_bench_search`].

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use weco_bench_search::cli::Cli;
use weco_bench_search::report::{Summary, render_table, write_csv};

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
    let began = Instant::now();
    let plan = cli.plan()?;
    // Before the work, so that a place that cannot be written to is not found out after it.
    let create =
        |path| File::create(path).map_err(|error| format!("cannot write {}: {error}", Path::display(path)));
    let csv = cli.csv.as_deref().map(create).transpose()?;
    let summaries = Summary::all(&plan, &plan.run()?);
    print!("{}", render_table(&plan, &summaries));
    if let Some(file) = csv {
        write_csv(&plan, &summaries, file)?;
    }
    // Not among the results, which are the same each time.
    eprintln!("\n{:.0?}", began.elapsed());
    Ok(())
}
