//! Why a try failed, what that means for the run, and whether another try may help.

use std::time::Duration;

use super::catalogue::{Provider, suggestion};
use super::endpoint::base_variable;
use super::interface::{ModelError, ModelErrorKind};
use super::refusal::Refusal;
use super::retry::{Hints, MAX_ASKED};

/// Whom a call is made to, for errors.
#[derive(Clone, Debug)]
pub(super) struct Callee {
    /// The provider.
    pub(super) provider: Provider,
    /// The model's name.
    pub(super) model: String,
    /// The provider in words, with its address if that is unusual.
    pub(super) label: String,
    /// Where its key is: the variables that may hold it, or what keeps it.
    pub(super) key_place: String,
}

/// Why a try failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// The server refused, by its status or within its reply.
    Refused(Refusal, Hints),
    /// No connection came about, in the system's words.
    Unreachable(String),
    /// Nothing arrived for this long.
    Silent(Duration),
    /// The reply stopped short, and how.
    Broken(String),
    /// The reply is none, and what it is instead.
    Garbage(String),
    /// The reply is larger than this many bytes.
    TooLarge(usize),
    /// The model declined to answer, and why.
    Declined(String),
    /// No request can be made on this machine, and why.
    Setup(String),
}

/// Whether another try may help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Another {
    /// It will not.
    No,
    /// It may, after the usual wait.
    Soon,
    /// It may, after the wait that the provider asks for.
    After(Duration),
}

impl Fault {
    /// Whether another try may help.
    pub(super) fn another(&self) -> Another {
        match self {
            Self::Unreachable(_) | Self::Silent(_) | Self::Broken(_) | Self::Garbage(_) => Another::Soon,
            Self::TooLarge(_) | Self::Declined(_) | Self::Setup(_) => Another::No,
            Self::Refused(refusal, hints) => {
                let kind = kind_of(refusal);
                let transient = kind == ModelErrorKind::Unavailable && may_pass(refusal.status);
                let may = kind != ModelErrorKind::Quota && hints.should.unwrap_or(transient);
                match hints.after.or(refusal.after) {
                    _ if !may => Another::No,
                    None => Another::Soon,
                    Some(wait) if wait <= MAX_ASKED => Another::After(wait),
                    Some(_) => Another::No,
                }
            }
        }
    }

    /// The error if there is no other try.
    pub(super) fn error(&self, callee: &Callee) -> ModelError {
        let label = &callee.label;
        let (kind, message, hint) = match self {
            Self::Refused(refusal, _) => {
                let status =
                    refusal.status.map_or_else(|| "with an error".to_owned(), |status| status.to_string());
                let kind = kind_of(refusal);
                let hint = match (kind, refusal.status) {
                    (ModelErrorKind::Request, Some(300..400 | 404 | 405)) => BASE_URL_HINT.to_owned(),
                    _ => hint(kind, callee),
                };
                (kind, format!("{label} answered {status}: {}", refusal.words()), hint)
            }
            Self::Unreachable(why) => {
                let message = format!("cannot reach {label}: {why}");
                (ModelErrorKind::Unavailable, message, unreachable_hint(callee))
            }
            Self::Silent(time) => {
                let message = format!("{label} was silent for {} s", time.as_secs_f64());
                (ModelErrorKind::Unavailable, message, String::new())
            }
            Self::Broken(how) => {
                let message = format!("the reply of {label} stopped short: {how}");
                (ModelErrorKind::Unavailable, message, String::new())
            }
            Self::Garbage(what) => {
                let message = format!("{label} answered with something that is no reply: {what}");
                (ModelErrorKind::Unavailable, message, BASE_URL_HINT.to_owned())
            }
            Self::TooLarge(limit) => {
                let message = format!("the reply of {label} is larger than {limit} bytes");
                let hint = "The limit is [model] max_reply_bytes in the configuration.".to_owned();
                (ModelErrorKind::Unavailable, message, hint)
            }
            Self::Declined(why) => {
                (ModelErrorKind::Refused, format!("{label} declined to answer: {why}"), String::new())
            }
            Self::Setup(why) => {
                let message = format!("cannot ask {label}: {why}");
                let hint =
                    "If it is about certificates, install the system's (package ca-certificates).".to_owned();
                (ModelErrorKind::Request, message, hint)
            }
        };
        ModelError { kind, message, hint, retry_after: self.asked_wait() }
    }

