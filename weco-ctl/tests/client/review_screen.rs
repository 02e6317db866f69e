//! A review on the screen: keys in, calls out, with the user's editor in between.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tonic::Status;
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{
    Node, NodeStatus, RunStatus, RunSummary, RunUpdate, SourceText, Stage, StepAsked, StepProposed,
    StepRejected,
};

use crate::support::{Call, Fake, Home, NODE, RUN, Screen, Script, Then, Watched, created, event, measured};

/// A run of which step 1 waits.
fn waiting(home: &Home) -> Vec<RunUpdate> {
    let mut created = created(home);
    if let Some(Update::Created(run)) = &mut created.update {
        run.require_review = true;
    }
    let asked = StepAsked {
        step: 1,
        parent: Some(0),
        stage: Stage::Draft.into(),
        attempt: 1,
        ..StepAsked::default()
    };
    let proposed = StepProposed {
        step: 1,
        plan: "Use tiles.".into(),
        changed: vec!["model.py".into()],
        ..StepProposed::default()
    };
    vec![created, measured(2, 0, 1.0), event(3, Update::Asked(asked)), event(4, Update::Proposed(proposed))]
}

fn node(step: u32, text: &str) -> Node {
    Node {
        run_id: RUN.into(),
        step,
        node_id: if step == 1 { NODE.into() } else { String::new() },
        parent_step: step.checked_sub(1),
        status: NodeStatus::PendingApproval.into(),
        files: vec![SourceText { path: "model.py".into(), text: text.into() }],
        ..Node::default()
    }
}

fn script(home: &Home) -> Script {
    let run = RunSummary { run_id: RUN.into(), status: RunStatus::Running.into(), ..RunSummary::default() };
    Script {
        watched: [Watched { updates: waiting(home), then: Then::Hang }].into(),
        runs: vec![run],
        nodes: vec![node(0, "x = 1\n"), node(1, "x = 2\n")],
        ..Script::default()
    }
}

/// A program in the project that does `script` with the files that it gets.
fn editor(home: &Home, script: &str) -> String {
    let path = home.project().join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn attach(home: &Home, editor: &str) -> Screen {
    let mut command = home.weco(&["attach", "0002"]);
    command.env("EDITOR", editor).env("USER", "ada");
    let mut screen = Screen::start(command);
    screen.wait_for("waits for your approval");
    screen.wait_for("+x = 2");
    screen
}

#[test]
fn a_step_is_approved_in_the_runs_directory() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    let mut screen = attach(&home, "true");
    screen.type_in(b"a");
    screen.wait_for("step 1 is approved");
    screen.type_in(b"d");
    assert_eq!(screen.end().0, Some(0));
    let submitted = daemon.calls().into_iter().find_map(|call| match call {
        Call::Submit(submitted) => Some(submitted),
        _ => None,
    });
    let submitted = submitted.unwrap();
    assert_eq!((submitted.node.as_str(), submitted.by.as_str(), submitted.files.len()), ("1", "ada", 0));
    assert_eq!(submitted.directory, home.project().display().to_string());
    assert!(submitted.environment.iter().any(|variable| variable.name == b"PATH"));
}

#[test]
fn an_edit_becomes_a_revision() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script(&home));
    let mut screen = attach(&home, &editor(&home, "echo editing \"$1\"; echo 'x = 3' > \"$1\""));
    screen.type_in(b"e");
    screen.wait_for("/model.py");
    screen.wait_for("step 1 has your code now");
    screen.type_in(b"d");
    let (code, said) = screen.end();
    assert_eq!(code, Some(0));
    assert!(!said.contains("is kept in"), "it was sent: {said}");
    let revised = daemon.calls().into_iter().find_map(|call| match call {
        Call::Revise(revised) => Some(revised),
        _ => None,
    });
    let revised = revised.unwrap();
    assert_eq!((revised.node.as_str(), revised.by.as_str()), ("1", "ada"));
    assert_eq!(revised.files, [SourceText { path: "model.py".into(), text: "x = 3\n".into() }]);
}

#[test]
fn an_editor_that_changes_nothing_or_fails_sends_nothing() {
    let home = Home::with_runtime_dir();
    for (script_of_editor, note) in [("true", "nothing was edited"), ("exit 3", "the editor failed")] {
        let daemon = Fake::serve(&home.socket(), script(&home));
        let mut screen = attach(&home, &editor(&home, script_of_editor));
        screen.type_in(b"e");
        screen.wait_for(note);
        screen.type_in(b"d");
        let (code, said) = screen.end();
        assert_eq!((code, said.contains("is kept in")), (Some(0), false), "{said}");
        assert!(!daemon.calls().iter().any(|call| matches!(call, Call::Revise(_))));
    }
}

