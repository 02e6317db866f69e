//! Turning a run from the client's side: what is asked of the daemon, what is refused before, what is printed.

use std::fs;

use serde_json::{Value, json};
use tonic::{Code, Status};
use weco_proto::status::status_with_hint;
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{
    EvaluationStarted, Node, NodeStatus, OutputPart, PendingNode, RunStatus, RunSummary, RunUpdate,
    SourceText, StepApproved, StepAsked, StepEvaluated, StepReturned,
};

use crate::support::{Call, Client, Fake, Home, NODE, RUN, Script, Then, Watched, ended, event};

const SOURCES: [&str; 2] = ["model.py", "lib/util.py"];

fn texts(files: &[(&str, &str)]) -> Vec<SourceText> {
    files.iter().map(|(path, text)| SourceText { path: (*path).into(), text: (*text).into() }).collect()
}

/// A run of which step 1 waits.
fn script(home: &Home) -> Script {
    let run = RunSummary {
        run_id: RUN.into(),
        name: "swift-heron".into(),
        directory: home.project().display().to_string(),
        sources: SOURCES.map(str::to_owned).to_vec(),
        status: RunStatus::Running.into(),
        require_review: true,
        pending: vec![PendingNode {
            node_id: NODE.into(),
            step: 1,
            plan: "Use tiles.".into(),
            status: NodeStatus::PendingApproval.into(),
        }],
        ..RunSummary::default()
    };
    let node = Node {
        run_id: RUN.into(),
        step: 1,
        node_id: NODE.into(),
        parent_step: Some(0),
        status: NodeStatus::PendingApproval.into(),
        plan: "Use tiles.".into(),
        files: texts(&[("model.py", "x = 1\n"), ("lib/util.py", "y = 2\n")]),
        lines_added: 3,
        ..Node::default()
    };
    Script { runs: vec![run], nodes: vec![node], ..Script::default() }
}

fn watched(updates: Vec<RunUpdate>, then: Then) -> Watched {
    Watched { updates, then }
}

fn approved() -> RunUpdate {
    event(7, Update::Approved(StepApproved { step: 1, by: "ada".into(), eval_command: None }))
}

fn evaluating(seq: u64) -> RunUpdate {
    event(seq, Update::Evaluating(EvaluationStarted { step: 1, attempt: 1, recheck: false }))
}

fn evaluated(seq: u64, metric: Option<f64>, reason: &str) -> RunUpdate {
    event(
        seq,
        Update::Evaluated(StepEvaluated {
            step: 1,
            metric,
            buggy_reason: reason.into(),
            exit_code: Some(0),
            output: "all of it\n".into(),
            is_best: metric.is_some(),
            ..StepEvaluated::default()
        }),
    )
}

fn asked(seq: u64) -> RunUpdate {
    event(seq, Update::Asked(StepAsked { step: 2, attempt: 1, ..StepAsked::default() }))
}

/// The JSON values on standard output.
fn values(out: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(out).into_iter().map(Result::unwrap).collect()
}

#[test]
fn what_waits_is_listed_with_its_code() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script(&home));
    let (code, out, err) = home.run(&["run", "review", "0002"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out, @r#"
    {
      "run_id": "0002e071-1b67-411f-a514-36947f0c4b31",
      "require_review": true,
      "pending_nodes": [
        {
          "node_id": "1a2b3c4d-1b67-511f-a514-36947f0c4b31",
          "step": 1,
          "plan": "Use tiles.",
          "code": {
            "model.py": "x = 1\n",
            "lib/util.py": "y = 2\n"
          },
          "status": "pending_approval",
          "parent_step": 0,
          "revision": 0,
          "lines_added": 3,
          "lines_removed": 0
        }
      ]
    }
    "#);
}

#[test]
fn what_does_not_wait_any_more_is_not_listed() {
    let home = Home::with_runtime_dir();
    let mut script = script(&home);
    script.nodes[0].status = NodeStatus::Evaluating.into();
    let _daemon = Fake::serve(&home.socket(), script);
    let (code, out, _) = home.run(&["run", "review", "0002"]);
    assert_eq!((code, &values(&out)[0]["pending_nodes"]), (0, &json!([])));
}

#[test]
fn status_and_list_say_what_waits() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script(&home));
    let (_, out, _) = home.run(&["run", "status", "0002"]);
    let status = &values(&out)[0];
    assert_eq!(status["require_review"], json!(true));
    assert_eq!(status["pending_nodes"][0]["node_id"], json!(NODE));
    assert_eq!(status["pending_nodes"][0]["plan"], json!("Use tiles."));
    assert_eq!(status["waiting"], json!("approval of step 1"));
    let (_, out, _) = home.run(&["runs"]);
    assert!(out.contains("? approve 1"), "{out}");
}

