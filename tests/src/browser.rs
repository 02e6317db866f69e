//! A real browser, driven by the scripts in `tests/browser`. They need node and `npm ci` there, and the system's
//! Chromium: `tests/all` brings both.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a page had in it, and what it did besides.
#[derive(Debug)]
pub struct Seen {
    /// What the script found.
    pub found: Value,
    /// The addresses that the page asked for, its own first.
    pub requests: Vec<String>,
    /// What the browser or the page wrote to the console, and errors that nobody caught.
    pub complaints: Vec<String>,
    /// Texts of dialogs that it opened.
    pub dialogs: Vec<String>,
}

/// Runs a script of `tests/browser` to its end: it looks at a page and tells what it saw.
pub fn look(script: &str, arguments: &[&str]) -> Seen {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    assert!(place.join("node_modules").exists(), "run `npm ci` in tests/browser first");
    let output = Command::new("node").arg(place.join(script)).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} {arguments:?}: {errors}");
    let mut seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let texts = |seen: &Value| -> Vec<String> {
        seen.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    Seen {
        requests: texts(&seen["requests"]),
        complaints: texts(&seen["complaints"]),
        dialogs: texts(&seen["dialogs"]),
        found: seen["found"].take(),
    }
}
