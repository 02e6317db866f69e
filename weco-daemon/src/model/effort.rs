//! Which models are known to have no setting for how hard they think.
//!
//! By the providers' reference as of 2026-11. Of a name that tells nothing the provider judges: what it has no setting
//! for it refuses in its own words, and servers of open weights ignore it.

use super::catalogue::Provider;

/// Whether the model is known to have no such setting.
pub(super) fn is_fixed(provider: Provider, model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| model.starts_with(prefix));
    match provider {
        // Reasoning came with the o-series and gpt-5.
        Provider::OpenAi => starts(&["gpt-3", "gpt-4", "chatgpt-4"]),
        // Thinking came with Claude 3.7.
        Provider::Anthropic => {
            starts(&["claude-2", "claude-instant"]) || starts(&["claude-3"]) && !starts(&["claude-3-7"])
        }
        // And with Gemini 2.5; Gemma has none.
        Provider::Gemini => starts(&["gemini-1", "gemini-2.0", "gemma"]),
        Provider::Compatible => false,
    }
}

/// The version in a name such as `claude-opus-4-5-20251101` or `gemini-2.5-pro`: its first two numbers, of which the
/// second may be missing.
pub(super) fn version(model: &str) -> Option<(u32, u32)> {
    /// Longer ones are dates.
    const DIGITS: usize = 2;
    let mut numbers = model
        .split(['-', '.'])
        .skip_while(|part| part.parse::<u32>().is_err())
        .map_while(|part| part.parse().ok().filter(|_| part.len() <= DIGITS));
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_models_are_known_to_have_no_such_setting() {
        for (provider, model, fixed) in [
            (Provider::OpenAi, "gpt-4.1-mini", true),
            (Provider::OpenAi, "GPT-4o", true),
            (Provider::OpenAi, "gpt-5.2", false),
            (Provider::OpenAi, "o3", false),
            (Provider::Anthropic, "claude-3-5-haiku-20241022", true),
            (Provider::Anthropic, "claude-3-7-sonnet-20250219", false),
            (Provider::Anthropic, "claude-opus-4-5", false),
            (Provider::Gemini, "gemini-2.0-flash", true),
            (Provider::Gemini, "gemma-3-27b-it", true),
            (Provider::Gemini, "gemini-2.5-pro", false),
            (Provider::Compatible, "gpt-4", false),
        ] {
            assert_eq!(is_fixed(provider, model), fixed, "{model}");
        }
    }

    #[test]
    fn a_name_tells_its_version() {
        for (model, expected) in [
            ("claude-opus-4-5-20251101", Some((4, 5))),
            ("claude-sonnet-5", Some((5, 0))),
            ("claude-sonnet-4-20250514", Some((4, 0))),
            ("claude-3-7-sonnet-latest", Some((3, 7))),
            ("gemini-2.5-pro", Some((2, 5))),
            ("gemini-3-flash-preview", Some((3, 0))),
            ("gemini-flash-latest", None),
        ] {
            assert_eq!(version(model), expected, "{model}");
        }
    }
}
