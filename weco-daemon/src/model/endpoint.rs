//! Where a provider is, and what it is to be told about who asks.

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::catalogue::Provider;
use super::config::Config;
use super::interface::{ModelError, ModelErrorKind};
use super::keys::{Key, Sources};

/// The version of Anthropic's API that its requests here are written for.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// A provider's address with the headers that every request to it carries.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// Without a slash at its end, and without the API's version for Anthropic and Gemini.
    pub(super) base: String,
    /// Credentials (marked sensitive) and versions.
    pub(super) headers: HeaderMap,
    /// The provider's name, with its address where that is not the usual one.
    pub(super) label: String,
}

impl Endpoint {
    /// The address of `provider` by the environment, the configuration or its default, with `key`.
    ///
    /// # Errors
    /// `Request` for an address that cannot be one, `Key` for a key that cannot be sent.
    pub(super) fn find(
        provider: Provider,
        config: &Config,
        sources: &Sources<'_>,
        key: Option<&Key>,
    ) -> Result<Self, ModelError> {
        let (base, said_by) = base_url(provider, config, sources)?;
        let base = normalized(provider, &base).map_err(|why| ModelError {
            kind: ModelErrorKind::Request,
            message: format!("{said_by} is not a base URL for {}: {why}", provider.title()),
            hint: format!("Set it to something like {}.", example(provider)),
            retry_after: None,
        })?;
        let label = match provider {
            Provider::Compatible => format!("the server at {base}"),
            _ if default_base(provider) == Some(base.as_str()) => provider.title().to_owned(),
            _ => format!("{} at {base}", provider.title()),
        };
        Ok(Self { base, headers: headers(provider, sources, key)?, label })
    }

    /// Whether this is OpenAI itself rather than a server that speaks like it.
    pub(super) fn is_openai(&self) -> bool {
        let host = Url::parse(&self.base).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| host == "api.openai.com" || host.ends_with(".api.openai.com"))
    }
}

/// The variable for a provider's base URL.
pub(super) fn base_variable(provider: Provider) -> &'static str {
    match provider {
        Provider::OpenAi => "OPENAI_BASE_URL",
        Provider::Anthropic => "ANTHROPIC_BASE_URL",
        Provider::Gemini => "GOOGLE_GEMINI_BASE_URL",
        Provider::Compatible => "OPENAI_COMPATIBLE_BASE_URL",
    }
}

fn default_base(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::OpenAi => Some("https://api.openai.com/v1"),
        Provider::Anthropic => Some("https://api.anthropic.com"),
        Provider::Gemini => Some("https://generativelanguage.googleapis.com"),
        Provider::Compatible => None,
    }
}

/// Where an OpenAI-compatible server is most often found: Ollama's address.
const COMPATIBLE_EXAMPLE: &str = "http://localhost:11434/v1";

fn example(provider: Provider) -> &'static str {
    default_base(provider).unwrap_or(COMPATIBLE_EXAMPLE)
}

/// The configured address, from the configuration file alone.
fn configured(provider: Provider, config: &Config) -> Option<(&str, &'static str)> {
    let providers = &config.providers;
    let (base, place) = match provider {
        Provider::OpenAi => (&providers.openai.base_url, "[providers.openai] base_url"),
        Provider::Anthropic => (&providers.anthropic.base_url, "[providers.anthropic] base_url"),
        Provider::Gemini => (&providers.gemini.base_url, "[providers.gemini] base_url"),
        Provider::Compatible => (&config.openai_compatible.base_url, "[openai-compatible] base_url"),
    };
    base.as_deref().filter(|base| !base.trim().is_empty()).map(|base| (base, place))
}

/// Whether an OpenAI-compatible server is known.
pub(super) fn has_compatible(config: &Config, sources: &Sources<'_>) -> bool {
    base_url(Provider::Compatible, config, sources).is_ok()
}

/// The address as written, and who wrote it.
fn base_url(
    provider: Provider,
    config: &Config,
    sources: &Sources<'_>,
) -> Result<(String, &'static str), ModelError> {
    if let Some((name, base)) = sources.variable(&[base_variable(provider)]) {
        return Ok((base, name));
    }
    if let Some((base, place)) = configured(provider, config) {
        return Ok((base.to_owned(), place));
    }
    match default_base(provider) {
        Some(base) => Ok((base.to_owned(), "the default")),
        None => Err(ModelError {
            kind: ModelErrorKind::Request,
            message: "no OpenAI-compatible server is configured".to_owned(),
            hint: format!(
                "Set base_url under [openai-compatible] in the configuration, or {}, to its address, such \
                 as {COMPATIBLE_EXAMPLE}.",
                base_variable(provider)
            ),
            retry_after: None,
        }),
    }
}

/// The address in the form that paths are appended to. Never quotes the text, which may hold a password.
fn normalized(provider: Provider, base: &str) -> Result<String, &'static str> {
    let url = Url::parse(base.trim()).map_err(|_| "it is no URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not hold a name or password; keys are given apart");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must end with its path");
    }
    let base = url.as_str().trim_end_matches('/');
    // The providers' SDKs add the version themselves; people often write it all the same.
    let base = match provider {
        Provider::Anthropic => base.strip_suffix("/v1").unwrap_or(base),
        Provider::Gemini => base.strip_suffix("/v1beta").unwrap_or(base),
        Provider::OpenAi | Provider::Compatible => base,
    };
    Ok(base.to_owned())
}

