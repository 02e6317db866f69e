//! A run from the client's side: what it asks a daemon, and what it makes of the answers.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::support::{
    Call, Client, DERIVED, Fake, Home, NODE, RUN, Script, Then, Watched, created, ended, event, measured,
    resumed, text,
};
use tonic::{Code, Status};
use weco_proto::status::status_with_hint;
use weco_proto::v1::{
    BestApplied, DerivedFrom, EnvVar, Goal, RunEnded, RunStatus, RunSummary, RunUpdate, run_update::Update,
};

/// As the run is called where people read it.
pub(crate) const SHORT: &str = "0002e071";

pub(crate) const ARGS: [&str; 9] =
    ["run", "-s", "model.py", "-c", "python model.py", "-m", "speedup", "-g", "max"];

pub(crate) fn watched(updates: Vec<RunUpdate>, then: Then) -> Watched {
    Watched { updates, then }
}

pub(crate) fn script(watched: impl IntoIterator<Item = Watched>) -> Script {
    Script { watched: watched.into_iter().collect(), ..Script::default() }
}

/// A derived run in which nothing is better than what it began from.
fn nothing_better(home: &Home) -> Watched {
    let mut created = created(home);
    if let Some(Update::Created(run)) = &mut created.update {
        run.derived_from = Some(DerivedFrom { run_id: DERIVED.into(), step: 2, node_id: NODE.into() });
    }
    let updates = vec![created, measured(2, 0, 3.0), ended(3, RunStatus::Completed, 0)];
    watched(updates, Then::Close)
}

#[test]
fn what_a_derived_run_began_from_is_merged_by_hand_with_an_edit() {
    let home = Home::with_runtime_dir();
    let mut watched = nothing_better(&home);
    if let Some(Update::Ended(ended)) = watched.updates.last_mut().and_then(|last| last.update.as_mut()) {
        ended.edited = vec!["model.py".into()];
    }
    let _daemon = Fake::serve(&home.socket(), script([watched]));
    let (_, out, _) = home.run(&ARGS);
    let see =
        format!("step 0 (weco run show {SHORT} --step 0); merge it by hand, for model.py holds your edit.\n");
    assert!(out.ends_with(&see), "{out}");
}

#[test]
fn step_0_of_a_derived_run_is_another_runs_code_and_applied_like_any() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script([nothing_better(&home), nothing_better(&home)]));
    let (code, out, err) = home.run(&ARGS);
    assert_eq!((code, err.as_str()), (0, ""));
    let apply = format!("\nTo apply the best version (step 0): weco run apply {SHORT} --step 0\n");
    assert!(out.ends_with(&apply) && !out.contains("To see it"), "{out}");
    let (code, out, _) = home.run(&[&ARGS[..], &["--apply-change"]].concat());
    assert!(code == 0 && out.contains("Applied step"), "{out}");
    assert!(daemon.calls().contains(&Call::Apply(RUN.into())));
}

/// A run in which step 1 is best.
fn success(home: &Home) -> Watched {
    let updates =
        vec![created(home), measured(2, 0, 1.0), measured(3, 1, 2.0), ended(4, RunStatus::Completed, 1)];
    watched(updates, Then::Close)
}

