//! A run that lasts as long as a test wants, and a daemon started by hand.

use std::fs;
use std::process::Child;

use nix::unistd::Pid;
use weco_tests::world::is_running;
use weco_tests::{World, eventually};

/// The source of [`start_run`]'s run, as the user left it.
pub(crate) const SOURCE: &str = "VALUE = 4  # weco: 1..100\n";

/// Starts a run of 3 steps whose evaluations after the first last until the file `go` exists, and waits for
/// the second. The client is gone when this returns; the evaluation's process is returned.
pub(crate) fn start_run(world: &World) -> Pid {
    world.write("value.py", SOURCE);
    world.write(
        "eval.sh",
        "env > environment\nif [ ! -e baseline ]; then touch baseline; echo score: 1; exit; fi\n\
         echo $$ > pid.new && mv pid.new pid\nwhile [ ! -e go ]; do sleep 0.02; done
echo score: 2\n",
    );
    let what = ["run", "-s", "value.py", "-c", "sh eval.sh", "-m", "score", "-g", "max"];
    let run = world.spawn(&[what.as_slice(), &["-n", "3", "-M", "builtin", "--output", "plain"]].concat());
    let pid = eventually("the evaluation runs", || {
        fs::read_to_string(world.work().join("pid")).ok()?.trim().parse().ok().map(Pid::from_raw)
    });
    run.signal(nix::sys::signal::Signal::SIGKILL);
    run.wait();
    pid
}

/// Lets the evaluations of [`start_run`]'s run end, and waits for its own end.
pub(crate) fn finish_run(world: &World) {
    world.write("go", "");
    eventually("the run goes on to its end", || {
        world.run_dir().join("steps/3/manifest.json").exists().then_some(())
    });
    eventually("the source is restored", || (world.read("value.py") == SOURCE).then_some(()));
}

/// A daemon that the test itself has started, ended with it.
pub(crate) struct Daemon(pub(crate) Child);

impl Daemon {
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.0.id()).unwrap())
    }

    /// Waits for its end; its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        eventually("the daemon ends", || self.0.try_wait().unwrap()).code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until a process is gone.
pub(crate) fn gone(pid: Pid) {
    eventually("the process is gone", || (!is_running(pid)).then_some(()));
}
