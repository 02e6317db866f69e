//! What a wrong command line gets: one message, the next step, exit code 2, and nothing created.

use std::fs;

use crate::support::{Home, text};

/// A command line that is right but for what is added.
fn with<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["run", "-c", "true", "-m", "speedup", "-g", "max"], rest].concat()
}

#[test]
fn every_mistake_has_its_message_and_nothing_is_created() {
    let home = Home::new();
    // Were it started, it would be a different message.
    home.install_daemon("exit 1");
    let project = home.project();
    fs::create_dir(project.join("directory")).unwrap();
    fs::write(project.join("binary"), [0, 159]).unwrap();
    fs::write(project.join("large.py"), "x".repeat(200 * 1024 + 1)).unwrap();
    fs::write(project.join("file"), "").unwrap();
    let before = home.leftovers();
    let many = ["a"; 11];
    let lines: Vec<Vec<&str>> = vec![
        vec!["run", "-s", "model.py"],
        vec!["run", "-s", "model.py", "-m", "speedup", "-g", "max"],
        vec!["run", "-s", "model.py", "-c", "true", "-g", "max"],
        vec!["run", "-s", "model.py", "-c", "true", "-m", "speedup"],
        with(&[]),
        with(&["-s", "model.py", "-s", "my file.py"]),
        with(&["-s", "modle.py"]),
        with(&["-s", "directory"]),
        with(&["-s", "binary"]),
        with(&["-s", "large.py"]),
        with(&["-s", "/etc/passwd"]),
        with(&["--sources", "model.py", "./model.py"]),
        with(&[&["--sources"][..], &many].concat()),
        with(&["-s", "model.py", "-l", "file/logs"]),
        with(&["-s", "model.py", "-l", "file"]),
        with(&["-s", "model.py", "-i", "absent.md"]),
        with(&["-s", "model.py", "-i", ""]),
        with(&["-s", "model.py", "-n", "0"]),
        with(&["-s", "model.py", "--api-key", "sk-secret"]),
        with(&["-s", "model.py", "--api-key", "opnai=sk-secret"]),
        with(&["-s", "model.py", "--api-key", "openai="]),
        with(&["-s", "model.py", "--api-key", "openai=a", "openai=b"]),
        with(&["-s", "model.py", "--no-auto-resume", "--auto-resume-max-attempts", "3"]),
        vec!["resume", "0002", "--auto-resume-max-attempts", "-1"],
    ];
    let mut transcript = String::new();
    for line in lines {
        let (code, out, err) = home.run(&line);
        assert_eq!((code, out.as_str()), (2, ""), "{line:?}");
        assert!(!err.contains("secret"), "{err}");
        transcript += &format!("$ weco {}\n{err}\n", line.join(" "));
    }
    insta::assert_snapshot!("bad_input", transcript);
    assert_eq!(home.leftovers(), before);
    assert!(!home.state_dir().exists() && !home.runtime_dir().exists());
}

#[test]
fn wrong_places_are_named() {
    let home = Home::new();
    let run = with(&["-s", "model.py"]);
    let output = home.weco(&run).env("WECO_STATE_DIR", "state").output().unwrap();
    let (code, _, err) = text(&output);
    assert_eq!(code, Some(1));
    assert_eq!(
        err,
        "error: WECO_STATE_DIR must be an absolute path, but is 'state'\n  try: WECO_STATE_DIR=\"$PWD/state\"\n"
    );
    let output =
        home.weco(&run).env("WECO_RUNTIME_DIR", format!("/tmp/{}", "x".repeat(100))).output().unwrap();
    let (code, _, err) = text(&output);
    assert_eq!(code, Some(1));
    assert!(err.contains("at most 107 are possible") && err.contains("try: set WECO_RUNTIME_DIR"), "{err}");
}

#[test]
fn nobody_who_listens_is_no_error_to_shout_about() {
    let home = Home::new();
    let mut command = home.weco(&["man"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    let (code, _, err) = text(&output);
    assert_eq!((code, err.as_str()), (Some(141), ""));
}

#[test]
fn every_shell_has_completions_and_the_manual_names_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = home.run(&["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        assert!(out.contains("WECO_COMPLETE") && out.contains("weco"), "{shell}: {out}");
    }
    let (code, manual, _) = home.run(&["man"]);
    assert_eq!(code, 0);
    for page in [".TH weco 1", ".TH weco-run 1", ".TH weco-resume 1", ".TH weco-daemon-logs 1"] {
        assert!(manual.contains(page), "{page}");
    }
    assert!(manual.contains("\\-\\-eval\\-command"));
}

#[test]
fn the_version_is_one_line() {
    let home = Home::new();
    assert_eq!(home.run(&["--version"]), (0, format!("weco {}\n", env!("CARGO_PKG_VERSION")), String::new()));
}