#[test]
fn a_run_is_sent_as_asked_and_says_how_to_apply_its_best() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script([success(&home)]));
    fs::write(home.project().join("notes.md"), "Use tiles.").unwrap();
    let rest =
        ["-n", "2", "-M", "builtin", "-i", "notes.md", "--save-logs", "--eval-timeout", "60", "--seed", "7"];
    let limits = ["--target", "-2.5", "--patience", "3", "--max-time", "90m", "--max-tokens", "10000"];
    let keys = ["--api-key", "openai=k1", "gemini=k2"];
    let mut command = home.weco(&[&ARGS[..], &rest, &limits, &keys].concat());
    let output = command.env("ODD", OsStr::from_bytes(b"\xff=\n")).output().unwrap();
    let (code, out, err) = text(&output);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains(&format!("Run ID: {RUN}")) && out.contains("[METRIC] Step 1: 2"), "{out}");

    let calls = daemon.calls();
    let [Call::Start(start), Call::Watch(watch)] = calls.as_slice() else { panic!("{calls:#?}") };
    assert_eq!(start.directory, home.project().display().to_string());
    assert_eq!(
        (start.sources.as_slice(), start.eval_command.as_str()),
        (&["model.py".to_owned()][..], "python model.py")
    );
    assert_eq!((start.metric.as_str(), start.goal(), start.steps), ("speedup", Goal::Maximize, 2));
    assert_eq!(
        (start.model.as_deref(), start.instructions.as_deref()),
        (Some("builtin"), Some("Use tiles."))
    );
    assert_eq!((start.log_dir.as_str(), start.save_logs), (".runs", true));
    assert_eq!((start.eval_timeout_seconds, start.seed), (Some(60), Some(7)));
    assert_eq!((start.target, start.patience), (Some(-2.5), Some(3)));
    assert_eq!((start.max_seconds, start.max_tokens), (Some(5_400), Some(10_000)));
    assert_eq!(start.api_keys.get("gemini").map(String::as_str), Some("k2"));
    assert!(start.environment.contains(&EnvVar { name: b"ODD".to_vec(), value: b"\xff=\n".to_vec() }));
    assert!(start.environment.iter().any(|variable| variable.name == b"PATH"));
    assert_eq!((watch.run_id.as_str(), watch.from_seq, watch.include_output), (RUN, 1, true));

    let (see, apply) =
        (format!("weco run diff {SHORT} --step 1"), format!("weco run apply {SHORT} --step 1"));
    assert!(
        out.ends_with(&format!("To see it: {see}\nTo apply the best version (step 1): {apply}\n")),
        "{out}"
    );
}

#[test]
fn apply_change_applies_without_asking() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script([success(&home)]));
    let (code, out, _) = home.run(&[&ARGS[..], &["--apply-change"]].concat());
    assert_eq!(code, 0);
    assert!(out.ends_with("Applied step 1 to model.py.\n"), "{out}");
    assert_eq!(daemon.calls().last(), Some(&Call::Apply(RUN.into())));
}

#[test]
fn the_users_own_code_is_never_applied() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 0, 1.0), ended(3, RunStatus::Completed, 0)];
    let daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Close)]));
    let (code, out, _) = home.run(&[&ARGS[..], &["--apply-change"]].concat());
    assert_eq!(code, 0);
    assert!(out.ends_with("No better version was found; your files are as they were.\n"), "{out}");
    assert!(!daemon.calls().contains(&Call::Apply(RUN.into())));
}

#[test]
fn a_baseline_that_fails_leaves_an_error_and_no_run() {
    let home = Home::with_runtime_dir();
    let end = RunEnded {
        status: RunStatus::Error.into(),
        reason: "the baseline printed no 'speedup'".into(),
        hint: "print a line such as `speedup: 1.5`".into(),
        baseline_failed: true,
        ..Default::default()
    };
    let updates = vec![created(&home), event(2, Update::Ended(end))];
    let daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Close)]));
    let (code, _, err) = home.run(&ARGS);
    assert_eq!(code, 1);
    assert!(err.starts_with("error: the baseline printed no 'speedup'\n"), "{err}");
    assert!(err.ends_with("  try: print a line such as `speedup: 1.5`\n"), "{err}");
    assert_eq!(daemon.calls().last(), Some(&Call::Forget(RUN.into())));
}

#[test]
fn an_error_is_told_once_where_lines_and_errors_go_to_one_place() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 1, 2.0), ended(3, RunStatus::Error, 1)];
    let _daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Close)]));
    let path = home.project().join("log");
    let log = fs::File::create(&path).unwrap();
    let status = home.weco(&ARGS).stdout(log.try_clone().unwrap()).stderr(log).status().unwrap();
    let log = fs::read_to_string(path).unwrap();
    assert_eq!((status.code(), log.matches("the reason").count()), (Some(1), 1), "{log}");
    assert!(log.ends_with(&format!("To go on with this run: weco resume {SHORT}\n")), "{log}");
}

#[test]
fn a_run_that_cannot_go_on_says_why_and_how_to_go_on() {
    let home = Home::with_runtime_dir();
    for status in [RunStatus::Error, RunStatus::Interrupted] {
        let updates = vec![created(&home), measured(2, 1, 2.0), ended(3, status, 1)];
        let _daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Close)]));
        let (code, out, err) = home.run(&ARGS);
        assert_eq!(code, 1);
        assert_eq!(err, format!("error: the reason\n  try: weco resume {SHORT}\n"));
        assert!(out.contains("(step 1): weco run apply "), "what was found is not lost: {out}");
    }
}

