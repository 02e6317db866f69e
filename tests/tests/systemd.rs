//! The units and the daemon before systemd's own tools, which need no running systemd.
//!
//! `cargo test -p weco-tests --features systemd --test systemd`

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};

use common::world;
use weco_tests::world::is_running;
use weco_tests::{World, eventually};

/// What systemd says about the units in `directory`; nothing if it is content.
fn verify(directory: &Path) -> String {
    let runtime = tempfile::tempdir().unwrap();
    fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let output = Command::new("systemd-analyze")
        .args(["--user", "verify"])
        .args(["weco-daemon.service", "weco-daemon.socket"].map(|unit| directory.join(unit)))
        .env("XDG_RUNTIME_DIR", runtime.path())
        .output()
        .unwrap();
    // It succeeds in spite of lines that it ignores.
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The units that `weco` of `programs` installs in `world`.
fn install(world: &World, programs: &Path) -> std::path::PathBuf {
    let usual = world.program("weco");
    let config = world.state().with_file_name("xdg");
    let output = Command::new(programs.join("weco"))
        .args(["daemon", "install", "--no-enable"])
        .env_clear()
        .envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("XDG_CONFIG_HOME", &config)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    config.join("systemd/user")
}

#[test]
fn systemd_is_content_with_the_units_wherever_things_are() {
    let mut world = world();
    let names = ["plain", "with space", "100% %t %%", "$HOME ${X}", "näme", "semi;colon#"];
    for name in names {
        let programs = world.state().with_file_name(name);
        fs::create_dir(&programs).unwrap();
        for program in ["weco", "weco-daemon"] {
            fs::copy(world.program(program).get_program(), programs.join(program)).unwrap();
        }
        world.set("WECO_STATE_DIR", programs.join("quo\"te \\ back").display().to_string());
        world.set("WECO_RUNTIME_DIR", programs.join("run").display().to_string());
        let units = install(&world, &programs);
        assert_eq!(verify(&units), "", "{name}");
        // It looks for the program, so the path is read as it was meant.
        fs::remove_file(programs.join("weco-daemon")).unwrap();
        assert!(verify(&units).contains("not executable"), "{name}");
    }
}

#[test]
fn systemd_finds_a_mistake_in_a_unit() {
    let world = world();
    let programs = Path::new(world.program("weco").get_program()).parent().unwrap().to_owned();
    let units = install(&world, &programs);
    assert_eq!(verify(&units), "");
    let path = units.join("weco-daemon.service");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("KillMode=mixed", "KillMode=maxed")).unwrap();
    assert!(verify(&units).contains("kill mode"), "verify can fail");
}

/// `systemd-socket-activate`, which becomes the daemon when a client comes.
struct SocketActivate(Child);

impl SocketActivate {
    fn start(world: &World) -> Self {
        fs::create_dir(world.runtime()).unwrap();
        fs::set_permissions(world.runtime(), fs::Permissions::from_mode(0o700)).unwrap();
        let socket = world.runtime().join("daemon.sock");
        let daemon = world.program("weco-daemon");
        let mut command = Command::new("systemd-socket-activate");
        command.arg("--listen").arg(&socket);
        for (name, value) in daemon.get_envs() {
            let mut assignment = name.to_owned();
            assignment.push("=");
            assignment.push(value.unwrap());
            command.arg("--setenv").arg(assignment);
        }
        let errors = fs::File::create(world.state().with_file_name("activate.err")).unwrap();
        let child = command.arg(daemon.get_program()).stderr(errors).spawn().unwrap();
        eventually("it listens", || listens(&socket).then_some(()));
        Self(child)
    }

    fn pid(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap())
    }
}

/// Whether the socket takes connections: its file is there a moment before. A connection would start the daemon.
fn listens(socket: &Path) -> bool {
    /// `__SO_ACCEPTCON` of the kernel's `linux/net.h`, as `/proc/net/unix` prints it.
    const ACCEPTS: &str = "00010000";
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    sockets.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.nth(3) == Some(ACCEPTS) && words.last() == socket.to_str()
    })
}

impl Drop for SocketActivate {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_real_socket_activation_starts_the_daemon_for_the_first_client() {
    let world = world();
    let activate = SocketActivate::start(&world);
    assert!(world.daemon_pid().is_none());
    let status = world.weco(&["daemon", "status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.stdout.contains("  supervisor  systemd\n"), "{status:?}");
    assert_eq!(world.daemon_pid(), Some(activate.pid()), "it has become the daemon");

    common::quadratic(&world);
    let what = ["run", "-s", "model.py", "-c", "python3 eval.py", "-m", "score", "-g", "max"];
    let run = world.weco(&[what.as_slice(), &["-n", "2", "-M", "builtin", "--output", "plain"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let stop = world.weco(&["daemon", "stop"]);
    assert_eq!(stop.code, 0, "{stop:?}");
    assert!(!is_running(activate.pid()));
    assert!(world.runtime().join("daemon.sock").exists(), "the socket's file is not the daemon's");
}
