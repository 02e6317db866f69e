use std::fs;
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::{Exit, Verdict};
use weco_core::plan::Plan;
use weco_core::run::{Files, Goal, NodeId, RunId};

use super::process::{Command, StartError, Token, stop_channel};
use super::workspace::{Edit, SourceText, Workspace, WorkspaceError};
use super::*;
use crate::os::proc;

struct Fixture {
    temp: TempDir,
    run: RunId,
    workspace: Workspace,
}

impl Fixture {
    fn new() -> Self {
        let temp = TempDir::new().unwrap();
        let run = RunId(Uuid::new_v4());
        fs::create_dir(temp.path().join("project")).unwrap();
        fs::write(temp.path().join("project/rate.txt"), "loss: 3\n").unwrap();
        let source =
            SourceText { path: "rate.txt".to_owned(), original: b"loss: 3\n".as_slice().into(), mode: 0o644 };
        let workspace = Workspace::new(&temp.path().join("project"), run, vec![source]).unwrap();
        Self { temp, run, workspace }
    }

    fn command(&self, text: &str) -> Command {
        Command {
            text: text.to_owned(),
            directory: self.temp.path().join("project"),
            environment: vec![("PATH".into(), std::env::var_os("PATH").unwrap())],
            token: Token::new(self.run, NodeId(1), 1),
            timeout: None,
            grace: Duration::from_millis(100),
        }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.temp.path().join("project/rate.txt")).unwrap()
    }
}

const ONCE: Plan = Plan { repeats: 1, goal: Goal::Minimize, bar: None, sigma: None, always_verified: false };

fn measuring(command: &Command, plan: Plan) -> Measuring<'_> {
    Measuring { command, backend: None, metric: "loss", plan, verify: None }
}

fn version() -> Files {
    Files::from([("rate.txt".to_owned(), "loss: 2\n".to_owned())])
}

#[tokio::test]
async fn the_command_sees_the_candidate_and_the_user_the_original() {
    let mut fixture = Fixture::new();
    let kept = fixture.temp.path().join("kept");
    let command = fixture.command("cat rate.txt; echo made by a formatter > rate.txt; exit 4");
    let files = version();
    let (_stopper, stop) = stop_channel();
    let mut group = None;
    let commands = repeat(measuring(&command, ONCE), stop, |process, _| group = Some(process.pgid));
    let evaluated = evaluate(&mut fixture.workspace, Version { files: &files, kept: &kept }, commands).await;
    let evaluated = evaluated.unwrap();
    let measured = evaluated.measured.unwrap();
    assert_eq!((measured.exit, measured.verdict), (Exit::Code { code: 4 }, Verdict::Good { metric: 2.0 }));
    assert_eq!((measured.output.as_str(), &measured.samples[..]), ("loss: 2\n", &[2.0][..]));
    assert!(matches!(&evaluated.edits[..], [Edit::Moved { .. }]));
    assert!(proc::stat(group.unwrap()).is_none());
    assert_eq!(fixture.text(), "loss: 3\n");
}

#[tokio::test]
async fn a_dropped_evaluation_is_ended_and_restored() {
    let mut fixture = Fixture::new();
    let kept = fixture.temp.path().join("kept");
    let command = fixture.command("sleep 1000");
    let files = version();
    let (_stopper, stop) = stop_channel();
    let (sender, receiver) = mpsc::channel();
    let commands = repeat(measuring(&command, ONCE), stop, |process, _| {
        sender.send(process.pgid).unwrap();
    });
    let running = evaluate(&mut fixture.workspace, Version { files: &files, kept: &kept }, commands);
    let ended = tokio::time::timeout(Duration::from_millis(50), running).await;
    assert!(ended.is_err());
    assert!(proc::stat(receiver.recv().unwrap()).is_none());
    assert_eq!(fixture.text(), "loss: 3\n");
}

#[tokio::test]
async fn a_command_that_cannot_start_and_an_edit_leave_the_source_alone() {
    let mut fixture = Fixture::new();
    let kept = fixture.temp.path().join("kept");
    let files = version();
    let (_stopper, stop) = stop_channel();

    let mut command = fixture.command("true");
    command.directory = fixture.temp.path().join("gone");
    let version = Version { files: &files, kept: &kept };
    let commands = repeat(measuring(&command, ONCE), stop.clone(), |_, _| {});
    let refused = evaluate(&mut fixture.workspace, version, commands).await;
    assert!(matches!(refused, Err(EvalError::Start(StartError::NoDirectory(_)))));
    assert_eq!(fixture.text(), "loss: 3\n");

    fs::write(fixture.temp.path().join("project/rate.txt"), "loss: mine\n").unwrap();
    let command = fixture.command("echo should not run");
    let commands = repeat(measuring(&command, ONCE), stop, |_, _| panic!("it ran"));
    let refused = evaluate(&mut fixture.workspace, version, commands).await;
    assert!(matches!(refused, Err(EvalError::Swap(WorkspaceError::Edited(_)))));
    assert_eq!(fixture.text(), "loss: mine\n");
}

