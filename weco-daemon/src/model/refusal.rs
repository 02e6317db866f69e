//! What a server says when it will not do what it was asked, in whichever of its shapes.

use std::time::Duration;

use serde_json::Value;

use super::retry::google_duration;

/// A server's refusal, as it words it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Refusal {
    /// The HTTP status; `None` if it came within a reply that began well and names none.
    pub(super) status: Option<u16>,
    /// Every code that it gives, such as `insufficient_quota` or `RESOURCE_EXHAUSTED`, most telling first.
    pub(super) codes: Vec<String>,
    /// The field of the request that it is about; may be empty.
    pub(super) param: String,
    /// Its words; may be empty.
    pub(super) message: String,
    /// The wait that it asks for.
    pub(super) after: Option<Duration>,
    /// Whether a quota for the whole day is spent.
    pub(super) for_today: bool,
}

impl Refusal {
    /// The refusal with `status` whose body is `body`.
    pub(super) fn of_response(status: u16, body: &[u8]) -> Self {
        let parsed = serde_json::from_slice(body).ok().and_then(|body: Value| Self::parse(&body));
        let refusal = parsed
            .unwrap_or_else(|| Self { message: snippet(&String::from_utf8_lossy(body)), ..Self::default() });
        Self { status: Some(status), ..refusal }
    }

    /// The refusal that stands in a reply which began well, if `event` is one.
    pub(super) fn in_reply(event: &Value) -> Option<Self> {
        let first = event.get(0).unwrap_or(event);
        let is_error = !matches!(first.get("error"), None | Some(Value::Null | Value::Bool(_)))
            || first["type"] == "error"
            || first["object"] == "error";
        let refusal = if is_error { Self::parse(event)? } else { return None };
        let status = refusal.status.or_else(|| refusal.implied_status());
        Some(Self { status, ..refusal })
    }

    /// Understands `{error:{…}}`, `{error:"…"}`, `[{error:{…}}]`, the flat `{object:"error",message,…}` of
    /// older vLLM and the `{detail:…}` of Python web frameworks.
    fn parse(body: &Value) -> Option<Self> {
        let body = body.get(0).unwrap_or(body);
        let error = match &body["error"] {
            Value::Null => body,
            error => error,
        };
        let words = [error, &error["message"], &body["message"], &body["detail"], &body["detail"]["message"]];
        let message = words.into_iter().find_map(Value::as_str).unwrap_or_default();
        let named = [&error["details"]["error_code"], &error["code"], &error["type"], &error["status"]];
        let details = error["details"].as_array().map_or(&[][..], Vec::as_slice);
        let reasons = details.iter().map(|detail| &detail["reason"]);
        let codes: Vec<_> =
            named.into_iter().chain(reasons).filter_map(Value::as_str).map(str::to_owned).collect();
        if message.is_empty() && codes.is_empty() {
            return None;
        }
        Some(Self {
            status: error["code"].as_u64().and_then(|code| u16::try_from(code).ok()),
            codes,
            param: error["param"].as_str().unwrap_or_default().to_owned(),
            message: message.trim().to_owned(),
            after: details.iter().find_map(|detail| google_duration(detail["retryDelay"].as_str()?)),
            for_today: details.iter().any(names_a_day),
        })
    }

    /// Whether one of its codes is one of `codes`.
    pub(super) fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&code.as_str()))
    }

    /// Whether its words contain `part`, which is in lower case.
    pub(super) fn says(&self, part: &str) -> bool {
        self.message.to_lowercase().contains(part)
    }

    /// Whether it turns the request down for its field `name`.
    pub(super) fn is_about(&self, name: &str) -> bool {
        matches!(self.status, Some(400 | 422)) && (self.param == name || self.says(name))
    }

    /// The status with which its codes come when they come with one.
    fn implied_status(&self) -> Option<u16> {
        const IMPLIED: [(&[&str], u16); 4] = [
            (&["authentication_error", "permission_error", "invalid_api_key", "UNAUTHENTICATED"], 401),
            (&["not_found_error", "model_not_found", "NOT_FOUND"], 404),
            (&["rate_limit_error", "rate_limit_exceeded", "insufficient_quota", "RESOURCE_EXHAUSTED"], 429),
            (
                &["invalid_request_error", "invalid_prompt", "context_length_exceeded", "INVALID_ARGUMENT"],
                400,
            ),
        ];
        IMPLIED.iter().find(|(codes, _)| self.has_code(codes)).map(|(_, status)| *status)
    }

    /// Its code and words for people, without its status.
    pub(super) fn words(&self) -> String {
        let message = &self.message;
        match (self.codes.first(), message.is_empty()) {
            (Some(code), false) => format!("{message} ({code})"),
            (Some(code), true) => code.clone(),
            (None, false) => message.clone(),
            (None, true) => "it gave no reason".to_owned(),
        }
    }
}

