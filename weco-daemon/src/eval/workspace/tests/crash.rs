//! A daemon that dies at any instant.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;

/// What may be found under a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Missing,
    Original,
    Candidate,
    Partial,
    Empty,
    Zeros,
    Edit,
    Formatted,
    Directory,
    Link,
}

use State::*;

const STATES: [State; 10] =
    [Missing, Original, Candidate, Partial, Empty, Zeros, Edit, Formatted, Directory, Link];

impl State {
    fn text(self) -> Option<Vec<u8>> {
        match self {
            Original => Some(ORIGINAL.into()),
            Candidate => Some(CANDIDATE.into()),
            Partial => Some(CANDIDATE[..30].into()),
            Empty => Some(Vec::new()),
            Zeros => Some(vec![0; 40]),
            Edit => Some(EDIT.into()),
            Formatted => Some(FORMATTED.into()),
            Missing | Directory | Link => None,
        }
    }

    fn make(self, path: &Path) {
        match self {
            Missing => {}
            Directory => fs::create_dir(path).unwrap(),
            Link => std::os::unix::fs::symlink("/nowhere", path).unwrap(),
            _ => fs::write(path, self.text().unwrap()).unwrap(),
        }
    }

    /// Whether it is text that nothing else has.
    fn is_precious(self) -> bool {
        matches!(self, Edit | Formatted)
    }
}

/// Recovers from one state and returns what is at the path then.
fn recovered(states: [State; 3], candidate_known: bool) -> Vec<u8> {
    let project = Project::in_memory(&["a.py"]);
    let mut workspace = project.workspace();
    let source = &workspace.sources[0];
    fs::remove_file(project.path("a.py")).unwrap();
    for (name, state) in ["a.py", &source.aside, &source.spare].into_iter().zip(states) {
        state.make(&project.path(name));
    }
    let version = files([("a.py", CANDIDATE)]);
    let candidate = candidate_known.then_some(&version);
    let before = project.texts();
    let context = format!("{states:?}, candidate known: {candidate_known}");

    workspace.recover(candidate, &project.kept()).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(project.listing(), ["a.py"], "{context}");
    let text = fs::read(project.path("a.py")).unwrap();
    let after = project.texts();
    for state in states.into_iter().filter(|state| state.is_precious()) {
        assert!(after.contains(&state.text().unwrap()), "{context}: lost {state:?}");
    }
    if !candidate_known {
        let lost = before.iter().find(|text| text.iter().any(|byte| *byte != 0) && !after.contains(text));
        assert!(lost.is_none(), "{context}: lost {lost:?}");
    }

    let identity = project.identity("a.py");
    workspace.recover(candidate, &project.kept()).unwrap();
    assert_eq!(
        (project.identity("a.py"), project.texts()),
        (identity, after),
        "{context}: not the same again"
    );
    text
}

#[test]
fn every_state_on_disk_is_recovered_and_loses_nothing() {
    for path in STATES {
        for aside in STATES {
            for spare in [Missing, Original, Candidate, Edit] {
                let states = [path, aside, spare];
                let text = recovered(states, true);
                let only_ours = !states.iter().any(|state| state.is_precious());
                assert!(!only_ours || text == ORIGINAL.as_bytes(), "{states:?}");
                assert!(text != CANDIDATE.as_bytes(), "{states:?}");
                recovered(states, false);
            }
        }
    }
}

#[test]
fn every_instant_of_a_swap_and_a_restore_ends_with_the_original() {
    let instants = [
        ("before", [Original, Missing, Missing]),
        ("created", [Original, Empty, Missing]),
        ("half written", [Original, Partial, Missing]),
        ("written, or exchanged back", [Original, Candidate, Missing]),
        ("exchanged", [Candidate, Original, Missing]),
        ("exchanged, then power lost before the data was flushed", [Empty, Original, Missing]),
        ("the same with space allocated", [Zeros, Original, Missing]),
        ("first of three renames in", [Missing, Candidate, Original]),
        ("second of three renames in", [Candidate, Missing, Original]),
        ("first of three renames out", [Missing, Original, Candidate]),
        ("second of three renames out", [Original, Missing, Candidate]),
        ("swapped, the file aside cleaned away", [Candidate, Missing, Missing]),
        ("swapped, the source deleted", [Missing, Original, Missing]),
    ];
    for (instant, states) in instants {
        for candidate_known in [true, false] {
            // Alone on disk and unknown, the candidate cannot be told from the user's work.
            if states == [Candidate, Missing, Missing] && !candidate_known {
                continue;
            }
            assert_eq!(recovered(states, candidate_known), ORIGINAL.as_bytes(), "{instant}");
        }
    }
}

#[test]
fn a_users_version_is_what_stays_after_a_crash() {
    for (states, expected) in [
        ([Edit, Missing, Missing], EDIT),
        ([Edit, Candidate, Missing], EDIT),
        ([Edit, Original, Missing], EDIT),
        ([Candidate, Edit, Missing], EDIT),
        ([Formatted, Missing, Missing], FORMATTED),
        ([Formatted, Original, Missing], ORIGINAL),
    ] {
        assert_eq!(recovered(states, true), expected.as_bytes(), "{states:?}");
    }
}

