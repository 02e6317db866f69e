//! `--api-key provider=key`.

use std::ffi::OsStr;
use std::fmt;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use weco_proto::providers;

/// Providers that take a key, as `--api-key` names them.
pub const PROVIDERS: [&str; 4] = providers::IDS;

/// A provider's key. `Debug` hides it, and no message repeats it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// One of [`PROVIDERS`].
    pub provider: &'static str,
    /// The secret.
    pub key: String,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl ApiKey {
    /// Reads `provider=key`. The error repeats nothing of `value`: whatever its form, it may be a key.
    fn parse(value: &str) -> Result<Self, String> {
        let Some((provider, key)) = value.split_once('=') else {
            return Err(format!(
                "an --api-key is not of the form PROVIDER=KEY\n  try: --api-key {}=…",
                PROVIDERS[0]
            ));
        };
        let Some(provider) = providers::known(provider) else { return Err(unknown(provider)) };
        let key = key.trim();
        if key.is_empty() {
            return Err(format!("the --api-key for {provider} is empty\n  try: --api-key {provider}=…"));
        }
        if key.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(format!(
                "the --api-key for {provider} has white space or control characters in it\n  \
                 try: copy it again, on one line"
            ));
        }
        Ok(Self { provider, key: key.to_owned() })
    }
}

fn unknown(provider: &str) -> String {
    let near = providers::near(provider);
    let hint = near.map_or_else(|| format!("one of {}", PROVIDERS.join(", ")), |near| format!("{near}=…"));
    format!("an --api-key names an unknown provider\n  try: {hint}")
}

/// Parses values of `--api-key`. Not a plain function, because clap's own message would repeat the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApiKeyParser;

impl TypedValueParser for ApiKeyParser {
    type Value = ApiKey;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<ApiKey, clap::Error> {
        let invalid = |message: &str| clap::Error::raw(ErrorKind::ValueValidation, format!("{message}\n"));
        let value = value.to_str().ok_or_else(|| invalid("an --api-key is not UTF-8"))?;
        ApiKey::parse(value).map_err(|message| invalid(&message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_and_the_whole_rest_are_read() {
        let key = ApiKey::parse("OpenAI=sk-a=b==").unwrap();
        assert_eq!((key.provider, key.key.as_str()), ("openai", "sk-a=b=="));
        assert_eq!(ApiKey::parse("openai-compatible= local ").unwrap().key, "local");
    }

    #[test]
    fn no_message_and_no_debug_repeats_the_key() {
        let secret = "c2VjcmV0LWtleQ";
        for value in [
            secret.to_owned(),
            format!("{secret}=="),
            format!("opnai={secret}"),
            format!("openai={secret} {secret}"),
            format!("={secret}"),
        ] {
            let message = ApiKey::parse(&value).unwrap_err();
            assert!(!message.contains(secret), "{message}");
            assert!(message.contains("\n  try: "), "{message}");
        }
        assert!(ApiKey::parse("opnai=x").unwrap_err().ends_with("try: openai=…"));
        assert!(ApiKey::parse("openai=").unwrap_err().contains("is empty"));
        let debug = format!("{:?}", ApiKey::parse(&format!("gemini={secret}")).unwrap());
        assert!(debug.contains("gemini") && !debug.contains(secret), "{debug}");
    }
}
