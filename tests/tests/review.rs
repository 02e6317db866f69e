//! Review, from the command line to the model and the files: what is approved, changed, turned down and told.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::path::PathBuf;

use common::world;
use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{EnvVar, SubmitNodeRequest};
use weco_tests::chaos::Witness;
use weco_tests::model_server::{Api, ModelServer, Request};
use weco_tests::world::{Running, is_running};
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
fn of_two_who_submit_at_once_one_is_heard_and_it_is_evaluated_in_that_ones_environment() {
    let run = Reviewed::start(&[]);
    let command = "echo \"with $MARK and $MARK_TOKEN\"; sh eval.sh";
    let submit = |mark: String| {
        let mut submit = run.world.command(&["run", "submit", &run.id, "--node", "1", "-c", command]);
        submit.env("MARK", &mark).env("MARK_TOKEN", &mark);
        std::thread::spawn(move || (submit.output().unwrap(), mark))
    };
    let submits: Vec<_> = (0..8).map(|number| submit(format!("m{number}"))).collect();
    let mut heard = Vec::new();
    for (output, mark) in submits.into_iter().map(|thread| thread.join().unwrap()) {
        let err = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            assert!(err.contains(&format!("with {mark} and {mark}\n")), "{mark}: {err}");
            heard.push(mark);
        } else {
            assert!(err.contains("error: step 1 is "), "{err}");
        }
    }
    assert_eq!(heard.len(), 1, "{heard:?}");
}

#[test]
fn an_approval_from_a_directory_that_is_gone_after_a_restart_is_asked_for_again() {
    let run = Reviewed::start(&[]);
    run.world.write(".git/HEAD", "");
    run.world.write("deep/hold", "");
    let held = "touch ../held; while [ -e hold ]; do sleep 0.02; done; cd ..; sh eval.sh";
    let mut submit = run.world.spawn_in("deep", &["run", "submit", &run.id, "--node", "1", "-c", held]);
    submit.wait_for("evaluating");
    eventually("it is evaluated", || run.world.work().join("held").exists().then_some(()));
    // Before the kill: whoever connects next starts a daemon that goes on at once.
    std::fs::rename(run.world.work().join("deep"), run.world.work().join("gone")).unwrap();
    run.world.kill_daemon();
    eventually("it waits again", || {
        let review = run.values("review", &[]).remove(0);
        let waits = |node: &&Value| node["step"] == json!(1) && node["status"] == json!("pending_approval");
        review["pending_nodes"].get(0).filter(waits).map(|_| ())
    });
    assert_eq!(run.submit(&["--node", "1"])["metric"], json!(10.0));
}

impl Reviewed {
    fn socket(&self) -> PathBuf {
        self.world.runtime().join("daemon.sock")
    }

