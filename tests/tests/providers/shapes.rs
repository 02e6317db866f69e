//! Every API, from the command to better code.

use std::fs;

use weco_proto::v1::run_update::Update;
use weco_tests::model_server::{Api, Reply};

use crate::harness::{Job, ORIGINAL, edit, whole};

/// Three better versions: a whole file, then blocks against whichever version is the parent.
fn three_steps() -> [Reply; 3] {
    [whole("2").into(), edit("2", "3").into(), Reply::from(whole("4")).with_thoughts("Four is more.")]
}

fn improves(api: Api, job: &Job, model: &[&str]) {
    let run = job.run(&[model, &["-n", "3", "--search", "greedy"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[COMPLETE]") && run.stdout.contains("Best metric value: 4.0"), "{run:?}");
    assert!(run.stdout.contains("[PLAN] From 2 to 3."), "{run:?}");
    for step in 1..=3 {
        assert!(run.stdout.contains(&format!("[METRIC] Step {step}: {}.0 ", step + 1)), "{run:?}");
    }
    job.assert_clean();
    let best = fs::read_to_string(job.world.run_dir().join("best/files/value.sh")).unwrap();
    assert_eq!(best, ORIGINAL.replace("=1", "=4"));

    let requests = job.server.requests();
    assert_eq!(requests.iter().map(|request| request.api).collect::<Vec<_>>(), [api; 3]);
    assert!(requests.iter().all(|request| request.streamed), "streamed");
    let mut tokens = Vec::new();
    for update in job.updates(&run) {
        if let Update::Proposed(proposed) = update {
            let usage = proposed.usage.unwrap();
            tokens.push((usage.input_tokens, usage.output_tokens));
            assert_eq!(proposed.changed, ["value.sh"]);
        }
    }
    assert_eq!(tokens, [(11, 7); 3], "tokens of each step are recorded");
}

#[test]
fn chat_completions() {
    let job = Job::scripted(three_steps());
    improves(Api::Chat, &job, &["-M", "gpt-5.2"]);
}

#[test]
fn responses() {
    let job = Job::scripted(three_steps());
    improves(Api::Responses, &job, &["-M", "gpt-5-pro"]);
}

#[test]
fn messages() {
    let job = Job::scripted(three_steps());
    improves(Api::Messages, &job, &["-M", "claude-opus-4-5"]);
}

#[test]
fn gemini() {
    let job = Job::scripted(three_steps());
    improves(Api::Gemini, &job, &["-M", "gemini-3-flash-preview"]);
}

#[test]
fn a_server_without_streams() {
    let job = Job::scripted(three_steps().map(Reply::plain));
    improves(Api::Messages, &job, &["-M", "anthropic/claude-opus-4-5"]);
}

#[test]
fn a_compatible_server_from_the_configuration() {
    let mut job = Job::scripted(three_steps());
    job.world.unset("OPENAI_COMPATIBLE_BASE_URL");
    let base = job.server.base_url(Api::Compatible);
    job.configure(&format!("[openai-compatible]\nbase_url = '{base}'\n"));
    improves(Api::Compatible, &job, &["-M", "qwen3:8b"]);
    assert!(!job.server.requests()[0].headers.contains_key("authorization"), "no key, no header");
}

#[test]
fn the_default_model() {
    let job = Job::scripted([whole("2")]);
    let run = job.run(&["-n", "1"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("gemini-3-flash-preview"), "{run:?}");
    assert_eq!(job.server.requests()[0].model, "gemini-3-flash-preview");
}

/// Two files, of which the reply changes both, then one.
#[test]
fn several_files() {
    let both = "Both.\n\n**a.sh**\n```sh\nA=2\n```\n\n**lib/b.sh**\n```sh\nB=2\n```\n";
    let one = "One.\n\nlib/b.sh\n```\n<<<<<<< SEARCH\nB=2\n=======\nB=5\n>>>>>>> REPLACE\n```\n";
    let job = Job::scripted([both, one]).evaluated_by(". ./a.sh; . ./lib/b.sh; echo score: $((A * B))\n");
    job.world.write("a.sh", "A=1\n");
    job.world.write("lib/b.sh", "B=1\n");
    let run = job.run(&["--sources", "a.sh", "lib/b.sh", "-M", "gpt-5.2", "-n", "2", "--search", "greedy"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 10.0"), "{run:?}");
    assert!(run.stdout.contains("[CHANGES] a.sh, lib/b.sh (+2 -2 lines"), "{run:?}");
    assert!(run.stdout.contains("[CHANGES] lib/b.sh (+2 -2 lines"), "{run:?}");
    assert_eq!((job.world.read("a.sh").as_str(), job.world.read("lib/b.sh").as_str()), ("A=1\n", "B=1\n"));
    let best = job.world.run_dir().join("best/files");
    assert_eq!(fs::read_to_string(best.join("a.sh")).unwrap(), "A=2\n", "as the parent's");
    assert_eq!(fs::read_to_string(best.join("lib/b.sh")).unwrap(), "B=5\n");
    let prompts = job.server.requests();
    assert!(prompts[1].user.contains("A=2") && prompts[1].user.contains("B=2"), "both files of the parent");
}
