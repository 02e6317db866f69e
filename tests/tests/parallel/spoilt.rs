//! Workspaces that cannot be made, or not be used again.

use std::fs;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use weco_tests::model_server::ModelServer;

use crate::site::{Site, version};

const EVALUATION: &str = ". ./value.sh\necho \"score: $VALUE\"\n";

/// A version that puts a file in the place of its workspace, so that nothing can be put back there.
const VANDAL: &str = "Clean up.\n\nvalue.sh\n```sh\nVALUE=3\nrm -rf \"$PWD\" && : > \"$PWD\"\n```\n";

#[test]
fn a_workspace_that_cannot_be_restored_is_made_anew() {
    let server = ModelServer::start(|request| match request.number {
        2 => VANDAL.to_owned().into(),
        number => version(number + 1).into(),
    });
    let site = Site::with(server).evaluated_by(EVALUATION).commit();
    let run = site.run(&["-n", "4", "--isolate"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("is buggy"), "{run:?}");
    let end = "Total steps completed: 4\nBest metric value: 5.0";
    assert!(run.stdout.contains(end), "{}", run.stdout);
    assert_eq!(site.world.read("eval.sh"), EVALUATION);
    site.assert_clean();
}

#[test]
fn a_workspace_that_there_is_no_room_for_is_waited_for() {
    let site = Site::new().evaluated_by(EVALUATION);
    // A hole takes no room, and its copy too much of what there is.
    let large = fs::File::create(site.world.work().join("large")).unwrap();
    large.set_len(64 << 20).unwrap();
    site.world.start_daemon();
    let daemon = Pid::from_raw(site.world.daemon_pid().unwrap().as_raw());
    let maximum = getrlimit(Resource::Fsize).maximum;
    let before = prlimit(daemon, Resource::Fsize, Rlimit { current: Some(32 << 20), maximum }).unwrap();
    let mut run = site.spawn(&["-n", "1", "--isolate"]);
    run.wait_for("File too large (os error 27); the run goes on by itself when that has passed");
    prlimit(daemon, Resource::Fsize, before).unwrap();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    site.assert_clean();
}
