//! Others than the user's own page: other sites' pages, other users, other programs.

use serde_json::Value;
use weco_tests::World;

use crate::support::{Parts, ask, job, left_to_the_daemon, parts, runs, url, world_with_dashboard};

/// A live run, and how the own page would ask about it.
struct Target {
    world: World,
    host: String,
    port: u16,
    token: String,
    run: String,
}

impl Target {
    fn new() -> Self {
        let world = world_with_dashboard();
        job(&world, 0.2);
        let run = world.weco(&left_to_the_daemon(&["-n", "500"]));
        assert_eq!(run.code, 0, "{run:?}");
        let Parts { host, port, token } = parts(&url(&world));
        let run = runs(&world)[0]["run_id"].as_str().unwrap().to_owned();
        Self { world, host, port, token, run }
    }

    fn host(&self) -> String {
        format!("Host: {}:{}", self.host, self.port)
    }

    fn cookie(&self) -> String {
        format!("Cookie: weco_{}={}", self.port, self.token)
    }

    /// The headers of the own page's requests.
    fn own(&self) -> Vec<String> {
        let origin = format!("Origin: http://{}:{}", self.host, self.port);
        let rest = ["Content-Type: application/json", "X-Weco: 1"].map(str::to_owned);
        [vec![self.host(), self.cookie(), origin], rest.to_vec()].concat()
    }

    /// The same without those that begin like this, and with others.
    fn but(&self, without: &str, with: &[&str]) -> Vec<String> {
        let mut headers = self.own();
        headers.retain(|header| !header.starts_with(without));
        headers.extend(with.iter().map(|&header| header.to_owned()));
        headers
    }

    fn status(&self) -> Value {
        runs(&self.world)[0]["status"].clone()
    }
}

#[test]
fn nobody_but_the_own_page_reads_or_acts() {
    let target = Target::new();
    let wrong = format!("Cookie: weco_{}={}", target.port, "0".repeat(32));
    let port = target.port;
    let foreign = [
        (target.but("Origin", &["Origin: http://evil.example"]), 403),
        (target.but("Origin", &["Origin: null"]), 403),
        (target.but("Origin", &[&format!("Origin: http://{}:{}", target.host, port ^ 1)]), 403),
        (target.but("Origin", &[&format!("Origin: http://127.0.0.1:{port}")]), 403),
        // Browsers send the cookies of these names to other users' servers, too.
        (target.but("Host", &[&format!("Host: 127.0.0.1:{port}")]), 403),
        (target.but("Host", &[&format!("Host: localhost:{port}")]), 403),
        (target.but("Host", &[&format!("Host: evil.example:{port}")]), 403),
        (target.but("Host", &[&format!("Host: 127.0.0.1.evil.example:{port}")]), 403),
        (target.but("Cookie", &[]), 401),
        (target.but("Cookie", &[&wrong]), 401),
    ];
    let run = &target.run;
    let reads =
        ["/", "/api/v1/runs", "/api/v1/events", "/metrics", &format!("/api/v1/runs/{run}/nodes/0/patch")];
    let acts = ["stop", "instructions", "derive", "resume", "apply", "nodes/1/approve"];
    for (headers, status) in &foreign {
        for path in reads {
            let answer = ask(port, &format!("GET {path}"), headers, "");
            assert_eq!(answer.status, *status, "{path} {headers:?} {answer:?}");
            assert!(!answer.body.contains(run.as_str()) && !answer.head.contains(&target.token));
        }
        for act in acts {
            let answer = ask(port, &format!("POST /api/v1/runs/{run}/{act}"), headers, "{}");
            assert_eq!(answer.status, *status, "{act} {headers:?} {answer:?}");
        }
    }
    // What a foreign page can make a browser post without asking first; and asking is not answered, either.
    for headers in [target.but("X-Weco", &[]), target.but("Content-Type", &["Content-Type: text/plain"])] {
        for act in acts {
            let answer = ask(port, &format!("POST /api/v1/runs/{run}/{act}"), &headers, "{}");
            assert_eq!(answer.status, 403, "{act} {headers:?} {answer:?}");
        }
    }
    let asking = ["Origin: http://evil.example", "Access-Control-Request-Method: POST"];
    let answer = ask(port, &format!("OPTIONS /api/v1/runs/{run}/stop"), &target.but("Origin", &asking), "");
    assert_eq!(answer.status, 403);
    assert!(!answer.head.to_lowercase().contains("access-control-allow"), "{answer:?}");
    assert_eq!(target.status(), "running", "nothing was changed");
    let summary = ask(port, &format!("GET /api/v1/runs/{run}"), &target.own(), "");
    assert!(summary.body.contains("\"instructions\":\"\""), "{summary:?}");

    let stop = ask(port, &format!("POST /api/v1/runs/{run}/stop"), &target.own(), "{}");
    assert_eq!(stop.status, 200, "and the own page does: {stop:?}");
}

#[test]
fn the_printed_url_lets_a_browser_in_once_and_keeps_the_token_to_it() {
    let world = world_with_dashboard();
    let Parts { host, port, token } = parts(&url(&world));
    let host = [format!("Host: {host}:{port}")];
    let answer = ask(port, &format!("GET /runs/abc?token={token}"), &host, "");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.body.contains("content=\"0; url=/runs/abc\"") && !answer.body.contains(&token),
        "{answer:?}"
    );
    assert!(answer.head.contains("HttpOnly; SameSite=Strict"), "{answer:?}");
    let plain = [format!("Host: 127.0.0.1:{port}")];
    let answer = ask(port, &format!("GET /runs/abc?token={token}"), &plain, "");
    assert!(answer.status == 403 && !answer.head.contains("set-cookie"), "{answer:?}");
    let refused = ask(port, &format!("GET /?token={}", "f".repeat(32)), &host, "");
    assert!(refused.status == 401 && refused.body.contains("weco dashboard --url"), "{refused:?}");
    assert!(refused.head.contains("content-security-policy: default-src 'none'"), "{refused:?}");
    assert!(!world.daemon_log().contains(&token), "the token is in no log");
}
