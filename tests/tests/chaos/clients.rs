//! Clients that die: the run is the daemon's.

use std::fs::File;
use std::process::Command;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::Signal;
use weco_proto::v1::{RunStatus, run_update::Update};
use weco_tests::chaos::{End, Site, Witness};
use weco_tests::eventually;

use crate::programs::site;

const RUN: [&str; 15] = [
    "run",
    "-s",
    "model.py",
    "-c",
    "sh eval.sh",
    "-m",
    "score",
    "-g",
    "max",
    "-n",
    "6",
    "-M",
    "builtin",
    "--seed",
    "31",
];

/// The third evaluation hangs until `go` is there.
fn hang_at_the_third(site: &Site) {
    site.world.write(
        "before.sh",
        "echo >> count; while [ $(wc -l < count) -gt 2 ] && [ ! -e go ]; do sleep 0.02; done\n",
    );
}

/// The only run's id, by its directory.
fn await_run(site: &Site) -> Witness {
    let id = eventually("the first steps are there", || {
        let count = std::fs::read_to_string(site.world.work().join("count")).unwrap_or_default();
        (count.lines().count() == 3)
            .then(|| site.world.run_dir().file_name().unwrap().to_str().unwrap().to_owned())
    });
    Witness::new(&id)
}

#[track_caller]
fn assert_goes_on(mut site: Site, witness: &Witness) {
    site.world.write("go", "");
    witness.watch(&site.socket(), |_| ());
    witness.await_end();
    let end = End::of(&witness.updates());
    assert_eq!(end.ended.unwrap().0, i32::from(RunStatus::Completed));
    assert_eq!(end.evaluated.len(), 7, "the baseline and six steps");
    assert!(!witness.updates().iter().any(|update| matches!(update.update, Some(Update::StopAsked(_)))));
    site.assert_kept(witness);
}

#[test]
fn a_killed_client() {
    let mut site = site();
    hang_at_the_third(&site);
    site.up();
    let client = site.world.spawn(&[&RUN[..], &["--output", "plain"]].concat());
    let witness = await_run(&site);
    client.signal(Signal::SIGKILL);
    client.wait();
    assert_goes_on(site, &witness);
}

/// The terminal's other end is closed, as when a window is closed or a connection by SSH drops.
#[track_caller]
fn survives_a_closed_terminal(screen: &str) {
    let mut site = site();
    hang_at_the_third(&site);
    site.up();
    let terminal = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let side = || File::options().read(true).write(true).open(ptsname_r(&terminal).unwrap()).unwrap();
    // Its controlling terminal, whose hang-up is told by SIGHUP.
    let mut command = Command::new("setsid");
    let weco = site.world.program("weco").get_program().to_owned();
    command.args(["--wait", "--ctty"]).arg(weco).args(RUN).args(["--output", screen]);
    command.env_clear().envs(site.world.environment()).env("TERM", "xterm").current_dir(site.world.work());
    let mut client = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
    drop(command);
    let witness = await_run(&site);
    drop(terminal);
    eventually("the client is gone", || client.try_wait().unwrap());
    assert_goes_on(site, &witness);
}

#[test]
fn a_closed_terminal() {
    survives_a_closed_terminal("plain");
}

#[test]
fn a_closed_terminal_with_the_rich_screen() {
    survives_a_closed_terminal("rich");
}