/// A command that prints the next number of a list, each time another.
const NEXT: &str = "echo x >> n; set -- $(wc -l < n) $(cat list); shift $1; echo loss: $1";

#[tokio::test]
async fn a_version_is_measured_until_that_is_enough_and_what_is_printed_is_one_text() {
    let fixture = Fixture::new();
    let project = fixture.temp.path().join("project");
    for (list, bar, samples, end) in [
        ("3 4 5", None, vec![3.0, 4.0, 5.0], "── run 3 of 3 ──\nloss: 5\n"),
        ("5 5.5 5", Some(-4.0), vec![5.0, 5.5], "loss: 5.5\n── no more than 2 of 3 runs: it cannot win ──\n"),
    ] {
        fs::write(project.join("list"), list).unwrap();
        fs::write(project.join("n"), "").unwrap();
        let (_stopper, stop) = stop_channel();
        let mut starts = 0;
        let plan = Plan { repeats: 3, bar, sigma: Some(1.0), ..ONCE };
        let command = fixture.command(NEXT);
        let measured = repeat(measuring(&command, plan), stop, |_, _| starts += 1).await.unwrap().unwrap();
        assert_eq!((measured.samples.len(), &measured.samples), (starts, &samples));
        assert_eq!(measured.verdict, Verdict::Good { metric: weco_core::spread::mean(&samples).unwrap() });
        assert!(measured.output.contains("\n── run 2 of 3 ──\nloss: "), "{}", measured.output);
        assert!(measured.output.ends_with(end), "{}", measured.output);
    }
}

#[tokio::test]
async fn one_bad_run_of_several_makes_the_version_buggy_and_is_named() {
    let fixture = Fixture::new();
    fs::write(fixture.temp.path().join("project/list"), "3 none").unwrap();
    let (_stopper, stop) = stop_channel();
    let command = fixture.command(NEXT);
    let plan = Plan { repeats: 3, ..ONCE };
    let measured = repeat(measuring(&command, plan), stop, |_, _| {}).await.unwrap().unwrap();
    let Verdict::Buggy { reason, .. } = &measured.verdict else { panic!("{measured:?}") };
    assert!(reason.starts_with("run 2 of 3: "), "{reason}");
}

#[tokio::test]
async fn a_version_is_verified_after_it_is_measured_if_it_would_win() {
    let fixture = Fixture::new();
    let command = fixture.command("printf 'loss: 3'");
    for (verify, bar, verified, output, reason) in [
        ("echo fine", Some(-4.0), true, "loss: 3\n── verification ──\nfine\n", ""),
        ("echo fine", Some(-3.0), false, "loss: 3", ""),
        (
            "echo one; echo two; exit 3",
            None,
            false,
            "loss: 3\n── verification ──\none\ntwo\n",
            "verification failed (exit code 3): two",
        ),
        (
            "kill -9 $$",
            None,
            false,
            "loss: 3\n── verification ──\n",
            "verification failed (ended by signal 9): it printed nothing",
        ),
    ] {
        let (_stopper, stop) = stop_channel();
        let plan = Plan { bar, ..ONCE };
        let measuring = Measuring { verify: Some(verify), ..measuring(&command, plan) };
        let measured = repeat(measuring, stop, |_, _| {}).await.unwrap().unwrap();
        assert_eq!((measured.verified, measured.output.as_str()), (verified, output));
        match measured.verdict {
            Verdict::Good { metric } => assert_eq!((metric, reason), (3.0, "")),
            Verdict::Buggy { reason: why, .. } => assert_eq!(why, reason),
        }
    }
}

#[tokio::test]
async fn each_run_has_the_whole_time_limit_and_a_stop_ends_all() {
    let fixture = Fixture::new();
    let project = fixture.temp.path().join("project");
    let mut command = fixture.command("test -e slow && sleep 1000; touch slow; echo loss: 1");
    command.timeout = Some(Duration::from_secs(1));
    let (_stopper, stop) = stop_channel();
    let plan = Plan { repeats: 2, ..ONCE };
    let measured = repeat(measuring(&command, plan), stop, |_, _| {}).await.unwrap().unwrap();
    let Verdict::Buggy { reason, .. } = &measured.verdict else { panic!("{measured:?}") };
    assert_eq!(reason, "run 2 of 2: the evaluation timed out after 1 s");
    assert_eq!(measured.output, "loss: 1\n── run 2 of 2 ──\nEvaluation timed out after 1 seconds.");

    fs::remove_file(project.join("slow")).unwrap();
    command.timeout = None;
    let (stopper, stop) = stop_channel();
    let mut starts = 0;
    let stopped = repeat(measuring(&command, plan), stop, |_, _| {
        starts += 1;
        if starts == 2 {
            stopper.stop(false);
        }
    });
    assert!(stopped.await.unwrap().is_none());
}
