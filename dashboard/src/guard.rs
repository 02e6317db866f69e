//! Who is answered: see the crate's documentation.
//!
//! - The token: in the URL of a page, which is answered with a cookie and leads on to the same URL without it, so that
//!   it neither stays in the address nor is sent on as a referrer; then in that cookie; or as programs give it, in
//!   `Authorization`. Whoever lacks it is told the same whatever name he asked under: the own name is not to be found
//!   out by trying.
//! - `Host`: cookies and the printed URL count under the dashboard's own name alone ([`Token::host`]), since a browser
//!   sends a cookie to all ports of a host. Programs may as well ask under `127.0.0.1`, `localhost` and `[::1]`. A page
//!   of another name that resolves to loopback (DNS rebinding) gets nothing.
//! - `Origin`, where the browser sends one, must be that of the own name: no other page's script is answered.
//! - What changes something is a POST of JSON with a header that a foreign page cannot send without asking first, and
//!   nobody who asks first is answered.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::error::ApiError;
use crate::token::Token;
use crate::welcome;

/// The header that our own page sends with everything that changes something.
const OWN: &str = "x-weco";

/// Whom the server answers.
#[derive(Debug)]
pub(crate) struct Guard {
    token: Token,
    port: u16,
    /// The own name with the port.
    host: String,
}

/// Who asks, of those who know the token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// By the URL that was printed.
    Newcomer,
    /// By the cookie.
    Browser,
    Program,
}

impl Guard {
    pub(crate) fn new(token: Token, port: u16) -> Self {
        let host = format!("{}:{port}", token.host());
        Self { token, port, host }
    }

    fn cookie_name(&self) -> String {
        format!("weco_{}", self.port)
    }

    /// Whether a request may come under its name and from its page.
    fn is_own(&self, headers: &HeaderMap, asker: Asker) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_host = host.eq_ignore_ascii_case(&self.host) || asker == Asker::Program && self.is_plain(host);
        let origin = format!("http://{}", self.host);
        is_host
            && headers
                .get(ORIGIN)
                .is_none_or(|given| given.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    }

    /// Whether a name is one that every server of the machine has.
    fn is_plain(&self, host: &str) -> bool {
        let mut names = ["127.0.0.1", "localhost", "[::1]"].into_iter();
        names.any(|name| host.eq_ignore_ascii_case(&format!("{name}:{}", self.port)))
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|it| it.split_once('='));
        pairs.any(|(key, value)| key.trim() == name && self.token.is(value.trim()))
    }

    fn cookie(&self) -> String {
        let (name, token) = (self.cookie_name(), self.token.expose());
        format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000")
    }

    fn asker(&self, request: &Request) -> Option<Asker> {
        let headers = request.headers();
        let is_welcome = is_page(request) && request.method() == Method::GET;
        if is_welcome && token_in(request.uri()).is_some_and(|given| self.token.is(given)) {
            return Some(Asker::Newcomer);
        }
        if bearer(headers).is_some_and(|given| self.token.is(given)) {
            return Some(Asker::Program);
        }
        self.has_cookie(headers).then_some(Asker::Browser)
    }

    /// Whether it is only asked whether there is a daemon, and by no page.
    fn is_health(&self, request: &Request) -> bool {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        request.uri().path() == "/healthz" && self.is_plain(host) && !request.headers().contains_key(ORIGIN)
    }
}

/// Lets through what may pass.
pub(crate) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if guard.is_health(&request) {
        return secured(next.run(request).await);
    }
    let Some(asker) = guard.asker(&request) else {
        return refused(&request, StatusCode::UNAUTHORIZED, ApiError::unauthorized());
    };
    if !guard.is_own(request.headers(), asker) {
        let error = ApiError::forbidden("asked under a foreign name or by a foreign page");
        return refused(&request, StatusCode::FORBIDDEN, error);
    }
    if asker == Asker::Newcomer {
        return secured(welcome::page(request.uri(), &guard.cookie()));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && !is_own_post(request.headers()) {
        return secured(ApiError::forbidden("not asked by the dashboard's own page").into_response());
    }
    secured(next.run(request).await)
}

/// For people a page, for programs JSON.
fn refused(request: &Request, status: StatusCode, error: ApiError) -> Response {
    secured(if is_page(request) { welcome::refusal(status) } else { error.into_response() })
}

fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_other = path.starts_with("/api/") || path.starts_with("/assets/");
    !is_other && !matches!(path, "/metrics" | "/healthz")
}

fn token_in(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("token="))
}

/// For programs, such as Prometheus: `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn is_own_post(headers: &HeaderMap) -> bool {
    let content = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    headers.contains_key(OWN)
        && content.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
}

/// What a browser is told of everything we send: to run our scripts alone, to load nothing from elsewhere, to guess
/// no types, to show us in no other page, to tell nobody where it was.
const SECURITY: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn secured(mut response: Response) -> Response {
    for (name, value) in SECURITY {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
