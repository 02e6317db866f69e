//! From a model's name to the provider that serves it.

use weco_proto::providers;

use super::interface::{ModelError, ModelErrorKind};

/// Who serves models.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Provider {
    /// Gemini's generateContent.
    Gemini,
    /// OpenAI's Chat Completions and Responses.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// Any server that speaks OpenAI's Chat Completions.
    Compatible,
}

impl Provider {
    /// All of them. The first for which `--api-key` has a key decides the default model: Gemini, whose
    /// model is the default anyway, then OpenAI, then Anthropic.
    pub const ALL: [Self; 4] = [Self::Gemini, Self::OpenAi, Self::Anthropic, Self::Compatible];

    /// As written in `provider/model` and `--api-key provider=key`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Gemini => "gemini",
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Compatible => "openai-compatible",
        }
    }

    /// The provider of an id or of one of its aliases, in any case.
    pub fn from_id(id: &str) -> Option<Self> {
        match id.to_ascii_lowercase().as_str() {
            "gemini" | "google" => Some(Self::Gemini),
            "openai" => Some(Self::OpenAi),
            "anthropic" => Some(Self::Anthropic),
            "openai-compatible" | "compatible" | "local" => Some(Self::Compatible),
            _ => None,
        }
    }

    /// As people know it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Gemini => "Gemini",
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Compatible => "the OpenAI-compatible server",
        }
    }

    /// The model to use when only the provider is known. OpenAI's is not `o4-mini`, the hosted service's
    /// choice: it was shut down on 2026-10-23. `gpt-5.2` is the oldest name that its provider still lists
    /// without a date of shutdown, and is served to every account.
    pub fn default_model(self) -> Option<&'static str> {
        match self {
            Self::Gemini => Some("gemini-3-flash-preview"),
            Self::OpenAi => Some("gpt-5.2"),
            Self::Anthropic => Some("claude-opus-4-5"),
            Self::Compatible => None,
        }
    }

    /// Current names, for suggestions alone: a name that is not here is asked for all the same.
    fn known_models(self) -> &'static [&'static str] {
        providers::models(self.id())
    }

    /// The provider that serves models of this name, told by its beginning. `gpt-oss` and `gemma3` are
    /// open weights that only local servers have.
    fn claiming(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let o_series =
            name.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if starts(&["gpt-oss"]) {
            None
        } else if o_series || starts(&["gpt-", "chatgpt-", "codex", "ft:gpt-"]) {
            Some(Self::OpenAi)
        } else if starts(&["claude-"]) {
            Some(Self::Anthropic)
        } else if starts(&["gemini-"]) {
            Some(Self::Gemini)
        } else {
            None
        }
    }
}

/// What a run asks for its proposals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// The proposer that needs no model.
    Builtin,
    /// This model of this provider.
    Model(Provider, String),
}

/// The name of the proposer that needs no model.
pub(super) const BUILTIN: &str = providers::BUILTIN;

/// Decides who is asked. `with_keys` are the providers that the user gave keys for; `has_compatible` is
/// whether an OpenAI-compatible server is configured: it then gets every name that nobody claims,
/// slashes and all (`Qwen/Qwen3-8B`).
///
/// # Errors
/// `UnknownModel` if nobody serves the name, with suggestions.
pub(super) fn choose(
    requested: Option<&str>,
    with_keys: &[Provider],
    has_compatible: bool,
) -> Result<Choice, ModelError> {
    let Some(requested) = requested.map(str::trim) else { return default_for(with_keys) };
    // Gemini's own listing calls its models `models/gemini-…`.
    let name = requested.strip_prefix("models/").unwrap_or(requested);
    if name.eq_ignore_ascii_case(BUILTIN) {
        return Ok(Choice::Builtin);
    }
    if let Some((id, model)) = name.split_once('/')
        && let Some(provider) = Provider::from_id(id)
    {
        return if model.is_empty() {
            Err(nameless(requested))
        } else {
            Ok(Choice::Model(provider, model.to_owned()))
        };
    }
    if name.is_empty() {
        return Err(nameless(requested));
    }
    let claimed = Provider::claiming(name);
    let compatible = || has_compatible.then_some(Provider::Compatible);
    // Google serves its open weights as `gemma-…`, but a local server is the likelier place for them.
    let gemma = || name.starts_with("gemma-").then_some(Provider::Gemini);
    match claimed.or_else(compatible).or_else(gemma) {
        Some(provider) => Ok(Choice::Model(provider, name.to_owned())),
        None => Err(unclaimed(name)),
    }
}

fn default_for(with_keys: &[Provider]) -> Result<Choice, ModelError> {
    if with_keys == [Provider::Compatible] {
        return Err(ModelError {
            kind: ModelErrorKind::UnknownModel,
            message: "an OpenAI-compatible server has no default model".to_owned(),
            hint: "Name the model with -M openai-compatible/<model>.".to_owned(),
            retry_after: None,
        });
    }
    let provider = Provider::ALL.into_iter().find(|provider| with_keys.contains(provider));
    let provider = provider.unwrap_or(Provider::Gemini);
    let name = provider.default_model().unwrap_or_default();
    Ok(Choice::Model(provider, name.to_owned()))
}

fn nameless(requested: &str) -> ModelError {
    ModelError {
        kind: ModelErrorKind::UnknownModel,
        message: format!("'{requested}' names no model"),
        hint: format!("Give one, such as -M {}.", Provider::known_models(Provider::OpenAi)[0]),
        retry_after: None,
    }
}

