//! Failures on the wire: a gRPC status and, beside it, what to do next.

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

/// Metadata entry of a failure: UTF-8, what to do next.
pub const HINT_KEY: &str = "weco-hint-bin";

/// Longest message or hint sent, in bytes. Both travel as HTTP/2 headers, whose whole size peers bound
/// (16 KiB is the common default), and the message is percent-encoded, which may triple it.
const MAX_TEXT_BYTES: usize = 2000;

/// A failure that says what to do next. An empty hint is not sent; overlong texts are cut.
pub fn status_with_hint(code: Code, message: impl Into<String>, hint: &str) -> Status {
    let message = message.into();
    let mut metadata = MetadataMap::new();
    if !hint.is_empty() {
        metadata.insert_bin(HINT_KEY, MetadataValue::from_bytes(cut(hint).as_bytes()));
    }
    Status::with_metadata(code, cut(&message), metadata)
}

/// What to do next, if the failure says it.
pub fn hint(status: &Status) -> Option<String> {
    let bytes = status.metadata().get_bin(HINT_KEY)?.to_bytes().ok()?;
    String::from_utf8(bytes.to_vec()).ok().filter(|hint| !hint.is_empty())
}

/// The longest beginning of `text` that fits and is whole characters.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_survives_the_trip() {
        let status = status_with_hint(Code::NotFound, "no run 'é'", "weco run — once more");
        assert_eq!(status.message(), "no run 'é'");
        assert_eq!(hint(&status).as_deref(), Some("weco run — once more"));
    }

    #[test]
    fn no_hint_is_none() {
        assert_eq!(hint(&Status::internal("x")), None);
        assert_eq!(hint(&status_with_hint(Code::Internal, "x", "")), None);
    }

    #[test]
    fn overlong_texts_are_cut_between_characters() {
        let long = "é".repeat(MAX_TEXT_BYTES);
        let status = status_with_hint(Code::Internal, long.clone(), &format!("x{long}"));
        assert_eq!(status.message().len(), MAX_TEXT_BYTES);
        assert_eq!(hint(&status).unwrap().len(), MAX_TEXT_BYTES - 1);
    }
}
