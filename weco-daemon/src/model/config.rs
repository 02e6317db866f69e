//! What the configuration file may say about models.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::prices::Prices;

/// A positive number of seconds; fractions are allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seconds(pub Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        // A year is beyond any use and well within what timers can add to the present.
        if !(seconds > 0.0 && seconds <= 31_536_000.0) {
            let message = format!("{seconds} is no length of time: give seconds, more than 0");
            return Err(serde::de::Error::custom(message));
        }
        Ok(Self(Duration::from_secs_f64(seconds)))
    }
}

/// Everything about models, as four tables of the configuration file.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[model]`
    pub model: CallConfig,
    /// `[providers.…]`
    pub providers: ProvidersConfig,
    /// `[openai-compatible]`
    #[serde(rename = "openai-compatible")]
    pub openai_compatible: CompatibleConfig,
    /// `[prices."provider/model"]`
    pub prices: Prices,
}

/// `[model]`: how a call behaves, whichever the provider.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallConfig {
    /// Longest wait for a connection. Default 10.
    pub connect_timeout_seconds: Seconds,
    /// Longest silence, before the reply or within it. Replies are streamed and the providers send
    /// signs of life while a model thinks, so that this does not bound a long thought. Default 300.
    pub idle_timeout_seconds: Seconds,
    /// Longest call in all, retries included. Default 3,600.
    pub total_timeout_seconds: Seconds,
    /// The most tokens a reply may have, thoughts included. By default the provider's own limit; 32,000
    /// for Anthropic, which demands a number.
    pub max_output_tokens: Option<NonZeroU32>,
    /// The most a reply may weigh: its text, or one message of its stream. Default 8 MiB.
    pub max_reply_bytes: NonZeroUsize,
    /// The first wait before a retry, in milliseconds; it doubles up to 8 s. Default 500.
    pub retry_base_ms: u32,
    /// The first wait, in milliseconds, of a run whose provider cannot be asked, all retries of a call
    /// included; it doubles up to twelve times this. Default 5,000. New runs take it from here.
    pub outage_base_ms: u32,
}

impl Default for CallConfig {
    fn default() -> Self {
        Self {
            connect_timeout_seconds: Seconds(Duration::from_secs(10)),
            idle_timeout_seconds: Seconds(Duration::from_secs(300)),
            total_timeout_seconds: Seconds(Duration::from_secs(3600)),
            max_output_tokens: None,
            max_reply_bytes: NonZeroUsize::MIN.saturating_add((8 << 20) - 1),
            retry_base_ms: 500,
            outage_base_ms: 5_000,
        }
    }
}

/// `[providers.openai]`, `[providers.anthropic]` and `[providers.gemini]`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvidersConfig {
    /// OpenAI.
    pub openai: ProviderConfig,
    /// Anthropic.
    pub anthropic: ProviderConfig,
    /// Gemini.
    pub gemini: ProviderConfig,
}

/// One hosted provider.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderConfig {
    /// Where it is, if not at its public address; the environment's base URL wins over this.
    pub base_url: Option<String>,
}

/// `[openai-compatible]`: a server that speaks OpenAI's Chat Completions, such as Ollama, llama.cpp,
/// vLLM or LM Studio.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CompatibleConfig {
    /// Such as `http://localhost:11434/v1`.
    pub base_url: Option<String>,
    /// The variable that holds the key, if the server wants one. Default `OPENAI_COMPATIBLE_API_KEY`.
    pub api_key_env: Option<String>,
    /// The most tokens a reply may have; wins over `[model] max_output_tokens`.
    pub max_tokens: Option<NonZeroU32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_setting() {
        let config: Config = toml::from_str(
            r#"
            [model]
            connect_timeout_seconds = 3
            idle_timeout_seconds = 0.25
            total_timeout_seconds = 60
            max_output_tokens = 9000
            max_reply_bytes = 65536
            retry_base_ms = 0
            [providers.openai]
            base_url = "http://127.0.0.1:1/v1"
            [openai-compatible]
            base_url = "http://localhost:11434/v1"
            api_key_env = "LOCAL_KEY"
            max_tokens = 4096
            "#,
        )
        .unwrap();
        assert_eq!(config.model.idle_timeout_seconds, Seconds(Duration::from_millis(250)));
        assert_eq!(config.model.max_output_tokens, NonZeroU32::new(9000));
        assert_eq!(config.providers.openai.base_url.as_deref(), Some("http://127.0.0.1:1/v1"));
        assert_eq!(config.openai_compatible.api_key_env.as_deref(), Some("LOCAL_KEY"));
        assert_eq!(config.openai_compatible.max_tokens, NonZeroU32::new(4096));
    }

    #[test]
    fn nothing_means_the_defaults() {
        let config: Config = toml::from_str("").unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.model.max_reply_bytes.get(), 8 * 1024 * 1024);
        assert_eq!(config.model.total_timeout_seconds.0, Duration::from_secs(3600));
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        for (text, says) in [
            ("[model]\ntotal_timeout_seconds = 0", "more than 0"),
            ("[model]\nidle_timeout_seconds = -1", "more than 0"),
            ("[model]\nidle_timeout_seconds = nan", "more than 0"),
            ("[model]\ntimeout = 3", "unknown field `timeout`"),
            ("[providers.mistral]\nbase_url = ''", "unknown field `mistral`"),
            ("[openai-compatible]\nurl = ''", "unknown field `url`"),
            ("[model]\nmax_output_tokens = 0", "nonzero"),
        ] {
            let error = toml::from_str::<Config>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
