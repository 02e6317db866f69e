//! `weco run derive` against a daemon that answers as it is told.

use std::fs;

use tonic::Status;
use weco_proto::v1::{CheckDeriveReply, CheckDeriveRequest, DeriveRunRequest, Node, RunStatus, RunSummary};

use crate::support::{
    Call, Client, Fake, Home, RUN, Screen, Script, Then, Watched, created, ended, measured,
};

const SHORT: &str = "0002e071";
/// The node that the daemon finds.
const NODE: &str = "b1e5f00d-1b67-511f-a514-36947f0c4b31";

/// A daemon with a run that goes on, whose step 7 is found, and with the run derived from it.
fn script(home: &Home, then: Then) -> Script {
    let parent = RunSummary {
        run_id: RUN.into(),
        name: "swift-heron".into(),
        metric: "speedup".into(),
        status: RunStatus::Running.into(),
        ..Default::default()
    };
    let from =
        Node { run_id: RUN.into(), step: 7, node_id: NODE.into(), metric: Some(3.5), ..Default::default() };
    let derivation = CheckDeriveReply {
        from: Some(from),
        run: Some(parent.clone()),
        parent: Some(parent),
        differing: vec!["model.py".into()],
    };
    let updates = vec![created(home), measured(2, 0, 3.5)];
    Script { derivation: Some(derivation), watched: [Watched { updates, then }].into(), ..Script::default() }
}

fn ending() -> Then {
    Then::AfterStops(0, vec![ended(3, RunStatus::Completed, 0)])
}

fn derived(daemon: &Fake) -> DeriveRunRequest {
    let mut requests = daemon.calls().into_iter().filter_map(|call| match call {
        Call::Derive(request) => Some(*request),
        _ => None,
    });
    let request = requests.next().unwrap();
    assert!(requests.next().is_none());
    request
}

#[test]
fn what_is_not_said_is_the_parents_and_the_best_is_pinned() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home, ending()));
    let (code, out, err) = home.run(&["run", "derive", SHORT]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let first = out.lines().next().unwrap();
    assert_eq!(
        first,
        "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5; that run was stopped; not as in that step, \
         and what is restored: model.py"
    );
    assert!(out.contains(&format!("Run ID: {RUN}")), "{out}");
    let check = CheckDeriveRequest { run_id: SHORT.into(), from_step: "best".into() };
    assert_eq!(daemon.calls()[0], Call::CheckDerive(check));
    let request = derived(&daemon);
    assert_eq!((request.run_id.as_str(), request.from_step.as_str()), (SHORT, NODE));
    assert_eq!((request.steps, request.instructions.as_ref(), request.seed), (None, None, None));
    assert!(!request.keep_parent && !request.detached && !request.apply_best);
    assert_eq!(request.auto_resume_attempts, None);
    assert!(request.environment.iter().any(|variable| variable.name == b"PATH"));
    assert!(
        matches!(daemon.calls().last(), Some(Call::Watch(watch)) if watch.run_id == RUN && watch.from_seq == 1)
    );
}

#[test]
fn everything_that_is_said_reaches_the_daemon() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home, ending()));
    fs::write(home.project().join("notes.md"), "Save memory.").unwrap();
    let line = [
        "run",
        "derive",
        SHORT,
        "--from-step",
        "7",
        "-n",
        "50",
        "-i",
        "notes.md",
        "--keep-parent",
        "--apply-change",
        "--auto-resume-max-attempts",
        "2",
        "--seed",
        "9",
        "--output",
        "plain",
        "--api-key",
        "openai=k1",
        "gemini=k2",
    ];
    let (code, out, err) = home.run(&line);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("; that run goes on;"), "{out}");
    let check = CheckDeriveRequest { run_id: SHORT.into(), from_step: "7".into() };
    assert_eq!(daemon.calls()[0], Call::CheckDerive(check));
    let request = derived(&daemon);
    assert_eq!((request.steps, request.instructions.as_deref()), (Some(50), Some("Save memory.")));
    assert_eq!((request.auto_resume_attempts, request.seed), (Some(2), Some(9)));
    assert!(request.keep_parent && request.apply_best && !request.detached);
    assert_eq!(request.api_keys.get("gemini").map(String::as_str), Some("k2"));
}

#[test]
fn left_to_the_daemon_it_says_how_to_come_back() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home, Then::Hang));
    let (code, out, err) = home.run(&["run", "derive", SHORT, "--no-auto-resume", "--daemon"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("that run was stopped") && out.contains("Log: /logs/run.log\n"), "{out}");
    let request = derived(&daemon);
    assert_eq!((request.detached, request.auto_resume_attempts), (true, Some(0)));
    assert!(!daemon.calls().iter().any(|call| matches!(call, Call::Watch(_))));
}