    fn asked_wait(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal, hints) => hints.after.or(refusal.after),
            _ => None,
        }
    }
}

/// Statuses that pass by themselves: 408, 409, 429 and all from 500 on. An error within a reply that had
/// begun well and says nothing of its kind passes too.
fn may_pass(status: Option<u16>) -> bool {
    status.is_none_or(|status| matches!(status, 408 | 409 | 429 | 500..))
}

const BASE_URL_HINT: &str = "Is its base URL right?";

/// Codes that mean an empty purse rather than haste.
const NO_QUOTA: [&str; 6] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_usage_limit_exceeded",
    "enforced_spend_limit_reached",
    "billing_error",
    "billing_hard_limit_reached",
];

/// Codes that mean that the prompt itself is not answered.
const DECLINED: [&str; 4] =
    ["content_filter", "content_policy_violation", "invalid_prompt", "cyber_policy_violation"];

fn kind_of(refusal: &Refusal) -> ModelErrorKind {
    let spent = refusal.has_code(&NO_QUOTA)
        || refusal.codes.iter().any(|code| code.ends_with("_spend_limit_exceeded"))
        || refusal.for_today
        || refusal.says("credit balance is too low")
        || refusal.status == Some(402);
    if spent {
        return ModelErrorKind::Quota;
    }
    if refusal.has_code(&["API_KEY_INVALID", "invalid_api_key"]) {
        return ModelErrorKind::Key;
    }
    if refusal.has_code(&DECLINED) {
        return ModelErrorKind::Refused;
    }
    let names_model = refusal.has_code(&["model_not_found", "not_found_error"]);
    match refusal.status {
        Some(401 | 403) => ModelErrorKind::Key,
        Some(404) if names_model || refusal.says("model") => ModelErrorKind::UnknownModel,
        Some(400) if names_model => ModelErrorKind::UnknownModel,
        status if may_pass(status) => ModelErrorKind::Unavailable,
        _ => ModelErrorKind::Request,
    }
}

fn hint(kind: ModelErrorKind, callee: &Callee) -> String {
    let provider = callee.provider;
    match kind {
        ModelErrorKind::Key => format!(
            "Check {} or --api-key {}=<key>. `-M builtin` needs no key.",
            callee.key_place,
            provider.id()
        ),
        ModelErrorKind::Quota => {
            "Add credit at the provider, or choose another with -M. `-M builtin` needs none.".to_owned()
        }
        ModelErrorKind::UnknownModel => {
            format!(
                "{}Name another with -M; '{}' was asked for.",
                suggestion(provider, &callee.model),
                callee.model
            )
        }
        ModelErrorKind::Request | ModelErrorKind::Refused | ModelErrorKind::Unavailable => String::new(),
    }
}

