use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use crate::environment::{Environment, is_secret};

/// Everything of a run that is not recorded because it is secret. `Debug` shows names alone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RunSecrets {
    /// The secret variables of its evaluations' environment, in the client's order.
    pub variables: Environment,
    /// Keys given by `--api-key`: provider to key.
    pub api_keys: BTreeMap<String, String>,
}

impl RunSecrets {
    /// The secrets in `environment`, and `api_keys`.
    pub fn new(environment: &Environment, api_keys: BTreeMap<String, String>) -> Self {
        let variables = environment.iter().filter(|(name, _)| is_secret(name)).cloned().collect();
        Self { variables, api_keys }
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.api_keys.is_empty()
    }
}

impl fmt::Debug for RunSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&OsString> = self.variables.iter().map(|(name, _)| name).collect();
        let providers: Vec<&String> = self.api_keys.keys().collect();
        f.debug_struct("RunSecrets").field("variables", &names).field("api_keys", &providers).finish()
    }
}