#[test]
fn ctrl_c_stops_the_derived_run() {
    let home = Home::with_runtime_dir();
    let end = Then::AfterStops(1, vec![ended(3, RunStatus::Terminated, 0)]);
    let daemon = Fake::serve(&home.socket(), script(&home, end));
    let mut client = Client::start(home.weco(&["run", "derive", SHORT]));
    client.wait_for("[METRIC] Step 0");
    client.interrupt();
    let (code, out, err) = client.end();
    assert_eq!((code, err.as_str()), (Some(130), ""), "{out}");
    assert!(daemon.calls().iter().any(|call| matches!(call, Call::Stop(stop) if stop.run_id == RUN)));
}

#[test]
fn what_a_lineage_has_in_common_is_refused_before_anybody_is_asked() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), Script::default());
    for (flags, named) in [
        (&["-m", "loss"][..], "--metric"),
        (&["--goal", "min"], "--goal"),
        (&["-c", "make"], "--eval-command"),
        (&["-s", "a.py"], "--source"),
        (&["--sources", "a.py", "b.py"], "--sources"),
        (&["-g", "min", "-m", "loss"], "--metric and --goal"),
    ] {
        let (code, out, err) = home.run(&[&["run", "derive", SHORT], flags].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{flags:?}");
        let expected =
            format!("error: {named} may not change within a lineage\n  try: start a new run: weco run …\n");
        assert_eq!(err, expected);
    }
    assert_eq!(daemon.calls(), []);
}

#[test]
fn what_the_daemon_refuses_is_told_as_it_is_and_nothing_is_derived() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), Script::default());
    let (code, out, err) = home.run(&["run", "derive", SHORT, "--from-step", "9"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, "error: run swift-heron (0002e071) has no step 9\n  try: weco run results 0002e071\n");
    assert!(matches!(daemon.calls().as_slice(), [Call::CheckDerive(_)]));
    let refuse = Some(Status::invalid_argument("no such run"));
    let _daemon = Fake::serve(&home.socket(), Script { refuse, ..Script::default() });
    assert_eq!(home.run(&["run", "derive", SHORT]).0, 2);
}

#[test]
fn bad_instructions_and_numbers_are_told_before_anybody_is_asked() {
    let home = Home::new();
    for (flags, named) in [
        (&["-i", "missing.md"][..], "missing.md"),
        (&["-n", "0"], "at least 1 step"),
        (&["--from-step", " "], "must not be empty"),
        (&["--api-key", "openai=a", "openai=b"], "two keys for openai"),
    ] {
        let (code, _, err) = home.run(&[&["run", "derive", SHORT], flags].concat());
        assert_eq!(code, 2, "{flags:?}: {err}");
        assert!(err.contains(named), "{err}");
    }
    assert!(home.leftovers().is_empty());
}

#[test]
fn on_a_terminal_nothing_is_done_unless_confirmed() {
    for no in [&b"n"[..], b"\x03", b"\x1b"] {
        let home = Home::with_runtime_dir();
        let daemon = Fake::serve(&home.socket(), script(&home, Then::Hang));
        let mut screen = Screen::start(home.weco(&["run", "derive", SHORT]));
        screen.wait_for("Begin? [Y/n] ");
        assert!(matches!(daemon.calls().as_slice(), [Call::CheckDerive(_)]));
        screen.type_in(no);
        let (code, said) = screen.end();
        assert_eq!(code, Some(1), "{said}");
        assert!(said.ends_with("Nothing was done.\r\n"), "{said:?}");
        let question = "The new run begins from step 7 of swift-heron (0002e071), speedup 3.5.\r\n\
                        It takes the place of that run, which is stopped.\r\nNot as in that step: model.py. ";
        assert!(said.contains(question), "{said:?}");
        assert!(matches!(daemon.calls().as_slice(), [Call::CheckDerive(_)]));
    }
}

#[test]
fn on_a_terminal_enter_begins_it_and_the_run_is_shown() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home, ending()));
    let mut screen = Screen::start(home.weco(&["run", "derive", SHORT]));
    screen.wait_for("Begin? [Y/n] ");
    screen.type_in(b"\r");
    let (code, said) = screen.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("[DERIVED]") && said.contains("swift-heron finished"), "{said:?}");
    assert_eq!(derived(&daemon).from_step, NODE);
}
