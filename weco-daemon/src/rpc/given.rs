//! The environment and the keys that a run is to go on with.

use std::collections::HashMap;

use weco_core::state::RunState;
use weco_proto::v1;

use crate::error::Failure;
use crate::recover::recalled;
use crate::rpc::launch::environment;
use crate::run::Registry;
use crate::secrets::Recalled;

/// What a request says of them.
pub(super) enum Given {
    /// These.
    Sent(Recalled),
    /// Those that the run had.
    Recorded,
}

impl Given {
    pub(super) fn new(
        variables: Vec<v1::EnvVar>,
        api_keys: HashMap<String, String>,
        recorded_environment: bool,
    ) -> Self {
        if recorded_environment {
            return Self::Recorded;
        }
        let api_keys = api_keys.into_iter().collect();
        Self::Sent(Recalled { environment: environment(variables), api_keys })
    }

    /// The environment and the keys, the run being `state`.
    ///
    /// # Errors
    /// If the record cannot be read, or lacks a secret that is not known any more: which, and how to give it again.
    pub(super) fn resolve(self, registry: &Registry, state: &RunState) -> Result<Recalled, Failure> {
        match self {
            Self::Sent(sent) => Ok(sent),
            Self::Recorded => recalled(registry, state)?,
        }
    }
}
