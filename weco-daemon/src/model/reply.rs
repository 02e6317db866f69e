//! From the bytes of a response to a finished reply, streamed or plain.
//!
//! What a body is, is told by its first character rather than by its content type: some servers ignore
//! that a stream was asked for, and some mislabel what they send.

use std::time::Duration;

use serde_json::Value;

use super::draft::{Draft, Ending};
use super::fault::Fault;
use super::interface::Completion;
use super::provider::ReadEvent;
use super::refusal::{Refusal, snippet};
use super::retry::Hints;
use super::sse::{Parser, TooLong};

/// How much larger than its content a stream may be: each token comes in an envelope of some 300 bytes.
const ENVELOPE: usize = 64;

/// The most bytes kept of a stream's beginning, to show if it turns out to be no stream.
const MAX_HEAD: usize = 4000;

/// How long to wait for the rest of a reply whose end is known, in case it counts the tokens.
const AFTER_END: Duration = Duration::from_secs(5);

/// How long to wait for the connection to end the reply after its last event, so that it can be used again.
const AFTER_LAST: Duration = Duration::from_millis(50);

/// A reply under way.
#[derive(Debug)]
pub(super) struct Reply {
    read: ReadEvent,
    limit: usize,
    received: usize,
    body: Body,
    draft: Draft,
}

#[derive(Debug)]
enum Body {
    /// Nothing but white space yet.
    Nothing,
    /// JSON, as a whole.
    Document(Vec<u8>),
    /// A stream of events, and its beginning until the first event.
    Events(Parser, Vec<u8>),
}

impl Reply {
    /// A reply to be understood by `read`, of at most `limit` bytes of content.
    pub(super) fn new(read: ReadEvent, limit: usize) -> Self {
        Self { read, limit, received: 0, body: Body::Nothing, draft: Draft::default() }
    }

    /// Characters so far, thoughts included.
    pub(super) fn characters(&self) -> u64 {
        self.draft.characters
    }

