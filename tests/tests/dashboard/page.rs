//! The page in a real browser. What a person does there is in `tests/browser/dashboard.mjs`.

use serde_json::{Value, json};
use weco_tests::browser::{Seen, Session, look};
use weco_tests::model_server::ModelServer;
use weco_tests::{World, eventually};

use crate::support::{job, left_to_the_daemon, runs, url, world_with_dashboard};

const SCRIPT: &str = "dashboard.mjs";
const ATTACK: &str = "</script></title><img src=x onerror=alert(1)><script>alert(2)</script>";

/// Nothing that was not meant to happen, but what `known` says.
#[track_caller]
fn assert_quiet(seen: &Seen, known: &[&str]) {
    let is_known = |complaint: &&String| known.iter().any(|known| complaint.contains(known));
    let complaints: Vec<_> = seen.complaints.iter().filter(|complaint| !is_known(complaint)).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    assert_eq!(seen.dialogs, Vec::<String>::new());
}

fn live(steps: &str) -> World {
    let world = world_with_dashboard();
    job(&world, 0.3);
    let run = world.weco(&left_to_the_daemon(&["-n", steps, "--seed", "3"]));
    assert_eq!(run.code, 0, "{run:?}");
    world
}

/// A world in which the models say this, one after the other, and then nothing.
fn scripted(replies: Vec<String>) -> (World, ModelServer) {
    let mut world = world_with_dashboard();
    let server = ModelServer::scripted(replies);
    for (name, value) in server.environment() {
        world.set(&name, value);
    }
    (world, server)
}

fn run_of<'a>(source: &'a str, metric: &'a str, steps: &'a str) -> Vec<&'a str> {
    let job = ["run", "-s", source, "-c", "sh eval.sh", "-m", metric, "-g", "max", "-n", steps];
    [&job[..], &["-M", "gpt-5.2", "--output", "plain", "--eval-repeats", "1", "--daemon", "--seed", "7"]]
        .concat()
}

#[test]
fn the_printed_url_lets_a_browser_in_wherever_it_was_clicked_and_no_other_server_learns_of_it() {
    let world = live("1");
    let seen = look(SCRIPT, &["arrive", &url(&world)]);
    assert_quiet(&seen, &[]);
}

#[test]
fn a_run_is_watched_and_steered_in_two_tabs() {
    let world = live("400");
    let original = world.read("model.py");
    let mut session = Session::start(SCRIPT, &["steer", &url(&world)]);
    session.when("edit", || drop(world.write("model.py", "X = 1.0\nY = 1.0\n")));
    session.when("restore", || drop(world.write("model.py", &original)));
    let seen = session.end();
    // The refusal to write over an edit.
    assert_quiet(&seen, &["409"]);
    let (runs, applied) = (runs(&world), world.read("model.py"));
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "{runs:#}");
    assert_ne!(applied, original, "the best is in the file");
}

#[test]
fn proposals_are_turned_down_changed_and_approved() {
    let reply = |value: &str| format!("Try {value}.\n\n```sh\nVALUE={value}\n```\n");
    let (world, _server) = scripted(["10", "20", "30"].map(reply).to_vec());
    world.write("value.sh", "VALUE=1\n");
    world.write("eval.sh", ". ./value.sh\necho \"score: $VALUE\"\n");
    let run = world.weco(&[&run_of("value.sh", "score", "3")[..], &["--require-review"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let seen = look(SCRIPT, &["review", &url(&world)]);
    assert_quiet(&seen, &[]);
    let run = runs(&world)[0].clone();
    assert_eq!((&run["best_step"], &run["best_metric"]), (&json!(2), &json!(42.0)), "{run:#}");
    assert_eq!(world.read("value.sh"), "VALUE=1\n");
}

#[test]
fn a_page_outlives_its_daemon_and_catches_up() {
    let world = live("400");
    let mut session = Session::start(SCRIPT, &["outlive", &url(&world)]);
    session.when("kill", || world.kill_daemon());
    session.when("start", || world.start_daemon());
    let seen = session.end();
    assert_quiet(&seen, &["ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY"]);
}

#[test]
fn whatever_a_text_says_it_is_shown_and_nothing_else() {
    let source = "va<img src=x onerror=alert(3)>lue.sh";
    let metric = "score<script>";
    let instructions = "Be quick.\n</p></details><script>alert(5)</script>";
    let reply = |plan: &str, value: &str| format!("{plan}\n\n```sh\n# {ATTACK}\nVALUE={value}\n```\n");
    let replies =
        vec![reply("Lower it.", "0"), reply("Break it.", "x"), reply(&format!("Raise it. {ATTACK}"), "7")];
    let (world, _server) = scripted(replies);
    world.write(source, "# a comment that stays\nVALUE=1\n");
    world.write(
        "eval.sh",
        &format!(
            ". './{source}'\necho '{ATTACK}'\nprintf '\\033[31mred\\033[0m\\n'\n[ \"$VALUE\" = x ] && exit 3\n\
             echo \"{metric}: $VALUE\"\n"
        ),
    );
    let run = world.weco(&[&run_of(source, metric, "3")[..], &["-i", instructions]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    eventually("the run has ended", || (runs(&world)[0]["status"] == "completed").then_some(()));
    let seen = look(SCRIPT, &["hostile", &url(&world)]);
    assert_quiet(&seen, &[]);
    let Seen { found, .. } = seen;
    assert!(found["elements"].as_array().unwrap().iter().all(|count| count == 0), "{found:#}");
    let shown = |view: &str, text: &str| {
        let views: &Value = &found["texts"];
        assert!(views[view].as_str().unwrap().contains(text), "{view}: {text}\n{}", views[view]);
    };
    shown("list", metric);
    shown("run", metric);
    shown("run", ATTACK);
    shown("run", "<script>alert(5)</script>");
    shown("node3", ATTACK);
    shown("node3", source);
    shown("compare", ATTACK);
}
