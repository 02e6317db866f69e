//! `weco keys`: set from a pipe, list, remove.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{Fake, Home, Script, text};

const KEY: &str = "sk-hunter22-0123456789";

/// Runs `weco` with `input` on its standard input.
fn piped(home: &Home, args: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child =
        home.weco(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that has refused already does not read it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let (code, out, err) = text(&child.wait_with_output().unwrap());
    (code, home.named(out.as_bytes()), home.named(err.as_bytes()))
}

#[test]
fn a_key_is_kept_from_a_pipe_and_removed() {
    let home = Home::new();
    let set = piped(&home, &["keys", "set", "OpenAI"], format!("{KEY}\n").as_bytes());
    assert_eq!(
        set,
        (Some(0), "the key for openai is kept in '$HOME/config/keys.toml'\n".into(), String::new())
    );
    assert_eq!(home.keys_file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(home.keys_file()).unwrap().ends_with(&format!("openai = \"{KEY}\"\n")));

    let (code, out, err) = home.run(&["keys", "list"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out, @r"
    provider           key comes from
    openai             the keys file
    anthropic          nowhere
    gemini             nowhere
    openai-compatible  nowhere

    the keys file is '$HOME/config/keys.toml'
    ");

    let (code, out, _) = piped(&home, &["keys", "set", "openai"], b"sk-other");
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "the key for openai is replaced in '$HOME/config/keys.toml'\n")
    );
    let (_, out, _) = home.run(&["keys", "remove", "openai"]);
    assert_eq!(out, "the key for openai is removed from '$HOME/config/keys.toml'\n");
    let again = home.run(&["keys", "remove", "openai"]);
    assert_eq!(again, (0, "there is no key for openai in '$HOME/config/keys.toml'\n".into(), String::new()));
    assert!(!home.state_dir().exists() && !home.runtime_dir().exists(), "no daemon is started");
}

#[test]
fn what_is_no_key_is_refused_and_not_repeated() {
    let home = Home::new();
    for (input, says) in [
        (&b""[..], "is empty"),
        (b" \n", "is empty"),
        (b"sk-hunter22\nsk-hunter22\n", "more than one line"),
        (b"sk hunter22", "white space or control characters"),
        (b"sk-hunter22\x1b[0m", "white space or control characters"),
        (b"sk-hunter22-\xff", "white space or control characters"),
        (&[b'x'; 20_000], "longer than 8192 bytes"),
    ] {
        let (code, out, err) = piped(&home, &["keys", "set", "openai"], input);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(says) && err.contains("try: printf %s"), "{err}");
        assert!(!err.contains("hunter22"), "{err}");
    }
    let (code, _, err) = piped(&home, &["keys", "set", "openai", KEY], b"");
    assert_eq!(code, Some(2));
    assert!(!err.contains("hunter22") && err.contains("printf %s \"$KEY\" | weco keys set openai"), "{err}");
    assert!(!home.keys_file().exists());
}

#[test]
fn every_source_is_listed_and_no_key_is_shown() {
    let home = Home::with_runtime_dir();
    piped(&home, &["keys", "set", "gemini"], KEY.as_bytes());
    let mut file = fs::OpenOptions::new().append(true).open(home.keys_file()).unwrap();
    writeln!(file, "mistral = \"{KEY}\"").unwrap();
    let _daemon = Fake::serve(
        &home.socket(),
        Script { credentials: vec!["openai".into(), "gemini".into()], ..Script::default() },
    );
    let list = |args: &[&str]| {
        let output = home.weco(args).env("GEMINI_API_KEY", KEY).env("OPENAI_API_KEY", " ").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        (home.named(&output.stdout), home.named(&output.stderr))
    };
    let (out, err) = list(&["keys", "list", "--format", "json"]);
    insta::assert_snapshot!("list_json", out);
    assert_eq!(
        err,
        "warning: '$HOME/config/keys.toml' has an entry 'mistral', but the providers are openai, anthropic, \
         gemini, openai-compatible\n"
    );
    let (table, _) = list(&["keys", "list"]);
    assert!(
        table.contains(
            "GEMINI_API_KEY of this shell, else a systemd credential of the daemon, else the keys file"
        ),
        "{table}"
    );
    assert!(!format!("{out}{err}{table}").contains("hunter22"));
    home.run(&["keys", "remove", "gemini"]);
    assert!(fs::read_to_string(home.keys_file()).unwrap().contains("mistral"), "not lost");
}

#[test]
fn a_file_that_others_can_read_is_refused_by_every_verb() {
    let home = Home::new();
    piped(&home, &["keys", "set", "openai"], KEY.as_bytes());
    fs::set_permissions(home.keys_file(), Permissions::from_mode(0o644)).unwrap();
    for args in [&["keys", "set", "openai"][..], &["keys", "list"], &["keys", "remove", "openai"]] {
        let refused = piped(&home, args, KEY.as_bytes());
        let err = "error: the keys file '$HOME/config/keys.toml' is open to other users (mode 644)\n  \
                   try: chmod 600 '$HOME/config/keys.toml'\n";
        assert_eq!(refused, (Some(1), String::new(), err.to_owned()), "{args:?}");
    }
}

#[test]
fn a_variable_that_wins_is_pointed_out() {
    let home = Home::new();
    let mut command = home.weco(&["keys", "set", "openai"]);
    let mut child = command
        .env("OPENAI_API_KEY", "x")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(KEY.as_bytes()).unwrap();
    let (code, _, err) = text(&child.wait_with_output().unwrap());
    assert_eq!(code, Some(0));
    assert_eq!(err, "note: OPENAI_API_KEY is set in this shell and is used before it\n");
}
