//! Finding, starting and looking after the daemon.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use crate::support::{Call, Client, Fake, Home, Script, text};

#[test]
fn when_none_runs_status_says_so_and_stop_is_content() {
    let home = Home::new();
    let nowhere = "weco-daemon is not running\n  socket      $HOME/run/daemon.sock\n";
    assert_eq!(home.run(&["daemon", "status"]), (3, nowhere.into(), String::new()));
    assert_eq!(home.run(&["daemon", "stop"]), (0, "weco-daemon is not running\n".into(), String::new()));
    assert!(home.leftovers().is_empty());
    let (code, _, err) = home.run(&["daemon", "logs"]);
    assert_eq!(
        (code, err.as_str()),
        (1, "error: there is no log yet: '$HOME/state/daemon.log'\n  try: weco daemon start\n")
    );
}

#[test]
fn a_socket_left_by_a_dead_daemon_is_nobody() {
    let home = Home::with_runtime_dir();
    drop(UnixListener::bind(home.socket()).unwrap());
    assert_eq!(home.run(&["daemon", "status"]).0, 3);
}

#[test]
fn a_socket_that_dies_with_our_connection_is_nobody() {
    let home = Home::with_runtime_dir();
    let listener = UnixListener::bind(home.socket()).unwrap();
    let dying = std::thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        drop(listener);
        drop(connection);
    });
    let (code, _, err) = home.run(&["daemon", "status"]);
    assert_eq!((code, err.as_str()), (3, ""));
    dying.join().unwrap();
}

#[test]
fn status_tells_where_everything_is() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), Script { pid: 4711, ..Script::default() });
    let (code, out, _) = home.run(&["daemon", "status"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!("status", out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    let (code, out, _) = home.run(&["daemon", "start"]);
    assert_eq!((code, out.as_str()), (0, "weco-daemon is already running (pid 4711)\n"));
}

#[test]
fn a_daemon_of_another_version_is_pointed_out() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), Script { version: Some("9.9.9".into()), ..Script::default() });
    let (code, out, _) = home.run(&["daemon", "status"]);
    assert_eq!(code, 0);
    assert!(out.ends_with("that is 9.9.9\n  try: weco daemon restart\n"), "{out}");
}

#[test]
fn a_supervised_daemon_has_its_log_in_the_journal() {
    let home = Home::with_runtime_dir();
    let script = Script { supervisor: "systemd".into(), ..Script::default() };
    let _daemon = Fake::serve(&home.socket(), script);
    let (code, out, _) = home.run(&["daemon", "status"]);
    assert_eq!(code, 0);
    assert!(out.contains("\n  supervisor  systemd\n"), "{out}");
    assert!(out.ends_with("\n  log         journalctl --user -u weco-daemon\n"), "{out}");
}

