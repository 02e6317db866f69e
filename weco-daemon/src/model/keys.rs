//! Keys: where they come from, and how they stay out of everything that is shown.

use std::collections::BTreeMap;
use std::fmt;

use weco_proto::providers::{self, ANTHROPIC_TOKEN};

use super::catalogue::Provider;
use super::interface::{ModelError, ModelErrorKind};
use super::stores::KeyStores;

/// A text that is never shown. Only [`Secret::expose`] gives it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent to the provider and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the secret replaced by `***`.
    ///
    /// Secrets under 8 characters are left: they are the placeholders that local servers are given
    /// (`none`, `EMPTY`, `ollama`), and taking those out would garble ordinary words.
    pub fn scrub(&self, text: &str) -> String {
        if self.0.len() < 8 { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Looks a variable up; `None` if it is not set.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a run's keys and base URLs may come from, in this order.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    /// `--api-key`: provider to key.
    pub(super) api_keys: &'a BTreeMap<String, String>,
    /// The client's environment.
    pub(super) client: Variables<'a>,
    /// The daemon's own environment.
    pub(super) daemon: Variables<'a>,
    /// What is kept for runs without anybody there; keys alone.
    pub(super) stores: &'a KeyStores,
}

impl Sources<'_> {
    /// The first of `names` that is set: in the client's environment, else in the daemon's. Values are
    /// trimmed, and an empty one counts as not set.
    pub(super) fn variable<'n>(&self, names: &[&'n str]) -> Option<(&'n str, String)> {
        [self.client, self.daemon].into_iter().find_map(|environment| {
            names.iter().find_map(|name| {
                let value = environment(name)?.trim().to_owned();
                (!value.is_empty()).then_some((*name, value))
            })
        })
    }

    /// The providers that `--api-key` has keys for.
    ///
    /// # Errors
    /// `Key` if it names somebody unknown.
    pub(super) fn given(&self) -> Result<Vec<Provider>, ModelError> {
        self.api_keys
            .keys()
            .map(|id| {
                Provider::from_id(id.trim()).ok_or_else(|| ModelError {
                    kind: ModelErrorKind::Key,
                    message: format!("--api-key names an unknown provider: '{id}'"),
                    hint: "Known are openai, anthropic, gemini and openai-compatible.".to_owned(),
                    retry_after: None,
                })
            })
            .collect()
    }

    /// The provider's key, if there is one anywhere; `variables` are those that may hold it.
    ///
    /// # Errors
    /// `Key` if nothing but the stores could have it, and these cannot be used.
    pub(super) fn key(&self, provider: Provider, variables: &[&str]) -> Result<Option<Key>, ModelError> {
        let given = self
            .api_keys
            .iter()
            .find(|(id, key)| Provider::from_id(id.trim()) == Some(provider) && !key.trim().is_empty());
        if let Some((_, key)) = given {
            return Ok(Some(Key { secret: Secret::new(key.trim()), is_token: false, kept: None }));
        }
        if let Some((name, value)) = self.variable(variables) {
            let is_token = name == ANTHROPIC_TOKEN;
            return Ok(Some(Key { secret: Secret::new(value), is_token, kept: None }));
        }
        let stored = self.stores.key(provider)?;
        Ok(stored.map(|(secret, place)| Key { secret, is_token: false, kept: Some(place.describe()) }))
    }

    /// Where the environments or the stores have a key for the provider, as the beginning of a sentence.
    fn place(&self, provider: Provider) -> Option<String> {
        if let Some((name, _)) = self.variable(variables(provider)) {
            return Some(format!("{name} is set"));
        }
        let (_, place) = self.stores.key(provider).ok().flatten()?;
        Some(format!("{} has a key for {}", place.describe(), provider.title()))
    }

    /// The error for a key that is nowhere. `chosen` is whether the user named the model: if not, keys
    /// that are there for other providers are pointed out.
    pub(super) fn missing_key(&self, provider: Provider, chosen: bool) -> ModelError {
        let names = variables(provider).join(" or ");
        let others = Provider::ALL.into_iter().filter(|other| !chosen && *other != provider);
        let other = others.into_iter().find_map(|other| {
            let place = self.place(other)?;
            Some(format!("{place}: -M {} would use it. ", other.default_model()?))
        });
        ModelError {
            kind: ModelErrorKind::Key,
            message: format!("there is no key for {}", provider.title()),
            hint: format!(
                "{}Set {names}, give --api-key {id}=<key>, or keep one: weco keys set {id}. `-M builtin` needs no \
                 key.",
                other.unwrap_or_default(),
                id = provider.id()
            ),
            retry_after: None,
        }
    }
}

/// A provider's key as found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Key {
    /// The key.
    pub(super) secret: Secret,
    /// Whether it is Anthropic's other kind, sent as a bearer token.
    pub(super) is_token: bool,
    /// Where it is kept, in words, if it comes from a store.
    pub(super) kept: Option<String>,
}

