//! A reply while it arrives.

use serde_json::Value;
use weco_core::event::Usage;

/// How a reply ended, by the provider's own account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// The model was done.
    Complete,
    /// The length limit cut it.
    Truncated,
    /// The provider declined to answer, and why.
    Declined(String),
}

/// What has arrived of a reply.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Draft {
    /// The answer so far, without thoughts.
    pub(super) text: String,
    /// The model's words for not answering, so far.
    pub(super) declined: String,
    /// Characters so far, thoughts included.
    pub(super) characters: u64,
    /// The latest count of tokens.
    pub(super) usage: Usage,
    /// How it ended, once known. The count of tokens may still follow.
    pub(super) ending: Option<Ending>,
    /// Whether the provider said that nothing follows.
    pub(super) closed: bool,
}

impl Draft {
    /// More of the answer. Takes a text, or a list of parts with texts as some servers send it; anything
    /// else is nothing.
    pub(super) fn answer(&mut self, value: &Value) {
        let parts = value.as_array().into_iter().flatten().map(|part| &part["text"]);
        for text in std::iter::once(value).chain(parts).filter_map(Value::as_str) {
            self.characters += text.chars().count() as u64;
            self.text.push_str(text);
        }
    }

    /// More thoughts, which only show that the model is at work.
    pub(super) fn thought(&mut self, value: &Value) {
        self.characters += value.as_str().map_or(0, |text| text.chars().count() as u64);
    }

    /// More of the model's words for not answering.
    pub(super) fn decline(&mut self, value: &Value) {
        self.declined.push_str(value.as_str().unwrap_or_default());
    }

    /// Notes the tokens of the prompt, if `count` is a number. Counts in a stream are running totals.
    pub(super) fn input_tokens(&mut self, count: &Value) {
        self.usage.input_tokens = count.as_u64().unwrap_or(self.usage.input_tokens);
    }

    /// Notes the tokens of the reply, if `count` is a number.
    pub(super) fn output_tokens(&mut self, count: &Value) {
        self.usage.output_tokens = count.as_u64().unwrap_or(self.usage.output_tokens);
    }
}
