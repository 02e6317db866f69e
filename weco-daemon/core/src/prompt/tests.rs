//! Prompts as models see them.

use super::{
    Approach, Brief, MAX_APPROACHES, MAX_PATH, MAX_TRIED, Prompt, Second, Texts, Tried, TriedResult,
};
use crate::event::{Fault, Stage};
use crate::forms::Forms;
use crate::report::{Example, ExampleScore, Report, Score};
use crate::run::{Files, Goal, NodeId};

const OUTPUT: &str = "warming up\ntotal time: 2.5 s\n";

const MODEL: &str = "import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n";

fn model() -> Files {
    Files::from([("model.py".to_owned(), MODEL.to_owned())])
}

/// The prompt for these texts.
fn render(brief: &Brief, files: &Files, output: &str) -> Prompt {
    super::render(brief, &Texts { files, second: None, output })
}

fn brief(stage: Stage, parent: u32) -> Brief {
    Brief {
        metric: "total time".to_owned(),
        goal: Goal::Minimize,
        eval_command: "python bench.py --fast".to_owned(),
        is_backend: false,
        instructions: None,
        stage,
        parent: NodeId(parent),
        files: [].into(),
        parent_metric: Some(2.5),
        parent_bug: None,
        parent_plan: String::new(),
        parent_revised: false,
        parent_output: None,
        parent_report: None,
        baseline_metric: Some(2.5),
        best_metric: Some(2.5),
        second: None,
        path: Vec::new(),
        tried: Vec::new(),
        approaches: Vec::new(),
        idle_steps: 0,
        forms: Forms::default(),
        unusable: None,
        steps_left: 20,
    }
}

fn tried(node: u32, parent: u32, plan: &str, result: Result<f64, &str>) -> Tried {
    let result = result.map_or_else(|why| TriedResult::Buggy(why.to_owned()), TriedResult::Metric);
    Tried { node: NodeId(node), parent: NodeId(parent), plan: plan.to_owned(), result }
}

/// A prompt about these files, whatever it asks.
pub(crate) fn prompt_for(files: &Files) -> Prompt {
    render(&brief(Stage::Improve, 0), files, OUTPUT)
}

#[test]
fn the_answers_form() {
    insta::assert_snapshot!(prompt_for(&model()).system);
    let long = "x = '```'\n".repeat(400);
    let files = [("big.py", long.as_str()), ("model.py", MODEL)]
        .map(|(path, text)| (path.to_owned(), text.to_owned()));
    insta::assert_snapshot!(prompt_for(&files.into()).system);
}

#[test]
fn first_draft() {
    insta::assert_snapshot!(render(&brief(Stage::Draft, 0), &model(), OUTPUT).user);
}

#[test]
fn draft() {
    let mut brief = brief(Stage::Draft, 0);
    brief.instructions = Some("Keep `area` pure.\n".to_owned());
    brief.tried = vec![
        tried(1, 0, "Cache the areas.", Ok(1.75)),
        tried(2, 0, "Use numpy.\nIt is fast.", Err("ModuleNotFoundError: No module named 'numpy'")),
        tried(3, 1, "Larger cache.", Ok(1.75)),
    ];
    brief.best_metric = Some(1.75);
    brief.approaches = approaches();
    insta::assert_snapshot!(render(&brief, &model(), OUTPUT).user);
}

#[test]
fn improve() {
    let mut brief = brief(Stage::Improve, 3);
    brief.parent_plan = "Cache the areas.\nThey repeat.".to_owned();
    brief.parent_metric = Some(1.75);
    brief.best_metric = Some(1.75);
    brief.tried = vec![
        tried(1, 0, "Unroll the loop.", Ok(2.6)),
        tried(3, 0, "Cache the areas.", Ok(1.75)),
        tried(4, 3, "Use an array.", Ok(1.5)),
        tried(5, 3, "Use threads.", Err("exit code 1")),
    ];
    brief.path = vec![tried(1, 0, "Unroll the loop.", Ok(2.6)), tried(2, 1, "In C.", Ok(2.0))];
    brief.unusable = Some("The SEARCH text for `model.py` does not occur there.".to_owned());
    brief.steps_left = 1;
    insta::assert_snapshot!(render(&brief, &model(), OUTPUT).user);
}

#[test]
fn debug() {
    let mut brief = brief(Stage::Debug, 2);
    brief.parent_plan = "Use numpy.".to_owned();
    brief.parent_metric = None;
    brief.parent_bug = Some("the output has no 'total time'".to_owned());
    let output = "Traceback (most recent call last):\n```\nModuleNotFoundError: No module named 'numpy'\n";
    brief.tried = vec![
        tried(1, 0, "Cache the areas.", Ok(1.75)),
        tried(2, 0, "Use numpy.", Err("the output has no 'total time'")),
        tried(6, 2, "Import it later.", Err("ModuleNotFoundError")),
        tried(7, 1, "Elsewhere.", Ok(1.0)),
    ];
    insta::assert_snapshot!(render(&brief, &model(), output).user);
}

