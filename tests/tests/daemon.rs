//! The daemon's life: found, started once, stopped, its socket private.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use common::{builtin, quadratic, world};
use weco_tests::eventually;
use weco_tests::world::is_running;

#[test]
fn start_status_stop() {
    let world = world();
    let none = world.weco(&["daemon", "status"]);
    assert_ne!(none.code, 0, "{none:?}");
    assert!(!world.state().exists(), "asking creates nothing");
    assert_eq!(world.weco(&["daemon", "start"]).code, 0);
    let status = world.weco(&["daemon", "status"]);
    assert_eq!(status.code, 0, "{status:?}");
    let pid = world.daemon_pid().unwrap();
    assert!(status.stdout.contains(&pid.to_string()), "{status:?}");
    assert_eq!(world.weco(&["daemon", "start"]).code, 0, "starting twice is fine");
    assert_eq!(world.daemon_pid(), Some(pid));
    assert!(world.weco(&["daemon", "logs"]).stdout.contains("serving"));
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    assert!(!is_running(pid));
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0, "stopping twice is fine");
}

#[test]
fn places_are_private() {
    let world = world();
    world.weco(&["daemon", "start"]);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(world.runtime()), 0o700);
    assert_eq!(mode(world.state()), 0o700);
    assert_eq!(mode(world.runtime().join("daemon.sock")), 0o600);
}

#[test]
fn an_open_runtime_directory_is_refused() {
    let world = world();
    fs::create_dir(world.runtime()).unwrap();
    fs::set_permissions(world.runtime(), fs::Permissions::from_mode(0o777)).unwrap();
    let start = world.weco(&["daemon", "start"]);
    assert_eq!(start.code, 1, "{start:?}");
    assert!(start.stderr.contains("chmod 700"), "{start:?}");
}

#[test]
fn an_open_state_directory_is_refused() {
    let world = world();
    fs::create_dir(world.state()).unwrap();
    fs::set_permissions(world.state(), fs::Permissions::from_mode(0o755)).unwrap();
    let start = world.weco(&["daemon", "start"]);
    assert_eq!(start.code, 1, "{start:?}");
    assert!(start.stderr.contains("chmod 700"), "{start:?}");
}

#[test]
fn many_clients_at_once_get_one_daemon() {
    let world = world();
    let clients: Vec<_> = (0..6).map(|_| world.spawn(&["daemon", "start"])).collect();
    for client in clients {
        let client = client.wait();
        assert_eq!(client.code, 0, "{client:?}");
    }
    let pid = world.daemon_pid().unwrap();
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains(&pid.to_string()), "{status:?}");
    assert_eq!(world.daemon_log().matches("serving").count(), 1, "{}", world.daemon_log());
}

#[test]
fn a_socket_left_by_a_dead_daemon_is_replaced() {
    let world = world();
    world.weco(&["daemon", "start"]);
    world.kill_daemon();
    assert!(world.runtime().join("daemon.sock").exists());
    let start = world.weco(&["daemon", "start"]);
    assert_eq!(start.code, 0, "{start:?}");
}

#[test]
fn something_else_at_the_socket_is_no_daemon() {
    let world = world();
    fs::create_dir(world.runtime()).unwrap();
    fs::set_permissions(world.runtime(), fs::Permissions::from_mode(0o700)).unwrap();
    let listener = UnixListener::bind(world.runtime().join("daemon.sock")).unwrap();
    std::thread::spawn(move || drop(listener.accept()));
    let status = world.weco(&["daemon", "status"]);
    assert_ne!(status.code, 0, "whatever it is, it is no daemon: {status:?}");
}

#[test]
fn two_runs_in_one_directory_take_turns() {
    let world = world();
    quadratic(&world);
    world.write(
        "eval.py",
        "import os\nos.mkdir('busy')\nfrom model import X, Y\nprint('score:', X + Y)\nos.rmdir('busy')\n",
    );
    let arguments = builtin("model.py", &["-n", "6"]);
    let runs: Vec<_> = (0..2).map(|_| world.spawn(&arguments)).collect();
    for run in runs {
        let run = run.wait();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stdout.contains("FileExistsError"), "two evaluations at once:\n{}", run.stdout);
    }
    eventually("both sources are restored", || (world.read("model.py").contains("X = 8.0")).then_some(()));
}

#[test]
fn a_daemon_that_listens_elsewhere_is_named() {
    let mut world = world();
    world.start_daemon();
    let pid = world.daemon_pid().unwrap();
    let here = world.runtime().display().to_string();
    world.set("WECO_RUNTIME_DIR", format!("{here}-other"));
    let lost = world.weco(&["runs"]);
    assert_eq!(lost.code, 1, "{lost:?}");
    for part in [format!("(pid {pid})"), "XDG_RUNTIME_DIR".to_owned()] {
        assert!(lost.stderr.contains(&part), "{part}: {lost:?}");
    }
    world.set("WECO_RUNTIME_DIR", here);
}