#[test]
fn a_removed_run_directory_is_not_made_anew() {
    let project = Project::new(&["src/a.py"]);
    let mut workspace = project.workspace();
    fs::remove_dir_all(project.root()).unwrap();
    let error = workspace.recover(None, &project.kept()).unwrap_err();
    assert!(error.to_string().contains("project"), "{error}");
    assert!(!project.root().exists());
}

#[test]
fn a_source_that_is_a_link_after_a_crash_is_found_by_its_file_aside() {
    let project = Project::new(&["a.py"]);
    let mut workspace = project.workspace();
    let swapped = workspace.swap_in(&files([("a.py", CANDIDATE)]), &project.kept()).unwrap();
    std::mem::forget(swapped);
    fs::remove_file(project.path("a.py")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", project.path("a.py")).unwrap();
    project.workspace().recover(None, &project.kept()).unwrap();
    assert!(!project.path("a.py").is_symlink());
    assert_eq!(project.read("a.py"), ORIGINAL);
}

/// Runs one of the helpers below in a process of its own.
fn helper(project: &Project, name: &str, prefix: &str) -> Command {
    let program = std::env::current_exe().unwrap();
    let test = format!("eval::workspace::tests::crash::{name}");
    let script = format!("{prefix} exec \"$0\" --exact {test} --nocapture");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .arg(program)
        .env("WECO_TEST_ROOT", project.root())
        .env("WECO_TEST_RUN", project.run.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The project that the parent test made.
fn parents_workspace() -> Option<(Workspace, PathBuf)> {
    let root = PathBuf::from(std::env::var_os("WECO_TEST_ROOT")?);
    let run = RunId(std::env::var("WECO_TEST_RUN").ok()?.parse().ok()?);
    let sources = PATHS.map(|path| SourceText {
        path: path.to_owned(),
        original: ORIGINAL.as_bytes().into(),
        mode: 0o640,
    });
    let workspace = Workspace::new(&root, run, sources.into()).unwrap();
    Some((workspace, root.with_file_name("kept")))
}

const PATHS: [&str; 3] = ["a.py", "src/b.c", "c.py"];

/// The program of the test below, which kills it; by itself it does nothing.
#[test]
fn swaps_and_restores_until_it_is_killed() {
    let Some((mut workspace, kept)) = parents_workspace() else { return };
    let version: Files = PATHS.map(|path| (path.to_owned(), CANDIDATE.to_owned())).into();
    loop {
        let swapped = workspace.swap_in(&version, &kept).unwrap();
        println!("swapped");
        swapped.restore().unwrap();
        println!("restored");
    }
}

#[test]
fn killed_at_any_instant_the_same_files_come_back() {
    let project = Project::new(&PATHS);
    let inodes = || PATHS.map(|path| project.identity(path).inode);
    let before = inodes();
    let version: Files = PATHS.map(|path| (path.to_owned(), CANDIDATE.to_owned())).into();
    for round in 0..24 {
        let mut child = helper(&project, "swaps_and_restores_until_it_is_killed", "").spawn().unwrap();
        let news = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let news = news.filter(|line| line.ends_with("swapped") || line.ends_with("restored"));
        assert_eq!(news.take(1 + round).count(), 1 + round);
        child.kill().unwrap();
        child.wait().unwrap();
        let known = round % 2 == 0;
        project.workspace().recover(known.then_some(&version), &project.kept()).unwrap();
        assert_eq!(inodes(), before);
        assert!(PATHS.iter().all(|path| project.read(path) == ORIGINAL));
        assert_eq!(project.listing(), ["a.py", "c.py", "src/b.c"]);
    }
}

/// The program of the test below, which limits the size of its files; by itself it does nothing.
#[test]
fn swaps_a_version_that_is_too_large() {
    let Some((mut workspace, kept)) = parents_workspace() else { return };
    let large = "x".repeat(1 << 20);
    let version = files([("a.py", CANDIDATE), ("src/b.c", &large), ("c.py", CANDIDATE)]);
    println!("swap: {}", workspace.swap_in(&version, &kept).unwrap_err());
    println!("apply: {}", workspace.apply(&version, &kept).unwrap_err());
}

#[test]
fn a_version_that_cannot_be_written_leaves_everything_as_it_was() {
    let project = Project::new(&PATHS);
    let before = PATHS.map(|path| project.identity(path));
    let limit = "trap '' XFSZ; ulimit -f 100;";
    let output = helper(&project, "swaps_a_version_that_is_too_large", limit).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("swap: cannot write a new version beside"), "{said}");
    assert!(said.contains("apply: cannot write a new version beside"), "{said}");
    assert!(said.contains("src/b.c"), "{said}");
    assert_eq!(PATHS.map(|path| project.identity(path)), before);
    assert_eq!(project.listing(), ["a.py", "c.py", "src/b.c"]);
}