fn unclaimed(name: &str) -> ModelError {
    let all = Provider::ALL.iter().flat_map(|provider| provider.known_models());
    let meant = sentence(&closest(name, all.copied().chain([BUILTIN])));
    ModelError {
        kind: ModelErrorKind::UnknownModel,
        message: format!("no provider is known for the model '{name}'"),
        hint: format!(
            "{meant}Say the provider outright with -M provider/model (openai, anthropic, gemini, \
             openai-compatible), or set base_url under [openai-compatible] in the configuration to send \
             every other name there."
        ),
        retry_after: None,
    }
}

/// `Did you mean …? ` for a name that its provider does not know; empty if nothing is near.
pub(super) fn suggestion(provider: Provider, name: &str) -> String {
    sentence(&closest(name, provider.known_models().iter().copied()))
}

fn sentence(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("Did you mean {}? ", names.join(" or ")) }
}

/// The (at most two) names nearest to `name`, itself excluded.
fn closest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    /// Below this Jaro-Winkler likeness, names of one provider merely share their prefix.
    const ALIKE: f64 = 0.85;
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let mut near: Vec<_> = all
        .filter(|known| *known != name)
        .map(|known| (strsim::jaro_winkler(&name, known), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(2).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(requested: &str, has_compatible: bool) -> Result<String, ModelError> {
        Ok(match choose(Some(requested), &[], has_compatible)? {
            Choice::Builtin => BUILTIN.to_owned(),
            Choice::Model(provider, model) => format!("{}/{model}", provider.id()),
        })
    }

    #[test]
    fn names_find_their_provider() {
        for (requested, expected) in [
            ("gpt-5.2", "openai/gpt-5.2"),
            ("o3", "openai/o3"),
            ("o4-mini", "openai/o4-mini"),
            ("chatgpt-4o-latest", "openai/chatgpt-4o-latest"),
            ("codex-mini-latest", "openai/codex-mini-latest"),
            ("ft:gpt-4o:me::1", "openai/ft:gpt-4o:me::1"),
            ("GPT-5.2", "openai/GPT-5.2"),
            ("claude-opus-4-5", "anthropic/claude-opus-4-5"),
            ("gemini-3-flash-preview", "gemini/gemini-3-flash-preview"),
            ("models/gemini-3.5-flash", "gemini/gemini-3.5-flash"),
            ("gemma-3-27b-it", "gemini/gemma-3-27b-it"),
            ("google/anything", "gemini/anything"),
            ("OpenAI/anything", "openai/anything"),
            ("openai/ft/x", "openai/ft/x"),
            ("local/qwen3:8b", "openai-compatible/qwen3:8b"),
            ("compatible/Qwen/Qwen3-8B", "openai-compatible/Qwen/Qwen3-8B"),
            (" builtin ", "builtin"),
        ] {
            assert_eq!(name_of(requested, false).unwrap(), expected, "{requested}");
        }
    }

    #[test]
    fn a_configured_server_gets_what_nobody_claims() {
        for (requested, expected) in [
            ("qwen3:8b", "openai-compatible/qwen3:8b"),
            ("Qwen/Qwen3-8B", "openai-compatible/Qwen/Qwen3-8B"),
            ("gpt-oss:20b", "openai-compatible/gpt-oss:20b"),
            ("gemma-3-27b-it", "openai-compatible/gemma-3-27b-it"),
            ("olmo2", "openai-compatible/olmo2"),
            ("gpt-5.2", "openai/gpt-5.2"),
            ("anthropic/x", "anthropic/x"),
        ] {
            assert_eq!(name_of(requested, true).unwrap(), expected, "{requested}");
        }
    }

    #[test]
    fn unknown_names_get_suggestions() {
        for (requested, says) in [
            ("gpt5.2", "Did you mean gpt-5.2"),
            ("claud-opus-4-5", "Did you mean claude-opus-4-5"),
            ("gemni-3-flash", "gemini-3"),
            ("buildin", "Did you mean builtin"),
            ("mistral/gpt-5.2-x", "-M provider/model"),
            ("qwen3:8b", "[openai-compatible]"),
            ("gpt-oss:20b", "[openai-compatible]"),
            ("openai/", "Give one"),
            ("", "Give one"),
        ] {
            let error = name_of(requested, false).unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::UnknownModel, "{requested}");
            assert!(error.hint.contains(says), "{requested}: {}", error.hint);
        }
        let error = name_of("qwen3:8b", false).unwrap_err();
        assert!(!error.hint.contains("Did you mean"), "{}", error.hint);
    }

    #[test]
    fn the_default_follows_the_keys() {
        use Provider::{Anthropic, Compatible, Gemini, OpenAi};
        for (keys, expected) in [
            (&[][..], "gemini-3-flash-preview"),
            (&[OpenAi], "gpt-5.2"),
            (&[Anthropic], "claude-opus-4-5"),
            (&[Anthropic, OpenAi], "gpt-5.2"),
            (&[Anthropic, Gemini, OpenAi], "gemini-3-flash-preview"),
            (&[Compatible, Anthropic], "claude-opus-4-5"),
        ] {
            let Choice::Model(provider, name) = choose(None, keys, true).unwrap() else { panic!() };
            assert_eq!(name, expected);
            assert_eq!(provider.default_model(), Some(expected));
        }
        assert!(choose(None, &[Compatible], true).unwrap_err().hint.contains("openai-compatible/"));
    }
}