/// Whether a Google `QuotaFailure` detail names a quota per day, such as
/// `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.
fn names_a_day(detail: &Value) -> bool {
    let violations = detail["violations"].as_array();
    violations.into_iter().flatten().any(|violation| {
        let names = [&violation["quotaId"], &violation["quotaMetric"], &violation["subject"]];
        names.into_iter().filter_map(Value::as_str).any(|name| {
            let name = name.to_ascii_lowercase();
            name.contains("perday") || name.contains("per_day")
        })
    })
}

/// The text of a body that is no JSON, on one line: of an HTML page its title alone.
pub(super) fn snippet(body: &str) -> String {
    let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let text = title.map_or(body, |(title, _)| title);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(body: &Value) -> Refusal {
        Refusal::of_response(400, body.to_string().as_bytes())
    }

    #[test]
    fn understands_every_shape() {
        for (body, words) in [
            (
                json!({"error": {"message": "No.", "type": "t", "param": null, "code": "insufficient_quota"}}),
                "No. (insufficient_quota)",
            ),
            (
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "No."}}),
                "No. (overloaded_error)",
            ),
            (
                json!([{"error": {"code": 429, "message": "No.", "status": "RESOURCE_EXHAUSTED"}}]),
                "No. (RESOURCE_EXHAUSTED)",
            ),
            (json!({"error": "No."}), "No."),
            (
                json!({"object": "error", "message": "No.", "type": "NotFoundError", "code": 404}),
                "No. (NotFoundError)",
            ),
            (json!({"detail": "No."}), "No."),
            (json!({"message": "No."}), "No."),
            (json!({"error": {"code": 500, "message": "No.", "type": null}}), "No."),
            (json!({"error": {}}), r#"{"error":{}}"#),
            (json!({}), "{}"),
        ] {
            assert_eq!(of(&body).words(), words, "{body}");
        }
        let page = b"<html><head><title>502 Bad\n Gateway</title></head></html>";
        assert_eq!(Refusal::of_response(502, page).words(), "502 Bad Gateway");
        assert_eq!(Refusal::of_response(502, b"").words(), "it gave no reason");
    }

    #[test]
    fn reads_googles_details() {
        let body = |quota: &str| {
            json!({"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED", "details": [
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"},
            ]}})
        };
        let refusal = of(&body("GenerateRequestsPerMinutePerProjectPerModel"));
        assert_eq!((refusal.after, refusal.for_today), (Some(Duration::from_secs(38)), false));
        assert!(of(&body("GenerateRequestsPerDayPerProjectPerModel-FreeTier")).for_today);
        let bad_key = json!({"error": {"code": 400, "message": "Bad.", "status": "INVALID_ARGUMENT",
            "details": [{"reason": "API_KEY_INVALID"}]}});
        assert!(of(&bad_key).has_code(&["API_KEY_INVALID"]));
    }

    #[test]
    fn tells_a_refusal_from_a_reply() {
        for (event, status) in [
            (json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}), None),
            (json!({"type": "error", "code": "rate_limit_exceeded", "message": "x"}), Some(429)),
            (json!({"error": {"code": 503, "message": "x", "status": "UNAVAILABLE"}}), Some(503)),
            (json!({"error": {"type": "invalid_request_error", "message": "x"}}), Some(400)),
            (json!({"error": "model crashed"}), None),
        ] {
            let refusal = Refusal::in_reply(&event);
            assert_eq!(refusal.map(|refusal| refusal.status), Some(status), "{event}");
        }
        for reply in
            [json!({"id": "x", "error": null, "output": []}), json!({"choices": []}), json!([{"a": 1}])]
        {
            assert_eq!(Refusal::in_reply(&reply), None, "{reply}");
        }
    }
}
