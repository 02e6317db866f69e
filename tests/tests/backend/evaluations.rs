use std::fs;
use std::path::Path;

use serde_json::json;

use crate::site::{EVALUATE, ORIGINAL, SERVICE_KEY, Site, arguments, run_id};

#[test]
fn a_run_is_evaluated_shown_and_told_to_the_model() {
    let site = Site::new();
    let more = ["-n", "2", "--langsmith-max-examples", "3", "--langsmith-evaluators", "exact", "tone"];
    let run = site.run(&more);
    assert_eq!(run.code, 0, "{run:?}");
    for part in [
        "Checked: dataset qa (3 examples)\n",
        "Evaluation: langsmith: dataset qa, target app:answer, evaluators exact tone, max examples 3\n",
        "[SCORES] Step 0: exact 1.0 (mean, 1 missing), tone none; the target failed on 1 of 3 examples\n",
        "[NOTE] Step 0: tone gave no score\n",
        "[EXAMPLE] Step 2: input: capital of Peru? | expected: Lima | output: Quito | exact: 0.0\n",
        "[EXPERIMENT] Step 2: weco-qa-3 (https://smith.example/x)\n",
        "[METRIC] Step 2: 3.0 (best so far: 3.0)\n",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in\n{}", run.stdout);
    }
    assert_eq!(run.stderr, "warning: few examples\n");
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
    assert_eq!(site.log(), ["check", "evaluate", "evaluate", "evaluate"]);

    let id = run_id(&run.stdout);
    let asked = site.asked("evaluate");
    for (key, value) in [
        ("version", json!(1)),
        ("backend", json!("langsmith")),
        ("step", json!(2)),
        ("metric", json!("exact")),
        ("goal", json!("maximize")),
        ("sources", json!(["value.sh"])),
        (
            "settings",
            json!({"dataset": "qa", "target": "app:answer", "evaluators": ["exact", "tone"], "max-examples": 3}),
        ),
    ] {
        assert_eq!(asked[key], value, "{key}");
    }
    assert_eq!(asked["run"]["id"], id);

    let prompt = &site.server.requests()[1].user;
    for part in
        ["It is measured over a dataset", "`exact` 2.0 (mean, none for 1)", "output: Quito", "(wrong city)"]
    {
        assert!(prompt.contains(part), "no {part:?} in\n{prompt}");
    }
    let step = site.json(&["run", "show", id, "--step", "2"]);
    assert_eq!(step["report"]["experiment"], "weco-qa-3");
    assert_eq!(step["report"]["worst"][0]["scores"][0]["comment"], "wrong city");
    let status = site.json(&["run", "status", id]);
    assert_eq!(status["eval_backend"]["name"], "langsmith");
    assert_eq!(status["eval_backend"]["settings"]["dataset"], json!(["qa"]));
}

#[test]
fn nothing_of_a_key_is_stored() {
    let site = Site::new();
    let run = site.run(&["-n", "1", "--save-logs"]);
    assert_eq!(run.code, 0, "{run:?}");
    let root = site.world.work().parent().unwrap().to_owned();
    assert_eq!(holding(&root, SERVICE_KEY), Vec::<String>::new());
    assert_ne!(holding(&root, "VALUE=1"), Vec::<String>::new(), "the search finds what is there");
    let left = fs::read_dir(site.world.state().join("backends/questions")).unwrap().count();
    assert_eq!(left, 0, "questions are removed");
}

/// Files below `place` that have `text` in them.
fn holding(place: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(place).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(holding(&path, text));
        } else if kind.is_file() {
            let bytes = fs::read(&path).unwrap_or_default();
            if bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_broken_version_is_a_bug_and_the_run_goes_on() {
    let site = Site::new();
    let message =
        "importing the target app:answer failed:\n  File \"app.py\", line 1\nSyntaxError: invalid syntax";
    let broken = crate::site::fault("candidate", message);
    let evaluate = format!(
        "if grep -q 2 value.sh; then\n{broken}elif grep -q 3 value.sh; then exit 7\n\
         elif grep -q 4 value.sh; then echo nonsense | answer\nelse\n{EVALUATE}fi\n",
    );
    site.answers("evaluate", &evaluate);
    let run = site.run(&["-n", "4"]);
    assert_eq!(run.code, 0, "{run:?}");
    for part in [
        "Step 1 is buggy: importing the target app:answer failed: SyntaxError: invalid syntax",
        "Step 2 is buggy: the evaluation ended without an answer (exit code 7)",
        "Step 3 is buggy: the evaluation's answer makes no sense",
        "Best metric value: 5.0",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in\n{}", run.stdout);
    }
}

#[test]
fn a_metric_that_no_evaluator_gives_is_named_with_those_that_there_are() {
    let site = Site::new();
    site.answers("evaluate", &EVALUATE.replace("\"metric\": $VALUE", "\"metric\": null"));
    let run = site.world.weco(&arguments("quality", &["-n", "1"]));
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout
            .contains("the evaluation gave no \"quality\", but scores named exact (tone gave no score)"),
        "{run:?}"
    );
    assert!(run.stdout.contains("Next: name one of them with -m, such as -m exact, or"), "{run:?}");
}

#[test]
fn repeats_verification_and_places_of_their_own_work_as_for_a_command() {
    let site = Site::new();
    let verify = "grep -q '[12]' value.sh";
    let run = site.run(&["-n", "2", "--eval-repeats", "2", "--verify-command", verify, "-p", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "one does not pass: {run:?}");
    assert!(run.stdout.contains("verification failed"), "{run:?}");
    let step = site.json(&["run", "show", run_id(&run.stdout), "--step", "0"]);
    assert_eq!(step["samples"], json!([1.0, 1.0]));
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
}

#[test]
fn a_report_travels_with_its_run() {
    let site = Site::new();
    let run = site.run(&["-n", "1"]);
    let id = run_id(&run.stdout);
    let exported = site.world.weco(&["run", "export", id, "-o", "run.tar.zst"]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let before = site.json(&["run", "show", id, "--step", "1"]);
    let pruned = site.world.weco(&["runs", "prune", "--keep", "0", "--yes"]);
    assert_eq!(pruned.code, 0, "{pruned:?}");
    let imported = site.world.weco(&["import", "run.tar.zst"]);
    assert_eq!(imported.code, 0, "{imported:?}");
    let after = site.json(&["run", "show", id, "--step", "1"]);
    assert_eq!(after["report"], before["report"]);
    assert_eq!(site.json(&["run", "status", id])["eval_backend"]["name"], "langsmith");
}
