//! A run that is followed across the end of its daemon: found again, given up, or left alone.

use tonic::Status;
use weco_proto::v1::RunStatus;

use crate::following::{ARGS, SHORT, script, watched};
use crate::support::{Call, Client, Fake, Home, Script, Then, created, ended, measured};

#[test]
fn a_daemon_that_dies_is_found_again_and_nothing_is_told_twice() {
    let home = Home::with_runtime_dir();
    // Whoever starts one finds that another has the lock, until that one answers.
    home.install_daemon("exit 75");
    let before = watched(vec![created(&home), measured(2, 0, 1.0)], Then::Hang);
    let daemon = Fake::serve(&home.socket(), script([before]));
    let mut client = Client::start(home.weco(&ARGS));
    client.wait_for("[METRIC] Step 0");
    drop(daemon);
    client.wait_for("[RECONNECTING] attempt 1/5");
    // It repeats an event, as it should not.
    let after = vec![measured(2, 0, 1.0), measured(3, 1, 2.0), ended(4, RunStatus::Completed, 1)];
    let daemon = Fake::serve(&home.socket(), script([watched(after, Then::Close)]));
    let (code, out, err) = client.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert_eq!(out.matches("[METRIC] Step 0").count(), 1, "{out}");
    assert!(out.contains("[RECONNECTED]") && out.contains("[METRIC] Step 1"), "{out}");
    let calls = daemon.calls();
    assert!(matches!(calls.as_slice(), [Call::Watch(watch)] if watch.from_seq == 3), "{calls:?}");
}

#[test]
fn a_daemon_that_stays_away_is_given_up() {
    let home = Home::with_runtime_dir();
    home.install_daemon("echo no room >&2; exit 1");
    let daemon = Fake::serve(&home.socket(), script([watched(vec![created(&home)], Then::Hang)]));
    let mut client = Client::start(home.weco(&ARGS));
    client.wait_for("Run ID");
    drop(daemon);
    let (code, out, err) = client.end();
    assert_eq!(code, Some(1));
    assert!(out.contains("[RECONNECTING] attempt 5/5"), "{out}");
    assert!(err.starts_with("error: weco-daemon stopped while starting (exit code 1)\n"), "{err}");
    assert!(err.contains("try: "), "{err}");
}

#[test]
fn a_daemon_that_stops_in_good_order_is_not_started_again() {
    let home = Home::with_runtime_dir();
    let stopping = Status::unavailable("the daemon is stopping");
    let script = script([watched(vec![created(&home)], Then::Fail(stopping))]);
    // Connecting to its socket would start it again.
    let script = Script { supervisor: "systemd".into(), ..script };
    let _daemon = Fake::serve(&home.socket(), script);
    let (code, out, err) = home.run(&ARGS);
    assert_eq!(code, 1);
    assert_eq!(err, format!("error: the daemon is stopping\n  try: weco attach {SHORT}\n"));
    assert!(!out.contains("RECONNECTING"), "{out}");
}

/// Whoever looks for the daemon that stopped finds the other one already.
#[test]
fn a_daemon_that_follows_at_once_is_taken_for_what_it_is() {
    let home = Home::with_runtime_dir();
    let before = watched(
        vec![created(&home), measured(2, 0, 1.0)],
        Then::Succeeded(Status::unavailable("the daemon is stopping")),
    );
    let after = watched(vec![measured(3, 1, 2.0), ended(4, RunStatus::Completed, 1)], Then::Close);
    let daemon = Fake::serve(&home.socket(), script([before, after]));
    let (code, out, err) = home.run(&ARGS);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let watches = daemon.calls().iter().filter(|call| matches!(call, Call::Watch(_))).count();
    assert!(watches == 2 && !out.contains("RECONNECTING"), "{out}");
}

#[test]
fn a_stop_reaches_a_daemon_that_was_started_again() {
    let home = Home::with_runtime_dir();
    home.install_daemon("exit 75");
    let before = watched(vec![created(&home), measured(2, 0, 1.0)], Then::Hang);
    let daemon = Fake::serve(&home.socket(), script([before]));
    let mut client = Client::start(home.weco(&ARGS));
    client.wait_for("[METRIC] Step 0");
    drop(daemon);
    client.wait_for("[RECONNECTING] attempt 1/5");
    client.interrupt();
    let after = watched(vec![], Then::AfterStops(1, vec![ended(3, RunStatus::Terminated, 0)]));
    let daemon = Fake::serve(&home.socket(), script([after]));
    let (code, out, _) = client.end();
    assert_eq!(code, Some(130), "{out}");
    assert!(daemon.calls().iter().any(|call| matches!(call, Call::Stop(stop) if !stop.force)));
}

#[test]
fn an_end_after_which_the_daemon_keeps_silent_is_the_end() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), ended(2, RunStatus::Completed, 0)];
    let _daemon = Fake::serve(&home.socket(), script([watched(updates, Then::Hang)]));
    assert_eq!(home.run(&ARGS).0, 0);
}
