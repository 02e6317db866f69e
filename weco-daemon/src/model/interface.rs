//! What the rest of the daemon knows of a language model: a question, news, an answer or an error.

use std::time::Duration;

use futures_util::future::BoxFuture;
use weco_core::event::Usage;
use weco_core::prompt::Prompt;

/// What is known while a reply arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReplyProgress {
    /// Characters received so far, thoughts included.
    pub characters: u64,
}

/// News of a call under way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallNews {
    /// More of the reply arrived.
    Progress(ReplyProgress),
    /// A try failed; the next (number `next_try`, from 2) starts after `wait`.
    Retrying {
        /// The number of the next try.
        next_try: u32,
        /// Until it starts.
        wait: Duration,
        /// What happened, in one sentence.
        fault: String,
    },
}

/// A finished reply.
///
/// A model may end its reply without a word (a reasoning model that spent its budget on thoughts, for
/// one). That is a reply like any other, with an empty `text`: its tokens were spent, and what to do
/// about it is the caller's to decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// The answer, without thoughts that the provider marks as such.
    pub text: String,
    /// Tokens as the provider counts them; zero if it did not say.
    pub usage: Usage,
    /// Whether the provider cut the reply at its length limit.
    pub truncated: bool,
}

/// A language model, ready to be asked.
pub trait Model: Send + Sync {
    /// Asks once, with this provider's own retries. Dropping the future abandons the call.
    fn complete<'a>(
        &'a self,
        prompt: &'a Prompt,
        news: &'a (dyn Fn(CallNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Completion, ModelError>>;
}

/// What kind of failure a call met: decides what happens to the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModelErrorKind {
    /// The key is missing, wrong or not allowed. Fatal.
    Key,
    /// No quota or credit is left. Fatal.
    Quota,
    /// The provider does not know the model. Fatal.
    UnknownModel,
    /// The provider refused the request itself. Fatal.
    Request,
    /// The provider declined to answer this prompt (safety). The step fails, the run goes on.
    Refused,
    /// Unreachable, overloaded or answering nonsense, beyond this call's own retries.
    Unavailable,
}

/// A call that failed for good. Never contains a key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What kind.
    pub kind: ModelErrorKind,
    /// The provider's own words, with its name and the status.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
    /// How long the provider asks to wait, if it says.
    pub retry_after: Option<Duration>,
}
