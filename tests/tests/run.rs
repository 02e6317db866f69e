//! The main job: a run from the user's command to better code on disk.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use common::{builtin, quadratic, world};
use weco_tests::{World, eventually};

fn builtin_run(world: &World, source: &str, more: &[&str]) -> weco_tests::Output {
    world.weco(&builtin(source, &[&["--seed", "7"], more].concat()))
}

#[test]
fn the_built_in_proposer_improves_real_code_and_leaves_the_sources_alone() {
    let world = world();
    let source = quadratic(&world);
    fs::set_permissions(&source, fs::Permissions::from_mode(0o750)).unwrap();
    let before = (fs::read(&source).unwrap(), fs::metadata(&source).unwrap());

    let run = builtin_run(&world, "model.py", &["-n", "25", "--save-logs"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[COMPLETE] Optimization finished successfully"), "{}", run.stdout);
    assert!(run.stdout.contains("[METRIC] Step 0: -125.0 (best so far: -125.0)"), "{}", run.stdout);
    assert!(run.stdout.contains("Total steps completed: 25"), "{}", run.stdout);
    assert!(!run.stdout.contains('\x1b'), "plain has no ANSI");

    let after = fs::metadata(&source).unwrap();
    assert_eq!(fs::read(&source).unwrap(), before.0, "byte for byte");
    assert_eq!(after.mode(), before.1.mode());
    assert_eq!(after.ino(), before.1.ino(), "the user's own file came back");

    let place = world.run_dir();
    let best = best_value(&run.stdout);
    assert!(best > -40.0, "improved clearly: {best}");
    assert_ne!(fs::read_to_string(place.join("best/files/model.py")).unwrap(), world.read("model.py"));
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(place.join("steps/3/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["type"], "step_code_snapshot");
    assert_eq!(manifest["file_count"], 1);
    assert_eq!(manifest["files"][0]["artifact_path"], "files/model.py");
    assert_eq!(manifest["step"], 3);
    assert!(fs::read_to_string(place.join("outputs/step_0.out.txt")).unwrap().contains("score: -125"));
    assert_eq!(fs::read_to_string(place.join("exec_output.jsonl")).unwrap().lines().count(), 26);
    assert_eq!(stray_files(&world), Vec::<String>::new());
}

#[test]
fn a_run_ends_early_where_it_was_told_to() {
    let world = world();
    quadratic(&world);
    let ends = |more: &[&str], why: &str| {
        let run = builtin_run(&world, "model.py", &[&["-n", "60"], more].concat());
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains(&format!("\nEnded early: {why}")), "{}", run.stdout);
        run.stdout
    };
    let stdout = ends(&["--target", "-40"], "the target -40 is reached: step ");
    assert!(best_value(&stdout) >= -40.0, "{stdout}");
    ends(&["--patience", "4"], "no new best in 4 steps\n");
    world.write("eval.py", &format!("import time; time.sleep(0.4)\n{}", world.read("eval.py")));
    let stdout = ends(&["--max-time", "1s"], "the time of 1 s is over\n");

    // Who resumes it wants more.
    let id = stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).unwrap();
    let resumed = world.weco(&["resume", id, "-n", "1", "--output", "plain"]);
    assert!(resumed.code == 0 && resumed.stdout.contains("[COMPLETE]"), "{resumed:?}");
}

fn best_value(stdout: &str) -> f64 {
    let line =
        stdout.lines().find_map(|line| line.strip_prefix("Best metric value: ")).expect("a best value");
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Hidden files left beside the sources.
fn stray_files(world: &World) -> Vec<String> {
    fs::read_dir(world.work())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.') && name != ".runs")
        .collect()
}

#[test]
fn apply_change_writes_the_best_version() {
    let world = world();
    let source = quadratic(&world);
    fs::set_permissions(&source, fs::Permissions::from_mode(0o640)).unwrap();
    let run = builtin_run(&world, "model.py", &["-n", "12", "--apply-change"]);
    assert_eq!(run.code, 0, "{run:?}");
    let best = fs::read_to_string(world.run_dir().join("best/files/model.py")).unwrap();
    assert_eq!(world.read("model.py"), best);
    assert_eq!(fs::metadata(&source).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn plain_says_how_to_apply_and_the_command_works_as_printed() {
    let world = world();
    quadratic(&world);
    let run = builtin_run(&world, "model.py", &["-n", "12"]);
    let (_, command) = run.stdout.trim_end().split_once("): weco ").expect("a weco command");
    let applied = world.weco(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(applied.code, 0, "{command}: {applied:?}");
    let best = fs::read_to_string(world.run_dir().join("best/files/model.py")).unwrap();
    assert_eq!(world.read("model.py"), best);
}

#[test]
fn the_same_seed_repeats_a_run_exactly() {
    let told = || {
        let world = world();
        quadratic(&world);
        let run = builtin_run(&world, "model.py", &["-n", "10"]);
        let wanted = |line: &&str| line.starts_with("[PLAN]") || line.starts_with("[METRIC]");
        run.stdout.lines().filter(wanted).map(str::to_owned).collect::<Vec<_>>()
    };
    let first = told();
    assert!(first.len() > 15, "{first:?}");
    assert_eq!(first, told());
}

#[test]
fn python_never_sees_stale_bytecode_of_a_same_size_candidate() {
    let world = world();
    world.write("params.py", "# weco: 100..999\nVALUE = 500\n");
    world.write("eval.py", "import params\nprint('score:', params.VALUE)\n");
    let run = builtin_run(&world, "params.py", &["-n", "15"]);
    assert_eq!(run.code, 0, "{run:?}");
    for step in 1..=15 {
        let file = world.run_dir().join(format!("steps/{step}/files/params.py"));
        let text = fs::read_to_string(file).unwrap();
        let value = text.rsplit_once("= ").unwrap().1.trim();
        let metric = format!("[METRIC] Step {step}: {value}.0 ");
        assert!(run.stdout.contains(&metric), "step {step} ran other code than {value}:\n{}", run.stdout);
    }
    let after = Command::new("python3").arg("eval.py").current_dir(world.work()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&after.stdout).trim(),
        "score: 500",
        "the restored source is what runs"
    );
}

#[test]
fn a_buggy_step_and_a_nonzero_exit_with_a_metric_are_shown() {
    let world = world();
    world.write("value.py", "VALUE = 4  # weco: [4, 5, 6]\n");
    world.write(
        "eval.py",
        "import sys\nfrom value import VALUE\nif VALUE == 5: sys.exit('broken')\n\
         print('score:', VALUE)\nsys.exit(3 if VALUE == 6 else 0)\n",
    );
    let run = builtin_run(&world, "value.py", &["-n", "9"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("broken"), "{}", run.stdout);
    assert!(run.stdout.contains("Best metric value: 6"), "{}", run.stdout);
    assert!(run.stdout.contains("exit code 3"), "{}", run.stdout);
}

#[test]
fn an_evaluation_gets_the_clients_directory_and_environment() {
    let mut world = world();
    world.weco(&["daemon", "start"]);
    world.set("WECO_TEST_FLAVOUR", "late and with = signs");
    world.write("sub/value.py", "VALUE = 4\n");
    world.write(
        "eval.py",
        "import os\nprint('flavour', os.environ['WECO_TEST_FLAVOUR'])\nprint(os.getcwd())\nprint('score: 1')\n",
    );
    let run = builtin_run(&world, "sub/value.py", &["-n", "1"]);
    assert!(run.stdout.contains("flavour late and with = signs"), "{run:?}");
    assert!(run.stdout.contains(world.work().to_str().unwrap()), "{run:?}");
}

#[test]
fn a_run_begun_while_another_evaluates_starts_from_the_users_code() {
    let world = world();
    world.write("value.py", "VALUE = 4  # weco: 1..100\n");
    world.write(
        "slow.sh",
        "if [ ! -e baseline ]; then touch baseline; echo score: 1; exit; fi\n\
         touch swapped; while [ ! -e go ]; do sleep 0.02; done; echo score: 2\n",
    );
    let run = |command| {
        let what = ["run", "-s", "value.py", "-c", command, "-m", "score", "-g", "max"];
        world.spawn(&[what.as_slice(), &["-M", "builtin", "-n", "1", "--output", "plain"]].concat())
    };
    let first = run("sh slow.sh");
    eventually("a candidate is in place", || world.work().join("swapped").exists().then_some(()));
    assert_ne!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n");

    let mut second = run("cat value.py; echo score: 1");
    second.wait_for("evaluates in this working tree");
    let printed = first.stdout();
    let name = printed.lines().find_map(|line| line.strip_prefix("Run Name: ")).unwrap();
    assert!(second.stdout().contains(&format!("waiting: run {name} (")), "{}", second.stdout());
    world.write("go", "");
    let (first, second) = (first.wait(), second.wait());
    assert_eq!((first.code, second.code), (0, 0), "{first:?}\n{second:?}");
    let (baseline, _) = second.stdout.split_once("[METRIC] Step 0").unwrap();
    assert!(baseline.contains("VALUE = 4  # weco"), "{baseline}");
    assert!(!second.stdout.contains("was edited"), "{}", second.stdout);
    assert_eq!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n");
}
