use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use weco_core::run::RunSpec;

use super::run_secrets::RunSecrets;
use crate::environment::Environment;
use crate::model::{Access, ModelError, Provider};

/// A run's environment and keys as they were before the daemon's restart.
#[derive(Default)]
pub struct Recalled {
    /// The environment of its evaluations, complete.
    pub environment: Environment,
    /// Keys given by `--api-key`.
    pub api_keys: BTreeMap<String, String>,
}

/// Why a run's environment cannot be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lacking {
    /// These variables, and the providers whose kept keys would stand in for some of them.
    Variables(Vec<String>, Vec<Provider>),
    /// A key is kept, but what keeps it cannot be used.
    Store(ModelError),
}

/// Completes `recorded`, the environment without its secrets: with those that were `held`, else with the
/// daemon's own (`own`), else, for a provider's variables, with the key that is kept for it.
///
/// # Errors
/// See [`Lacking`].
pub fn recall(
    spec: &RunSpec,
    recorded: Environment,
    held: Option<Arc<RunSecrets>>,
    own: impl Fn(&OsStr) -> Option<OsString>,
    access: &Access,
) -> Result<Recalled, Lacking> {
    let mut environment = recorded;
    if let Some(held) = held {
        environment.extend(held.variables.iter().cloned());
        return Ok(Recalled { environment, api_keys: held.api_keys.clone() });
    }
    let (mut missing, mut helpers) = (Vec::new(), Vec::new());
    for name in &spec.secret_variables {
        let value = match own(OsStr::new(name)) {
            Some(value) => Some(value),
            None => kept(access, name)?,
        };
        match value {
            Some(value) => environment.push((name.into(), value)),
            None => {
                missing.push(name.clone());
                helpers.extend(access.owner(name));
            }
        }
    }
    if !missing.is_empty() {
        helpers.dedup();
        return Err(Lacking::Variables(missing, helpers));
    }
    Ok(Recalled { environment, api_keys: BTreeMap::new() })
}

/// The key that is kept for the provider whose variable this is.
fn kept(access: &Access, name: &str) -> Result<Option<OsString>, Lacking> {
    let Some(provider) = access.owner(name) else { return Ok(None) };
    let key = access.kept_key(provider).map_err(Lacking::Store)?;
    Ok(key.map(|key| key.expose().into()))
}