#[test]
fn a_revision_is_sent_as_mapped() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    fs::write(home.project().join("mine.py"), "mine\n").unwrap();
    fs::write(home.project().join("other=1.py"), "other\n").unwrap();
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let cases: [Case<'_>; 4] = [
        (&["-s", "mine.py"], &[("model.py", "mine\n")]),
        (&["--source", "lib/util.py=./mine.py"], &[("lib/util.py", "mine\n")]),
        (&["--sources", "mine.py", "other=1.py"], &[("model.py", "mine\n"), ("lib/util.py", "other\n")]),
        (
            &["--sources", "lib/util.py=mine.py", "other=1.py"],
            &[("lib/util.py", "mine\n"), ("model.py", "other\n")],
        ),
    ];
    for (args, files) in cases {
        let line = [&["run", "revise", "0002", "--node", "1"], args].concat();
        let output = home.weco(&line).env("USER", "ada").output().unwrap();
        let (code, out, err) = crate::support::text(&output);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        let Some(Call::Revise(sent)) = daemon.calls().pop() else { panic!("{:#?}", daemon.calls()) };
        assert_eq!(
            (sent.files, sent.run_id, sent.node, sent.by),
            (texts(files), RUN.to_owned(), "1".to_owned(), "ada".to_owned())
        );
        let printed = &values(&out)[0];
        assert_eq!(printed["node_id"], json!(NODE));
        assert_eq!((&printed["created_by"], &printed["revision"]), (&json!("ada"), &json!(2)));
    }
}

#[test]
fn every_mistake_is_found_before_anything_is_sent() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    let project = home.project();
    fs::create_dir(project.join("directory")).unwrap();
    fs::write(project.join("binary"), [0, 159]).unwrap();
    fs::write(project.join("large.py"), "x".repeat(200 * 1024 + 1)).unwrap();
    fs::write(project.join("mine.py"), "mine\n").unwrap();
    fs::write(project.join("blank.md"), "\n").unwrap();
    let revise = ["run", "revise", "0002", "--node", "1"];
    let files = |rest: &[&'static str]| [&revise[..], rest].concat();
    let lines = [
        files(&[]),
        vec!["run", "revise", "0002", "-s", "mine.py"],
        vec!["run", "submit", "0002"],
        vec!["run", "reject", "0002"],
        files(&["-s", "mine.py", "-s", "model.py"]),
        files(&["-s", "mine.py", "--sources", "model.py"]),
        files(&["-s", "absent.py"]),
        files(&["-s", "mien.py"]),
        files(&["-s", "directory"]),
        files(&["-s", "binary"]),
        files(&["-s", "large.py"]),
        files(&["-s", "utils.py=mine.py"]),
        files(&["-s", "model.py="]),
        files(&["--sources", "model.py=mine.py", "./model.py=model.py"]),
        files(&["--sources", "mine.py", "./mine.py"]),
        files(&["--sources", "mine.py", "model.py", "binary"]),
        files(&["--sources", "mine.py", "model.py"]),
        vec!["run", "submit", "0002", "--node", "1", "-s", "absent.py"],
        vec!["run", "submit", "0002", "--node", "1", "-c", " "],
        vec!["run", "submit", "0002", "--node", ""],
        vec!["run", "instruct", "0002", ""],
        vec!["run", "instruct", "0002", "blank.md"],
        vec!["run", "instruct", "0002", "absent.md"],
        vec!["run", "instruct", "0002"],
    ];
    let mut transcript = String::new();
    for line in lines {
        let (code, out, err) = home.run(&line);
        assert_eq!((code, out.as_str()), (2, ""), "{line:?} {err}");
        transcript += &format!("$ weco {}\n{err}\n", line.join(" "));
    }
    insta::assert_snapshot!(transcript);
    assert_eq!(daemon.calls(), []);
}

