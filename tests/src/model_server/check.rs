//! What the real APIs would refuse, in their own words.

use super::api::{Api, KEY};
use super::reply::Reply;
use super::request::Request;

/// The most output tokens that the server's Claude allows.
const MAX_CLAUDE_TOKENS: u64 = 64_000;

/// The refusal that the real API would answer with, if any.
pub(super) fn refusal(request: &Request) -> Option<Reply> {
    key(request).or_else(|| version(request)).or_else(|| fields(request)).or_else(|| model(request)).or_else(
        || match request.api {
            Api::Chat => chat(request),
            Api::Messages => messages(request),
            Api::Responses | Api::Gemini | Api::Compatible => None,
        },
    )
}

fn key(request: &Request) -> Option<Reply> {
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let given = match request.api {
        Api::Compatible => return None,
        Api::Chat | Api::Responses => bearer,
        Api::Messages => header("x-api-key").or(bearer),
        Api::Gemini => header("x-goog-api-key"),
    };
    if given == Some(KEY) {
        return None;
    }
    // Some servers do echo what they were given, which must not get further than the client.
    let given = given.unwrap_or_default();
    Some(match request.api {
        Api::Gemini => {
            Reply::status(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
        }
        Api::Messages => Reply::status(401, "authentication_error", &format!("invalid x-api-key {given}")),
        _ => Reply::status(401, "invalid_api_key", &format!("Incorrect API key provided: {given}.")),
    })
}

fn version(request: &Request) -> Option<Reply> {
    let given = request.headers.contains_key("anthropic-version");
    (request.api == Api::Messages && !given)
        .then(|| Reply::status(400, "invalid_request_error", "anthropic-version: header is required"))
}

/// The fields of each API, the required ones first.
fn known_fields(api: Api) -> (&'static [&'static str], &'static [&'static str]) {
    match api {
        Api::Chat => (
            &["model", "messages"],
            &["stream", "stream_options", "max_completion_tokens", "max_tokens", "reasoning_effort"],
        ),
        Api::Compatible => {
            (&["model", "messages"], &["stream", "stream_options", "max_tokens", "reasoning_effort"])
        }
        Api::Responses => {
            (&["model", "input"], &["instructions", "stream", "store", "max_output_tokens", "reasoning"])
        }
        Api::Messages => {
            (&["model", "max_tokens", "messages"], &["system", "stream", "thinking", "output_config"])
        }
        Api::Gemini => (&["contents"], &["systemInstruction", "generationConfig", "safetySettings"]),
    }
}

fn fields(request: &Request) -> Option<Reply> {
    let (required, optional) = known_fields(request.api);
    let code = if request.api == Api::Gemini { "INVALID_ARGUMENT" } else { "invalid_request_error" };
    let refuse = |message: String| Some(Reply::status(400, code, &message));
    let Some(body) = request.body.as_object() else { return refuse("the body is no object".to_owned()) };
    if let Some(missing) = required.iter().find(|name| !body.contains_key(**name)) {
        return refuse(match request.api {
            Api::Messages => format!("{missing}: Field required"),
            _ => format!("Missing required parameter: '{missing}'."),
        });
    }
    let unknown =
        body.keys().find(|name| !required.contains(&name.as_str()) && !optional.contains(&name.as_str()));
    if let Some(unknown) = unknown {
        return refuse(match request.api {
            Api::Messages => format!("{unknown}: Extra inputs are not permitted"),
            Api::Gemini => format!("Invalid JSON payload received. Unknown name \"{unknown}\""),
            _ => format!("Unrecognized request argument supplied: {unknown}"),
        });
    }
    if request.user.is_empty() {
        return refuse("the prompt is empty".to_owned());
    }
    None
}

/// Models whose names end in `-missing` do not exist.
fn model(request: &Request) -> Option<Reply> {
    let name = &request.model;
    let exists = !name.is_empty() && !name.ends_with("-missing");
    (!exists).then(|| match request.api {
        Api::Messages => Reply::status(404, "not_found_error", &format!("model: {name}")),
        Api::Gemini => {
            Reply::status(404, "NOT_FOUND", &format!("models/{name} is not found for API version v1beta"))
        }
        Api::Compatible => {
            Reply::status(404, "api_error", &format!("model \"{name}\" not found, try pulling it first"))
        }
        _ => Reply::status(404, "model_not_found", &format!("The model `{name}` does not exist")),
    })
}

fn chat(request: &Request) -> Option<Reply> {
    if request.model.contains("-pro") || request.model.contains("only-responses") {
        let message = "This model is only supported in v1/responses and not in v1/chat/completions.";
        return Some(Reply::status(404, "invalid_request_error", message));
    }
    request.body.get("max_tokens").map(|_| {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
            'max_completion_tokens' instead.";
        Reply::status(400, "unsupported_parameter", message)
    })
}

fn messages(request: &Request) -> Option<Reply> {
    let asked = request.body["max_tokens"].as_u64().unwrap_or_default();
    let message = if asked == 0 {
        "max_tokens: Input should be greater than or equal to 1".to_owned()
    } else if asked > MAX_CLAUDE_TOKENS {
        format!(
            "max_tokens: {asked} > {MAX_CLAUDE_TOKENS}, which is the maximum allowed number of output tokens \
             for {}",
            request.model
        )
    } else {
        return None;
    };
    Some(Reply::status(400, "invalid_request_error", &message))
}
