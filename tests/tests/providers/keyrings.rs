//! The daemon where the kernel's keyring is not simply at hand: in a session of its own, or in a container
//! that forbids it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use weco_daemon::secrets::Vault;
use weco_proto::v1::RunStatus;
use weco_tests::{World, eventually};

use crate::harness::Job;
use crate::interruptions::hangs_at_the_second;
use crate::restarts::{Left, TELLING, has_keyring};

/// Takes a new session keyring, which leads nowhere, as systemd gives to a service.
const IN_ITS_OWN_SESSION: &str = "
import ctypes, os, platform, sys
keyctl = {'x86_64': 250, 'aarch64': 219}[platform.machine()]
ctypes.CDLL(None).syscall(keyctl, 1, None)
os.execv(sys.argv[1], sys.argv[1:])
";

/// Forbids `add_key` and `keyctl` to itself and its children, as containers do.
const WITHOUT_KEYRING: &str = "
import ctypes, os, platform, struct, sys
add_key, keyctl = {'x86_64': (248, 250), 'aarch64': (217, 219)}[platform.machine()]
refuse, permit = 0x00050001, 0x7fff0000
program = [(0x20, 0, 0, 0), (0x15, 2, 0, add_key), (0x15, 1, 0, keyctl), (6, 0, 0, permit), (6, 0, 0, refuse)]
filters = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in program))
filter = ctypes.create_string_buffer(struct.pack('HxxxxxxP', len(program), ctypes.addressof(filters)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, filter) == 0
os.execv(sys.argv[1], sys.argv[1:])
";

/// Starts the daemon by a script that changes what it may do first.
fn start_daemon_by(world: &World, script: &str) -> Daemon {
    let _ = fs::create_dir(world.state());
    fs::set_permissions(world.state(), fs::Permissions::from_mode(0o700)).unwrap();
    let log = fs::File::create(world.state().join("daemon.log")).unwrap();
    let program = world.program("weco-daemon");
    let mut command = world.outside("python3");
    command.args(["-c", script]).arg(program.get_program()).current_dir("/").stderr(log);
    let daemon = Daemon(command.spawn().unwrap());
    eventually("it serves", || world.daemon_log().contains("serving").then_some(()));
    daemon
}

/// A daemon that is a child of the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have been killed by the test, and is gone then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_daemon_in_a_session_of_its_own_has_the_users_keyring() {
    let left = Left::behind();
    left.job.world.kill_daemon();
    let _daemon = start_daemon_by(&left.job.world, IN_ITS_OWN_SESSION);
    if has_keyring(&left.job.world) {
        left.assert_complete();
    } else {
        assert_eq!(left.end().status(), RunStatus::Interrupted);
    }
    left.assert_nothing_left();
}

#[test]
fn where_the_kernel_refuses_secrets_are_in_memory_only_and_that_is_said_once() {
    let job = Job::new(hangs_at_the_second()).without_keys().evaluated_by(TELLING);
    let first = start_daemon_by(&job.world, WITHOUT_KEYRING);
    let left = Left::leave(job);
    let said = || left.job.world.daemon_log().matches("held in memory only").count();
    assert_eq!(said(), 1, "{}", left.job.world.daemon_log());
    assert_eq!(left.job.world.vault().load().unwrap_or_default(), None);
    left.job.world.kill_daemon();
    drop(first);
    let _second = start_daemon_by(&left.job.world, WITHOUT_KEYRING);
    assert_eq!(said(), 1);
    let ended = left.end();
    assert_eq!(ended.status(), RunStatus::Interrupted, "{ended:?}");
    assert!(ended.reason.contains("MY_TOKEN must be given again"), "{ended:?}");
    left.job.assert_clean();
    left.assert_nothing_left();
}