    /// Kills the daemon as soon as `witness` sees what is `wanted` for the first time, which what is `said` leads to.
    fn killed_at(&self, witness: &Witness, wanted: fn(&Update) -> bool, said: impl FnOnce()) {
        let pid = self.world.daemon_pid().unwrap();
        let watching = witness.watch(&self.socket(), move |update| {
            if update.update.as_ref().is_some_and(wanted) {
                // It may be dead already: some moments come more than once.
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        said();
        watching.join().unwrap();
        eventually("the daemon is gone", || (!is_running(pid)).then_some(()));
    }

    /// A verb in the directory `deep`, of a client that may find no daemon in the end.
    fn say(&self, verb: &str, arguments: &[&str]) {
        let mut command = self.world.command(&[&["run", verb, &self.id], arguments].concat());
        command.current_dir(self.world.work().join("deep")).output().unwrap();
    }

    /// Submits a step from the directory `deep` with one more variable, and starts no daemon that would have it, too.
    fn submit_with(&self, step: u32, command: &str, (name, value): (&str, &str)) {
        let more = (name.to_owned(), value.to_owned());
        let variables = self.world.environment().clone().into_iter().chain([more]);
        let request = SubmitNodeRequest {
            run_id: self.id.clone(),
            node: step.to_string(),
            eval_command: Some(command.to_owned()),
            directory: self.world.work().join("deep").display().to_string(),
            environment: variables
                .map(|(name, value)| EnvVar { name: name.into(), value: value.into() })
                .collect(),
            ..Default::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut client = weco_proto::connect::connect(&self.socket()).await.unwrap();
            // The daemon may die before it answers.
            let _ = client.submit_node(request).await;
        });
    }
}

#[test]
fn what_is_said_is_said_once_though_the_daemon_is_killed_at_the_sight_of_it() {
    let run = Reviewed::start(&[]);
    let witness = Witness::new(&run.id);
    run.world.write(".git/HEAD", "");
    run.world.write("deep/mine.sh", "VALUE=15\n");
    run.killed_at(
        &witness,
        |update| matches!(update, Update::Revised(_)),
        || run.say("revise", &["--node", "1", "-s", "value.sh=mine.sh"]),
    );
    assert_eq!(run.pending()["code"]["value.sh"], json!("VALUE=15\n"));

    // It goes on with the approver's directory, command and environment.
    let command = "echo \"$MARK in $(pwd)\"; cd ..; sh eval.sh";
    run.killed_at(
        &witness,
        |update| matches!(update, Update::Approved(_)),
        || run.submit_with(1, command, ("MARK", "mine")),
    );
    run.await_step(2);
    let shown = run.weco("show", &["--step", "1"]).stdout;
    assert!(shown.contains(&format!("mine in {}/deep", run.world.work().display())), "{shown}");
    assert!(shown.contains("score: 15"), "{shown}");

    run.killed_at(
        &witness,
        |update| matches!(update, Update::Instructed(_)),
        || run.say("instruct", &["Think of memory."]),
    );
    run.await_step(2);
    run.killed_at(
        &witness,
        |update| matches!(update, Update::Rejected(_)),
        || run.say("reject", &["--node", "2", "twenty is ugly"]),
    );
    run.await_step(3);
    let prompt = run.prompt(run.server.requests().len());
    assert!(prompt.contains("twenty is ugly") && prompt.contains("Think of memory."), "{prompt}");

    // A secret that is nowhere else is gone: it waits again, and says why. The evaluation must not end before the kill.
    run.killed_at(
        &witness,
        |update| matches!(update, Update::Approved(it) if it.step == 3),
        || run.submit_with(3, "exec sleep 600", ("MARK_TOKEN", "hunter22")),
    );
    let last = eventually("it waits again", || {
        let node = run.values("review", &[]).remove(0)["pending_nodes"][0].clone();
        (node["status"] == json!("pending_approval")).then_some(node)
    });
    assert_eq!(last["step"], json!(3));
    assert_eq!(run.submit(&["--node", "3"])["run_completed"], json!(true));
    witness.watch(&run.socket(), |_| ());
    witness.await_end();
    witness.assert_faithful();
    let updates = witness.updates();
    let said = |is_it: fn(&Update) -> bool| {
        updates.iter().filter(|update| update.update.as_ref().is_some_and(is_it)).count()
    };
    let counts = [
        said(|update| matches!(update, Update::Revised(_))),
        said(|update| matches!(update, Update::Approved(_))),
        said(|update| matches!(update, Update::Instructed(_))),
        said(|update| matches!(update, Update::Rejected(_))),
        said(|update| matches!(update, Update::Evaluated(_))),
        said(|update| matches!(update, Update::Returned(it) if it.reason.contains("MARK_TOKEN"))),
    ];
    assert_eq!(counts, [1, 3, 1, 1, 3, 1], "{updates:#?}");
    assert_eq!(run.world.read("value.sh"), ORIGINAL);
    // Files that come and go could not be searched.
    assert_eq!(run.world.weco(&["daemon", "stop"]).code, 0);
    let search =
        std::process::Command::new("grep").args(["-rlaF", "hunter22"]).arg(run.world.state()).output();
    let found = search.unwrap();
    // 1 says that all was searched and nothing found.
    assert_eq!(found.status.code(), Some(1), "it is in no file of the daemon's: {found:?}");
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

#[test]
fn a_rejection_that_reaches_a_limit_says_that_the_run_is_over() {
    let run = Reviewed::start(&["--patience", "1"]);
    run.await_step(1);
    let rejected = run.values("reject", &["--node", "1"]).remove(0);
    let message = "step 1 is not evaluated, and the run is over: no new best in 1 step";
    assert_eq!(rejected["message"], json!(message));
}
