//! The configuration file, `config.toml` in the configuration directory. Everything has a default.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::Deserialize;

use crate::dashboard::DashboardConfig;
use crate::isolate::WorkspacesConfig;
use crate::model;

/// The daemon's configuration.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// Access to models: `[model]`, `[providers.…]`, `[openai-compatible]` and `[prices.…]`.
    pub model: model::Config,
    /// `[evaluation]`
    pub evaluation: EvaluationConfig,
    /// `[workspaces]`
    pub workspaces: WorkspacesConfig,
    /// `[dashboard]`
    pub dashboard: DashboardConfig,
}

/// `[evaluation]`: how evaluations share the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Evaluations at once, over all runs. Unless it is given: as many as there are cores, where a run counts as one
    /// however many steps it was told to have under way.
    pub max_concurrent: Option<NonZeroUsize>,
}

/// The file's tables.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    model: model::CallConfig,
    providers: model::ProvidersConfig,
    #[serde(rename = "openai-compatible")]
    openai_compatible: model::CompatibleConfig,
    prices: model::Prices,
    evaluation: EvaluationConfig,
    workspaces: WorkspacesConfig,
    dashboard: DashboardConfig,
}

impl From<Tables> for Config {
    fn from(tables: Tables) -> Self {
        let Tables { model, providers, openai_compatible, prices, evaluation, workspaces, dashboard } =
            tables;
        let model = model::Config { model, providers, openai_compatible, prices };
        Self { model, evaluation, workspaces, dashboard }
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
        let config = toml::from_str::<Tables>(text).map(Self::from)?;
        config.workspaces.check().map_err(serde::de::Error::custom)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read() {
        let config = Config::parse(
            "[model]\nretry_base_ms = 1\n[providers.openai]\nbase_url = 'http://127.0.0.1:1'\n\
             [openai-compatible]\napi_key_env = 'K'\n[prices.'local/m']\ninput = 1\noutput = 2.5\n[evaluation]\nmax_concurrent = 3\n\
             [workspaces]\nshare = ['data']\n\
             [dashboard]\nenabled = false\nport = 80\n",
        )
        .unwrap();
        assert_eq!(config.model.model.retry_base_ms, 1);
        assert_eq!(config.model.providers.openai.base_url.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(config.model.openai_compatible.api_key_env.as_deref(), Some("K"));
        assert_eq!(config.evaluation.max_concurrent.map(NonZeroUsize::get), Some(3));
        assert_eq!(config.workspaces.share, ["data"]);
        assert_eq!(config.dashboard, DashboardConfig { enabled: false, port: 80 });
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, says) in [
            ("[evaluation]\nmax_concurrent = 0", "nonzero"),
            ("[evaluation]\nslots = 2", "unknown field `slots`"),
            ("[workspaces]\nshare = ['../data']", "a path below the top"),
            ("[evaluations]\nmax_concurrent = 2", "unknown field `evaluations`"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
