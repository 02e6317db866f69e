use std::fs;
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::Exit;
use weco_core::run::{Files, NodeId, RunId};

use super::process::{Command, End, StartError, Token, stop_channel};
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

fn version() -> Files {
    Files::from([("rate.txt".to_owned(), "loss: 2\n".to_owned())])
}

#[tokio::test]
async fn the_command_sees_the_candidate_and_the_user_the_original() {
    let mut fixture = Fixture::new();
    let kept = fixture.temp.path().join("kept");
    let command = fixture.command("cat rate.txt; echo made by a formatter > rate.txt; exit 4");
    let files = version();
    let evaluation = Evaluation { files: &files, command, kept: &kept };
    let (_stopper, stop) = stop_channel();
    let mut group = None;
    let evaluated =
        evaluate(&mut fixture.workspace, evaluation, stop, |process, _| group = Some(process.pgid)).await;
    let evaluated = evaluated.unwrap();
    assert_eq!(evaluated.finished.end, End::Exited(Exit::Code { code: 4 }));
    assert_eq!(evaluated.finished.output, "loss: 2\n");
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
    let evaluation = Evaluation { files: &files, command, kept: &kept };
    let running = evaluate(&mut fixture.workspace, evaluation, stop, |process, _| {
        sender.send(process.pgid).unwrap();
    });
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
    let evaluation = Evaluation { files: &files, command, kept: &kept };
    let refused = evaluate(&mut fixture.workspace, evaluation, stop.clone(), |_, _| {}).await;
    assert!(matches!(refused, Err(EvalError::Start(StartError::NoDirectory(_)))));
    assert_eq!(fixture.text(), "loss: 3\n");

    fs::write(fixture.temp.path().join("project/rate.txt"), "loss: mine\n").unwrap();
    let command = fixture.command("echo should not run");
    let evaluation = Evaluation { files: &files, command, kept: &kept };
    let refused = evaluate(&mut fixture.workspace, evaluation, stop, |_, _| panic!("it ran")).await;
    assert!(matches!(refused, Err(EvalError::Swap(WorkspaceError::Edited(_)))));
    assert_eq!(fixture.text(), "loss: mine\n");
}
