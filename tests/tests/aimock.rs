//! The four APIs as `@copilotkit/aimock` speaks them: a mock server that was written elsewhere, by its own
//! reading of the providers' documentation.
//!
//! Needs node and `npm ci` in `aimock/`; run with `--features aimock`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};
use weco_core::prompt::Prompt;
use weco_daemon::model::{Access, CallNews, Completion, Config, ModelError, ModelErrorKind, ResolvedModel};
use weco_tests::model_server::{Api, KEY};

/// The four shapes.
const APIS: [Api; 4] = [Api::Chat, Api::Responses, Api::Messages, Api::Gemini];

const TEXT: &str = "A plan, größer.\n\n```python\nprint('日本')\n```\n";

/// A running mock; ended when dropped.
struct Aimock {
    process: Child,
    url: String,
    _fixtures: tempfile::NamedTempFile,
}

impl Drop for Aimock {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
impl Aimock {
    /// A mock that knows `fixtures` and refuses everything else.
    fn start(fixtures: &[Value]) -> Self {
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        std::fs::write(file.path(), json!({"fixtures": fixtures}).to_string()).unwrap();
        let script =
            concat!(env!("CARGO_MANIFEST_DIR"), "/aimock/node_modules/@copilotkit/aimock/dist/cli.js");
        assert!(std::path::Path::new(script).exists(), "run `npm ci` in tests/aimock first");
        let mut process = Command::new("node")
            .args([script, "--strict", "--validate-on-load", "-p", "0", "-f"])
            .arg(file.path())
            .env("AIMOCK_API_KEYS", KEY)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut mock = Self { process, url: String::new(), _fixtures: file };
        let (sender, receiver) = channel();
        // Goes on reading to the end, so that the mock never waits for its output to be taken.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = line.split_once("listening on ").map(|(_, url)| sender.send(url.trim().to_owned()));
            }
        });
        mock.url = receiver.recv_timeout(Duration::from_secs(30)).expect("aimock does not start");
        mock
    }

    fn ask(&self, api: Api, user: &str, key: &str) -> (Result<Completion, ModelError>, Vec<CallNews>) {
        let mut config = Config::default();
        config.model.retry_base_ms = 1;
        let (variable, path) = api.base();
        let look = |name: &str| {
            if name == variable {
                Some(format!("{}{path}", self.url))
            } else {
                (Some(name) == api.key_variable()).then(|| key.to_owned())
            }
        };
        let access = Access::new(config, |_| None);
        let resolved = access.resolve(Some(api.model()), &BTreeMap::new(), &look).unwrap();
        let ResolvedModel::Remote(model) = resolved.model else { panic!() };
        let prompt = Prompt { system: "You improve code.".to_owned(), user: user.to_owned() };
        let news = Mutex::new(Vec::new());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let result = runtime.block_on(model.complete(&prompt, &|item| news.lock().unwrap().push(item)));
        (result, news.into_inner().unwrap())
    }
}

/// What the mock answers to a prompt with `text`, whose system part must have arrived as well.
fn fixture(text: &str, response: &Value) -> Value {
    json!({"match": {"userMessage": text, "systemMessage": "You improve code."}, "response": response})
}

#[test]
fn replies_are_understood() {
    let usage = json!({"prompt_tokens": 40, "completion_tokens": 9});
    let mock = Aimock::start(&[
        fixture("good", &json!({"content": TEXT, "usage": usage})),
        fixture("thoughtful", &json!({"content": TEXT, "usage": usage, "reasoning": "Let me see."})),
        fixture("long", &json!({"content": TEXT, "usage": usage, "finishReason": "length"})),
    ]);
    for api in APIS {
        for (prompt, truncated) in [("good", false), ("thoughtful", false), ("long", true)] {
            let (result, news) = mock.ask(api, prompt, KEY);
            let completion = result.unwrap_or_else(|error| panic!("{api:?} {prompt}: {error}"));
            assert_eq!(completion.text, TEXT, "{api:?} {prompt}");
            assert_eq!(completion.truncated, truncated, "{api:?} {prompt}");
            let tokens = (completion.usage.input_tokens, completion.usage.output_tokens);
            assert_eq!(tokens, (40, 9), "{api:?} {prompt}");
            assert!(matches!(news.last(), Some(CallNews::Progress(_))), "{api:?} {prompt}: {news:?}");
        }
    }
}

#[test]
fn faults_that_pass_are_tried_again() {
    let first = |mut fixture: Value| {
        fixture["match"]["sequenceIndex"] = json!(0);
        fixture
    };
    let mut fixtures: Vec<_> = APIS
        .iter()
        .flat_map(|api| {
            let busy = format!("busy {api:?}");
            let cut = format!("cut {api:?}");
            let mut broken = first(fixture(&cut, &json!({"content": TEXT})));
            broken["truncateAfterChunks"] = json!(2);
            let overloaded =
                json!({"error": {"message": "Overloaded", "type": "overloaded_error"}, "status": 503});
            [first(fixture(&busy, &overloaded)), broken]
        })
        .collect();
    fixtures.push(fixture("", &json!({"content": "fine"})));
    let mock = Aimock::start(&fixtures);
    for api in APIS {
        for trouble in ["busy", "cut"] {
            let (result, news) = mock.ask(api, &format!("{trouble} {api:?}"), KEY);
            let completion = result.unwrap_or_else(|error| panic!("{api:?} {trouble}: {error}"));
            assert_eq!(completion.text, "fine", "{api:?} {trouble}");
            let retries = news.iter().filter(|news| matches!(news, CallNews::Retrying { .. })).count();
            assert_eq!(retries, 1, "{api:?} {trouble}: {news:?}");
        }
    }
}

#[test]
fn faults_that_stay_end_the_call() {
    let error = |status: u16, code: &str| {
        json!({"error": {"message": "In its own words.", "type": code, "code": code}, "status": status,
            "retryAfter": 600})
    };
    let mock = Aimock::start(&[
        fixture("spent", &error(429, "insufficient_quota")),
        fixture("hasty", &error(429, "rate_limit_exceeded")),
        fixture("odd", &error(400, "invalid_request_error")),
        fixture("nowhere", &error(404, "model_not_found")),
    ]);
    for api in APIS {
        for (prompt, kind) in [
            ("odd", ModelErrorKind::Request),
            ("nowhere", ModelErrorKind::UnknownModel),
            ("hasty", ModelErrorKind::Unavailable),
        ] {
            let (result, news) = mock.ask(api, prompt, KEY);
            let error = result.unwrap_err();
            assert_eq!(error.kind, kind, "{api:?} {prompt}: {error}");
            assert!(error.message.contains("In its own words."), "{api:?} {prompt}: {error}");
            assert_eq!(news, [], "{api:?} {prompt}");
            let wait = (prompt == "hasty").then_some(Duration::from_secs(600));
            assert_eq!(error.retry_after, wait, "{api:?} {prompt}");
        }
        let (result, _) = mock.ask(api, "spent", KEY);
        assert_eq!(result.unwrap_err().kind, ModelErrorKind::Quota, "{api:?}");
        let wrong = "sk-wrong-0123456789abcdef";
        let error = mock.ask(api, "good", wrong).0.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Key, "{api:?}: {error}");
        assert!(!format!("{error:?}").contains(wrong), "{api:?}: {error}");
    }
}
