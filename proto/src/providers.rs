//! What both sides must know of the providers of models: their ids, the variables that hold their keys,
//! and what a key looks like.

/// The ids of all providers, as `--api-key`, `weco keys` and the keys file name them.
pub const IDS: [&str; 4] = ["openai", "anthropic", "gemini", "openai-compatible"];

/// The variable for Anthropic's other kind of key, which is sent as a bearer token.
pub const ANTHROPIC_TOKEN: &str = "ANTHROPIC_AUTH_TOKEN";

/// Longest key, in bytes. The longest known are signed tokens of about 2 KB.
pub const MAX_KEY_BYTES: usize = 8 * 1024;

/// The variables that may hold the key of provider `id`, the winning one first, as the provider's own SDK
/// has it; none for an unknown provider.
pub fn variables(id: &str) -> &'static [&'static str] {
    match id {
        "openai" => &["OPENAI_API_KEY"],
        "anthropic" => &["ANTHROPIC_API_KEY", ANTHROPIC_TOKEN],
        "gemini" => &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        "openai-compatible" => &["OPENAI_COMPATIBLE_API_KEY"],
        _ => &[],
    }
}

/// The name of the proposer that needs no provider.
pub const BUILTIN: &str = "builtin";

/// Current names of models of provider `id`, for suggestions alone: a name that is not here is asked for all the
/// same. None for an unknown provider and for one that serves whatever its user has.
pub fn models(id: &str) -> &'static [&'static str] {
    match id {
        "gemini" => {
            &["gemini-3-flash-preview", "gemini-3.1-pro-preview", "gemini-3.5-flash", "gemini-3.6-flash"]
        }
        "openai" => &["gpt-5.2", "gpt-5.4", "gpt-5.5", "gpt-5.5-pro", "gpt-5.1-codex-max"],
        "anthropic" => &["claude-opus-4-5", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"],
        _ => &[],
    }
}

/// The id that `word` means, in any case and with white space around it.
pub fn known(word: &str) -> Option<&'static str> {
    IDS.into_iter().find(|id| id.eq_ignore_ascii_case(word.trim()))
}

/// The id that `word` was probably meant to be.
pub fn near(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    IDS.into_iter().find(|id| strsim::damerau_levenshtein(id, &word) <= 2)
}

/// Why a text cannot be a key. The message repeats nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoKey {
    /// There is nothing, or nothing but white space.
    #[error("the key is empty")]
    Empty,
    /// It goes on after its first line.
    #[error("the key has more than one line")]
    ManyLines,
    /// No provider's key has such characters.
    #[error("the key has white space or control characters in it")]
    Characters,
    /// Longer than [`MAX_KEY_BYTES`].
    #[error("the key is longer than {MAX_KEY_BYTES} bytes")]
    TooLong,
}

/// `text` without white space around it, if it can be a key.
///
/// # Errors
/// See [`NoKey`].
pub fn check_key(text: &str) -> Result<&str, NoKey> {
    let key = text.trim();
    if key.is_empty() {
        Err(NoKey::Empty)
    } else if key.contains(['\n', '\r']) {
        Err(NoKey::ManyLines)
    } else if key.contains(|c: char| c.is_control() || c.is_whitespace()) {
        Err(NoKey::Characters)
    } else if key.len() > MAX_KEY_BYTES {
        Err(NoKey::TooLong)
    } else {
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_in_any_case_and_guessed_when_mistyped() {
        assert_eq!(known(" OpenAI "), Some("openai"));
        assert_eq!(known("opnai"), None);
        assert_eq!(near("opnai"), Some("openai"));
        assert_eq!(near("mistral"), None);
        assert!(IDS.into_iter().all(|id| !variables(id).is_empty()));
    }

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(check_key(" sk-a=b==\r\n"), Ok("sk-a=b=="));
        for (text, why) in [
            ("", NoKey::Empty),
            (" \n", NoKey::Empty),
            ("sk-a\nsk-b\n", NoKey::ManyLines),
            ("sk-a sk-b", NoKey::Characters),
            ("sk-\u{1b}a", NoKey::Characters),
            (&"x".repeat(MAX_KEY_BYTES + 1), NoKey::TooLong),
        ] {
            assert_eq!(check_key(text), Err(why));
            assert!(!why.to_string().contains("sk-"));
        }
    }
}