fn headers(provider: Provider, sources: &Sources<'_>, key: Option<&Key>) -> Result<HeaderMap, ModelError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        let (name, value) = credential(provider, key);
        let mut value = HeaderValue::from_str(&value).map_err(|_| ModelError {
            kind: ModelErrorKind::Key,
            message: format!("the key for {} has characters that no key has", provider.title()),
            hint: "Was it copied with a line break or quotes?".to_owned(),
            retry_after: None,
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    match provider {
        Provider::Anthropic => {
            headers.insert("anthropic-version", HeaderValue::from_static(ANTHROPIC_VERSION));
        }
        Provider::OpenAi => {
            let account = [
                ("OPENAI_ORG_ID", HeaderName::from_static("openai-organization")),
                ("OPENAI_PROJECT_ID", HeaderName::from_static("openai-project")),
            ];
            for (variable, name) in account {
                let value = sources.variable(&[variable]).and_then(|(_, id)| HeaderValue::from_str(&id).ok());
                headers.extend(value.map(|value| (name, value)));
            }
        }
        Provider::Gemini | Provider::Compatible => {}
    }
    Ok(headers)
}

fn credential(provider: Provider, key: &Key) -> (HeaderName, String) {
    let secret = key.secret.expose();
    match provider {
        Provider::Anthropic if !key.is_token => (HeaderName::from_static("x-api-key"), secret.to_owned()),
        Provider::Gemini => (HeaderName::from_static("x-goog-api-key"), secret.to_owned()),
        _ => (AUTHORIZATION, format!("Bearer {secret}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{KeyStores, Secret};

    fn find(provider: Provider, client: &[(&str, &str)], config: &str) -> Result<Endpoint, ModelError> {
        let config: Config = toml::from_str(config).unwrap();
        let look = |name: &str| client.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        let (api_keys, stores) = (BTreeMap::new(), KeyStores::default());
        let sources = Sources { api_keys: &api_keys, client: &look, daemon: &|_| None, stores: &stores };
        let key = Key { secret: Secret::new("sk-0123456789"), is_token: false, kept: None };
        Endpoint::find(provider, &config, &sources, Some(&key))
    }

    #[test]
    fn the_environment_wins_over_the_configuration() {
        let config = "[providers.openai]\nbase_url = 'http://a/v1/'";
        let endpoint = find(Provider::OpenAi, &[], config).unwrap();
        assert_eq!(
            (endpoint.base.as_str(), endpoint.label.as_str()),
            ("http://a/v1", "OpenAI at http://a/v1")
        );
        let endpoint = find(Provider::OpenAi, &[("OPENAI_BASE_URL", "http://b/v1")], config).unwrap();
        assert_eq!(endpoint.base, "http://b/v1");
        let endpoint = find(Provider::OpenAi, &[], "").unwrap();
        assert_eq!((endpoint.label.as_str(), endpoint.is_openai()), ("OpenAI", true));
    }

    #[test]
    fn a_version_in_the_address_does_no_harm() {
        let base = |provider, name, value| find(provider, &[(name, value)], "").unwrap().base;
        assert_eq!(base(Provider::Anthropic, "ANTHROPIC_BASE_URL", "http://a/v1/"), "http://a");
        assert_eq!(base(Provider::Gemini, "GOOGLE_GEMINI_BASE_URL", "http://a/v1beta"), "http://a");
        assert_eq!(base(Provider::Compatible, "OPENAI_COMPATIBLE_BASE_URL", "http://a/v1"), "http://a/v1");
    }

    #[test]
    fn each_provider_gets_its_headers() {
        let header = |provider, client: &[(&str, &str)], name: &str| {
            let endpoint = find(provider, client, "[openai-compatible]\nbase_url='http://a'").unwrap();
            endpoint.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let bearer = Some("Bearer sk-0123456789".to_owned());
        let plain = Some("sk-0123456789".to_owned());
        assert_eq!(header(Provider::OpenAi, &[], "authorization"), bearer);
        assert_eq!(header(Provider::Compatible, &[], "authorization"), bearer);
        assert_eq!(header(Provider::Anthropic, &[], "x-api-key"), plain);
        assert_eq!(header(Provider::Anthropic, &[], "anthropic-version").as_deref(), Some("2023-06-01"));
        assert_eq!(header(Provider::Gemini, &[], "x-goog-api-key"), plain);
        let org = [("OPENAI_ORG_ID", "org-1")];
        assert_eq!(header(Provider::OpenAi, &org, "openai-organization").as_deref(), Some("org-1"));
    }

    #[test]
    fn a_bad_address_is_explained_without_being_quoted() {
        for (base, says) in [
            ("localhost", "no URL"),
            ("ftp://localhost/hunter22", "must begin with http"),
            ("http://me:hunter22@localhost/v1", "must not hold a name or password"),
            ("http://localhost/v1?key=hunter22", "must end with its path"),
        ] {
            let error = find(Provider::OpenAi, &[("OPENAI_BASE_URL", base)], "").unwrap_err();
            assert!(error.message.contains(says) && error.message.contains("OPENAI_BASE_URL"), "{error}");
            assert!(!format!("{error:?}").contains("hunter22"), "{error:?}");
        }
        let error = find(Provider::Compatible, &[], "").unwrap_err();
        assert!(error.hint.contains("[openai-compatible]"), "{}", error.hint);
    }
}
