//! The environment of an evaluation that someone approved: theirs.

use std::ffi::{OsStr, OsString};

use weco_core::event::Terms;
use weco_core::run::{NodeId, RunId};

use crate::environment::{self, Environment};
use crate::run::registry::Deps;

/// The approver's environment. What is secret in it is held in memory from the approval on; after a daemon's
/// restart, or when the run was stopped and goes on, it is what the run itself or the daemon has under the same names.
///
/// # Errors
/// In words, what is gone: the node has to be approved again.
pub(super) fn environment(
    deps: &Deps,
    run: RunId,
    node: NodeId,
    terms: &Terms,
) -> Result<Environment, String> {
    if let Some(lent) = deps.secrets.lent(run, node) {
        return Ok(lent);
    }
    let recorded = deps.journal.blob(run, terms.environment.record).map_err(|error| error.to_string())?;
    // An export leaves it out; or it was lost with a damaged record.
    let recorded = recorded.ok_or("the environment that it was approved with is not recorded here")?;
    let held = deps.secrets.get(run);
    let known = |name: &OsStr| -> Option<OsString> {
        let of_run = held.iter().flat_map(|held| &held.variables).find(|(known, _)| known == name);
        of_run.map(|(_, value)| value.clone()).or_else(|| std::env::var_os(name))
    };
    let mut environment = environment::from_record(&recorded);
    let mut missing = Vec::new();
    for name in &terms.environment.secret_variables {
        match known(OsStr::new(name)) {
            Some(value) => environment.push((name.into(), value)),
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(environment);
    }
    let missing = missing.join(", ");
    Err(format!("the daemon has no value of {missing} any more: it must be given again"))
}
