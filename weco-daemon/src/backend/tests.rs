use std::borrow::Cow;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use weco_backends::program::Files;

use super::answer::{Evaluation, read};
use super::*;

fn old() -> Files {
    vec![("__main__.py".to_owned(), b"print(1)".as_slice().into())]
}

fn new() -> Files {
    let part = |path: &str, text: &'static str| (path.to_owned(), Cow::Borrowed(text.as_bytes()));
    vec![part("__main__.py", "print(2)"), part("weco_bridge/main.py", "")]
}

#[test]
fn the_program_is_unpacked_whole_and_those_before_it_are_removed() {
    let temp = TempDir::new().unwrap();
    let place = temp.path().join("backends");
    let first = Bridge::of(place.clone(), old).program().unwrap();
    assert_eq!(fs::read_to_string(first.join("__main__.py")).unwrap(), "print(1)");
    let bridge = Bridge::of(place.clone(), new);
    let second = bridge.program().unwrap();
    assert!(second.join("weco_bridge/main.py").is_file() && !first.exists());
    assert_eq!(fs::read_dir(place.join("programs")).unwrap().count(), 1, "nothing else is left");
    fs::remove_dir_all(&second).unwrap();
    assert_eq!(bridge.program().unwrap(), second, "unpacked again once someone removed it");
}

#[test]
fn old_questions_are_removed() {
    let temp = TempDir::new().unwrap();
    let left = Bridge::of(temp.path().to_owned(), old).question_dir().unwrap().keep();
    let bridge = Bridge::of(temp.path().to_owned(), old);
    assert!(!left.exists());
    bridge.question_dir().unwrap();
}

#[test]
fn the_first_python_on_the_path_counts() {
    let temp = TempDir::new().unwrap();
    let place = |name: &str| {
        let place = temp.path().join(name);
        fs::create_dir(&place).unwrap();
        place
    };
    let (empty, plain, newer) = (place("empty"), place("plain"), place("newer"));
    for (file, mode) in
        [(empty.join("python3"), 0o644), (plain.join("python"), 0o755), (newer.join("python3"), 0o755)]
    {
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    }
    let found = |path: &str| {
        super::python::find(&[("PATH".into(), path.into())], temp.path()).map_err(|fault| fault.message)
    };
    assert_eq!(found("empty:plain:newer"), Ok(newer.join("python3")));
    assert_eq!(found("empty:plain"), Ok(plain.join("python")));
    assert_eq!(found("empty"), Err("there is no python3 or python on the PATH (empty)".to_owned()));
}

#[test]
fn an_answer_is_what_was_asked_for_a_fault_or_nonsense() {
    let good = br#"{"version": 1, "ok": true, "metric": 0.5, "examples": 2, "later": 1}"#;
    let evaluation = read::<Evaluation>(good).unwrap().unwrap();
    assert_eq!((evaluation.metric, evaluation.into_report().examples), (Some(0.5), 2));
    let fault = br#"{"version": 1, "ok": false, "fault": {"kind": "auth", "message": "no", "remedy": null}}"#;
    let fault = read::<Evaluation>(fault).unwrap().unwrap_err();
    assert_eq!((fault.kind, fault.hint()), (FaultKind::Auth, String::new()));
    for (text, why) in [
        (&br#"{"version": 2, "ok": true}"#[..], "it has version 2, not 1"),
        (br#"{"version": 1, "ok": false}"#, "it has neither a result nor a fault"),
        (br#"{"version": 1, "ok": true, "metric": "high"}"#, "invalid type"),
        (b"", "EOF"),
    ] {
        let told = read::<Evaluation>(text).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn a_fault_is_told_on_one_line() {
    let told = |message: &str| {
        Fault { kind: FaultKind::Candidate, message: message.to_owned(), remedy: None }.in_short()
    };
    assert_eq!(told("one line"), "one line");
    assert_eq!(
        told("importing failed:\n  File \"a.py\"\nKeyError: 'x'\n"),
        "importing failed: KeyError: 'x'"
    );
    assert_eq!(told(""), "it failed without a word");
}
