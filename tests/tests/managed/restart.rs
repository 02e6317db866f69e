use weco_tests::service_manager::{Activator, FakeSystemd};
use weco_tests::world::is_running;

use crate::common::world;
use crate::support::{finish_run, start_run};

#[test]
fn a_restart_hands_the_runs_over() {
    let world = world();
    let evaluation = start_run(&world);
    let before = world.daemon_pid().unwrap();
    let restart = world.weco(&["daemon", "restart"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    let after = world.daemon_pid().unwrap();
    let told = format!("weco-daemon restarted (pid {after}, before {before}); 1 run goes on\n");
    assert_eq!(restart.stdout, told);
    assert!(!is_running(before) && !is_running(evaluation));
    finish_run(&world);
}

#[test]
fn with_none_running_a_restart_is_a_start() {
    let world = world();
    let restart = world.weco(&["daemon", "restart"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    assert!(restart.stdout.contains("was not running and is started"), "{restart:?}");
    assert!(world.daemon_pid().is_some());
}

#[test]
fn a_managed_daemon_is_restarted_by_its_manager() {
    let mut world = world();
    let systemd = FakeSystemd::install(&mut world);
    assert_eq!(world.weco(&["daemon", "install"]).code, 0);
    let before = world.daemon_pid().unwrap();
    start_run(&world);
    systemd.take_calls();
    let restart = world.weco(&["daemon", "restart"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    assert!(restart.stdout.contains("; 1 run goes on"), "{restart:?}");
    assert_eq!(systemd.take_calls(), ["--user restart weco-daemon.service"]);
    assert!(!is_running(before));
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");
    finish_run(&world);
}

#[test]
fn an_activated_daemon_that_is_no_unit_comes_back_by_its_socket() {
    let world = world();
    let activator = Activator::start(&world);
    start_run(&world);
    let restart = world.weco(&["daemon", "restart"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    assert!(restart.stdout.contains("; 1 run goes on"), "{restart:?}");
    assert_eq!(activator.starts(), 2);
    finish_run(&world);
}