#[test]
fn ctrl_c_stops_the_run_in_good_order() {
    let home = Home::with_runtime_dir();
    let end = vec![ended(3, RunStatus::Terminated, 0)];
    let watched = watched(vec![created(&home), measured(2, 0, 1.0)], Then::AfterStops(1, end));
    let daemon = Fake::serve(&home.socket(), script([watched]));
    let mut client = Client::start(home.weco(&ARGS));
    client.wait_for("[METRIC] Step 0");
    client.interrupt();
    let (code, out, err) = client.end();
    assert_eq!((code, err.as_str()), (Some(130), ""), "{out}");
    assert!(out.ends_with(&format!("To go on with this run: weco resume {SHORT}")), "{out}");
    let stops: Vec<_> = daemon.calls().into_iter().filter(|call| matches!(call, Call::Stop(_))).collect();
    assert!(matches!(stops.as_slice(), [Call::Stop(stop)] if !stop.force && stop.run_id == RUN), "{stops:?}");
}

#[test]
fn a_second_ctrl_c_forces() {
    let home = Home::with_runtime_dir();
    let end = vec![ended(3, RunStatus::Terminated, 0)];
    let watched = watched(vec![created(&home), measured(2, 0, 1.0)], Then::AfterStops(2, end));
    let daemon = Fake::serve(&home.socket(), script([watched]));
    let mut client = Client::start(home.weco(&ARGS));
    client.wait_for("[METRIC] Step 0");
    client.interrupt();
    daemon.wait_for(|call| matches!(call, Call::Stop(stop) if !stop.force));
    client.interrupt();
    daemon.wait_for(|call| matches!(call, Call::Stop(stop) if stop.force));
    assert_eq!(client.end().0, Some(130));
}

#[test]
fn a_run_stopped_elsewhere_is_no_success() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 0, 1.0), ended(3, RunStatus::Terminated, 0)];
    let _daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Close)]));
    let (code, out, _) = home.run(&ARGS);
    assert_eq!(code, 1);
    assert!(out.contains(&format!("weco resume {SHORT}")), "{out}");
}

#[test]
fn what_the_daemon_refuses_is_told_with_its_hint() {
    let home = Home::with_runtime_dir();
    let cases = [
        (Code::InvalidArgument, 2, "no model 'gtp-5'", "-M gpt-5.4"),
        (
            Code::FailedPrecondition,
            1,
            "weco-daemon 9.9.9 is running, but the client is weco 0",
            "weco daemon stop",
        ),
        (Code::ResourceExhausted, 1, "the disk is full", "free some space"),
    ];
    for (code, exit, message, hint) in cases {
        let refuse = Some(status_with_hint(code, message, hint));
        let _daemon = Fake::serve(&home.socket(), Script { refuse, ..Script::default() });
        assert_eq!(home.run(&ARGS), (exit, String::new(), format!("error: {message}\n  try: {hint}\n")));
    }
}

