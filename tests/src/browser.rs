//! A real browser, driven by the scripts in `tests/browser`. They need node and `npm ci` there, and the system's
//! Chromium: `tests/all` brings both.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// What a page had in it, and what it did besides.
#[derive(Debug)]
pub struct Seen {
    /// What the script found.
    pub found: Value,
    /// The addresses that the page asked for, its own first; none if the script does not tell.
    pub requests: Vec<String>,
    /// What the browser or the page wrote to the console, and errors that nobody caught.
    pub complaints: Vec<String>,
    /// Texts of dialogs that it opened.
    pub dialogs: Vec<String>,
}

/// A script under way that has things done which a page cannot do.
#[derive(Debug)]
pub struct Session {
    child: Child,
    words: BufReader<ChildStdout>,
    answers: ChildStdin,
}

impl Session {
    /// Begins a script of `tests/browser`.
    pub fn start(script: &str, arguments: &[&str]) -> Self {
        let mut command = command(script, arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (words, answers) = (BufReader::new(child.stdout.take().unwrap()), child.stdin.take().unwrap());
        Self { child, words, answers }
    }

    /// Waits until the script asks for `word`, does it and lets the script go on.
    #[track_caller]
    pub fn when(&mut self, word: &str, act: impl FnOnce()) {
        let line = self.line();
        assert_eq!(line, word, "{}", self.errors());
        act();
        writeln!(self.answers, "done").unwrap();
    }

    /// Waits for the end, which must be a good one.
    #[track_caller]
    pub fn end(mut self) -> Seen {
        let last = self.line();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{last}\n{}", self.errors());
        serde_json::from_str(&last).map(seen).unwrap()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.words.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// What it complains of; waits for its end unless there is none.
    fn errors(&mut self) -> String {
        let mut errors = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut errors).unwrap();
        }
        errors
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Runs a script of `tests/browser` to its end: it looks at a page and tells what it saw.
pub fn look(script: &str, arguments: &[&str]) -> Seen {
    let output = command(script, arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} {arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).map(seen).unwrap()
}

fn command(script: &str, arguments: &[&str]) -> Command {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    assert!(place.join("node_modules").exists(), "run `npm ci` in tests/browser first");
    let mut command = Command::new("node");
    command.arg(place.join(script)).args(arguments);
    command
}

fn seen(mut told: Value) -> Seen {
    let texts = |told: &Value| -> Vec<String> {
        let texts = told.as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    Seen {
        requests: texts(&told["requests"]),
        complaints: texts(&told["complaints"]),
        dialogs: texts(&told["dialogs"]),
        found: told["found"].take(),
    }
}
