use std::process::Stdio;
use std::time::{Duration, Instant};

use weco_daemon::daemon::SHUTDOWN;
use weco_tests::World;
use weco_tests::service_manager::{Notifications, terminate};
use weco_tests::world::is_running;

use crate::common::world;
use crate::support::{Daemon, SOURCE, finish_run, start_run};

/// How often the daemon must give a sign of life.
const WATCHDOG: Duration = Duration::from_millis(200);

fn notifying(world: &World, notifications: &Notifications) -> Daemon {
    let mut command = world.program("weco-daemon");
    command.env("NOTIFY_SOCKET", notifications.path()).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
    command.stderr(Stdio::null());
    Daemon(command.spawn().unwrap())
}

#[test]
fn the_service_manager_is_told_how_it_goes() {
    let world = world();
    let notifications = Notifications::listen(&world);
    let daemon = notifying(&world, &notifications);
    notifications.wait_for("READY=1", 1);
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");

    let evaluation = start_run(&world);
    notifications.wait_for("STATUS=1 run in progress", 1);
    let environment = world.read("environment");
    for ours in ["NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_"] {
        assert!(!environment.contains(ours), "evaluations have the client's environment:\n{environment}");
    }

    let (since, before) = (Instant::now(), pings(&notifications));
    notifications.wait_for("WATCHDOG=1", before + 4);
    assert!(since.elapsed() >= WATCHDOG, "four signs of life come at half the interval each");

    let asked = Instant::now();
    terminate(daemon.pid());
    notifications.wait_for("STOPPING=1", 1);
    assert_eq!(daemon.end(), Some(0));
    assert!(asked.elapsed() < SHUTDOWN, "{:?}", asked.elapsed());
    assert!(!is_running(evaluation));
    assert_eq!(world.read("value.py"), SOURCE);

    let seen = notifications.seen();
    let at = |wanted: &str| seen.iter().position(|seen| seen == wanted).unwrap();
    assert!(at("STATUS=putting runs in order") < at("READY=1"), "{seen:?}");
    assert_eq!(at("STATUS=no run in progress"), at("READY=1") + 1, "readiness and status are one message");
    assert!(at("STATUS=1 run in progress") < at("STOPPING=1"), "{seen:?}");

    let again = notifying(&world, &notifications);
    finish_run(&world);
    notifications.wait_for("STATUS=no run in progress", 2);
    terminate(again.pid());
    assert_eq!(again.end(), Some(0));
}

fn pings(notifications: &Notifications) -> usize {
    notifications.seen().iter().filter(|seen| *seen == "WATCHDOG=1").count()
}

#[test]
fn a_daemon_that_a_client_starts_is_not_its_clients_service() {
    let mut world = world();
    let notifications = Notifications::listen(&world);
    world.set("NOTIFY_SOCKET", notifications.path().display().to_string());
    world.set("WATCHDOG_USEC", "1000");
    world.start_daemon();
    let status = world.weco(&["daemon", "status"]);
    assert!(!status.stdout.contains("supervisor"), "{status:?}");
    assert!(notifications.seen().is_empty(), "{:?}", notifications.seen());
}

#[test]
fn the_log_has_no_time_where_the_journal_adds_it() {
    use std::os::unix::fs::MetadataExt;
    let world = world();
    let stamped = |stream: Option<u64>| {
        let path = world.work().join("log");
        let log = std::fs::File::create(&path).unwrap();
        let found = log.metadata().unwrap();
        let mut command = world.program("weco-daemon");
        if let Some(inode) = stream {
            command.env("JOURNAL_STREAM", format!("{}:{}", found.dev(), found.ino() + inode));
        }
        // Fails at once, and says so.
        let status = command.env("WECO_RUNTIME_DIR", "relative").stderr(log).status().unwrap();
        assert_eq!(status.code(), Some(78), "what only the user can put right has its own code");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("ERROR") && text.contains("WECO_RUNTIME_DIR"), "{text}");
        text.starts_with(|first: char| first.is_ascii_digit())
    };
    assert!(stamped(None));
    assert!(stamped(Some(1)), "the journal is another file");
    assert!(!stamped(Some(0)));
}