#[test]
fn debug_again() {
    let mut brief = brief(Stage::Debug, 6);
    brief.parent_plan = "Import it later.".to_owned();
    (brief.parent_metric, brief.parent_bug) = (None, Some("exit code 1".to_owned()));
    brief.path = vec![
        tried(2, 0, "Use numpy.", Err("the output has no 'total time'")),
        tried(4, 2, "Install it first.", Err("no network")),
    ];
    brief.tried = vec![
        tried(2, 0, "Use numpy.", Err("the output has no 'total time'")),
        tried(7, 4, "Import it twice.", Err("exit code 2")),
    ];
    insta::assert_snapshot!(render(&brief, &model(), "").user);
}

#[test]
fn cross() {
    let mut brief = brief(Stage::Cross, 3);
    brief.parent_plan = "Cache the areas.".to_owned();
    (brief.parent_metric, brief.best_metric) = (Some(1.75), Some(1.75));
    let plan = "Work in a table.".to_owned();
    brief.second = Some(Second { node: NodeId(5), files: [].into(), metric: Some(1.8), plan });
    brief.path = vec![tried(1, 0, "Unroll the loop.", Ok(2.2))];
    let with = |text: &str| {
        Files::from([("a.py", "A = 1\n"), ("model.py", text)].map(|(p, t)| (p.into(), t.into())))
    };
    let (files, second) = (with(MODEL), with("AREAS = '```'\n"));
    let texts = Texts { files: &files, second: Some(&second), output: OUTPUT };
    insta::assert_snapshot!(super::render(&brief, &texts).user);
}

#[test]
fn leap() {
    let mut brief = brief(Stage::Leap, 3);
    brief.parent_plan = "Cache the areas.".to_owned();
    (brief.parent_metric, brief.best_metric) = (Some(1.75), Some(1.75));
    brief.idle_steps = 12;
    brief.approaches = approaches();
    insta::assert_snapshot!(render(&brief, &model(), OUTPUT).user);
}

fn approaches() -> Vec<Approach> {
    let approach = |founder, plan: &str, steps, best, failure: Option<&str>| {
        let (plan, failure) = (plan.to_owned(), failure.map(str::to_owned));
        Approach { founder: NodeId(founder), plan, steps, best, failure }
    };
    vec![
        approach(0, "", 1, Some(2.5), None),
        approach(1, "Cache the areas.", 9, Some(1.75), None),
        approach(2, "Use numpy.\nIt is fast.", 2, None, Some("ModuleNotFoundError")),
        approach(8, "Use threads.", 1, None, None),
    ]
}

#[test]
fn the_form_that_did_better_is_asked_for() {
    let long = Files::from([("big.py".to_owned(), "x = 1\n".repeat(400))]);
    let preference = |fault| {
        let mut brief = brief(Stage::Improve, 0);
        for _ in 0..2 {
            brief.forms.failed(fault);
        }
        [model(), long.clone()].map(|files| render(&brief, &files, "").system.contains("- Use form 2 for"))
    };
    assert_eq!(preference(Fault::Other), [false, true], "by length");
    assert_eq!(preference(Fault::Edits), [false, false]);
    assert_eq!(preference(Fault::Whole), [false, true], "what is quickly written out is");
    let medium = Files::from([("medium.py".to_owned(), "x = 1\n".repeat(100))]);
    let mut brief = brief(Stage::Improve, 0);
    (0..2).for_each(|_| brief.forms.failed(Fault::Whole));
    assert!(render(&brief, &medium, "").system.contains("- Use form 2 for `medium.py`"));
}