/// The terminal goes away while the editor has it, so it cannot be taken back.
#[test]
fn an_edit_outlives_the_terminal() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script(&home));
    let gate = home.project().join("gate");
    mkfifo(&gate, Mode::S_IRWXU).unwrap();
    let editor = editor(
        &home,
        &format!("trap '' HUP; echo editing; read _ < {}; echo 'x = 3' > \"$1\"", gate.display()),
    );
    let copies = home.project().join("copies");
    fs::create_dir(&copies).unwrap();
    let mut command = home.weco(&["attach", "0002"]);
    command.env("EDITOR", editor).env("TMPDIR", &copies);
    let mut screen = Screen::start(command);
    screen.wait_for("+x = 2");
    screen.type_in(b"e");
    screen.wait_for("editing");
    let client = screen.hang_up();
    fs::write(gate, "\n").unwrap();
    assert_eq!(client.end(), Some(1), "it says that it failed, and does not panic");
    let kept = fs::read_dir(copies).unwrap().next().expect("the edit is kept").unwrap().path();
    assert_eq!(fs::read_to_string(kept.join("model.py")).unwrap(), "x = 3\n");
}

/// Nobody sees the steps of a long history pass by, so their code is not asked for.
#[test]
fn only_what_is_shown_is_fetched() {
    const STEPS: u32 = 200;
    let home = Home::with_runtime_dir();
    let mut script = script(&home);
    let mut updates = waiting(&home);
    let (mut seq, head) = (2, updates.drain(..2).collect::<Vec<_>>());
    let mut next = |update| {
        seq += 1;
        event(seq, update)
    };
    let mut history = Vec::new();
    for step in 1..=STEPS {
        let asked = StepAsked {
            step,
            parent: Some(0),
            stage: Stage::Draft.into(),
            attempt: 1,
            ..StepAsked::default()
        };
        let proposed = StepProposed { step, plan: "Use tiles.".into(), ..StepProposed::default() };
        history.extend([next(Update::Asked(asked)), next(Update::Proposed(proposed))]);
        if step < STEPS {
            history.push(next(Update::Rejected(StepRejected { step, ..StepRejected::default() })));
        }
    }
    script.watched = [Watched { updates: [head, history].concat(), then: Then::Hang }].into();
    script.nodes = vec![node(0, "x = 1\n"), Node { parent_step: Some(0), ..node(STEPS, "x = 2\n") }];
    let daemon = Fake::serve(&home.socket(), script);
    let mut screen = attach(&home, "true");
    screen.type_in(b"d");
    assert_eq!(screen.end().0, Some(0));
    let asked = daemon.calls().iter().filter(|call| matches!(call, Call::Node(_))).count();
    // Two for the step that waits, and for each that a slow machine draws on the way; of all steps it would be 400.
    assert!(asked < 200, "{asked} nodes were asked for");
}

/// What the daemon refuses is shown, and neither what was typed nor what was edited is lost.
#[test]
fn what_is_refused_is_not_lost() {
    let home = Home::with_runtime_dir();
    let mut script = script(&home);
    script.refuse_review = Some(Status::failed_precondition("the disk is full"));
    let daemon = Fake::serve(&home.socket(), script);
    let mut screen = attach(&home, &editor(&home, "echo 'x = 3' >> \"$1\""));
    screen.type_in(b"r");
    screen.wait_for("reject step 1, because:");
    screen.type_in(b"too long\r");
    screen.wait_for("the disk is full");
    screen.type_in(b"r");
    screen.wait_for_next("reject step 1, because:");
    screen.type_in(b", really\r");
    daemon.wait_for(|call| matches!(call, Call::Reject(sent) if sent.reason == "too long, really"));
    // Until it is refused, nothing else can be done with the step.
    screen.wait_for_next("the disk is full");
    screen.type_in(b"i");
    screen.wait_for("new instructions:");
    screen.type_in(b"\x1b[200~be\nquick\x1b[201~\r");
    daemon.wait_for(|call| matches!(call, Call::Instruct(sent) if sent.instructions == "be quick"));
    screen.type_in(b"e");
    daemon.wait_for(|call| matches!(call, Call::Revise(_)));
    screen.type_in(b"d");
    let (_, said) = screen.end();
    let (_, kept) = said.rsplit_once("your edit of step 1 is kept in ").unwrap();
    let kept = std::path::Path::new(kept.lines().next().unwrap());
    assert_eq!(fs::read_to_string(kept.join("model.py")).unwrap(), "x = 2\nx = 3\n");
    fs::remove_dir_all(kept).unwrap();
}