    /// How long the next bytes may take if silence of `idle` is too long.
    pub(super) fn patience(&self, idle: Duration) -> Duration {
        match (self.draft.closed, &self.draft.ending) {
            (true, _) => idle.min(AFTER_LAST),
            (false, Some(_)) => idle.min(AFTER_END),
            (false, None) => idle,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The fault that ends the try.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > self.limit.saturating_mul(ENVELOPE) {
            return Err(Fault::TooLarge(self.limit));
        }
        if matches!(self.body, Body::Nothing) {
            bytes = bytes.trim_ascii_start();
            self.body = match bytes.first() {
                None => return Ok(()),
                // A field of an event, a comment, or a byte order mark.
                Some(b'a'..=b'z' | b':' | 0xef) => Body::Events(Parser::new(self.limit), Vec::new()),
                Some(_) => Body::Document(Vec::new()),
            };
        }
        match &mut self.body {
            Body::Nothing => Ok(()),
            Body::Document(document) => {
                document.extend_from_slice(bytes);
                if document.len() > self.limit { Err(Fault::TooLarge(self.limit)) } else { Ok(()) }
            }
            Body::Events(parser, head) => {
                head.extend(&bytes[..bytes.len().min(MAX_HEAD - head.len())]);
                let events = parser.push(bytes).map_err(|TooLong| Fault::TooLarge(self.limit))?;
                events.iter().try_for_each(|event| self.take_event(event))
            }
        }
    }

    /// The reply once no more bytes come: `cut` if the connection failed, else because it is complete. A
    /// failure after the provider told the end takes nothing away.
    ///
    /// # Errors
    /// The fault that ends the try.
    pub(super) fn finish(mut self, cut: Option<Fault>) -> Result<Completion, Fault> {
        match std::mem::replace(&mut self.body, Body::Nothing) {
            Body::Nothing => Err(cut.unwrap_or_else(|| Fault::Broken("it was empty".to_owned()))),
            Body::Document(document) => {
                match serde_json::from_slice::<Value>(&document) {
                    Ok(value) => self.take(&value)?,
                    Err(_) if cut.is_some() => {}
                    Err(error) if error.is_eof() => {
                        return Err(Fault::Broken("its JSON is cut off".to_owned()));
                    }
                    Err(_) => return Err(garbage(&document)),
                }
                self.complete(cut)
            }
            Body::Events(parser, head) => {
                let last = parser.finish().filter(|_| cut.is_none());
                match last.map_or(Ok(()), |last| self.take_event(&last)) {
                    Err(fault @ Fault::Refused(..)) => return Err(fault),
                    Err(_) if self.draft.ending.is_none() => {
                        return Err(Fault::Broken("its last event is cut off".to_owned()));
                    }
                    _ => {}
                }
                let is_stream = head.windows(5).any(|window| window == b"data:");
                if cut.is_none() && !is_stream && self.draft == Draft::default() {
                    return Err(garbage(&head));
                }
                self.complete(cut)
            }
        }
    }

    fn take_event(&mut self, data: &str) -> Result<(), Fault> {
        if data.trim() == "[DONE]" {
            self.draft.closed = true;
            return Ok(());
        }
        if data.trim().is_empty() {
            return Ok(());
        }
        let value = serde_json::from_str(data).map_err(|_| garbage(data.as_bytes()))?;
        self.take(&value)
    }

    /// Reads a JSON value; of an array, each member as if it had come alone.
    fn take(&mut self, value: &Value) -> Result<(), Fault> {
        let members = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for member in members {
            let refusal = Refusal::in_reply(member).map_or(Ok(()), Err);
            refusal
                .and_then(|()| (self.read)(member, &mut self.draft))
                .map_err(|refusal| Fault::Refused(refusal, Hints::default()))?;
        }
        if self.draft.text.len() > self.limit { Err(Fault::TooLarge(self.limit)) } else { Ok(()) }
    }

    fn complete(self, cut: Option<Fault>) -> Result<Completion, Fault> {
        let draft = self.draft;
        let ending = match (draft.ending, draft.closed, cut) {
            (Some(ending), _, _) => ending,
            (None, true, _) => Ending::Complete,
            (None, false, Some(fault)) => return Err(fault),
            (None, false, None) => {
                return Err(Fault::Broken("it does not say that it is complete".to_owned()));
            }
        };
        match ending {
            Ending::Declined(why) => Err(Fault::Declined(why)),
            _ if draft.text.is_empty() && !draft.declined.is_empty() => Err(Fault::Declined(draft.declined)),
            ending => {
                let truncated = ending == Ending::Truncated;
                Ok(Completion { text: draft.text, usage: draft.usage, truncated })
            }
        }
    }
}

fn garbage(bytes: &[u8]) -> Fault {
    Fault::Garbage(snippet(&String::from_utf8_lossy(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up API: `{"t": text, "end": true}`.
    fn read(event: &Value, draft: &mut Draft) -> Result<(), Refusal> {
        draft.answer(&event["t"]);
        if event["end"] == true {
            draft.ending = Some(Ending::Complete);
        }
        Ok(())
    }

    fn reply(pieces: &[&str], cut: Option<Fault>) -> Result<String, Fault> {
        let mut reply = Reply::new(read, 100);
        for piece in pieces {
            reply.feed(piece.as_bytes())?;
        }
        reply.finish(cut).map(|completion| completion.text)
    }

    fn cut() -> Option<Fault> {
        Some(Fault::Broken("reset".to_owned()))
    }

    #[test]
    fn understands_streams_and_documents() {
        for pieces in [
            &["data: {\"t\":\"hello\"}\n\ndata: [DONE]\n\n"][..],
            &["data: {\"t\":\"hello\",\"end\":true}\n\n"],
            &[": hi\n\n", "\n\ndata: {\"t\":\"hel", "lo\",\"end\":true}\r\n\r\n"],
            &["\n \n", "event: x\ndata: {\"t\":\"hello\",\"end\":true}"],
            &["\u{feff}data: {\"t\":\"hello\",\"end\":true}\n\n"],
            &["  {\"t\":\"hello\",", "\"end\":true}"],
            &["[{\"t\":\"hel\"},\n", "{\"t\":\"lo\",\"end\":true}]"],
        ] {
            assert_eq!(reply(pieces, None).as_deref(), Ok("hello"), "{pieces:?}");
        }
    }

    #[test]
    fn a_failure_after_the_end_takes_nothing_away() {
        assert_eq!(reply(&["data: {\"t\":\"a\",\"end\":true}\n\n"], cut()).as_deref(), Ok("a"));
        assert_eq!(reply(&["data: {\"t\":\"a\"}\n\ndata: [DONE]\n\n"], cut()).as_deref(), Ok("a"));
        assert_eq!(reply(&["data: {\"t\":\"a\"}\n\n"], cut()).err(), cut());
        assert_eq!(reply(&["{\"t\":\"a\"", ",\"e"], cut()).err(), cut());
    }

    #[test]
    fn tells_what_is_no_reply() {
        let broken = |pieces: &[&str]| matches!(reply(pieces, None), Err(Fault::Broken(_)));
        assert!(broken(&[]));
        assert!(broken(&["\n\n"]));
        assert!(broken(&["data: {\"t\":\"a\"}\n\n"]));
        assert!(broken(&["data: {\"t\":\"a\"}\n\ndata: {\"t\":"]));
        assert!(broken(&["{\"t\":\"a\""]));
        assert!(broken(&["{}"]));
        for (text, shown) in [
            ("<html><title>Log in</title></html>", "Log in"),
            ("Bad gateway", "Bad gateway"),
            ("bad gateway", "bad gateway"),
            ("{nonsense}", "{nonsense}"),
            ("data: nonsense\n\n", "nonsense"),
        ] {
            assert_eq!(reply(&[text], None), Err(Fault::Garbage(shown.to_owned())), "{text}");
        }
    }

    #[test]
    fn an_error_within_the_reply_is_the_servers() {
        for text in [
            "data: {\"error\":{\"message\":\"Oops\"}}\n\n",
            "data: {\"error\":\"Oops\"}",
            "{\"error\":\"Oops\"}",
            "[{\"error\":\"Oops\"}]",
        ] {
            let Err(Fault::Refused(refusal, _)) = reply(&[text], None) else { panic!("{text}") };
            assert_eq!((refusal.words().as_str(), refusal.status), ("Oops", None));
        }
    }

    #[test]
    fn bounds_what_it_takes() {
        let large = Err(Fault::TooLarge(100));
        assert_eq!(reply(&["{", &" ".repeat(100)], None), large);
        assert_eq!(reply(&["data: ", &"x".repeat(100)], None), large);
        let event = format!("data: {{\"t\":\"{}\"}}\n\n", "x".repeat(60));
        assert_eq!(reply(&[&event, &event], None), large);
        let comments = ": nothing\n".repeat(1000);
        assert_eq!(reply(&[&comments], None), large);
    }

    #[test]
    fn waits_less_once_the_end_is_known() {
        let idle = Duration::from_secs(300);
        let mut reply = Reply::new(read, 100);
        assert_eq!(reply.patience(idle), idle);
        reply.feed(b"data: {\"end\":true}\n\n").unwrap();
        assert_eq!(reply.patience(idle), AFTER_END);
        reply.feed(b"data: [DONE]\n\n").unwrap();
        assert_eq!(reply.patience(idle), AFTER_LAST);
    }
}
