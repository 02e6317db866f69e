//! A job whose evaluations are answered by a stand-in for the user's Python.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;
use weco_tests::model_server::ModelServer;
use weco_tests::world::Running;
use weco_tests::{Output, World, eventually};

use crate::common::world;

pub(crate) const ORIGINAL: &str = "VALUE=1\n";

/// A key that must stay where it is.
pub(crate) const SERVICE_KEY: &str = "lsv2-hunter22";

/// Called as `python3 -u PROGRAM`: keeps the question and lets the test's script for it answer.
const PYTHON: &str = "\
#!/bin/sh
here=$(dirname \"$0\")
[ \"$1\" = -u ] && [ -f \"$2/__main__.py\" ] && [ -f \"$2/weco_bridge/backends/langsmith/__init__.py\" ] || exit 90
verb=$(sed 's/.*\"verb\":\"\\([a-z]*\\)\".*/\\1/' \"$WECO_BRIDGE_QUESTION\")
cp \"$WECO_BRIDGE_QUESTION\" \"$here/asked-$verb\"
echo \"$verb\" >> \"$here/log\"
answer() { cat > \"$WECO_BRIDGE_ANSWER.part\"; mv \"$WECO_BRIDGE_ANSWER.part\" \"$WECO_BRIDGE_ANSWER\"; }
. \"$here/$verb\"
";

pub(crate) const CHECK: &str = "\
answer <<'E'
{\"version\": 1, \"ok\": true, \"facts\": [{\"what\": \"dataset\", \"value\": \"qa (3 examples)\"}],
 \"warnings\": [\"few examples\"]}
E
";

/// The version's value is its score; `tone` is an evaluator that gives none.
pub(crate) const EVALUATE: &str = "\
. ./value.sh
echo \"exact: $VALUE\"
answer <<E
{\"version\": 1, \"ok\": true, \"metric\": $VALUE, \"examples\": 3, \"failed\": 1,
 \"scores\": [{\"name\": \"exact\", \"value\": $VALUE, \"summary\": \"mean\", \"count\": 2, \"missing\": 1},
  {\"name\": \"tone\", \"value\": null, \"summary\": \"mean\", \"count\": 0, \"missing\": 3}],
 \"worst\": [{\"id\": \"e1\", \"input\": \"capital of Peru?\", \"output\": \"Quito\", \"expected\": \"Lima\",
  \"error\": null, \"scores\": [{\"name\": \"exact\", \"value\": 0, \"comment\": \"wrong city\"}]}],
 \"experiment\": {\"name\": \"weco-qa-$VALUE\", \"url\": \"https://smith.example/x\"},
 \"notes\": [\"tone gave no score\"]}
E
";

/// A world, a model that sets `VALUE` to 2, 3, …, and a Python that answers as told.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) server: ModelServer,
}

impl Site {
    pub(crate) fn new() -> Self {
        let server = ModelServer::start(|request| version(request.number + 1).into());
        let mut world = world();
        for (name, value) in server.environment() {
            world.set(&name, value);
        }
        world.set("LANGSMITH_API_KEY", SERVICE_KEY);
        world.write("value.sh", ORIGINAL);
        let mut site = Self { world, server };
        fs::create_dir(site.bin()).unwrap();
        let path = format!("{}:{}", site.bin().display(), site.world.environment()["PATH"]);
        site.world.set("PATH", path);
        fs::write(site.bin().join("python3"), PYTHON).unwrap();
        fs::set_permissions(site.bin().join("python3"), fs::Permissions::from_mode(0o755)).unwrap();
        site.answers("check", CHECK);
        site.answers("evaluate", EVALUATE);
        let quick = "[model]\nretry_base_ms = 1\noutage_base_ms = 20\n";
        fs::write(site.world.config().join("config.toml"), quick).unwrap();
        site
    }

    /// Outside of the working directory.
    fn bin(&self) -> PathBuf {
        self.world.work().with_file_name("bin")
    }

    /// Says by a script how a question is answered from now on.
    pub(crate) fn answers(&self, verb: &str, script: &str) {
        fs::write(self.bin().join("new"), script).unwrap();
        fs::rename(self.bin().join("new"), self.bin().join(verb)).unwrap();
    }

    /// Says which fault answers a question from now on.
    pub(crate) fn fails(&self, verb: &str, kind: &str, message: &str) {
        self.answers(verb, &fault(kind, message));
    }

    /// The newest question of this verb.
    pub(crate) fn asked(&self, verb: &str) -> Value {
        serde_json::from_slice(&fs::read(self.bin().join(format!("asked-{verb}"))).unwrap()).unwrap()
    }

    /// The verbs that were asked, in order.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.bin().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Where an evaluation waits: for this file. It says that it is there by another.
    pub(crate) fn gate(&self) -> PathBuf {
        self.world.work().with_file_name("gate")
    }

    pub(crate) fn at_gate(&self) {
        let there = self.gate().with_extension("there");
        eventually("an evaluation is at the gate", || there.exists().then_some(()));
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        self.world.weco(&arguments("exact", more))
    }

    pub(crate) fn spawn(&self, more: &[&str]) -> Running {
        self.world.spawn(&arguments("exact", more))
    }

    /// What a command prints as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.world.weco(arguments);
        assert_eq!(printed.code, 0, "{printed:?}");
        serde_json::from_str(&printed.stdout).unwrap()
    }

    /// Asserts that nothing was created, and nothing was evaluated.
    #[track_caller]
    pub(crate) fn assert_no_run(&self) {
        assert!(!self.world.work().join(".runs").exists());
        assert!(!self.log().contains(&"evaluate".to_owned()));
        assert_eq!(self.json(&["runs", "--format", "json"]), serde_json::json!([]));
    }
}

/// A script that answers with this fault.
pub(crate) fn fault(kind: &str, message: &str) -> String {
    let fault = serde_json::json!({"kind": kind, "message": message, "remedy": "the remedy"});
    let answer = serde_json::json!({"version": 1, "ok": false, "fault": fault});
    format!("answer <<'E'\n{answer}\nE\n")
}

pub(crate) fn arguments<'a>(metric: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = ["run", "-s", "value.sh", "-m", metric, "-g", "max", "-M", "gpt-5.2", "--search", "greedy"];
    let backend =
        ["--eval-backend", "langsmith", "--langsmith-dataset", "qa", "--langsmith-target", "app:answer"];
    [&words[..], &backend, &["--output", "plain"], more].concat()
}

/// A reply with a plan and the whole source.
pub(crate) fn version(value: usize) -> String {
    format!("Set it to {value}.\n\nvalue.sh\n```sh\nVALUE={value}\n```\n")
}

/// The id of the run whose header was printed.
#[track_caller]
pub(crate) fn run_id(stdout: &str) -> &str {
    stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).expect("a run's id")
}