#[test]
fn a_prompt_is_bounded_and_repeatable() {
    let mut brief = brief(Stage::Improve, 3);
    let output = "noise `````` \n".repeat(100_000);
    brief.parent_plan = "plan ".repeat(100_000);
    brief.parent_bug = Some("bug ".repeat(100_000));
    brief.unusable = Some("why ".repeat(100_000));
    brief.instructions = Some("do ".repeat(100_000));
    brief.eval_command = "c ".repeat(100_000);
    brief.tried = (10..10_000)
        .map(|node| tried(node, node % 7, &"idea ".repeat(1_000), Err(&"no ".repeat(1_000))))
        .collect();
    brief.path.clone_from(&brief.tried);
    brief.tried.iter_mut().for_each(|step| step.node.0 += 10_000);
    let approach =
        |founder| Approach { plan: "way ".repeat(1_000), founder: NodeId(founder), ..approaches().remove(2) };
    brief.approaches = (0..10_000).map(approach).collect();
    let prompt = render(&brief, &model(), &output);
    assert_eq!(prompt, render(&brief, &model(), &output));
    assert!(prompt.user.len() < 60_000, "{}", prompt.user.len());
    assert_eq!(prompt.user.matches("\n- step ").count(), MAX_TRIED + MAX_PATH);
    let leap = render(&Brief { stage: Stage::Leap, ..brief.clone() }, &model(), &output);
    assert!(leap.user.len() < 60_000, "{}", leap.user.len());
    assert_eq!(leap.user.matches("nothing works in 2 steps").count(), MAX_APPROACHES);
    let newest_here = (10..10_000).rev().filter(|node| node % 7 == 3).take(MAX_TRIED);
    for node in newest_here {
        assert!(prompt.user.contains(&format!("- step {} from step 3:", node + 10_000)));
    }
}

#[test]
fn a_huge_number_stays_short() {
    let mut brief = brief(Stage::Improve, 0);
    brief.parent_metric = Some(1e300);
    assert!(render(&brief, &model(), OUTPUT).user.contains("is 1e300."));
}

#[test]
fn every_files_text_is_there_unchanged() {
    let text = "a ```` b\n~~~\n\n  trailing  \r\nno newline";
    let files = Files::from([("x.md".to_owned(), text.to_owned())]);
    let prompt = prompt_for(&files);
    assert!(prompt.user.contains(&format!("x.md\n`````\n{text}\n`````\n")));
    assert!(prompt.system.contains("at least 5 backticks"));
}

#[test]
fn what_the_user_turned_down_is_told_with_the_reason_also_for_a_repair() {
    for stage in [Stage::Draft, Stage::Improve, Stage::Debug] {
        let mut brief = brief(stage, 2);
        let result = TriedResult::Rejected("no threads\n\x1b[31mplease".to_owned());
        brief.tried.push(Tried {
            node: NodeId(9),
            parent: NodeId(0),
            plan: "Use threads".to_owned(),
            result,
        });
        brief.tried.sort_by_key(|tried| tried.node);
        let prompt = render(&brief, &Files::new(), "").user;
        let told = prompt.lines().find(|line| line.starts_with("- step 9")).unwrap_or_default().to_owned();
        assert!(told.contains("Use threads => turned down by the user: no threads"), "{stage:?}: {prompt}");
    }
}

#[test]
fn a_parent_that_the_user_changed_is_said_to_be() {
    let told = |parent_revised| {
        let parent_plan = "Use a table".to_owned();
        render(&Brief { parent_revised, parent_plan, ..brief(Stage::Improve, 2) }, &Files::new(), "").user
    };
    assert!(told(true).contains("Its plan was: Use a table (the user then changed its code)\n"));
    assert!(told(false).contains("Its plan was: Use a table\n"));
}

/// A report on two examples, of which one failed.
fn report() -> Report {
    let wrong = Example {
        id: "7".into(),
        input: "capital of Peru?".into(),
        output: Some("Quito".into()),
        expected: Some("Lima".into()),
        scores: vec![ExampleScore {
            name: "exact".into(),
            value: Some(0.0),
            comment: Some("wrong\ncity".into()),
        }],
        ..Example::default()
    };
    let failed = Example { input: "```".into(), error: Some("KeyError: 'x'".into()), ..wrong.clone() };
    let exact =
        Score { name: "exact".into(), value: Some(0.5), summary: "mean".into(), count: 3, missing: 1 };
    Report {
        scores: vec![exact, Score { name: "tone".into(), ..Score::default() }],
        examples: 4,
        failed: 1,
        worst: vec![Example { output: None, ..failed }, wrong],
        notes: vec!["the evaluator 'tone' raised".into()],
        ..Report::default()
    }
}

#[test]
fn a_backends_report_is_told_with_the_worst_examples() {
    let mut brief = brief(Stage::Improve, 2);
    (brief.is_backend, brief.eval_command) = (true, "langsmith: dataset qa, target app:answer".into());
    brief.parent_report = Some(Box::new(report()));
    insta::assert_snapshot!(render(&brief, &Files::new(), "").user);
}

#[test]
fn the_examples_of_a_report_are_bounded() {
    let mut brief = brief(Stage::Improve, 2);
    let long = Example { input: "x".repeat(600), output: Some("y".repeat(600)), ..Example::default() };
    brief.parent_report = Some(Box::new(Report { worst: vec![long; 1_000], ..report() }));
    let prompt = render(&brief, &Files::new(), "").user;
    assert!(prompt.chars().count() < 12_000, "{}", prompt.len());
    assert!(prompt.contains(&"y".repeat(600)));
}
