//! The difference between two versions before the programs that take patches: GNU patch and git.
//!
//! `cargo test -p weco-tests --features patch --test patch`

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use weco_ctl::ui::diff::{Version, compare, patch};
use weco_proto::v1::SourceText;

/// The programs, as the help of `weco run diff` names them.
const PROGRAMS: [&[&str]; 2] = [&["patch", "-p1"], &["git", "apply"]];

fn source(path: &str, text: &str) -> SourceText {
    SourceText { path: path.into(), text: text.into() }
}

/// The patch from `old` to `new`, each a path and a text.
fn difference(old: &[(&str, &str)], new: &[(&str, &str)]) -> String {
    let [old, new] =
        [old, new].map(|files| files.iter().map(|(path, text)| source(path, text)).collect::<Vec<_>>());
    let version = |label: &str, files| Version { label: label.into(), files };
    patch(&compare(&version("step 0 (baseline)", &old), &version("step 7 of 0002e071", &new)))
}

/// Writes the files into a directory of their own.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn apply(program: &[&str], directory: &Path, patch: &str) {
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .current_dir(directory)
        // No repository above it, no settings of the user's.
        .env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program:?}: {output:?}\n{patch}");
}

/// Both programs make `new` of `old`, and nothing else.
fn check(old: &[(&str, &str)], new: &[(&str, &str)]) {
    let patch = difference(old, new);
    for program in PROGRAMS {
        let directory = directory(old);
        if !patch.is_empty() {
            apply(program, directory.path(), &patch);
        }
        for (path, text) in new {
            let found = fs::read_to_string(directory.path().join(path));
            assert_eq!(found.as_deref().ok(), Some(*text), "{program:?} {path:?}\n{patch}");
        }
        let count = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(count, new.len(), "{program:?}: no file besides, such as a reject\n{patch}");
    }
}

#[test]
fn every_kind_of_change_is_taken() {
    for (old, new) in [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb", "a\nb\n"),
        ("a\nb\n", "a\nb"),
        ("a\nb", "a\nc"),
        ("", "a\n"),
        ("", "a"),
        ("a\n", ""),
        ("a", ""),
        ("a\r\nb\r\n", "a\r\nB\r\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\rb\rc", "a\rB\rc"),
        ("-- a\n++ b\n", "-- b\n++ a\n"),
        ("\\ No newline at end of file\n", "\\ No newline\n"),
        ("\u{1b}[1m\u{7}\n", "\u{2028}\u{85}\u{c}\n"),
        ("größe = 1\n", "größe = 2\n"),
    ] {
        check(&[("model.py", old)], &[("model.py", new)]);
    }
}

#[test]
fn files_with_any_name_are_found() {
    for name in [
        "a b.py",
        " lead",
        "größe.py",
        "say \"hi\".py",
        "it's",
        "back\\slash",
        "tab\there",
        "a\nb",
        "-p",
        "漢字",
    ] {
        check(&[(name, "a\n"), ("z", "same\n")], &[(name, "b\n"), ("z", "same\n")]);
        check(&[(name, ""), ("z", "1\n")], &[(name, "b\n"), ("z", "2\n")]);
    }
}

#[test]
fn a_directory_below_is_found() {
    let (old, new) = ([("src/my lib/a.py", "a\n")], [("src/my lib/a.py", "b\n")]);
    for program in PROGRAMS {
        let directory = directory(&old);
        apply(program, directory.path(), &difference(&old, &new));
        assert_eq!(fs::read_to_string(directory.path().join(new[0].0)).unwrap(), "b\n", "{program:?}");
    }
}

#[test]
fn whatever_changes_the_outcome_is_the_same() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..60 {
        let mut text = || {
            let lines = random.random_range(0..30);
            let line = |_| {
                format!(
                    "{}{}",
                    random.random_range(0..4),
                    ["\n", "\n", "\n", "\r\n", "\n\n"][random.random_range(0..5)]
                )
            };
            let text: String = (0..lines).map(line).collect();
            if random.random_bool(0.3) { text.trim_end().to_owned() } else { text }
        };
        let [one, two, three, four] = [text(), text(), text(), text()];
        check(&[("a.py", &one), ("b c.py", &two)], &[("a.py", &three), ("b c.py", &four)]);
    }
}