#[test]
fn a_submission_prints_two_values_and_streams_the_output() {
    let home = Home::with_runtime_dir();
    let updates = vec![approved(), evaluating(8), evaluated(9, Some(1.5), ""), asked(10)];
    let daemon = Fake::serve(
        &home.socket(),
        Script {
            watched: [watched(updates, Then::Hang)].into(),
            output: ["warm\u{1b}[3", "1mup\nspeed", "up: 1.5\n"]
                .map(|text| OutputPart { step: 1, text: text.into() })
                .into(),
            ..script(&home)
        },
    );
    fs::write(home.project().join("mine.py"), "mine\n").unwrap();
    let line = ["run", "submit", "0002", "--node", "1a2b", "-s", "mine.py", "-c", "python quick.py"];
    let (code, out, err) = home.run(&line);
    assert_eq!((code, err.as_str()), (0, "warmup\nspeedup: 1.5\n"));
    insta::assert_snapshot!(out, @r#"
    {
      "status": "evaluating",
      "eval_command": "python quick.py"
    }
    {
      "status": "submitted",
      "node_id": "1a2b3c4d-1b67-511f-a514-36947f0c4b31",
      "task_id": "1a2b3c4d-1b67-511f-a514-36947f0c4b31",
      "metric": 1.5,
      "run_completed": false,
      "execution_output": "all of it\n",
      "run_id": "0002e071-1b67-411f-a514-36947f0c4b31",
      "step": 1,
      "is_best": true,
      "reason": ""
    }
    "#);
    let calls = daemon.calls();
    let [Call::Submit(sent), Call::Watch(watch), Call::Output(_)] = calls.as_slice() else {
        panic!("{calls:#?}")
    };
    assert_eq!((sent.node.as_str(), sent.eval_command.as_deref()), ("1a2b", Some("python quick.py")));
    assert_eq!(sent.directory, home.project().display().to_string());
    assert!(sent.environment.iter().any(|variable| variable.name == b"PATH"));
    assert_eq!(sent.files, texts(&[("model.py", "mine\n")]));
    assert_eq!((watch.from_seq, watch.include_output), (7, true));
}

/// Submits step 1 while the daemon tells `watched`: exit code, the values printed, standard error.
fn submit(updates: Vec<RunUpdate>, then: Then) -> (i32, Vec<Value>, String) {
    let home = Home::with_runtime_dir();
    let watched = [watched(updates, then)].into();
    let _daemon = Fake::serve(&home.socket(), Script { watched, ..script(&home) });
    let (code, out, err) = home.run(&["run", "submit", "0002", "--node", "1"]);
    (code, values(&out), err)
}

#[test]
fn a_version_that_does_not_work_is_a_failure() {
    let buggy = evaluated(8, Some(9.0), "the command ran longer than 10 s");
    let (code, values, err) = submit(vec![approved(), buggy, asked(9)], Then::Hang);
    assert_eq!((code, err.as_str()), (1, ""));
    let last = values.last().unwrap();
    assert_eq!((&last["status"], &last["metric"]), (&json!("eval_failed"), &Value::Null));
    assert_eq!(last["reason"], json!("the command ran longer than 10 s"));
}

#[test]
fn the_last_step_completes_the_run() {
    let updates = vec![approved(), evaluated(8, Some(2.0), ""), ended(9, RunStatus::Completed, 1)];
    let (code, values, _) = submit(updates, Then::Close);
    assert_eq!((code, &values[1]["run_completed"]), (0, &json!(true)));
}

#[test]
fn a_node_that_waits_again_says_what_to_do() {
    let reason = "the daemon was restarted, and its environment is gone".to_owned();
    let returned = event(8, Update::Returned(StepReturned { step: 1, reason }));
    let (code, values, err) = submit(vec![approved(), returned], Then::Hang);
    assert_eq!((code, values.len()), (1, 1));
    assert_eq!(
        err,
        "error: step 1 was not evaluated and waits for approval again: the daemon was restarted, and its \
         environment is gone\n  try: weco run submit 0002e071 --node 1\n"
    );
}

#[test]
fn a_run_that_ends_meanwhile_says_how_to_go_on() {
    let (code, _, err) = submit(vec![approved(), ended(8, RunStatus::Terminated, 0)], Then::Close);
    assert_eq!(code, 1);
    assert!(
        err.contains("ended before step 1 was evaluated") && err.contains("weco resume 0002e071"),
        "{err}"
    );
}

#[test]
fn a_refusal_is_told_as_the_daemon_says_it() {
    let home = Home::with_runtime_dir();
    let status = status_with_hint(Code::FailedPrecondition, "step 1 does not wait", "weco run review 0002");
    let _daemon = Fake::serve(&home.socket(), Script { refuse: Some(status), ..script(&home) });
    fs::write(home.project().join("mine.py"), "mine\n").unwrap();
    for line in [
        &["run", "submit", "0002", "--node", "1"][..],
        &["run", "revise", "0002", "--node", "1", "-s", "mine.py"],
        &["run", "reject", "0002", "--node", "1", "why"],
        &["run", "instruct", "0002", "text"],
    ] {
        let expected = "error: step 1 does not wait\n  try: weco run review 0002\n";
        assert_eq!(home.run(line), (1, String::new(), expected.to_owned()), "{line:?}");
    }
}

#[test]
fn ctrl_c_leaves_and_the_evaluation_goes_on() {
    let home = Home::with_runtime_dir();
    let watched = [watched(vec![approved(), evaluating(8)], Then::Hang)].into();
    let daemon = Fake::serve(&home.socket(), Script { watched, ..script(&home) });
    let mut client = Client::start(home.weco(&["run", "submit", "0002", "--node", "1"]));
    client.wait_for("evaluating");
    daemon.wait_for(|call| matches!(call, Call::Watch(_)));
    client.interrupt();
    let (code, _, err) = client.end();
    assert_eq!(code, Some(130));
    assert!(err.contains("is evaluated in the daemon") && err.contains("weco attach 0002e071"), "{err}");
    assert!(!daemon.calls().iter().any(|call| matches!(call, Call::Stop(_))));
}

#[test]
fn a_daemon_that_dies_meanwhile_is_found_again() {
    let home = Home::with_runtime_dir();
    home.install_daemon("exit 75");
    let before = [watched(vec![approved(), evaluating(8)], Then::Hang)].into();
    let daemon = Fake::serve(&home.socket(), Script { watched: before, ..script(&home) });
    let mut client = Client::start(home.weco(&["run", "submit", "0002", "--node", "1"]));
    client.wait_for("evaluating");
    daemon.wait_for(|call| matches!(call, Call::Watch(_)));
    drop(daemon);
    let after = vec![evaluating(9), evaluated(10, Some(1.5), ""), asked(11)];
    let daemon =
        Fake::serve(&home.socket(), Script { watched: [watched(after, Then::Hang)].into(), ..script(&home) });
    let (code, out, err) = client.end();
    assert_eq!(code, Some(0), "{out} {err}");
    assert!(err.contains("[RECONNECTING]"), "{err}");
    assert_eq!(values(&out)[1]["metric"], json!(1.5));
    assert!(daemon.calls().iter().all(|call| !matches!(call, Call::Submit(_))), "submitted once");
}

#[test]
fn a_rejection_takes_its_reason_along() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    for (reason, sent) in [(&["keep the checks "][..], "keep the checks"), (&[], "")] {
        let (code, out, _) = home.run(&[&["run", "reject", "0002", "--node", "1"], reason].concat());
        assert_eq!((code, &values(&out)[0]["status"]), (0, &json!("rejected")));
        let Some(Call::Reject(call)) = daemon.calls().pop() else { panic!("{:#?}", daemon.calls()) };
        assert_eq!((call.reason.as_str(), call.node.as_str()), (sent, "1"));
    }
}

#[test]
fn instructions_are_a_text_or_a_file() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    fs::write(home.project().join("notes.md"), "Save memory.\n").unwrap();
    for (args, instructions) in [
        (&["Be quick."][..], "Be quick."),
        (&["notes.md"], "Save memory.\n"),
        (&["notes.md", "--append"], "Before.\nSave memory.\n"),
    ] {
        let (code, out, err) = home.run(&[&["run", "instruct", "0002"], args].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        let expected = json!({"run_id": RUN, "additional_instructions": instructions});
        assert_eq!(values(&out), [expected]);
    }
    assert!(matches!(daemon.calls().last(), Some(Call::Instruct(sent)) if sent.append));
}

#[test]
fn a_run_under_review_is_asked_for() {
    let home = Home::with_runtime_dir();
    let refuse = Some(Status::failed_precondition("enough"));
    let daemon = Fake::serve(&home.socket(), Script { refuse, ..Script::default() });
    home.run(&["run", "-s", "model.py", "-c", "true", "-m", "speedup", "-g", "max", "--require-review"]);
    assert!(matches!(daemon.calls().as_slice(), [Call::Start(start)] if start.require_review));
}
