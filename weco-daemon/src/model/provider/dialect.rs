//! What an API's mapping offers.

use serde_json::Value;
use weco_core::prompt::Prompt;

use crate::model::draft::Draft;
use crate::model::refusal::Refusal;

/// Reads one event of a streamed reply, or a whole plain one, into the draft. Errors are recognised
/// before; this reports only those in places that are its API's own.
pub(crate) type ReadEvent = fn(&Value, &mut Draft) -> Result<(), Refusal>;

/// One request, but for the address and the headers that all requests share.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Appended to the base URL.
    pub(crate) path: String,
    /// Sent as JSON.
    pub(crate) body: Value,
    /// Whether the reply is asked for as a stream, so that silence means trouble.
    pub(crate) streamed: bool,
    /// Understands the reply.
    pub(crate) read: ReadEvent,
}

/// One API, as one model is asked by it. Pure, but for what it learns of the server.
pub(crate) trait Dialect: Send + Sync {
    /// The request for `prompt`, in the form that suits what has been learned.
    fn request(&self, prompt: &Prompt) -> Request;

    /// Learns from a refusal of `request`. Returns whether the next request will differ in what was
    /// refused, so that it is worth sending at once.
    fn adapt(&self, request: &Request, refusal: &Refusal) -> bool;
}

/// The draft that `events` make.
#[cfg(test)]
pub(super) fn read_all(read: ReadEvent, events: &[Value]) -> Draft {
    let mut draft = Draft::default();
    for event in events {
        read(event, &mut draft).unwrap();
    }
    draft
}
