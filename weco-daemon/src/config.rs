//! The configuration file, `config.toml` in the configuration directory. Everything has a default.

use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::model;

/// The daemon's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Config {
    /// Access to models.
    pub model: model::Config,
}

impl Config {
    /// Reads `config.toml` in `directory`; the defaults if there is none.
    ///
    /// # Errors
    /// A sentence that names the file and what is wrong in it.
    pub fn load(directory: &Path) -> Result<Self, String> {
        let path = directory.join("config.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }
}
