//! What the model is told.

use weco_tests::model_server::ModelServer;

use crate::harness::{Job, ORIGINAL, edit, whole};

#[test]
fn the_task_is_told() {
    let job = Job::scripted([whole("2")])
        .evaluated_by(". ./value.sh\nseq 1 2000\necho the last words\necho \"score: $VALUE\"\n");
    let run = job.run(&["-n", "1", "-i", "Mind the café's `backticks`."]);
    assert_eq!(run.code, 0, "{run:?}");
    let request = job.server.requests().remove(0);
    for part in [
        "Maximize `score`: larger is better",
        "sh eval.sh",
        "Mind the café's `backticks`.",
        &format!("value.sh\n```\n{ORIGINAL}```"),
        "`score` is 1.0",
        "the last words\nscore: 1",
        "This is the last step.",
    ] {
        assert!(request.user.contains(part), "no {part:?} in\n{}", request.user);
    }
    assert!(!request.user.contains("\n1\n2\n3\n"), "the beginning of a long output is left out");
    for part in ["`value.sh`", "SEARCH", "plan"] {
        assert!(request.system.contains(part), "no {part:?} in\n{}", request.system);
    }
    assert!(request.user.len() < 6_000, "bounded: {}", request.user.len());
}

#[test]
fn instructions_come_from_a_file_and_smaller_can_be_better() {
    let job = Job::scripted([whole("0")]);
    job.world.write("notes.md", "# Notes\n\nOnly whole numbers.\n");
    let run = job.world.weco(&[
        "run",
        "-s",
        "value.sh",
        "-c",
        "sh eval.sh",
        "-m",
        "score",
        "-g",
        "minimize",
        "-n",
        "1",
        "-i",
        "notes.md",
        "--output",
        "plain",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 0.0"), "{run:?}");
    let user = job.server.requests().remove(0).user;
    assert!(user.contains("# Notes\n\nOnly whole numbers."), "{user}");
    assert!(user.contains("Minimize `score`: smaller is better"), "{user}");
}

#[test]
fn a_failure_is_told_with_its_output() {
    // The seed decides between a repair and another draft: with this one, step 1 is repaired.
    let broken = "Break it.\n\n```sh\necho a telling message; exit 7\n```\n";
    let job = Job::scripted([broken.to_owned(), whole("2"), whole("3"), whole("4")]);
    let run = job.run(&["-n", "4", "-M", "gpt-5.2", "--search", "aide"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[WARNING] Step 1 is buggy: the command failed with exit code 7"), "{run:?}");
    let requests = job.server.requests();
    let told = |part: &str| requests[1..].iter().any(|request| request.user.contains(part));
    assert!(told("exit code 7"), "{requests:#?}");
    assert!(told("Break it."), "what was tried");
    assert!(run.stdout.contains("a repair of step 1"), "{run:?}");
    assert!(told("a telling message") && told("Repair this version"), "{requests:#?}");
}

#[test]
fn an_unusable_reply_is_asked_again_with_the_reason() {
    let job = Job::scripted([edit("99", "2"), whole("2")]);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("; asking again"), "{run:?}");
    assert!(run.stdout.contains("(attempt 2)") && run.stdout.contains("Best metric value: 2.0"), "{run:?}");
    let requests = job.server.requests();
    assert!(!requests[0].user.contains("could not be used"));
    let again = &requests[1].user;
    assert!(
        again.contains("# Your previous answer could not be used") && again.contains("SEARCH"),
        "{again}"
    );
    assert!(again.starts_with(requests[0].user.trim_end()), "the same question, and the reason");
}

#[test]
fn a_prompt_stays_bounded_however_long_the_run_and_the_texts() {
    let job = Job::new(ModelServer::start(|request| {
        let long = "long ".repeat(2_000);
        format!("{long}\n\n{}", whole(&(request.number + 1).to_string())).into()
    }))
    .evaluated_by("seq 1 20000\n. ./value.sh\necho score: $VALUE\n");
    let run = job.run(&["-n", "40", "-M", "gpt-5.2", "-i", &"x".repeat(90_000)]);
    assert_eq!(run.code, 0, "{run:?}");
    let requests = job.server.requests();
    assert_eq!(requests.len(), 40);
    let longest = requests.iter().map(|request| request.user.len()).max().unwrap();
    assert!(longest < 40_000, "{longest}");
}

#[test]
fn the_same_seed_and_replies_repeat_a_run_exactly() {
    let told = || {
        // Some replies break the code, some cannot be used, the others are good.
        let job = Job::new(ModelServer::start(|request| match request.number {
            4 => edit("nothing", "2").into(),
            number @ (2 | 5 | 7) => format!("Broken.\n\n```sh\nexit {number}\n```\n").into(),
            number => whole(&(number + 1).to_string()).into(),
        }));
        let run = job.run(&["-n", "9", "-M", "gpt-5.2", "--seed", "11"]);
        assert_eq!(run.code, 0, "{run:?}");
        let prompts = job.server.requests().into_iter().map(|request| (request.system, request.user));
        let metrics = run.stdout.lines().filter(|line| line.starts_with("[METRIC]")).map(str::to_owned);
        (prompts.collect::<Vec<_>>(), metrics.collect::<Vec<_>>())
    };
    let first = told();
    assert_eq!(first.0.len(), 10);
    assert_eq!(first, told());
}

#[test]
fn an_edit_that_does_not_apply_is_answered_with_the_nearest_lines() {
    let job = Job::scripted([edit("10", "2"), edit("1", "2")]);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    let user = job.server.requests().remove(1).user;
    assert!(user.contains("there is no line `VALUE=10`; the closest is line 2, `VALUE=1`"), "{user}");
    assert!(user.contains("Around it stands: 1 `# a comment that stays`, 2 `VALUE=1`, 3"), "{user}");
}
