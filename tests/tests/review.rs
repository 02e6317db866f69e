//! Review, from the command line to the model and the files: what is approved, changed, turned down and told.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::world;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use weco_tests::model_server::{Api, ModelServer, Request};
use weco_tests::world::Running;
use weco_tests::{Output, World, eventually};

const ORIGINAL: &str = "VALUE=1\n";

/// The model's n-th answer sets `VALUE` to n tens.
fn answer(request: &Request) -> String {
    format!("Try {0}.\n\n`value.sh`\n```sh\nVALUE={0}\n```\n", 10 * request.number)
}

/// A run under review of a source whose value is its score.
struct Reviewed {
    world: World,
    server: ModelServer,
    client: Running,
    id: String,
}

impl Reviewed {
    fn start(more: &[&str]) -> Self {
        let mut world = world();
        let server = ModelServer::start(|request| answer(request).into());
        for (name, value) in server.environment() {
            world.set(&name, value);
        }
        world.set("USER", "ada");
        world.write("value.sh", ORIGINAL);
        world.write("util.sh", "# nothing\n");
        world.write(
            "eval.sh",
            ". ./value.sh\necho \"in $(pwd) with ${MARK:-none}\"\necho \"score: $VALUE\"\n",
        );
        let run = [
            "run",
            "--sources",
            "value.sh",
            "util.sh",
            "-c",
            "sh eval.sh",
            "-m",
            "score",
            "-g",
            "max",
            "-n",
            "3",
            "-M",
            Api::Chat.model(),
            "--require-review",
            "--output",
            "plain",
        ];
        let mut client = world.spawn(&[&run[..], more].concat());
        client.wait_for("[REVIEW] Step 1 waits for approval");
        let id = client.stdout().lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned));
        Self { world, server, client, id: id.unwrap() }
    }

    fn weco(&self, verb: &str, arguments: &[&str]) -> Output {
        self.world.weco(&[&["run", verb, &self.id], arguments].concat())
    }

    /// The values that a verb prints, which must go well.
    #[track_caller]
    fn values(&self, verb: &str, arguments: &[&str]) -> Vec<Value> {
        let output = self.weco(verb, arguments);
        assert_eq!(output.code, 0, "{output:?}");
        serde_json::Deserializer::from_str(&output.stdout).into_iter().map(Result::unwrap).collect()
    }

    #[track_caller]
    fn submit(&self, arguments: &[&str]) -> Value {
        self.values("submit", arguments).pop().unwrap()
    }

    /// The only node that waits.
    fn pending(&self) -> Value {
        let review = self.values("review", &[]).remove(0);
        assert_eq!(review["require_review"], json!(true));
        assert_eq!(review["pending_nodes"].as_array().unwrap().len(), 1, "{review:#}");
        review["pending_nodes"][0].clone()
    }

    fn await_step(&self, step: u64) -> Value {
        eventually("a step waits", || {
            let review = self.values("review", &[]).remove(0);
            review["pending_nodes"].get(0).filter(|node| node["step"] == json!(step)).cloned()
        })
    }

    /// What the model was told when it was asked for the n-th time.
    fn prompt(&self, number: usize) -> String {
        let requests = self.server.requests();
        let request = &requests[number - 1];
        format!("{}\n{}", request.system, request.user)
    }
}

