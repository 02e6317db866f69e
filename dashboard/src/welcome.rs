//! The two pages without a script: what the printed URL leads to, and what is shown without the token.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// A page that goes on by itself to the same place without the token, by then with the cookie. A redirection would
/// not do: browsers follow one that comes after another site's link, or after a file, without a `SameSite=Strict`
/// cookie, whereas what this page asks for is asked by this site.
pub(crate) fn page(uri: &Uri, cookie: &str) -> Response {
    let target = escaped(&target(uri));
    let go_on = format!("<meta http-equiv=\"refresh\" content=\"0; url={target}\">");
    let body = html(&go_on, "weco", &format!("<p><a href=\"{target}\">The dashboard</a></p>"));
    let headers = [(header::CONTENT_TYPE, HTML), (header::SET_COOKIE, cookie)];
    (headers, body).into_response()
}

/// What a page's URL is answered with that cannot be let in.
pub(crate) fn refusal(status: StatusCode) -> Response {
    let body = "<p>Only who has the dashboard's own address may see runs and act on them. Print it in a terminal of \
                this machine, and open what it prints:</p><pre>weco dashboard --url</pre>";
    (status, [(header::CONTENT_TYPE, HTML)], html("", "This page needs its key", body)).into_response()
}

const HTML: &str = "text/html; charset=utf-8";

fn html(head: &str, title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{head}\n<title>{title}</title>\n</head>\n\
         <body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
}

/// The page's path and the query without the token. The path begins with one slash: two would name a host.
fn target(uri: &Uri) -> String {
    let path = uri.path().trim_start_matches(['/', '\\']);
    let others: Vec<&str> =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with("token=")).collect();
    let query = others.join("&");
    if query.is_empty() { format!("/{path}") } else { format!("/{path}?{query}") }
}

/// For an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_on_this_host_and_without_the_token() {
        for (asked, expected) in [
            ("/runs/a?token=b", "/runs/a"),
            ("/?x=1&token=b&y=2", "/?x=1&y=2"),
            ("//evil.example/a?token=b", "/evil.example/a"),
            ("///evil.example", "/evil.example"),
        ] {
            assert_eq!(target(&asked.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_path_cannot_leave_its_attribute() {
        assert_eq!(escaped("/a\"><b c='d&"), "/a&quot;&gt;&lt;b c=&#39;d&amp;");
    }
}
