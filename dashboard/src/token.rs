use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq;

/// What a browser must know to be answered: 128 random bits, as 32 hexadecimal digits: a URL with it fits on a line.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Text that is no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a token has 32 hexadecimal digits")]
pub struct InvalidToken;

impl Token {
    /// The token of these bits, which must be random.
    pub fn new(bits: [u8; 16]) -> Self {
        Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// As it stands in a URL.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The host name that browsers know the dashboard by, made from the token by a hash. They resolve `*.localhost` to
    /// loopback themselves, and what they keep for this name goes to no other server of the machine.
    pub fn host(&self) -> String {
        let hash = blake3::derive_key("weco dashboard host name", self.0.as_bytes());
        let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("weco-{digits}.localhost")
    }

    /// Whether `given` is it, in a time that does not tell how much of it is.
    pub(crate) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let is_token = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_token { Ok(Self(text.to_owned())) } else { Err(InvalidToken) }
    }
}

/// Without the token, which must not reach a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_is_not_shown() {
        let token = Token::new(std::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        assert_eq!(token.expose().parse(), Ok(token.clone()));
        assert!(token.is(token.expose()));
        for other in ["", &token.expose()[1..], &"0".repeat(32), &token.expose().to_uppercase()] {
            assert!(!token.is(other), "{other}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(!token.host().contains(&token.expose()[..8]));
        assert_eq!(token.host().len(), "weco-01234567.localhost".len());
        assert_ne!(token.host(), Token::new([1; 16]).host());
        assert_eq!("g".repeat(32).parse::<Token>(), Err(InvalidToken));
    }
}