#[test]
fn stopping_a_supervised_daemon_does_not_wake_the_next() {
    let home = Home::with_runtime_dir();
    let mut process = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (pid, input) = (process.id(), process.stdin.take());
    // The manager listens on when the daemon is gone.
    let (listener, path) = (home.socket(), home.socket());
    let managers = std::sync::Arc::new(std::sync::Mutex::new(None));
    let listening = managers.clone();
    let on_shutdown = Box::new(move || {
        fs::remove_file(&path).unwrap();
        *listening.lock().unwrap() = Some(UnixListener::bind(&listener).unwrap());
        drop(input);
    });
    let script =
        Script { pid, supervisor: "systemd".into(), on_shutdown: Some(on_shutdown), ..Script::default() };
    let _daemon = Fake::serve(&home.socket(), script);
    let (code, out, err) = home.run(&["daemon", "stop"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("try: systemctl --user stop weco-daemon.socket\n"), "{out}");
    let listener = managers.lock().unwrap().take().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody has connected");
    process.wait().unwrap();
}

#[test]
fn a_daemon_of_another_version_is_restarted_as_ours() {
    let home = Home::with_runtime_dir();
    let mut process = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (pid, input) = (process.id(), process.stdin.take());
    let socket = home.socket();
    let on_shutdown = Box::new(move || {
        fs::remove_file(socket).unwrap();
        drop(input);
    });
    let old =
        Script { pid, version: Some("9.9.9".into()), on_shutdown: Some(on_shutdown), ..Script::default() };
    let old = Fake::serve(&home.socket(), old);
    // It tells that it was started, and leaves the answer to the fake that follows.
    home.install_daemon("echo started; exit 75");
    let client = Client::start(home.weco(&["daemon", "restart"]));
    let log = home.state_dir().join("daemon.log");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !fs::read_to_string(&log).is_ok_and(|log| log.contains("started")) {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    assert_eq!(old.calls(), [Call::Shutdown], "only what is allowed between versions");
    let _new = Fake::serve(&home.socket(), Script { pid: 4711, ..Script::default() });
    let told = format!("weco-daemon restarted (pid 4711, before {pid}); 2 runs go on");
    assert_eq!(client.end(), (Some(0), told, String::new()));
    process.wait().unwrap();
}

#[test]
fn stop_waits_until_the_process_is_gone() {
    let home = Home::with_runtime_dir();
    let mut process = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let pid = process.id();
    let input = process.stdin.take();
    let socket = home.socket();
    let on_shutdown = Box::new(move || {
        fs::remove_file(socket).unwrap();
        drop(input);
    });
    let daemon =
        Fake::serve(&home.socket(), Script { pid, on_shutdown: Some(on_shutdown), ..Script::default() });
    let (code, out, err) = home.run(&["daemon", "stop"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, format!("weco-daemon stopped (pid {pid}); 2 runs were in progress\n"));
    assert_eq!(daemon.calls(), [Call::Shutdown]);
    process.wait().unwrap();
}

#[test]
fn no_program_to_start_is_told() {
    let home = Home::new();
    let (code, _, err) = home.run(&["daemon", "start"]);
    assert_eq!(code, 1);
    assert_eq!(
        err,
        "error: there is no weco-daemon in '$BIN' or on PATH\n  \
         try: install weco-daemon beside weco, for they belong together\n"
    );
}

#[test]
fn a_daemon_that_fails_to_start_shows_the_end_of_its_log() {
    let home = Home::new();
    fs::create_dir(home.state_dir()).unwrap();
    fs::set_permissions(home.state_dir(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(home.state_dir().join("daemon.log"), "of an earlier day\n").unwrap();
    home.install_daemon("echo starting; echo 'the journal is damaged' >&2; exit 1");
    let (code, out, err) = home.run(&["daemon", "start"]);
    assert_eq!((code, out.as_str()), (1, ""));
    insta::assert_snapshot!("fails_to_start", err);
    home.install_daemon("kill -9 $$");
    assert!(home.run(&["daemon", "start"]).2.contains("stopped while starting (signal 9)"));
    let (code, log, _) = home.run(&["daemon", "logs", "-n", "2"]);
    assert_eq!((code, log.as_str()), (0, "starting\nthe journal is damaged\n"));
}

#[test]
fn it_starts_away_from_our_terminal_with_private_places() {
    let home = Home::new();
    home.install_daemon("pwd; readlink /proc/self/fd/0; echo \"$GREETING\"; exit 1");
    let output = home.weco(&["daemon", "start"]).env("GREETING", "hello").output().unwrap();
    let (_, _, err) = text(&output);
    assert!(err.contains("│ /\n    │ /dev/null\n    │ hello\n"), "{err}");
    let mode = |path: std::path::PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.runtime_dir()), 0o700);
    assert_eq!(mode(home.state_dir()), 0o700);
    assert_eq!(mode(home.state_dir().join("daemon.log")), 0o600);
}

#[test]
fn the_loser_of_a_race_uses_the_winners_daemon() {
    let home = Home::with_runtime_dir();
    // It tells that it was started, and that another has the lock.
    home.install_daemon("echo lost; exit 75");
    let client = Client::start(home.weco(&["daemon", "start"]));
    let log = home.state_dir().join("daemon.log");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !fs::read_to_string(&log).is_ok_and(|log| log.contains("lost")) {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    let _daemon = Fake::serve(&home.socket(), Script { pid: 4711, ..Script::default() });
    assert_eq!(client.end(), (Some(0), "weco-daemon started (pid 4711)".into(), String::new()));
}

#[test]
fn a_runtime_directory_that_others_may_enter_is_not_used() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), Script::default());
    fs::set_permissions(home.runtime_dir(), Permissions::from_mode(0o755)).unwrap();
    let (code, _, err) = home.run(&["run", "-s", "model.py", "-c", "true", "-m", "speedup", "-g", "max"]);
    assert_eq!(code, 1);
    assert_eq!(err, "error: '$HOME/run' is open to other users (mode 755)\n  try: chmod 700 '$HOME/run'\n");
    assert!(daemon.calls().is_empty());
}
