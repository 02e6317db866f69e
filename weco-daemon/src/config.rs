//! The configuration file, `config.toml` in the configuration directory. Everything has a default.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::Deserialize;

use crate::model;

/// The daemon's configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// Access to models: `[model]`, `[providers.…]` and `[openai-compatible]`.
    pub model: model::Config,
    /// `[evaluation]`
    pub evaluation: EvaluationConfig,
}

/// `[evaluation]`: how evaluations share the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Evaluations at once, over all runs. Default: the number of cores.
    pub max_concurrent: NonZeroUsize,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self { max_concurrent: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN) }
    }
}

/// The file's tables.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    model: model::CallConfig,
    providers: model::ProvidersConfig,
    #[serde(rename = "openai-compatible")]
    openai_compatible: model::CompatibleConfig,
    evaluation: EvaluationConfig,
}

impl From<Tables> for Config {
    fn from(Tables { model, providers, openai_compatible, evaluation }: Tables) -> Self {
        Self { model: model::Config { model, providers, openai_compatible }, evaluation }
    }
}

impl Config {
    /// Reads `config.toml` in `directory`; the defaults if there is none.
    ///
    /// # Errors
    /// A sentence that names the file and what is wrong in it.
    pub fn load(directory: &Path) -> Result<Self, String> {
        let path = directory.join("config.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str::<Tables>(text).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read() {
        let config = Config::parse(
            "[model]\nretry_base_ms = 1\n[providers.openai]\nbase_url = 'http://127.0.0.1:1'\n\
             [openai-compatible]\napi_key_env = 'K'\n[evaluation]\nmax_concurrent = 3\n",
        )
        .unwrap();
        assert_eq!(config.model.model.retry_base_ms, 1);
        assert_eq!(config.model.providers.openai.base_url.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(config.model.openai_compatible.api_key_env.as_deref(), Some("K"));
        assert_eq!(config.evaluation.max_concurrent.get(), 3);
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, says) in [
            ("[evaluation]\nmax_concurrent = 0", "nonzero"),
            ("[evaluation]\nslots = 2", "unknown field `slots`"),
            ("[evaluations]\nmax_concurrent = 2", "unknown field `evaluations`"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
