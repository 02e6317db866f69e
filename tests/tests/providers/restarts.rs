//! What becomes of a run's secrets when the daemon is restarted, by a crash or with the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Child;

use nix::sys::signal::Signal;
use weco_daemon::os::keyring::KernelVault;
use weco_daemon::secrets::Vault;
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{RunEnded, RunStatus};
use weco_tests::model_server::KEY;
use weco_tests::{World, eventually};

use crate::harness::{Job, SOON, run_id, updates};
use crate::interruptions::hangs_at_the_second;
use crate::secrets::holding;

/// A secret of the run's environment, made up when the test runs so that no file can have it by chance.
const TOKEN: &str = "hunter22-token";

/// The evaluation tells what it sees of secrets without showing them.
const TELLING: &str = "printf 'seen: %s\\n' \"$(printf %s \"$MY_TOKEN/$OPENAI_API_KEY\" | cksum)\"\n\
                       . ./value.sh\necho score: $VALUE\n";

/// Whether this kernel keeps secrets for us, asked as the daemon asks.
fn has_keyring(world: &World) -> bool {
    let probe = KernelVault::of(&world.work());
    probe.store(b"probe").is_ok() && probe.clear().is_ok()
}

/// A run of three steps without anybody there, whose second question hangs.
struct Left {
    job: Job,
    id: String,
}

impl Left {
    /// `MY_TOKEN` is in the environment, and the key is an argument. Neither is in the environment of what
    /// comes later.
    fn behind() -> Self {
        Self::leave(Job::new(hangs_at_the_second()).without_keys().evaluated_by(TELLING))
    }

    fn leave(mut job: Job) -> Self {
        job.world.set("MY_TOKEN", TOKEN);
        let mut left = Self::run(job, &["--api-key", &format!("openai={KEY}")]);
        left.job.world.unset("MY_TOKEN");
        left
    }

    fn run(job: Job, more: &[&str]) -> Self {
        let mut run = job.spawn(&[&["-n", "3", "-M", "gpt-5.2"], more].concat());
        assert!(job.server.await_requests(2, SOON));
        run.wait_for("[STEP 2/3]");
        let id = run_id(&run.stdout()).to_owned();
        run.signal(Signal::SIGKILL);
        run.wait();
        Self { job, id }
    }

    /// What power off and on does: the kernel forgets.
    fn reboot(&self) {
        self.job.world.kill_daemon();
        let _ = self.job.world.vault().clear();
        self.job.world.start_daemon();
    }

    fn end(&self) -> RunEnded {
        match updates(&self.job.world, &self.id).pop() {
            Some(Update::Ended(ended)) => ended,
            other => panic!("{other:?}"),
        }
    }

    fn resume(&self, more: &[&str]) -> weco_tests::Output {
        let line = [&["resume", &self.id, "--output", "plain"], more].concat();
        self.job.world.weco(&line)
    }

    /// All four evaluations saw the same secrets, and the run came to its end.
    #[track_caller]
    fn assert_complete(&self) {
        let ended = self.end();
        assert_eq!((ended.status(), ended.best_metric), (RunStatus::Completed, Some(5.0)), "{ended:?}");
        let updates = updates(&self.job.world, &self.id);
        let seen: Vec<_> = updates
            .iter()
            .filter_map(|update| match update {
                Update::Evaluated(evaluated) => {
                    evaluated.output.lines().find(|line| line.starts_with("seen"))
                }
                _ => None,
            })
            .collect();
        assert_eq!(seen.len(), 4, "{updates:?}");
        assert!(seen.iter().all(|line| *line == seen[0]), "{seen:?}");
        self.job.assert_clean();
    }

    /// Nothing secret is on disk, and nothing is left in the kernel.
    #[track_caller]
    fn assert_nothing_left(&self) {
        let root = self.job.world.work().parent().unwrap().to_owned();
        for secret in [TOKEN, KEY] {
            assert_eq!(holding(&root, secret), Vec::<PathBuf>::new());
        }
        let vault = self.job.world.vault();
        eventually("secrets of ended runs are forgotten", || {
            (!matches!(vault.load(), Ok(Some(_)))).then_some(())
        });
    }
}

#[test]
fn after_a_crash_runs_go_on_with_their_secrets() {
    let left = Left::behind();
    left.job.world.kill_daemon();
    left.job.world.start_daemon();
    if has_keyring(&left.job.world) {
        left.assert_complete();
        assert!(!left.job.world.daemon_log().contains("in memory only"));
    } else {
        assert_eq!(left.end().status(), RunStatus::Interrupted);
        assert_eq!(left.job.world.daemon_log().matches("held in memory only").count(), 2, "once a daemon");
    }
    left.assert_nothing_left();
}

#[test]
fn after_an_orderly_stop_runs_go_on_with_their_secrets() {
    let left = Left::behind();
    assert_eq!(left.job.world.weco(&["daemon", "stop"]).code, 0);
    left.job.world.start_daemon();
    if has_keyring(&left.job.world) {
        left.assert_complete();
    } else {
        assert_eq!(left.end().status(), RunStatus::Interrupted);
    }
    left.assert_nothing_left();
}

#[test]
fn after_a_reboot_a_run_waits_and_names_what_it_lacks() {
    let mut left = Left::behind();
    left.reboot();
    let ended = left.end();
    assert_eq!(ended.status(), RunStatus::Interrupted, "{ended:?}");
    assert!(ended.reason.contains("MY_TOKEN must be given again"), "{ended:?}");
    assert_eq!(ended.hint, format!("weco resume {} from a shell that has MY_TOKEN", &left.id[..8]));
    left.assert_nothing_left();

    left.job.world.set("MY_TOKEN", TOKEN);
    let resumed = left.resume(&["--api-key", &format!("openai={KEY}")]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    left.assert_complete();
    left.assert_nothing_left();
}

#[test]
fn a_key_that_is_kept_later_lets_an_interrupted_run_go_on() {
    let job = Job::new(hangs_at_the_second()).without_keys().evaluated_by(TELLING);
    let left = Left::run(job, &["--api-key", &format!("openai={KEY}")]);
    left.reboot();
    let ended = left.end();
    assert!(ended.reason.contains("no key for OpenAI"), "{ended:?}");
    assert!(ended.hint.starts_with("weco keys set openai, then weco resume "), "{ended:?}");
    left.job.keep_key("openai", KEY);
    let resumed = left.resume(&[]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    left.assert_complete();
}

#[test]
fn a_kept_key_stands_in_for_its_variable_after_a_reboot() {
    let mut job = Job::new(hangs_at_the_second()).without_keys().evaluated_by(TELLING);
    job.world.set("OPENAI_API_KEY", KEY);
    let mut left = Left::run(job, &[]);
    left.job.world.unset("OPENAI_API_KEY");
    left.job.keep_key("openai", KEY);
    left.reboot();
    left.assert_complete();
    let keys = left.job.world.config().join("keys.toml");
    let root = left.job.world.work().parent().unwrap().to_owned();
    assert_eq!(holding(&root, KEY), [keys], "there alone");
}

#[test]
fn without_its_variable_the_ways_to_give_it_are_named() {
    let mut job = Job::new(hangs_at_the_second()).without_keys();
    job.world.set("OPENAI_API_KEY", KEY);
    let mut left = Left::run(job, &[]);
    left.job.world.unset("OPENAI_API_KEY");
    left.reboot();
    let ended = left.end();
    assert!(
        ended.hint.ends_with("a shell that has OPENAI_API_KEY, or after weco keys set openai"),
        "{ended:?}"
    );
}

/// Leaves to `keyctl` a session keyring that leads nowhere, as systemd does for a service.
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
