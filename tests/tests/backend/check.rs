use std::fs;

use crate::site::{CHECK, Site, run_id};

#[test]
fn what_is_wrong_is_said_before_anything_is_created() {
    let site = Site::new();
    for (kind, message) in [
        ("setup", "the package langsmith is not installed for this Python"),
        ("auth", "LangSmith refused the keys (401)"),
        ("service", "LangSmith is not available (503)"),
    ] {
        site.fails("check", kind, message);
        let run = site.run(&["-n", "1"]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(run.stderr, format!("error: {message}\n  try: the remedy\n"));
        assert_eq!(run.stdout, "");
    }
    site.assert_no_run();
    assert!(site.server.requests().is_empty(), "no model was asked");
}

#[test]
fn a_program_that_crashes_is_told_with_its_last_words() {
    let site = Site::new();
    site.answers("check", "echo Traceback; echo 'ImportError: no ssl' >&2; exit 3\n");
    let run = site.run(&["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("ended without an answer (exit code 3)"), "{run:?}");
    assert!(run.stderr.contains("ImportError: no ssl"), "{run:?}");
    site.assert_no_run();
}

#[test]
fn without_python_the_path_is_named() {
    let mut site = Site::new();
    let empty = site.world.work().with_file_name("empty");
    fs::create_dir(&empty).unwrap();
    site.world.set("PATH", empty.display().to_string());
    let run = site.run(&["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("there is no python3 or python on the PATH"), "{run:?}");
    assert!(run.stderr.contains("try: install Python 3.9 or newer"), "{run:?}");
}

#[test]
fn a_run_that_goes_on_or_is_derived_from_is_checked_again() {
    let site = Site::new();
    let run = site.run(&["-n", "1"]);
    let id = run_id(&run.stdout);
    site.fails("check", "auth", "LangSmith refused the keys (403)");
    let resume = ["resume", id, "-n", "1", "--output", "plain"];
    let derive = ["run", "derive", id, "-n", "1", "--output", "plain"];
    for words in [&resume[..], &derive] {
        let refused = site.world.weco(words);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("refused the keys (403)"), "{refused:?}");
    }
    site.answers("check", CHECK);
    let resumed = site.world.weco(&resume);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Checked: dataset qa"), "{resumed:?}");
    let derived = site.world.weco(&derive);
    assert_eq!(derived.code, 0, "{derived:?}");
    assert!(derived.stdout.contains("Evaluation: langsmith: dataset qa"), "{derived:?}");
    let inherited = site.json(&["run", "show", run_id(&derived.stdout), "--step", "0"]);
    assert_eq!(inherited["report"]["experiment_url"], "https://smith.example/x");
}
