//! What becomes of a run's secrets when the daemon is restarted, by a crash or with the machine.

use std::path::PathBuf;

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

/// A secret of the run's environment.
const TOKEN: &str = "hunter22-token";

/// The evaluation tells what it sees of secrets without showing them.
pub(crate) const TELLING: &str = "printf 'seen: %s\\n' \"$(printf %s \"$MY_TOKEN/$OPENAI_API_KEY\" | cksum)\"\n\
                       . ./value.sh\necho score: $VALUE\n";

/// Whether this kernel keeps secrets for us, asked as the daemon asks.
pub(crate) fn has_keyring(world: &World) -> bool {
    let probe = KernelVault::of(&world.work());
    probe.store(b"probe").is_ok() && probe.clear().is_ok()
}

/// A run of three steps without anybody there, whose second question hangs.
pub(crate) struct Left {
    pub(crate) job: Job,
    id: String,
}

impl Left {
    /// `MY_TOKEN` is in the environment, and the key is an argument. Neither is in the environment of what
    /// comes later.
    pub(crate) fn behind() -> Self {
        Self::leave(Job::new(hangs_at_the_second()).without_keys().evaluated_by(TELLING))
    }

    pub(crate) fn leave(mut job: Job) -> Self {
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

    pub(crate) fn end(&self) -> RunEnded {
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
    pub(crate) fn assert_complete(&self) {
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
    pub(crate) fn assert_nothing_left(&self) {
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