#[test]
fn a_resumed_run_is_shown_from_where_it_goes_on() {
    let home = Home::with_runtime_dir();
    let history = vec![created(&home), measured(2, 0, 1.0), ended(3, RunStatus::Terminated, 0), resumed(4)];
    let rest = vec![measured(5, 1, 2.0), ended(6, RunStatus::Completed, 1)];
    let daemon = Fake::serve(&home.socket(), script([watched([history, rest].concat(), Then::Close)]));
    let (code, out, err) = home.run(&["resume", "0002e", "-n", "5", "--api-key", "openai=k"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("[METRIC] Step 1") && !out.contains("[METRIC] Step 0"), "{out}");
    assert!(out.contains("To apply the best version (step 1)"), "the run's second end counts: {out}");
    let calls = daemon.calls();
    let [Call::Resume(resume), Call::Watch(watch)] = calls.as_slice() else { panic!("{calls:#?}") };
    assert_eq!((resume.run_id.as_str(), resume.steps), ("0002e", Some(5)));
    assert_eq!(resume.api_keys.get("openai").map(String::as_str), Some("k"));
    assert!(resume.environment.iter().any(|variable| variable.name == b"PATH"));
    assert_eq!((watch.run_id.as_str(), watch.from_seq), (RUN, 1), "only its beginning says what it is");
}

#[test]
fn a_run_that_still_goes_is_not_resumed() {
    let home = Home::with_runtime_dir();
    let refusal = status_with_hint(Code::AlreadyExists, "it is running", "weco attach 0002e071");
    let script = Script { refuse_resume: Some(refusal), ..Script::default() };
    let daemon = Fake::serve(&home.socket(), script);
    for arguments in [&["resume", "0002e"][..], &["resume", "0002e", "-n", "5"]] {
        let (code, _, err) = home.run(arguments);
        assert_eq!((code, err.as_str()), (1, "error: it is running\n  try: weco attach 0002e071\n"));
    }
    assert!(daemon.calls().iter().all(|call| matches!(call, Call::Resume(_))), "nothing is watched");
}

#[test]
fn a_run_whose_best_was_applied_is_shown_to_its_end() {
    let home = Home::with_runtime_dir();
    let applied = event(5, Update::Applied(BestApplied { step: 1, paths: vec!["model.py".into()] }));
    let end = ended(4, RunStatus::Completed, 1);
    let history = vec![created(&home), measured(2, 0, 1.0), measured(3, 1, 2.0), end, applied];
    let again = vec![resumed(6), measured(7, 2, 1.5), ended(8, RunStatus::Completed, 1)];
    let runs = vec![RunSummary { run_id: RUN.into(), last_seq: 5, ..RunSummary::default() }];
    let watched = [watched(history.clone(), Then::Close), watched([history, again].concat(), Then::Close)];
    let _daemon = Fake::serve(&home.socket(), Script { runs, ..script(watched) });
    let (code, out, err) = home.run(&["attach", "0002e"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let (complete, applied) = (out.find("[COMPLETE]").unwrap(), out.find("[APPLIED]").unwrap());
    assert!(complete < applied && out.ends_with("The best version is in model.py already.\n"), "{out}");
    let (code, out, _) = home.run(&["attach", "0002e"]);
    assert_eq!(code, 0, "{out}");
    let (applied, complete) = (out.find("[APPLIED]").unwrap(), out.find("[COMPLETE]").unwrap());
    assert!(applied < complete && out.matches("[COMPLETE]").count() == 1, "an earlier end is history: {out}");
}

#[test]
fn outages_are_waited_for_as_asked() {
    for (flags, attempts) in
        [(&[][..], None), (&["--no-auto-resume"], Some(0)), (&["--auto-resume-max-attempts", "7"], Some(7))]
    {
        let home = Home::with_runtime_dir();
        let daemon = Fake::serve(&home.socket(), script([success(&home), success(&home)]));
        home.run(&[&ARGS[..], flags].concat());
        home.run(&[&["resume", "0002e"], flags].concat());
        let asked: Vec<_> = daemon
            .calls()
            .into_iter()
            .filter_map(|call| match call {
                Call::Start(start) => Some(start.auto_resume_attempts),
                Call::Resume(resume) => Some(resume.auto_resume_attempts),
                _ => None,
            })
            .collect();
        assert_eq!(asked, [attempts, attempts], "{flags:?}");
    }
}

#[test]
fn a_detached_run_is_left_with_directions() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), Script::default());
    let directions = format!(
        "Run ID: {RUN}\nRun Name: swift-heron\nLog: /logs/run.log\n\
         Follow it: weco attach {SHORT}\nStop it: weco run stop {SHORT}\n"
    );
    let (code, out, err) = home.run(&[&ARGS[..], &["--daemon"]].concat());
    assert_eq!((code, out, err.as_str()), (0, directions.clone(), ""));
    let (code, out, err) = home.run(&["resume", SHORT, "--daemon", "-n", "3"]);
    assert_eq!((code, out, err.as_str()), (0, directions, ""));
    let calls = daemon.calls();
    let [Call::Start(start), Call::Resume(resume)] = calls.as_slice() else { panic!("{calls:#?}") };
    assert!(start.detached && resume.detached, "{calls:#?}");
}

#[test]
fn a_live_run_is_not_resumed_to_be_left() {
    let home = Home::with_runtime_dir();
    let refuse_resume = Some(Status::already_exists("run 0002e071 is running already"));
    let daemon = Fake::serve(&home.socket(), Script { refuse_resume, ..Script::default() });
    let (code, out, err) = home.run(&["resume", SHORT, "--daemon"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("is running already"), "{err}");
    assert!(!daemon.calls().iter().any(|call| matches!(call, Call::Watch(_))));
}
