//! A run's report in a real browser, from a file, with hostile text wherever text can come from.
//!
//! Needs what `tests/src/browser.rs` says; run with `--features browser`.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use common::world;
use serde_json::{Value, json};
use weco_tests::World;
use weco_tests::browser::{Seen, look};
use weco_tests::model_server::ModelServer;

const HOSTILE: &str = "</script></title><img src=x onerror=alert(1)><script>alert(2)</script>";
const SOURCE: &str = "va<img src=x onerror=alert(3)>lue.sh";
const METRIC: &str = "score<script>";
const INSTRUCTIONS: &str = "Be quick.\n</p></details><script>alert(5)</script>";

fn reply(plan: &str, value: &str) -> String {
    format!("{plan}\n\n```sh\n# a comment that stays\nVALUE={value}\n```\n")
}

/// A run of three steps, the last of which is best, told by whoever means no good. Its report's address.
fn report(world: &mut World) -> String {
    let hostile = format!("Raise it. {HOSTILE}");
    let server =
        ModelServer::scripted([reply("Lower it.", "0"), reply("Break it.", "x"), reply(&hostile, "7")]);
    for (name, value) in server.environment() {
        world.set(&name, value);
    }
    world.write(SOURCE, "# a comment that stays\nVALUE=1\n");
    world.write(
        "eval.sh",
        &format!(
            ". './{SOURCE}'\necho '{HOSTILE}'\n[ \"$VALUE\" = x ] && exit 3\necho \"{METRIC}: $VALUE\"\n"
        ),
    );
    let run = world.weco(&[
        "run",
        "-s",
        SOURCE,
        "-c",
        "sh eval.sh",
        "-m",
        METRIC,
        "-g",
        "max",
        "-n",
        "3",
        "-M",
        "gpt-5.2",
        "-i",
        INSTRUCTIONS,
        "--output",
        "plain",
        "--seed",
        "7",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let runs: Value = serde_json::from_str(&world.weco(&["runs", "--format", "json"]).stdout).unwrap();
    let id = runs[0]["run_id"].as_str().unwrap();
    let export = world.weco(&["run", "export", id, "--html", "-o", "report.html"]);
    assert_eq!(export.code, 0, "{export:?}");
    format!("file://{}", world.work().join("report.html").display())
}

/// The page does nothing but be there.
#[track_caller]
fn assert_quiet(seen: &Seen, address: &str) {
    assert_eq!(seen.complaints, Vec::<String>::new());
    assert_eq!(seen.dialogs, Vec::<String>::new());
    assert!(seen.requests.iter().all(|request| request.starts_with(address)), "{:?}", seen.requests);
    assert_eq!(seen.found["elements"], 0, "nothing but what we wrote");
    assert_eq!(seen.found["handlers"], json!([]));
}

#[test]
fn a_report_shows_the_run_and_executes_nothing() {
    let mut world = world();
    let address = report(&mut world);
    let mut papers = Vec::new();
    for (width, scheme) in [("1280", "light"), ("400", "dark")] {
        let seen = look("report.mjs", &[&address, width, scheme]);
        assert_quiet(&seen, &address);
        let found = &seen.found;
        for (what, count) in [("points", 4), ("shown", 4), ("nodes", 4), ("steps", 4)] {
            assert_eq!(found[what], count, "{what} {seen:?}");
        }
        assert_eq!(found["wide"], false, "no scrolling sideways at {width}");
        assert_eq!(found["changes"], json!([SOURCE]));
        assert_eq!((&found["removed"], &found["added"]), (&json!(["VALUE=1"]), &json!(["VALUE=7"])));
        assert_eq!(found["instructions"], json!([INSTRUCTIONS]));
        assert_eq!(found["metric"], METRIC);
        assert_eq!(found["opened"], json!(["3"]), "a point leads to its step");
        assert!(found["plan"][0].as_str().unwrap().contains(HOSTILE), "{seen:?}");
        assert!(found["output"][0].as_str().unwrap().contains(HOSTILE), "{seen:?}");
        assert!(found["path"].as_array().unwrap().contains(&"3".into()), "{seen:?}");
        papers.push(found["paper"].clone());
    }
    assert_ne!(papers[0], papers[1], "light and dark differ");
}