fn unreachable_hint(callee: &Callee) -> String {
    match callee.provider {
        Provider::Compatible => "Is it running there?".to_owned(),
        provider if callee.label != provider.title() => {
            format!("Is the address right? It comes from {} or the configuration.", base_variable(provider))
        }
        _ => "Is there a network? `-M builtin` needs none.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use ModelErrorKind::{Key, Quota, Refused, Request, Unavailable, UnknownModel};

    fn callee() -> Callee {
        Callee {
            provider: Provider::OpenAi,
            model: "gpt-5.3".to_owned(),
            label: "OpenAI".to_owned(),
            key_place: "OPENAI_API_KEY".to_owned(),
        }
    }

    fn refused(status: u16, code: &str, message: &str) -> Fault {
        let body = json!({"error": {"message": message, "code": code}}).to_string();
        Fault::Refused(Refusal::of_response(status, body.as_bytes()), Hints::default())
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, message, kind, another) in [
            (400, "", "Unsupported parameter", Request, Another::No),
            (400, "API_KEY_INVALID", "Bad key", Key, Another::No),
            (400, "invalid_request_error", "Your credit balance is too low", Quota, Another::No),
            (400, "content_filter", "Filtered", Refused, Another::No),
            (400, "model_not_found", "No such", UnknownModel, Another::No),
            (401, "invalid_api_key", "Bad key", Key, Another::No),
            (402, "billing_error", "Pay", Quota, Another::No),
            (403, "", "Country not supported", Key, Another::No),
            (404, "model_not_found", "No such", UnknownModel, Another::No),
            (404, "", "model \"x\" not found, try pulling it first", UnknownModel, Another::No),
            (404, "", "Not Found", Request, Another::No),
            (408, "", "Late", Unavailable, Another::Soon),
            (409, "conflict_error", "Conflict", Unavailable, Another::Soon),
            (413, "request_too_large", "Large", Request, Another::No),
            (422, "", "Odd", Request, Another::No),
            (429, "rate_limit_exceeded", "Slow down", Unavailable, Another::Soon),
            (429, "insufficient_quota", "Spent", Quota, Another::No),
            (429, "project_spend_limit_exceeded", "Spent", Quota, Another::No),
            (429, "enforced_spend_limit_reached", "Spent", Quota, Another::No),
            (302, "", "Moved", Request, Another::No),
            (500, "", "Oops", Unavailable, Another::Soon),
            (503, "server_is_overloaded", "Busy", Unavailable, Another::Soon),
            (529, "overloaded_error", "Busy", Unavailable, Another::Soon),
        ] {
            let fault = refused(status, code, message);
            let error = fault.error(&callee());
            assert_eq!((error.kind, fault.another()), (kind, another), "{status} {code} {message}");
            assert!(error.message.starts_with(&format!("OpenAI answered {status}: {message}")), "{error}");
        }
    }

    #[test]
    fn the_servers_wishes_are_honoured() {
        let with = |should, seconds: Option<u64>| {
            let Fault::Refused(refusal, _) = refused(429, "", "x") else { unreachable!() };
            Fault::Refused(refusal, Hints { should, after: seconds.map(Duration::from_secs) })
        };
        assert_eq!(with(None, Some(120)).another(), Another::After(Duration::from_secs(120)));
        assert_eq!(with(Some(false), Some(1)).another(), Another::No);
        let far = with(None, Some(121));
        assert_eq!(far.another(), Another::No);
        assert_eq!(far.error(&callee()).retry_after, Some(Duration::from_secs(121)));
        let Fault::Refused(bad, _) = refused(400, "", "x") else { unreachable!() };
        let again = Hints { should: Some(true), after: None };
        assert_eq!(Fault::Refused(bad, again).another(), Another::Soon);
        let Fault::Refused(spent, _) = refused(429, "insufficient_quota", "x") else { unreachable!() };
        assert_eq!(Fault::Refused(spent, again).another(), Another::No);
    }

    #[test]
    fn errors_say_what_to_do() {
        let hint = |fault: Fault| fault.error(&callee()).hint;
        assert!(hint(refused(404, "model_not_found", "x")).contains("Did you mean gpt-5.2"));
        assert!(hint(refused(401, "", "x")).contains("OPENAI_API_KEY"));
        assert!(hint(refused(301, "", "x")).contains("base URL"));
        assert!(hint(Fault::Unreachable("refused".to_owned())).contains("builtin"));
        assert!(hint(Fault::TooLarge(9)).contains("max_reply_bytes"));
    }
}
