//! Evaluations that misbehave: the step counts or fails, the run goes on, the sources come back.

use std::fs;

use nix::unistd::Pid;
use weco_tests::eventually;
use weco_tests::world::is_running;

use crate::harness::{Job, ORIGINAL, whole};

/// Two steps of which the first misbehaves in `what`'s way, when the value is 2.
fn misbehaving(what: &str) -> Job {
    Job::scripted([whole("2"), whole("3")])
        .evaluated_by(&format!(". ./value.sh\nif [ \"$VALUE\" = 2 ]; then\n{what}\nfi\necho score: $VALUE\n"))
}

#[test]
fn one_that_rewrites_the_source() {
    let job = misbehaving("echo 'VALUE=77' >> value.sh");
    let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 3.0"), "{run:?}");
    assert!(run.stdout.contains("[WARNING] value.sh was changed after an evaluation"), "{run:?}");
    job.assert_clean();
    let kept = job.world.run_dir().join("edits");
    let texts = crate::harness::files_below(&kept).into_iter().map(|path| fs::read_to_string(path).unwrap());
    assert!(texts.into_iter().any(|text| text.contains("VALUE=77")), "nothing is lost");
}

#[test]
fn one_that_deletes_the_source() {
    let job = misbehaving("rm value.sh");
    let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 3.0"), "{run:?}");
    job.assert_clean();
}

#[test]
fn one_that_prints_fifty_megabytes() {
    let job = misbehaving("yes 'all work and no play' | head -c 50000000; echo");
    let run = job.run(&["-n", "2", "-M", "gpt-5.2", "--save-logs"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[METRIC] Step 1: 2.0"), "found at the very end");
    assert!(run.stdout.contains("Best metric value: 3.0"));
    let saved = fs::metadata(job.world.run_dir().join("outputs/step_1.out.txt")).unwrap().len();
    assert!((50_000..52_000).contains(&saved), "{saved}");
    job.assert_clean();
}

#[test]
fn one_that_takes_too_long() {
    let job = misbehaving("echo begun; sleep 300");
    let run = job.run(&["-n", "2", "-M", "gpt-5.2", "--eval-timeout", "1"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Step 1 is buggy: the evaluation timed out after 1 s"), "{run:?}");
    assert!(run.stdout.contains("[METRIC] Step 2: 3.0"), "{run:?}");
    job.assert_clean();
}

#[test]
fn one_that_leaves_a_grandchild_with_its_output() {
    let job =
        misbehaving("(sleep 300 & echo $! > pid)\n(trap '' TERM HUP; setsid sleep 301 & echo $! > pid2)");
    let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[METRIC] Step 1: 2.0"), "{run:?}");
    for file in ["pid", "pid2"] {
        let pid = Pid::from_raw(job.world.read(file).trim().parse().unwrap());
        eventually("it is ended", || (!is_running(pid)).then_some(()));
    }
    job.assert_clean();
    assert_eq!(job.world.read("value.sh"), ORIGINAL);
}
