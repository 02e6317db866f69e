//! Code that was tried already is not evaluated again.

use weco_proto::v1::run_update::Update;

use crate::harness::{Job, ORIGINAL, whole};

/// Leaves a line behind for every evaluation.
const COUNTED: &str =
    "echo evaluated >> evaluations\n. ./value.sh\n[ \"$VALUE\" = 66 ] && exit 7\necho \"score: $VALUE\"\n";

fn evaluations(job: &Job) -> usize {
    job.world.read("evaluations").lines().count()
}

#[test]
fn the_same_code_twice_is_asked_anew_with_its_result_and_then_given_up() {
    // The second time with another end of the file (more would be layout only where the language is known), the third
    // as it was.
    let spaced = whole("2").replace("`another`\n", "`another`  \r\n\n\n");
    assert_ne!(spaced, whole("2"));
    let job = Job::scripted([whole("2"), spaced, whole("2"), whole("3")]).evaluated_by(COUNTED);
    let run = job.run(&["-n", "3", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(evaluations(&job), 3, "the baseline, 2 and 3: {run:?}");
    let asked = job.server.requests();
    assert_eq!(asked.len(), 4);
    let told = "This is the same code as step 1, which gave 2.0.";
    assert!(asked[2].user.contains(told), "{}", asked[2].user);
    assert_eq!(run.stdout.matches(told).count(), 3, "asked again, told, failed: {run:?}");
    let failed = job.updates(&run).into_iter().find_map(|update| match update {
        Update::StepFailed(failed) => Some(failed),
        _ => None,
    });
    assert!(failed.is_some_and(|failed| failed.step == 2 && failed.reason.starts_with(told)));
    let shown = job.world.weco(&["run", "show", crate::harness::run_id(&run.stdout), "--step", "2"]);
    assert!(shown.stdout.replace("\n", " ").contains("same code as step 1"), "{shown:?}");
    job.assert_clean();
}

#[test]
fn the_baseline_and_failures_are_not_tried_again_either() {
    let remark = format!("Same.\n\nvalue.sh\n```sh\n{ORIGINAL}\n\n```\n");
    let job = Job::scripted([whole("66"), whole("66"), remark, whole("5")]).evaluated_by(COUNTED);
    let run = job.run(&["-n", "3", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(evaluations(&job), 3, "the baseline, 66 and 5: {run:?}");
    assert!(
        job.server.requests()[2].user.contains("the same code as step 1, which does not work"),
        "{run:?}"
    );
    assert!(run.stdout.contains("the same code as the baseline, which gave 1.0."), "{run:?}");
}

#[test]
fn a_restarted_daemon_knows_what_was_tried() {
    let job = Job::scripted([whole("2"), whole("3"), whole("2"), whole("4")]).evaluated_by(COUNTED);
    let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    job.world.kill_daemon();
    let id = crate::harness::run_id(&run.stdout);
    let resumed = job.world.weco(&["resume", id, "--steps", "1", "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("This is the same code as step 1, which gave 2.0."), "{resumed:?}");
    assert_eq!(evaluations(&job), 4, "the baseline, 2, 3 and 4: {resumed:?}");
}
