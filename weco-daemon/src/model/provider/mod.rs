//! The APIs: pure mappings from a prompt to a request, and from what comes back to a draft of the reply.

mod anthropic;
mod dialect;
mod gemini;
mod openai;
mod openai_chat;
mod openai_responses;
#[cfg(test)]
mod whole_streams;

pub(super) use anthropic::Anthropic;
pub(super) use dialect::{Dialect, ReadEvent, Request};
pub(super) use gemini::Gemini;
pub(super) use openai::OpenAi;
