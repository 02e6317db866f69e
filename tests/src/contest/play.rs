//! One run, from the user's files to the program that is left there.

use std::path::Path;

use super::entry::{Entry, Proposer, Result};
use super::task::{EVALUATION, Goal, LONGEST, search_path};
use crate::World;
use crate::model_server::{Api, ModelServer, Reply};
use crate::programmer::Programmer;

/// Plays a run in a directory of its own, as a user would: `weco run … --apply-change`. What is then in the directory
/// is measured once more.
///
/// # Panics
/// If the run fails.
pub fn play<'t>(world: &World, entry: Entry<'t>) -> Result<'t> {
    let name = entry.to_string();
    let place = world.work().join(&name);
    entry.task.place(&place).unwrap();
    let log = match entry.proposer {
        Proposer::Builtin => run(world, &place, &entry, "builtin", None),
        Proposer::Programmer => {
            let programmer =
                Programmer::new(entry.task.catalogue.clone(), entry.task.bugs.clone(), entry.seed);
            let server = ModelServer::start(move |request| {
                let number = u64::try_from(request.number).unwrap_or_default();
                let answer = programmer.answer(number, &request.system, &request.user);
                answer.map_or_else(|| Reply::status(400, "no_code", "The prompt shows no code."), Reply::text)
            });
            run(world, &place, &entry, "openai-compatible/programmer", Some(&server))
        }
    };
    let score = entry.task.measured(&place);
    Result { score: score.unwrap_or_else(|| panic!("{name}: what it returned fails\n{log}")), entry, log }
}

/// Runs the client to its end; answers what it printed.
fn run(world: &World, place: &Path, entry: &Entry<'_>, model: &str, server: Option<&ModelServer>) -> String {
    let goal = match entry.task.terms.goal {
        Goal::Maximize => "maximize",
        Goal::Minimize => "minimize",
    };
    let (steps, seed) = (entry.steps.to_string(), entry.seed.to_string());
    let mut command = world.command(&["run", "--sources"]);
    command.args(&entry.task.terms.sources);
    command.args(["-c", EVALUATION, "-m", &entry.task.terms.metric, "-g", goal, "-n", &steps, "-M", model]);
    command.args([
        "--search",
        &entry.search,
        "--seed",
        &seed,
        "--output",
        "plain",
        "--no-open",
        "--apply-change",
    ]);
    command.args(["--eval-timeout", &LONGEST.to_string()]);
    command.current_dir(place).env("NOISE", &seed).env("PATH", search_path());
    if let Some(server) = server {
        command.env(Api::Compatible.base().0, server.base_url(Api::Compatible));
    }
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{entry}: {}\n{log}\n{errors}", output.status);
    log
}
