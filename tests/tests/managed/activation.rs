use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use weco_tests::eventually;
use weco_tests::service_manager::{Activator, terminate};
use weco_tests::world::is_running;

use crate::common::world;
use crate::support::{Daemon, SOURCE, finish_run, gone, start_run};

#[test]
fn the_first_client_starts_it_and_stopping_does_not_start_the_next() {
    let world = world();
    let activator = Activator::start(&world);
    assert_eq!(activator.starts(), 0);
    let status = world.weco(&["daemon", "status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");
    let pid = world.daemon_pid().unwrap();
    assert!(status.stdout.contains(&pid.to_string()));
    let mode = fs::metadata(world.runtime().join("daemon.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let stop = world.weco(&["daemon", "stop"]);
    assert_eq!(stop.code, 0, "{stop:?}");
    assert!(stop.stdout.contains("systemctl --user stop weco-daemon.socket"), "{stop:?}");
    assert!(!is_running(pid));
    assert!(world.runtime().join("daemon.sock").exists(), "the socket is the manager's");
    eventually("its end is noticed", || (activator.ends() == [0]).then_some(()));
    assert_eq!(activator.starts(), 1, "nobody has connected since");

    assert_eq!(world.weco(&["daemon", "status"]).code, 0);
    assert_eq!(activator.starts(), 2);
}

#[test]
fn sigterm_during_an_evaluation_is_orderly_and_the_next_client_lets_the_run_go_on() {
    let world = world();
    let activator = Activator::start(&world);
    let evaluation = start_run(&world);
    let environment = world.read("environment");
    for ours in ["NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_"] {
        assert!(!environment.contains(ours), "{environment}");
    }
    let daemon = world.daemon_pid().unwrap();
    terminate(daemon);
    gone(daemon);
    assert!(!is_running(evaluation));
    assert_eq!(world.read("value.py"), SOURCE);
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("live runs   1"), "{status:?}");
    assert_eq!(activator.starts(), 2);
    finish_run(&world);
}

#[test]
fn it_takes_over_from_a_daemon_that_was_started_by_hand() {
    let world = world();
    world.start_daemon();
    let evaluation = start_run(&world);
    let by_hand = world.daemon_pid().unwrap();
    let activator = Activator::start(&world);
    let status = world.weco(&["daemon", "status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");
    assert!(status.stdout.contains("live runs   1"), "the run goes on: {status:?}");
    gone(by_hand);
    assert!(!is_running(evaluation), "its evaluation is repeated by the next");
    assert!(world.runtime().join("daemon.sock").exists(), "the last one leaves the manager's socket alone");
    assert_eq!(activator.starts(), 1);
    assert_eq!(world.weco(&["daemon", "status"]).code, 0, "and it is still served");
    finish_run(&world);
}

#[test]
fn a_start_that_fails_refuses_its_client_and_is_not_repeated() {
    let world = world();
    fs::write(world.config().join("config.toml"), "not = [toml").unwrap();
    let activator = Activator::start(&world);
    let mut client = UnixStream::connect(world.runtime().join("daemon.sock")).unwrap();
    let end = std::io::Read::read(&mut client, &mut [0]);
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    eventually("its end is noticed", || (activator.ends() == [78]).then_some(()));
    assert_eq!(activator.starts(), 1);
    // The client's own try shows why.
    let start = world.weco(&["daemon", "start"]);
    assert_eq!(start.code, 1, "{start:?}");
    assert!(start.stderr.contains("config.toml"), "{start:?}");
    fs::remove_file(world.config().join("config.toml")).unwrap();
    assert_eq!(world.weco(&["daemon", "status"]).code, 0, "the manager still listens");
}

#[test]
fn a_socket_in_another_place_is_refused() {
    let world = world();
    let elsewhere = world.work().join("elsewhere");
    let activator = Activator::start_with(&world, &[("WECO_RUNTIME_DIR", &elsewhere)]);
    drop(UnixStream::connect(world.runtime().join("daemon.sock")).unwrap());
    eventually("its end is noticed", || (activator.ends() == [78]).then_some(()));
}

#[test]
fn a_daemon_started_by_hand_leaves_a_socket_that_is_served_alone() {
    let world = world();
    let activator = Activator::start(&world);
    let by_hand = Daemon(world.program("weco-daemon").stderr(std::process::Stdio::null()).spawn().unwrap());
    // Its look at the socket has started the managed one, which may have asked it to go.
    assert_ne!(by_hand.end(), Some(0));
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");
    assert_eq!(activator.starts(), 1);
}
