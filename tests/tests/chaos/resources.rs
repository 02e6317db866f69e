//! A machine that runs out of something under a running daemon: room on the disk (played by a limit on the size of
//! files, which needs no privileges), file handles, a state directory that cannot be written to.

use std::fs;

use nix::unistd::Pid;
use rustix::process::{Resource, Rlimit, prlimit};
use weco_proto::v1::run_update::Update;
use weco_tests::chaos::{End, Job, Site, Witness};
use weco_tests::eventually;

use crate::programs::{PROGRAMS, site};

/// Sets a process's soft limit and returns the one before.
fn limit(pid: Pid, resource: Resource, most: Option<u64>) -> Option<u64> {
    let pid = rustix::process::Pid::from_raw(pid.as_raw());
    let none = Rlimit { current: None, maximum: None };
    let before = match pid {
        Some(_) => current(pid, resource),
        None => none,
    };
    let limit = Rlimit { current: most, maximum: before.maximum };
    prlimit(pid, resource, limit).unwrap();
    before.current
}

fn current(pid: Option<rustix::process::Pid>, resource: Resource) -> Rlimit {
    let file = match resource {
        Resource::Nofile => "Max open files",
        _ => "Max file size",
    };
    let limits = fs::read_to_string(format!("/proc/{}/limits", pid.unwrap().as_raw_nonzero())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix(file)).unwrap();
    let mut fields = line.split_whitespace().map(|field| field.parse().ok());
    Rlimit { current: fields.next().unwrap(), maximum: fields.next().unwrap() }
}

/// A job of a few steps whose evaluations wait for `go` from the third on, so that its daemon can be starved in the
/// middle of it.
struct Starving {
    site: Site,
    witness: Witness,
    expected: End,
    daemon: Pid,
}

impl Starving {
    fn new(seed: u64) -> Self {
        let job = Job::builtin(seed, 8);
        let expected = Site::undisturbed(PROGRAMS, &job, |_| ());
        let mut site = site();
        let patient = "echo >> count; while [ $(wc -l < count) -gt 2 ] && [ ! -e go ]; do sleep 0.02; done\n";
        site.world.write("before.sh", patient);
        let daemon = site.up();
        let witness = site.begin(&job);
        witness.watch(&site.socket(), |_| ());
        eventually("the third evaluation runs", || {
            let count = fs::read_to_string(site.world.work().join("count")).unwrap_or_default();
            (count.lines().count() == 3).then_some(())
        });
        Self { site, witness, expected, daemon }
    }

    fn go(&self) {
        self.site.world.write("go", "");
    }

    /// Says so, in status and log, while nothing moves.
    #[track_caller]
    fn assert_told(&self, words: &str) {
        self.witness.await_waiting(words);
        assert!(!self.witness.has_ended(), "it waits");
        eventually("the log says so, too", || {
            let log = self.site.world.daemon_log();
            log.lines().any(|line| line.contains("ERROR") && line.contains(words)).then_some(())
        });
    }

    /// With room again the run goes on by itself to its usual end.
    #[track_caller]
    fn assert_goes_on(mut self) {
        self.witness.await_end();
        assert_eq!(End::of(&self.witness.updates()), self.expected);
        self.site.assert_kept(&self.witness);
    }
}

#[test]
fn a_full_disk() {
    let starving = Starving::new(11);
    // The run's file cannot grow; the daemon's log, which is shorter, can.
    let mirror = starving.site.world.state().join(format!("journal/mirror/{}.run", starving.witness.run()));
    let before = limit(starving.daemon, Resource::Fsize, Some(fs::metadata(mirror).unwrap().len()));
    starving.go();
    starving.assert_told("no room to write");
    // The evaluation ends whether or not its beginning could be recorded.
    eventually("the source is back", || starving.site.source.is_original().then_some(()));
    starving.site.source.assert_restored();
    limit(starving.daemon, Resource::Fsize, before);
    starving.assert_goes_on();
}

/// Not even the log can be written to, which must not end the daemon or the run.
#[test]
fn a_full_disk_with_the_daemons_log_on_it() {
    let starving = Starving::new(15);
    let before = limit(starving.daemon, Resource::Fsize, Some(0));
    starving.go();
    starving.witness.await_waiting("no room to write");
    limit(starving.daemon, Resource::Fsize, before);
    starving.assert_goes_on();
}

/// With room for records, but none for a new version beside the source.
#[test]
fn a_disk_without_room_for_a_version() {
    let mut site = site();
    let job = Job::builtin(12, 3);
    let padded = format!("{}# {}\n", site.source.text(), "x".repeat(150_000));
    fs::write(site.world.work().join("model.py"), &padded).unwrap();
    fs::write(site.world.work().join("original"), &padded).unwrap();
    let daemon = site.up();
    // The journal's first files are smaller, sled's index is not: it fails, and the journal goes on without.
    let witness = site.begin(&job);
    witness.watch(&site.socket(), |_| ());
    witness.await_update("the baseline is measured", |update| matches!(update, Update::Evaluated(_)));
    let before = limit(daemon, Resource::Fsize, Some(140_000));
    eventually("it waits or is over", || {
        let log = site.world.daemon_log();
        (log.contains("the disk is full") || witness.has_ended()).then_some(())
    });
    limit(daemon, Resource::Fsize, before);
    witness.await_end();
    let ended = End::of(&witness.updates()).ended.unwrap();
    assert_eq!(ended.0, i32::from(weco_proto::v1::RunStatus::Completed), "{ended:?}");
}

#[test]
fn no_file_handles() {
    let starving = Starving::new(13);
    // Those it has stay open; no further one can be had. With a limit of 3, duplicating one would be invalid.
    let before = limit(starving.daemon, Resource::Nofile, Some(4));
    starving.go();
    starving.assert_told("Too many open files");
    let status = std::thread::scope(|scope| {
        // A client that comes meanwhile is not refused: it waits.
        let client = scope.spawn(|| starving.site.stop("no-such-run"));
        eventually("a client is noticed", || {
            starving.site.world.daemon_log().contains("a client could not be connected").then_some(())
        });
        limit(starving.daemon, Resource::Nofile, before);
        client.join().unwrap().unwrap_err()
    });
    assert!(status.message().contains("there is no run"), "{status:?}");
    starving.assert_goes_on();
}

#[test]
fn a_state_directory_that_is_no_directory_any_more() {
    let mut starving = Starving::new(14);
    let mirrors = starving.site.world.state().join("journal/mirror");
    let aside = starving.site.world.state().join("journal/aside");
    starving.site.kill();
    fs::rename(&mirrors, &aside).unwrap();
    fs::write(&mirrors, "").unwrap();
    starving.site.start();
    eventually("the daemon ends", || starving.site.is_gone().then_some(()));
    starving.site.await_gone();
    let log = starving.site.world.daemon_log();
    assert!(log.lines().last().unwrap().contains("journal/mirror"), "{log}");
    fs::remove_file(&mirrors).unwrap();
    fs::rename(&aside, &mirrors).unwrap();
    starving.go();
    starving.site.up();
    starving.witness.watch(&starving.site.socket(), |_| ());
    starving.assert_goes_on();
}