#[test]
fn a_whole_session() {
    let run = Reviewed::start(&["-i", "Think of speed."]);
    let node = run.pending();
    assert_eq!((&node["step"], &node["status"]), (&json!(1), &json!("pending_approval")));
    assert_eq!(node["code"], json!({"value.sh": "VALUE=10\n", "util.sh": "# nothing\n"}));
    assert_eq!(run.server.requests().len(), 1, "waiting asks for nothing");
    assert!(run.prompt(1).contains("Think of speed."));

    // Revised by position and by name; what is evaluated is the newest.
    run.world.write("mine.sh", "VALUE=15\n");
    run.world.write("other.sh", "# other\n");
    let revised = run.values("revise", &["--node", "1", "--source", "mine.sh"]).remove(0);
    assert_eq!((&revised["created_by"], &revised["node_id"]), (&json!("ada"), &node["node_id"]));
    run.values("revise", &["--node", "1", "--source", "util.sh=other.sh"]);
    let node = run.pending();
    assert_eq!(node["code"], json!({"value.sh": "VALUE=15\n", "util.sh": "# other\n"}));
    let short = &node["node_id"].as_str().unwrap()[..8];
    let submitted = run.submit(&["--node", short]);
    assert_eq!((&submitted["status"], &submitted["metric"]), (&json!("submitted"), &json!(15.0)));
    assert_eq!(submitted["run_completed"], json!(false));
    assert!(submitted["execution_output"].as_str().unwrap().contains("score: 15"), "{submitted:#}");
    assert_eq!(run.world.read("value.sh"), ORIGINAL);

    // Turned down and instructed: the next prompt knows both, and not the instructions from before.
    run.await_step(2);
    run.values("instruct", &["Think of memory."]);
    run.values("reject", &["--node", "2", "twenty is an ugly number"]);
    run.await_step(3);
    let prompt = run.prompt(3);
    assert!(prompt.contains("twenty is an ugly number") && prompt.contains("Think of memory."), "{prompt}");
    assert!(!prompt.contains("Think of speed."), "{prompt}");
    assert!(prompt.contains("VALUE=15"), "it builds on what was evaluated: {prompt}");

    // Submitted with code and a command of its own, in the submitter's environment: the last step ends the run.
    let mut command =
        run.world.command(&["run", "submit", &run.id, "--node", "3", "-s", "value.sh=mine2.sh"]);
    run.world.write("mine2.sh", "VALUE=33\n");
    let output = command.args(["-c", "echo again; sh eval.sh"]).env("MARK", "mine").output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let values: Vec<Value> =
        serde_json::Deserializer::from_str(&stdout).into_iter().map(Result::unwrap).collect();
    assert_eq!(values[0], json!({"status": "evaluating", "eval_command": "echo again; sh eval.sh"}));
    assert_eq!((&values[1]["metric"], &values[1]["run_completed"]), (&json!(33.0), &json!(true)));
    let printed = values[1]["execution_output"].as_str().unwrap();
    assert!(printed.contains("again") && printed.contains("with mine"), "{printed}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), printed, "it was streamed");

    let late = run.weco("submit", &["--node", "1"]);
    assert!(late.stderr.contains("has ended") && late.stderr.contains("weco run results"), "{late:?}");

    let Reviewed { world, client, .. } = run;
    let followed = client.wait();
    assert_eq!(followed.code, 0, "{followed:?}");
    for line in [
        "[REVISED] Step 1: revision 2 by ada",
        "[APPROVED] Step 1 by ada",
        "[REJECTED] Step 2 by ada: twenty is an ugly number",
        "[INSTRUCTIONS] Given by ada, for the next proposals: Think of memory.",
        "[APPROVED] Step 3 by ada, to run: echo again; sh eval.sh",
        "Best metric value: 33",
    ] {
        assert!(followed.stdout.contains(line), "{line} {}", followed.stdout);
    }
    assert_eq!(world.read("value.sh"), ORIGINAL);
    assert_eq!(world.read(&best(&world)), "VALUE=33\n");
}

/// The best version's file, from the working directory.
fn best(world: &World) -> String {
    let file = world.run_dir().join("best/files/value.sh");
    file.strip_prefix(world.work()).unwrap().display().to_string()
}

#[test]
fn what_is_wrong_is_said_and_changes_nothing() {
    let run = Reviewed::start(&[]);
    let before = run.pending();
    run.world.write("mine.sh", "VALUE=15\n");
    run.world.write("same.sh", "VALUE=10\n");
    run.world.write("large.sh", &"#".repeat(200 * 1024 + 1));
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = [
        ("a step that is not there", 1, run.weco("submit", &["--node", "7"])),
        ("the baseline", 1, run.weco("submit", &["--node", "0"])),
        ("no node of that id", 1, run.weco("reject", &["--node", "ffffffff"])),
        ("no node named", 2, run.weco("submit", &[])),
        ("not a source", 2, run.weco("revise", &["--node", "1", "-s", "eval.sh=mine.sh"])),
        ("too large", 2, run.weco("revise", &["--node", "1", "-s", "large.sh"])),
        ("no change", 2, run.weco("revise", &["--node", "1", "-s", "same.sh"])),
        ("a missing file", 2, run.weco("submit", &["--node", "1", "-s", "absent.sh"])),
        ("too many", 2, run.weco("submit", &["--node", "1", "--sources", "mine.sh", "same.sh", "large.sh"])),
        ("no instructions", 2, run.weco("instruct", &[" "])),
    ];
    for (what, code, output) in refused {
        assert_eq!((output.code, output.stdout.as_str()), (code, ""), "{what}: {output:?}");
        assert!(
            output.stderr.starts_with("error: ") && output.stderr.contains("\n  try: "),
            "{what}: {output:?}"
        );
    }
    let mut command = run.world.command(&["run", "submit", &run.id, "--node", "1"]);
    let output = command.current_dir(elsewhere.path()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && err.contains("working tree"), "{err}");
    assert_eq!(run.pending(), before);
    assert_eq!(run.server.requests().len(), 1);
}

#[test]
fn what_waits_waits_through_a_restart() {
    let run = Reviewed::start(&[]);
    run.world.write("mine.sh", "VALUE=15\n");
    run.values("revise", &["--node", "1", "--source", "mine.sh"]);
    let before = run.pending();
    run.world.kill_daemon();
    assert_eq!(run.pending(), before);
    assert_eq!(run.submit(&["--node", "1"])["metric"], json!(15.0));
    run.await_step(2);
    assert_eq!(run.server.requests().len(), 2, "nothing was asked for twice");
    run.client.signal(Signal::SIGINT);
    let stopped = run.client.wait();
    assert_eq!(stopped.code, 130, "{stopped:?}");
}

#[test]
fn a_version_that_does_not_work_is_told_and_the_run_goes_on() {
    let run = Reviewed::start(&[]);
    let output = run.weco("submit", &["--node", "1", "-c", "echo no score; exit 3"]);
    assert_eq!(output.code, 1, "{output:?}");
    let last =
        serde_json::Deserializer::from_str(&output.stdout).into_iter::<Value>().last().unwrap().unwrap();
    assert_eq!((&last["status"], &last["metric"]), (&json!("eval_failed"), &Value::Null));
    assert!(last["execution_output"].as_str().unwrap().contains("no score"));
    run.await_step(2);
    let again = run.weco("submit", &["--node", "1"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("step 1 is evaluated already"), "{again:?}");
}

#[test]
fn a_stopped_run_waits_again_when_it_goes_on() {
    let run = Reviewed::start(&[]);
    let before = run.pending();
    assert_eq!(run.weco("stop", &[]).code, 0);
    let refused = run.weco("submit", &["--node", "1"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("has ended") && refused.stderr.contains("weco resume"), "{refused:?}");
    let mut resumed = run.world.spawn(&["resume", &run.id, "--output", "plain"]);
    resumed.wait_for("[REVIEW] Step 1 waits for approval");
    assert_eq!(run.pending()["code"], before["code"]);
    assert_eq!(run.server.requests().len(), 1, "the proposal is still there");
    assert_eq!(run.submit(&["--node", "1"])["metric"], json!(10.0));
}
