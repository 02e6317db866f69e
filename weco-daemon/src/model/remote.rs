//! A model behind an API.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::{sleep, timeout};
use weco_core::prompt::Prompt;

use super::config::CallConfig;
use super::endpoint::Endpoint;
use super::exchange::{Bounds, exchange};
use super::fault::{Another, Callee, Fault};
use super::http::Http;
use super::interface::{CallNews, Completion, Model, ModelError, ModelErrorKind, ReplyProgress};
use super::keys::Secret;
use super::provider::Dialect;
use super::retry::{TRIES, backoff};

/// The most times that one call changes its request to suit the server: one for each thing that there is
/// to learn, and as many again.
const MAX_ADAPTATIONS: u32 = 8;

/// The most characters of an error, most of which are a server's words.
const MAX_ERROR: usize = 600;

/// One model behind an API. What it learns of the server, it keeps.
pub(super) struct Remote {
    pub(super) callee: Callee,
    pub(super) endpoint: Endpoint,
    pub(super) dialect: Box<dyn Dialect>,
    pub(super) secret: Option<Secret>,
    pub(super) call: CallConfig,
    pub(super) http: Arc<Http>,
}

impl Model for Remote {
    fn complete<'a>(
        &'a self,
        prompt: &'a Prompt,
        news: &'a (dyn Fn(CallNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Completion, ModelError>> {
        async move {
            let total = self.call.total_timeout_seconds.0;
            let result = timeout(total, self.tries(prompt, news)).await;
            result.unwrap_or_else(|_| Err(self.late(total)))
        }
        .boxed()
    }
}

impl Remote {
    async fn tries(
        &self,
        prompt: &Prompt,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> Result<Completion, ModelError> {
        let mut failed = 0;
        loop {
            let fault = match self.try_once(prompt, news).await {
                Ok(completion) => return Ok(completion),
                Err(fault) => fault,
            };
            failed += 1;
            let error = self.shown(&fault.error(&self.callee));
            let wait = match fault.another() {
                _ if failed >= TRIES => return Err(error),
                Another::No => return Err(error),
                Another::Soon => backoff(self.retry_base(), failed, rand::random()),
                Another::After(wait) => wait,
            };
            news(CallNews::Retrying { next_try: failed + 1, wait, fault: error.message });
            sleep(wait).await;
        }
    }

    /// One try, repeated at once while the server refuses the request's form and the form can change.
    async fn try_once(
        &self,
        prompt: &Prompt,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> Result<Completion, Fault> {
        let progress = |characters| news(CallNews::Progress(ReplyProgress { characters }));
        let mut adaptations = 0;
        loop {
            let request = self.dialect.request(prompt);
            let result = exchange(&self.http, &self.endpoint, &request, self.bounds(), &progress).await;
            match result {
                Err(Fault::Refused(refusal, _))
                    if adaptations < MAX_ADAPTATIONS && self.dialect.adapt(&request, &refusal) =>
                {
                    adaptations += 1;
                }
                result => return result,
            }
        }
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            idle: self.call.idle_timeout_seconds.0,
            total: self.call.total_timeout_seconds.0,
            reply_bytes: self.call.max_reply_bytes.get(),
        }
    }

    fn retry_base(&self) -> Duration {
        Duration::from_millis(self.call.retry_base_ms.into())
    }

    /// The error as it may be shown: without the key, which a server may have echoed.
    fn shown(&self, error: &ModelError) -> ModelError {
        let scrub = |text: &str| self.secret.as_ref().map_or_else(|| text.to_owned(), |key| key.scrub(text));
        // Scrubbed before it is cut, so that no part of a key is left at the end.
        ModelError { message: shorten(&scrub(&error.message)), hint: scrub(&error.hint), ..*error }
    }

    fn late(&self, total: Duration) -> ModelError {
        ModelError {
            kind: ModelErrorKind::Unavailable,
            message: format!("{} gave no whole reply in {} s", self.callee.label, total.as_secs_f64()),
            hint: "The limit is [model] total_timeout_seconds in the configuration.".to_owned(),
            retry_after: None,
        }
    }
}

/// `text` on one line and not too long. Control characters could upset a terminal.
fn shorten(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Some((end, _)) = text.char_indices().nth(MAX_ERROR) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_short_and_on_one_line() {
        assert_eq!(shorten("a\nb\u{1b}[31m"), "a b [31m");
        assert_eq!(shorten(&"é".repeat(5000)).chars().count(), MAX_ERROR + 1);
    }
}
