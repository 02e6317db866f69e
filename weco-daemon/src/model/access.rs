//! From what a run asks for to a model that can be asked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use weco_core::effort::Effort;
use weco_core::price::Price;
use weco_proto::providers::ANTHROPIC_TOKEN;

use super::catalogue::{BUILTIN, Choice, Provider, choose};
use super::config::Config;
use super::effort;
use super::endpoint::{Endpoint, has_compatible};
use super::fault::Callee;
use super::http::Http;
use super::interface::{Model, ModelError, ModelErrorKind};
use super::keys::{Key, Secret, Sources, variables};
use super::provider::{Anthropic, Dialect, Gemini, OpenAi};
use super::remote::Remote;
use super::stores::KeyStores;

/// Looks a variable up; `None` if it is not set.
type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Access to every model, shared by all runs. Cheap to make and to ask: connections and certificates come
/// with the first call.
pub struct Access {
    config: Config,
    environment: Box<Environment>,
    stores: KeyStores,
    http: Arc<Http>,
}

/// The model of a run.
#[derive(Clone)]
pub struct Resolved {
    /// The provider and the model, as `provider/model`, or `builtin`. Asking for this name again gives the
    /// same model.
    pub name: String,
    /// The model.
    pub model: ResolvedModel,
}

/// A model, or the proposer that needs none.
#[derive(Clone)]
pub enum ResolvedModel {
    /// The built-in proposer.
    Builtin,
    /// A model behind an API.
    Remote(Arc<dyn Model>),
}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Access {
    /// Access by `config`. `environment` looks variables up in the daemon's own environment.
    pub fn new(config: Config, environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let http = Arc::new(Http::new(config.model.connect_timeout_seconds.0));
        Self { config, environment: Box::new(environment), stores: KeyStores::default(), http }
    }

    /// The same, with keys that are kept on this machine.
    #[must_use]
    pub fn with_stores(self, stores: KeyStores) -> Self {
        Self { stores, ..self }
    }

    /// The ids of the providers with a systemd credential.
    pub fn credentials(&self) -> Vec<String> {
        self.stores.credentials().into_iter().map(|provider| provider.id().to_owned()).collect()
    }

    /// The provider whose kept key can stand in for the variable `name`. A token of Anthropic's cannot be
    /// replaced by a key.
    pub fn owner(&self, name: &str) -> Option<Provider> {
        let holds = |provider: &Provider| self.key_variables(*provider).contains(&name);
        Provider::ALL.into_iter().find(holds).filter(|_| name != ANTHROPIC_TOKEN)
    }

    /// The key that is kept for `provider` on this machine.
    ///
    /// # Errors
    /// `Key` if what keeps it cannot be used.
    pub fn kept_key(&self, provider: Provider) -> Result<Option<Secret>, ModelError> {
        Ok(self.stores.key(provider)?.map(|(secret, _)| secret))
    }

    /// The first wait of a run whose provider cannot be asked, in milliseconds.
    pub fn outage_base_ms(&self) -> u32 {
        self.config.model.outage_base_ms
    }

    /// What the tokens of a model cost, by its full name; none if that is not known.
    pub fn price(&self, name: &str) -> Option<Price> {
        self.config.prices.find(name)
    }

    /// The model that `requested` names (see [`Provider`]), or the default one: that of the first
    /// provider in `api_keys` by [`Provider::ALL`], else `gemini-3-flash-preview`.
    ///
    /// `api_keys` are those of `--api-key` (provider to key), `environment` looks variables up in the
    /// client's environment. Keys and base URLs come from the first of `api_keys`, the client's
    /// environment, the daemon's environment and the configuration that has them; keys also from what is
    /// kept on this machine ([`KeyStores`]). Nothing is sent yet: a wrong key or name shows at the first call.
    ///
    /// # Errors
    /// `UnknownModel` for a name that nobody serves, `Key` for a key that is missing or cannot be one,
    /// `Request` for a base URL that is missing or none.
    pub fn resolve(
        &self,
        requested: Option<&str>,
        api_keys: &BTreeMap<String, String>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Resolved, ModelError> {
        self.resolve_thinking(requested, None, api_keys, environment)
    }

    /// As [`Self::resolve`], for a model that is to think this hard; none: as it does by itself.
    ///
    /// # Errors
    /// As [`Self::resolve`]; `Request` also for a model that is known to have no such setting.
    pub fn resolve_thinking(
        &self,
        requested: Option<&str>,
        effort: Option<Effort>,
        api_keys: &BTreeMap<String, String>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Resolved, ModelError> {
        let daemon = &*self.environment;
        let sources = Sources { api_keys, client: environment, daemon, stores: &self.stores };
        let given = sources.given()?;
        match choose(requested, &given, has_compatible(&self.config, &sources))? {
            Choice::Builtin if effort.is_some() => Err(without_effort(BUILTIN)),
            Choice::Builtin => Ok(Resolved { name: BUILTIN.to_owned(), model: ResolvedModel::Builtin }),
            Choice::Model(provider, model) if effort.is_some() && effort::is_fixed(provider, &model) => {
                Err(without_effort(&model))
            }
            Choice::Model(provider, model) => {
                let key = self.key(provider, &sources, requested.is_some())?;
                let endpoint = Endpoint::find(provider, &self.config, &sources, key.as_ref())?;
                let name = format!("{}/{model}", provider.id());
                let model = self.remote(provider, model, effort, endpoint, key);
                Ok(Resolved { name, model: ResolvedModel::Remote(Arc::new(model)) })
            }
        }
    }

    /// The provider's key; only an OpenAI-compatible server may do without.
    fn key(
        &self,
        provider: Provider,
        sources: &Sources<'_>,
        chosen: bool,
    ) -> Result<Option<Key>, ModelError> {
        let key = sources.key(provider, &self.key_variables(provider))?;
        if key.is_none() && provider != Provider::Compatible {
            return Err(sources.missing_key(provider, chosen));
        }
        Ok(key)
    }

    /// The variables that may hold the provider's key, the winning one first.
    fn key_variables(&self, provider: Provider) -> Vec<&str> {
        match (provider, &self.config.openai_compatible.api_key_env) {
            (Provider::Compatible, Some(configured)) => vec![configured],
            _ => variables(provider).to_vec(),
        }
    }

    fn remote(
        &self,
        provider: Provider,
        model: String,
        effort: Option<Effort>,
        endpoint: Endpoint,
        key: Option<Key>,
    ) -> Remote {
        let usual = self.config.model.max_output_tokens;
        let limit = match provider {
            Provider::Compatible => self.config.openai_compatible.max_tokens.or(usual),
            _ => usual,
        };
        let limit = limit.map(std::num::NonZeroU32::get);
        let callee = Callee {
            provider,
            model: model.clone(),
            label: endpoint.label.clone(),
            key_place: match key.as_ref().and_then(|key| key.kept.clone()) {
                Some(kept) => kept,
                None => self.key_variables(provider).join(" or "),
            },
        };
        let dialect: Box<dyn Dialect> = match provider {
            Provider::OpenAi => {
                Box::new(OpenAi::new(model, limit, endpoint.is_openai(), true).thinking(effort))
            }
            Provider::Compatible => Box::new(OpenAi::new(model, limit, false, false).thinking(effort)),
            Provider::Anthropic => Box::new(Anthropic::new(model, limit).thinking(effort)),
            Provider::Gemini => Box::new(Gemini::new(model, limit).thinking(effort)),
        };
        let secret = key.map(|key| key.secret);
        Remote { callee, endpoint, dialect, secret, call: self.config.model.clone(), http: self.http.clone() }
    }
}

fn without_effort(model: &str) -> ModelError {
    ModelError {
        kind: ModelErrorKind::Request,
        message: format!("{model} has no setting for how hard it thinks"),
        hint: "Leave out --reasoning-effort, or name another model with -M.".to_owned(),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::interface::ModelErrorKind;
    use super::*;

    fn resolve(
        config: &str,
        requested: Option<&str>,
        keys: &[(&str, &str)],
        environment: &[(&str, &str)],
    ) -> Result<String, ModelError> {
        let access = Access::new(toml::from_str(config).unwrap(), |_| None);
        let keys = keys.iter().map(|(id, key)| ((*id).to_owned(), (*key).to_owned())).collect();
        let look =
            |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        let resolved = access.resolve(requested, &keys, &look)?;
        // A recorded name leads back to the same model.
        let again = access.resolve(Some(&resolved.name), &keys, &look).unwrap();
        assert_eq!(again.name, resolved.name);
        assert_eq!(matches!(resolved.model, ResolvedModel::Builtin), resolved.name == "builtin");
        Ok(resolved.name)
    }

    const LOCAL: &str = "[openai-compatible]\nbase_url = 'http://localhost:11434/v1'";

    #[test]
    fn finds_the_model() {
        let gemini = [("GEMINI_API_KEY", "g")];
        assert_eq!(resolve("", None, &[], &gemini).unwrap(), "gemini/gemini-3-flash-preview");
        assert_eq!(resolve("", None, &[("openai", "k")], &gemini).unwrap(), "openai/gpt-5.2");
        assert_eq!(resolve("", Some("claude-x"), &[("anthropic", "k")], &[]).unwrap(), "anthropic/claude-x");
        assert_eq!(resolve(LOCAL, Some("qwen3:8b"), &[], &[]).unwrap(), "openai-compatible/qwen3:8b");
        assert_eq!(resolve("", Some("builtin"), &[], &[]).unwrap(), "builtin");
        let by_variable = [("OPENAI_COMPATIBLE_BASE_URL", "http://localhost:1/v1")];
        assert_eq!(resolve("", Some("olmo"), &[], &by_variable).unwrap(), "openai-compatible/olmo");
    }

    #[test]
    fn says_what_is_missing() {
        for (config, requested, keys, kind, says) in [
            ("", None, &[][..], ModelErrorKind::Key, "GOOGLE_API_KEY"),
            ("", Some("gpt-5.2"), &[("gemini", "k")], ModelErrorKind::Key, "--api-key openai="),
            ("", Some("openai/gpt-5.2"), &[("openai", "a\nb")], ModelErrorKind::Key, "line break"),
            ("", Some("qwen3"), &[], ModelErrorKind::UnknownModel, "provider/model"),
            ("", Some("local/qwen3"), &[], ModelErrorKind::Request, "[openai-compatible]"),
            ("", None, &[("mistral", "k")], ModelErrorKind::Key, "openai-compatible"),
        ] {
            let error = resolve(config, requested, keys, &[]).unwrap_err();
            assert_eq!(error.kind, kind, "{requested:?}: {error}");
            assert!(error.hint.contains(says), "{requested:?}: {}", error.hint);
        }
    }

    #[test]
    fn a_kept_key_stands_in_for_its_providers_variables() {
        let config = format!("{LOCAL}\napi_key_env = 'MY_KEY'");
        let access = Access::new(toml::from_str(&config).unwrap(), |_| None);
        for (name, owner) in [
            ("OPENAI_API_KEY", Some(Provider::OpenAi)),
            ("GEMINI_API_KEY", Some(Provider::Gemini)),
            ("ANTHROPIC_API_KEY", Some(Provider::Anthropic)),
            ("ANTHROPIC_AUTH_TOKEN", None),
            ("MY_KEY", Some(Provider::Compatible)),
            ("AWS_SECRET_ACCESS_KEY", None),
        ] {
            assert_eq!(access.owner(name), owner, "{name}");
        }
    }

    #[test]
    fn a_configured_variable_replaces_the_usual_one() {
        let config = format!("{LOCAL}\napi_key_env = 'MY_KEY'");
        let access = Access::new(toml::from_str(&config).unwrap(), |_| None);
        assert_eq!(access.key_variables(Provider::Compatible), ["MY_KEY"]);
        assert_eq!(access.key_variables(Provider::OpenAi), ["OPENAI_API_KEY"]);
    }
}
