//! Versions that tamper with the copies of protected files.

use weco_tests::model_server::ModelServer;

use crate::site::{Site, version};

const EVALUATION: &str = ". ./value.sh\necho \"score: $VALUE\"\n";

/// A version that makes the evaluation print a great metric, for itself and for all that follow.
const CHEAT: &str = "Write it down.\n\nvalue.sh\n```sh\nVALUE=3\n\
                     printf 'echo score: 1000\\n' > new.sh && mv new.sh eval.sh\necho score: 1000\nexit\n```\n";

/// A site whose second version cheats; the last of six comes to 7.
fn site() -> Site {
    let server = ModelServer::start(|request| match request.number {
        2 => CHEAT.to_owned().into(),
        number => version(number + 1).into(),
    });
    Site::with(server).evaluated_by(EVALUATION)
}

#[track_caller]
fn assert_only_the_cheat_fails(site: &Site, more: &[&str]) {
    let run = site.run(&[&["-n", "6", "--protect", "eval.sh"], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let why = "is buggy: changed protected files during its evaluation: eval.sh";
    assert_eq!(run.stdout.matches(why).count(), 1, "{}", run.stdout);
    assert_eq!(run.stdout.matches("is buggy").count(), 1, "{}", run.stdout);
    let end = "Total steps completed: 6\nBest metric value: 7.0";
    assert!(run.stdout.contains(end), "{}", run.stdout);
    assert_eq!(site.world.read("eval.sh"), EVALUATION);
    site.assert_clean();
}

#[test]
fn a_version_that_rewrites_the_evaluation_fails_alone() {
    assert_only_the_cheat_fails(&site(), &["--isolate"]);
}

#[test]
fn a_version_that_rewrites_the_evaluation_fails_alone_with_two_at_once_in_a_repository() {
    let site = site().commit();
    assert_only_the_cheat_fails(&site, &["-p", "2"]);
}

#[test]
fn what_is_protected_outside_of_the_directory_is_watched_where_it_is() {
    let script = ". ./value.sh\n[ \"$VALUE\" = 3 ] && echo 1 > \"$MEET/truth\"\necho \"score: $VALUE\"\n";
    let site = Site::new().evaluated_by(script);
    std::fs::write(site.meet().join("truth"), "0\n").unwrap();
    let run = site.run(&["-n", "6", "--isolate", "--protect", "eval.sh", "../meet/truth"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("Step 2 is buggy: changed protected files during its evaluation: "),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("[ERROR] protected files are not as they were when the run began"),
        "{run:?}"
    );
    site.assert_clean();
}

#[test]
fn what_the_user_changes_meanwhile_is_held_against_no_version() {
    let site = Site::new();
    let run = site.spawn(&["-n", "4", "-p", "2", "--protect", "eval.sh"]);
    site.at_gate(2);
    site.world.write("eval.sh", "echo score: 0\n");
    site.open_gate();
    let run = run.wait();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.stdout.contains("is buggy"), "{run:?}");
    assert!(
        run.stdout.contains("[ERROR] protected files are not as they were when the run began: eval.sh"),
        "{run:?}"
    );
    assert!(run.stdout.contains("Step 1: ") && run.stdout.contains("Step 2: "), "{run:?}");
    site.assert_clean();
}
