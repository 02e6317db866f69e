//! The user's own edits during a run: kept, reported, never overwritten.

use std::fs;

use weco_tests::eventually;
use weco_tests::model_server::{Delivery, ModelServer, Reply};
use weco_tests::{Output, World};

use crate::harness::{Job, ORIGINAL, SOON, await_file, whole};

/// What the user makes of the source.
fn edited() -> String {
    format!("{ORIGINAL}# my own line\n")
}

/// Evaluates; from the second time on it waits for the file `go`.
const PATIENT: &str = ". ./value.sh\nif [ -e first ]; then echo $$ > waiting; while [ ! -e go ]; do sleep 0.02; done; fi\n\
                       touch first\necho score: $VALUE\n";

#[track_caller]
fn assert_kept(world: &World, run: &Output) {
    assert_eq!(world.read("value.sh"), edited(), "{run:?}");
    let warnings =
        ["value.sh was edited during the run", "value.sh is not as it was when the run was last at work"];
    let told = |line: &str| warnings.iter().any(|what| line.starts_with(&format!("[WARNING] {what}")));
    assert_eq!(run.stdout.lines().filter(|line| told(line)).count(), 1, "{run:?}");
}

#[track_caller]
fn assert_not_applied(world: &World, run: &Output) {
    assert_kept(world, run);
    assert_eq!(run.code, 1, "it was asked to apply, and did not: {run:?}");
    assert!(run.stderr.contains("value.sh holds an edit of your own"), "{run:?}");
    assert!(
        run.stderr.contains("try:") && run.stderr.contains("best/files"),
        "where the best one is: {run:?}"
    );
    let best = world.run_dir().join("best/files/value.sh");
    assert!(fs::read_to_string(best).unwrap().contains("VALUE=3"), "it is there");
}

#[test]
fn a_buffer_saved_during_an_evaluation() {
    let job = Job::scripted([whole("2"), whole("3")]).evaluated_by(PATIENT);
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2", "--apply-change"]);
    await_file(&job.world, "waiting");
    assert!(job.world.read("value.sh").contains("VALUE=2"), "the candidate is swapped in");
    job.world.write("value.sh", &edited());
    job.world.write("go", "");
    assert_not_applied(&job.world, &run.wait());
}

#[test]
fn a_buffer_saved_by_renaming_during_an_evaluation() {
    let job = Job::scripted([whole("2"), whole("3")]).evaluated_by(PATIENT);
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2", "--apply-change"]);
    await_file(&job.world, "waiting");
    let fresh = job.world.write("value.sh~", &edited());
    fs::rename(fresh, job.world.work().join("value.sh")).unwrap();
    job.world.write("go", "");
    assert_not_applied(&job.world, &run.wait());
}

#[test]
fn an_edit_while_the_model_is_asked() {
    let job = Job::new(ModelServer::start(|request| {
        let pause = std::time::Duration::from_millis(60);
        let delivery = if request.number == 2 { Delivery::Drip(pause) } else { Delivery::Whole };
        Reply::from(whole(&(request.number + 1).to_string())).delivered(delivery)
    }));
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2", "--apply-change"]);
    assert!(job.server.await_requests(2, SOON));
    assert_eq!(job.world.read("value.sh"), ORIGINAL, "restored while the model is asked");
    job.world.write("value.sh", &edited());
    assert_not_applied(&job.world, &run.wait());
}

#[test]
fn an_edit_of_one_file_spares_the_others_too() {
    let reply = "Both.\n\na.sh\n```sh\nA=3\n```\n\nb.sh\n```sh\nB=3\n```\n";
    let job = Job::scripted([reply]).evaluated_by(
        ". ./a.sh; . ./b.sh\nif [ -e first ]; then echo $$ > waiting; while [ ! -e go ]; do sleep 0.02; done; fi\n\
         touch first\necho score: $((A * B))\n",
    );
    job.world.write("a.sh", "A=1\n");
    job.world.write("b.sh", "B=1\n# b\n# b\n");
    let run = job.spawn(&["--sources", "a.sh", "b.sh", "-M", "gpt-5.2", "-n", "1", "--apply-change"]);
    await_file(&job.world, "waiting");
    job.world.write("b.sh", "B=1\n# b\n# mine\n");
    job.world.write("go", "");
    let run = run.wait();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("b.sh holds an edit of your own"), "{run:?}");
    assert_eq!(
        (job.world.read("a.sh").as_str(), job.world.read("b.sh").as_str()),
        ("A=1\n", "B=1\n# b\n# mine\n")
    );
}

