use std::fs;
use std::path::PathBuf;

use weco_tests::World;
use weco_tests::service_manager::FakeSystemd;
use weco_tests::world::is_running;

use crate::common::world;
use crate::support::{SOURCE, finish_run, gone, start_run};

/// A world whose units are in a directory of its own.
fn home() -> (World, PathBuf) {
    let mut world = world();
    let config = world.state().with_file_name("xdg");
    world.set("XDG_CONFIG_HOME", config.display().to_string());
    (world, config.join("systemd/user"))
}

#[test]
fn print_shows_the_units_and_changes_nothing() {
    let (mut world, units) = home();
    let systemd = FakeSystemd::install(&mut world);
    let print = world.weco(&["daemon", "install", "--print"]);
    assert_eq!((print.code, print.stderr.as_str()), (0, ""), "{print:?}");
    for wanted in
        ["# weco-daemon.service\n", "\nType=notify\n", "# weco-daemon.socket\n", "\nSocketMode=0600\n"]
    {
        assert!(print.stdout.contains(wanted), "{wanted:?} in {}", print.stdout);
    }
    assert!(!units.exists() && !world.state().exists());
    assert!(systemd.take_calls().is_empty());
}

#[test]
fn no_enable_places_the_units_for_this_environment() {
    let (mut world, units) = home();
    let systemd = FakeSystemd::install(&mut world);
    let install = world.weco(&["daemon", "install", "--no-enable"]);
    assert_eq!(install.code, 0, "{install:?}");
    assert!(systemd.take_calls().is_empty());
    let service = fs::read_to_string(units.join("weco-daemon.service")).unwrap();
    let socket = fs::read_to_string(units.join("weco-daemon.socket")).unwrap();
    for (variable, place) in [("STATE", world.state()), ("RUNTIME", world.runtime())] {
        let line = format!("Environment=\"WECO_{variable}_DIR={}\"\n", place.display());
        assert!(service.contains(&line), "{line} in {service}");
    }
    let listens = format!("ListenStream={}\n", world.runtime().join("daemon.sock").display());
    assert!(socket.contains(&listens), "{socket}");
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    assert!(fs::metadata(start.trim_matches('"')).unwrap().is_file(), "{start}");

    assert_eq!(world.weco(&["daemon", "install", "--no-enable"]).code, 0, "again is fine");
    assert!(world.weco(&["daemon", "uninstall"]).stdout.contains("no longer"));
    assert_eq!(fs::read_dir(&units).unwrap().count(), 0);
    systemd.take_calls();
    let again = world.weco(&["daemon", "uninstall"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stdout.contains("is not installed"), "{again:?}");
    assert!(systemd.take_calls().is_empty());
}

#[test]
fn install_replaces_a_daemon_started_by_hand_and_uninstall_ends_the_managed_one() {
    let (mut world, units) = home();
    let systemd = FakeSystemd::install(&mut world);
    let evaluation = start_run(&world);
    let by_hand = world.daemon_pid().unwrap();

    let install = world.weco(&["daemon", "install"]);
    assert_eq!(install.code, 0, "{install:?}");
    assert!(install.stdout.contains("; 1 run goes on"), "{install:?}");
    assert!(!is_running(by_hand) && !is_running(evaluation));
    let calls = [
        "daemon-reload",
        "enable weco-daemon.socket weco-daemon.service",
        "restart weco-daemon.socket",
        "start weco-daemon.service",
    ];
    assert_eq!(systemd.take_calls(), calls.map(|call| format!("--user {call}")));
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");

    // Installed once more, as after an update: the managed daemon starts anew.
    let managed = world.daemon_pid().unwrap();
    let again = world.weco(&["daemon", "install"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stdout.contains("; 1 run goes on"), "{again:?}");
    assert!(!is_running(managed));

    let last = world.daemon_pid().unwrap();
    systemd.take_calls();
    let uninstall = world.weco(&["daemon", "uninstall"]);
    assert_eq!(uninstall.code, 0, "{uninstall:?}");
    let calls = ["disable --now weco-daemon.socket weco-daemon.service", "daemon-reload"];
    assert_eq!(systemd.take_calls(), calls.map(|call| format!("--user {call}")));
    gone(last);
    assert_eq!(world.read("value.py"), SOURCE);
    assert_eq!(fs::read_dir(&units).unwrap().count(), 0);

    world.start_daemon();
    finish_run(&world);
}

#[test]
fn without_a_user_manager_nothing_is_written() {
    let (mut world, units) = home();
    let systemd = FakeSystemd::install(&mut world);
    systemd.take_away();
    let install = world.weco(&["daemon", "install"]);
    assert_eq!(install.code, 1, "{install:?}");
    assert!(install.stderr.contains("no systemd user manager answers"), "{install:?}");
    assert!(install.stderr.contains("│ Failed to connect to bus"), "{install:?}");
    assert!(install.stderr.contains("--no-enable"), "{install:?}");
    assert!(!units.exists());

    world.set("PATH", "/nowhere");
    let install = world.weco(&["daemon", "install"]);
    assert_eq!(install.code, 1, "{install:?}");
    assert!(install.stderr.contains("there is no systemctl on PATH"), "{install:?}");
    assert!(!units.exists());

    assert_eq!(world.weco(&["daemon", "install", "--no-enable"]).code, 0);
    let uninstall = world.weco(&["daemon", "uninstall"]);
    assert_eq!(uninstall.code, 0, "{uninstall:?}");
    assert!(uninstall.stdout.contains("nothing was stopped"), "{uninstall:?}");
    assert_eq!(fs::read_dir(&units).unwrap().count(), 0);
}

#[test]
fn an_install_that_fails_half_way_leaves_what_was_there() {
    let (mut world, units) = home();
    let systemd = FakeSystemd::install(&mut world);
    systemd.break_enabling();
    fs::create_dir_all(&units).unwrap();
    fs::write(units.join("weco-daemon.service"), "of old").unwrap();
    world.start_daemon();
    let daemon = world.daemon_pid();
    let install = world.weco(&["daemon", "install"]);
    assert_eq!(install.code, 1, "{install:?}");
    assert!(install.stderr.contains("enable weco-daemon.socket weco-daemon.service failed"), "{install:?}");
    assert!(install.stderr.contains("│ Failed to enable unit: disk full"), "{install:?}");
    assert_eq!(fs::read_to_string(units.join("weco-daemon.service")).unwrap(), "of old");
    assert!(!units.join("weco-daemon.socket").exists());
    assert_eq!(world.daemon_pid(), daemon, "the daemon was not touched");

    fs::remove_file(units.join("weco-daemon.service")).unwrap();
    systemd.take_calls();
    assert_eq!(world.weco(&["daemon", "install"]).code, 1);
    let undone = "--user disable --now weco-daemon.socket weco-daemon.service";
    assert!(systemd.take_calls().contains(&undone.to_owned()));
    assert_eq!(fs::read_dir(&units).unwrap().count(), 0);
}