/// The variables that may hold a provider's key, the winning one first, as the provider's own SDK has it.
pub(super) fn variables(provider: Provider) -> &'static [&'static str] {
    providers::variables(provider.id())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use weco_proto::keys_file::KeysFile;

    use super::*;

    type Pairs = &'static [(&'static str, &'static str)];

    fn look(pairs: Pairs) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    fn found(provider: Provider, keys: Pairs, client: Pairs, daemon: Pairs) -> Option<(String, bool)> {
        let api_keys = keys.iter().map(|(id, key)| ((*id).to_owned(), (*key).to_owned())).collect();
        let (client, daemon) = (look(client), look(daemon));
        let stores = KeyStores::default();
        let sources = Sources { api_keys: &api_keys, client: &client, daemon: &daemon, stores: &stores };
        let key = sources.key(provider, variables(provider)).unwrap();
        key.map(|key| (key.secret.expose().to_owned(), key.is_token))
    }

    #[test]
    fn keys_are_looked_up_in_order() {
        use Provider::{Anthropic, Compatible, Gemini, OpenAi};
        type Case = (Provider, Pairs, Pairs, Pairs, Option<(&'static str, bool)>);
        let cases: [Case; 11] = [
            (OpenAi, &[("openai", "a")], &[("OPENAI_API_KEY", "b")], &[], Some(("a", false))),
            (OpenAi, &[("gemini", "a")], &[("OPENAI_API_KEY", "b")], &[], Some(("b", false))),
            (OpenAi, &[], &[("OPENAI_API_KEY", "b")], &[("OPENAI_API_KEY", "c")], Some(("b", false))),
            (OpenAi, &[], &[("OPENAI_API_KEY", "  ")], &[("OPENAI_API_KEY", "c\n")], Some(("c", false))),
            (OpenAi, &[("openai", " ")], &[], &[], None),
            (Gemini, &[("google", "a")], &[], &[], Some(("a", false))),
            (Gemini, &[], &[("GEMINI_API_KEY", "b"), ("GOOGLE_API_KEY", "c")], &[], Some(("c", false))),
            (Gemini, &[], &[("GEMINI_API_KEY", "b")], &[("GOOGLE_API_KEY", "c")], Some(("b", false))),
            (Anthropic, &[], &[("ANTHROPIC_AUTH_TOKEN", "t")], &[], Some(("t", true))),
            (
                Anthropic,
                &[],
                &[("ANTHROPIC_AUTH_TOKEN", "t"), ("ANTHROPIC_API_KEY", "k")],
                &[],
                Some(("k", false)),
            ),
            (Compatible, &[], &[("OPENAI_API_KEY", "b")], &[], None),
        ];
        for (provider, keys, client, daemon, expected) in cases {
            let expected = expected.map(|(key, token)| (key.to_owned(), token));
            assert_eq!(found(provider, keys, client, daemon), expected, "{provider:?} {keys:?} {client:?}");
        }
    }

    #[test]
    fn a_store_is_asked_last() {
        let home = tempfile::tempdir().unwrap();
        let file = KeysFile::in_dir(home.path());
        file.set("openai", "sk-kept").unwrap();
        let stores = KeyStores::new(None, file.clone());
        let found = |client: Pairs| {
            let (api_keys, client) = (BTreeMap::new(), look(client));
            let sources =
                Sources { api_keys: &api_keys, client: &client, daemon: &|_| None, stores: &stores };
            sources.key(Provider::OpenAi, variables(Provider::OpenAi))
        };
        let (api_keys, none) = (BTreeMap::new(), |_: &str| None);
        let sources = Sources { api_keys: &api_keys, client: &none, daemon: &none, stores: &stores };
        let hint = sources.missing_key(Provider::Gemini, false).hint;
        assert!(hint.contains("keys.toml' has a key for OpenAI: -M gpt-5.2 would use it"), "{hint}");
        let key = found(&[]).unwrap().unwrap();
        assert_eq!(key.secret.expose(), "sk-kept");
        assert!(key.kept.is_some_and(|place| place.contains("keys.toml")));
        std::fs::write(file.path(), "no keys file").unwrap();
        assert!(found(&[]).is_err());
        let key = found(&[("OPENAI_API_KEY", "sk-client")]).unwrap().unwrap();
        assert_eq!((key.secret.expose(), key.kept), ("sk-client", None), "what is not needed does no harm");
    }

    #[test]
    fn a_missing_key_says_what_to_set() {
        let api_keys = BTreeMap::new();
        let client = look(&[("OPENAI_API_KEY", "sk-very-secret")]);
        let stores = KeyStores::default();
        let sources = Sources { api_keys: &api_keys, client: &client, daemon: &|_| None, stores: &stores };
        let error = sources.missing_key(Provider::Gemini, false);
        assert_eq!(error.kind, ModelErrorKind::Key);
        for part in ["OPENAI_API_KEY is set: -M gpt-5.2", "GOOGLE_API_KEY or GEMINI_API_KEY", "-M builtin"] {
            assert!(error.hint.contains(part), "{}", error.hint);
        }
        assert!(error.hint.contains("weco keys set gemini"), "{}", error.hint);
        assert!(error.hint.contains("--api-key gemini=<key>") && !error.hint.contains("very-secret"));
        assert!(!sources.missing_key(Provider::Gemini, true).hint.contains("is set"));
    }

    #[test]
    fn an_unknown_provider_of_a_key_is_an_error() {
        let api_keys = BTreeMap::from([("mistral".to_owned(), "sk-very-secret".to_owned())]);
        let stores = KeyStores::default();
        let sources = Sources { api_keys: &api_keys, client: &|_| None, daemon: &|_| None, stores: &stores };
        let error = sources.given().unwrap_err();
        assert!(error.message.contains("'mistral'") && !error.message.contains("very-secret"));
    }

    proptest! {
        #[test]
        fn a_secret_is_never_shown(key in "[!-~]{8,40}", before in "\\PC{0,20}", after in "\\PC{0,20}") {
            let secret = Secret::new(key.clone());
            let shown = secret.scrub(&format!("{before}{key}{after}"));
            // Stars around the replacement may spell a key made of stars, which tells nothing.
            prop_assume!(!key.contains('*'));
            prop_assert!(!shown.contains(&key) , "{shown}");
            let formatted = format!("{secret} {secret:?}");
            prop_assert!(!formatted.contains(&key));
        }
    }
}