/// A plain `cp` of the best version would overwrite the edit just as well.
#[test]
fn the_hint_how_to_apply_minds_the_edit() {
    let job = Job::scripted([whole("2"), whole("3")]).evaluated_by(PATIENT);
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2"]);
    await_file(&job.world, "waiting");
    job.world.write("value.sh", &edited());
    job.world.write("go", "");
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert_kept(&job.world, &run);
    assert!(!run.stdout.contains("cp -r"), "{run:?}");
    assert!(run.stdout.contains("best/files") && run.stdout.contains("your edit"), "{run:?}");
}

#[test]
fn an_edit_after_the_run_is_not_overwritten_by_a_resumed_one() {
    let job = Job::scripted([whole("2"), whole("3")]);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    job.world.write("value.sh", &edited());
    let id = crate::harness::run_id(&run.stdout);
    let resumed = job.world.weco(&["resume", id, "--steps", "1", "--output", "plain", "--apply-change"]);
    assert_not_applied(&job.world, &resumed);
}

#[test]
fn what_was_applied_can_be_built_upon() {
    let job = Job::scripted([whole("2"), whole("3")]);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--apply-change"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(job.world.read("value.sh").contains("VALUE=2"));
    let id = crate::harness::run_id(&run.stdout);
    let resumed = job.world.weco(&["resume", id, "--steps", "1", "--output", "plain", "--apply-change"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    eventually("the better one is there", || job.world.read("value.sh").contains("VALUE=3").then_some(()));
}

#[test]
fn an_edit_before_the_first_evaluation() {
    let job = Job::scripted([whole("2"), whole("3")]).evaluated_by(
        "echo $$ > waiting; while [ ! -e go ]; do sleep 0.02; done\n. ./value.sh\necho score: $VALUE\n",
    );
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2", "--apply-change"]);
    await_file(&job.world, "waiting");
    assert_eq!(job.world.read("value.sh"), ORIGINAL, "the baseline is the user's own file");
    job.world.write("value.sh", &edited());
    job.world.write("go", "");
    assert_not_applied(&job.world, &run.wait());
}

#[test]
fn a_source_deleted_during_an_evaluation_comes_back() {
    let job = Job::scripted([whole("2"), whole("3")]).evaluated_by(PATIENT);
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2"]);
    await_file(&job.world, "waiting");
    fs::remove_file(job.world.work().join("value.sh")).unwrap();
    job.world.write("go", "");
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[WARNING] value.sh was gone after an evaluation"), "{run:?}");
    job.assert_clean();
}

#[test]
fn a_source_deleted_between_evaluations_ends_the_run_which_goes_on_with_it() {
    let job = Job::new(ModelServer::start(|request| {
        let pause = std::time::Duration::from_millis(60);
        let delivery = if request.number == 2 { Delivery::Drip(pause) } else { Delivery::Whole };
        Reply::from(whole(&(request.number + 1).to_string())).delivered(delivery)
    }));
    let run = job.spawn(&["-n", "2", "-M", "gpt-5.2"]);
    assert!(job.server.await_requests(2, SOON));
    fs::remove_file(job.world.work().join("value.sh")).unwrap();
    let run = run.wait();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("value.sh is gone; put it back and resume the run"), "{run:?}");
    assert!(!job.world.work().join("value.sh").exists(), "what the user removed is not made anew");
    job.world.write("value.sh", ORIGINAL);
    let resumed = job.world.weco(&["resume", crate::harness::run_id(&run.stdout), "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    job.assert_clean();
}
