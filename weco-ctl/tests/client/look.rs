//! Looking into a run: results, show, status, overview, logs, apply.

use std::process::Output;

use tonic::{Code, Status};
use weco_proto::status::status_with_hint;
use weco_proto::v1::{
    ApplyBestRequest, GetNodeRequest, GetTreeRequest, NodeStatus, OutputPart, RunStatus, TreeOrder,
    WatchOutputRequest,
};

use crate::support::{
    Call, Fake, Home, RUN, Screen, Script, Then, Watched, created, ended, measured, nodes, resumed, runs,
    text,
};

fn script() -> Script {
    Script { runs: runs(), nodes: nodes(), ..Script::default() }
}

/// What `weco run` says with `args`; it must go well.
fn run(home: &Home, args: &[&str]) -> String {
    let (code, out, err) = home.run(&[&["run"], args].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out
}

#[test]
fn results_are_json_with_the_documented_keys() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    insta::assert_snapshot!("results", run(&home, &["results", "0002e", "--top", "2"]));
    insta::assert_snapshot!(
        "results_lineage",
        run(&home, &["results", "0002e", "--lineage", "--include-code"])
    );
    let asked = GetTreeRequest {
        run_id: "0002e".into(),
        order: TreeOrder::Metric.into(),
        ..GetTreeRequest::default()
    };
    let [top, lineage] =
        [GetTreeRequest { limit: 2, ..asked.clone() }, GetTreeRequest { lineage: true, code: true, ..asked }];
    assert_eq!(daemon.calls(), [Call::Tree(top), Call::Tree(lineage)], "no more is fetched than shown");
}

#[test]
fn results_are_csv_and_tables() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    let mut shown = String::new();
    for args in [&["--format", "csv"][..], &["--format", "table"]] {
        for more in [&[][..], &["--lineage"]] {
            let args = [&["results", "0002e"], args, more].concat();
            shown += &format!("$ weco run {}\n{}\n", args.join(" "), run(&home, &args));
        }
    }
    insta::assert_snapshot!("results_for_people", shown);
}

#[test]
fn a_plot_leaves_standard_output_to_programs() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    let line = ["run", "results", "0002e", "--top", "1", "--plot"];
    let (code, out, err) = home.run(&line);
    assert_eq!((code, serde_json::from_str::<Vec<serde_json::Value>>(&out).unwrap().len()), (0, 1));
    assert!(err.starts_with("mean, speedup ^   baseline 1.00   best 2.50 at step 2"), "{err}");
    assert!(
        matches!(daemon.calls().as_slice(), [Call::Tree(tree)] if tree.limit == 0),
        "a plot has all steps"
    );
    let unicode = |args: &[&str]| {
        let output: Output = home.weco(args).env("LANG", "en_GB.UTF-8").output().unwrap();
        text(&output)
    };
    let (_, out, err) = unicode(&[&line[..], &["--format", "table"]].concat());
    assert!(
        out.starts_with("STEP          METRIC  STATUS")
            && out.contains("\n\nmean, speedup ↑   ")
            && err.is_empty(),
        "{out}{err}"
    );
    let (_, out, err) = unicode(&["run", "overview", "0002e", "--plot"]);
    assert!(out.starts_with('{') && err.contains('★'), "{out}{err}");
}

#[test]
fn a_step_is_told_in_full() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    insta::assert_snapshot!("show", run(&home, &["show", "0002e"]));
    insta::assert_snapshot!("show_bug", run(&home, &["show", "0002e", "--step", "1"]));
    run(&home, &["show", "0002e", "--node", "00000003"]);
    let wanted = |node: &str| {
        Call::Node(GetNodeRequest { run_id: "0002e".into(), node: node.into(), code: true, output: true })
    };
    assert_eq!(daemon.calls(), [wanted("best"), wanted("1"), wanted("00000003")]);
}

#[test]
fn a_step_that_is_not_there_is_told_twice() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    let (code, out, err) = home.run(&["run", "show", "0002e", "--step", "9"]);
    assert_eq!((code, out.as_str()), (1, "{\n  \"error\": \"no step '9'\"\n}\n"));
    assert_eq!(err, "error: no step '9'\n  try: weco run results\n");
    for verb in [&["diff", "0002e", "--step", "9"][..], &["logs", "0002e", "--step", "9"]] {
        let (code, out, err) = home.run(&[&["run"], verb].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{verb:?}");
        assert!(err.starts_with("error: no step '9'\n"), "{err}");
    }
}

#[test]
fn wrong_usage_is_told_before_anything_is_asked() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    for args in [
        &["results", "0002e", "--top", "0"][..],
        &["results", "0002e", "--top", "-1"],
        &["results", "0002e", "--format", "xml"],
        &["results", "0002e", "--format", "csv", "--include-code"],
        &["results"],
        &["show", "0002e", "--step", ""],
        &["show", "0002e", "1"],
        &["diff", "0002e", "--against", " "],
        &["overview"],
        &["logs", "0002e", "-n", "5"],
        &["apply"],
    ] {
        let (code, out, err) = home.run(&[&["run"], args].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
    assert!(daemon.calls().is_empty());
}

#[test]
fn the_status_names_what_waits_and_where_it_comes_from() {
    let home = Home::with_runtime_dir();
    let runs = runs().split_off(1);
    let _daemon = Fake::serve(&home.socket(), Script { runs, ..Script::default() });
    insta::assert_snapshot!("status", run(&home, &["status", "8da1"]));
}

#[test]
fn a_lineage_has_a_status_and_an_overview() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    insta::assert_snapshot!("status_lineage", run(&home, &["status", "0002e", "--lineage"]));
    insta::assert_snapshot!("overview", run(&home, &["overview", "0002e"]));
    let overview: serde_json::Value =
        serde_json::from_str(&run(&home, &["overview", "0002e", "--include-code"])).unwrap();
    assert_eq!(overview["nodes"][2]["code"]["my lib.py"], "x = 1");
    assert_eq!(overview["nodes"][1]["plan"], "Tile it.");
    let waiting = vec![NodeStatus::PendingApproval.into(), NodeStatus::PendingEvaluation.into()];
    let asked = GetTreeRequest { run_id: "0002e".into(), lineage: true, ..GetTreeRequest::default() };
    let tree =
        |status, code, plan_chars| Call::Tree(GetTreeRequest { status, code, plan_chars, ..asked.clone() });
    assert_eq!(daemon.calls(), [tree(waiting, false, 0), tree(vec![], false, 160), tree(vec![], true, 0)]);
}

#[test]
fn the_lines_so_far_end_where_the_run_is() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 0, 1.0), measured(3, 1, 2.0), measured(4, 2, 2.5)];
    // It has not ended.
    let watched = [Watched { updates, then: Then::Close }].into();
    let daemon = Fake::serve(&home.socket(), Script { watched, ..script() });
    let out = run(&home, &["logs", "0002e"]);
    assert!(out.contains(&format!("Run ID: {RUN}\n")), "{out}");
    assert!(out.ends_with("[METRIC] Step 2: 2.5 (best so far: 2.5)\n"), "{out}");
    assert!(
        matches!(daemon.calls().as_slice(), [Call::Watch(watch)] if watch.include_output && watch.so_far)
    );
}

#[test]
fn lines_are_followed_to_the_end() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 0, 1.0), ended(3, RunStatus::Error, 0)];
    let watched = [Watched { updates, then: Then::Close }].into();
    let _daemon = Fake::serve(&home.socket(), Script { watched, ..script() });
    let out = run(&home, &["logs", "0002e", "--follow"]);
    assert!(out.contains("[ERROR] the reason\n"), "{out}");
    assert!(!out.contains("To apply"), "who looks is offered nothing: {out}");
}

#[test]
fn the_output_of_a_step_comes_as_it_is() {
    let home = Home::with_runtime_dir();
    let part = |text: &str| OutputPart { step: 2, text: text.into() };
    let output = vec![part("warm"), part("up\nspeed"), part("up: 2.5\n")];
    let daemon = Fake::serve(&home.socket(), Script { output, ..script() });
    assert_eq!(run(&home, &["logs", "0002e", "--step", "2"]), "warm\u{1b}[31mup\nspeedup: 2.5\n");
    assert_eq!(run(&home, &["logs", "0002e", "--step", "1"]), "IndexError\n", "no more is known");
    assert_eq!(run(&home, &["logs", "0002e", "--step", "2", "-f"]), "warmup\nspeedup: 2.5\n");
    let wanted = WatchOutputRequest { run_id: "0002e".into(), node: "2".into() };
    assert_eq!(daemon.calls().last(), Some(&Call::Output(wanted)));
}

#[test]
fn applying_says_what_was_written() {
    let home = Home::with_runtime_dir();
    let daemon = Fake::serve(&home.socket(), script());
    assert_eq!(run(&home, &["apply", "0002e"]), "Applied step 1 to model.py.\n");
    assert_eq!(run(&home, &["apply", "0002e", "--step", "1"]), "Applied step 1 to model.py.\n");
    let node = ApplyBestRequest { run_id: "0002e".into(), node: "1".into() };
    assert_eq!(daemon.calls(), [Call::Apply("0002e".into()), Call::ApplyNode(node)]);
    drop(daemon);
    let refuse =
        Some(status_with_hint(Code::FailedPrecondition, "model.py holds your edit", "merge it by hand"));
    let _daemon = Fake::serve(&home.socket(), Script { refuse, ..script() });
    let refused = (1, String::new(), "error: model.py holds your edit\n  try: merge it by hand\n".to_owned());
    assert_eq!(home.run(&["run", "apply", "0002e"]), refused);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let home = Home::with_runtime_dir();
    let _daemon = Fake::serve(&home.socket(), script());
    for args in
        [&["results", "0002e"][..], &["show", "0002e"], &["diff", "0002e"], &["logs", "0002e", "--step", "2"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = home.weco(&[&["run"], args].concat()).stdout(writer).output().unwrap();
        let (code, _, err) = text(&output);
        assert_eq!((code, err.as_str()), (Some(141), ""), "{args:?}");
    }
}

#[test]
fn a_terminal_is_not_steered_by_what_is_shown() {
    let home = Home::with_runtime_dir();
    let output = ["warm\u{1b}[3", "1mup\nspeed", "up: 2.5"]
        .map(|text| OutputPart { step: 2, text: text.into() })
        .to_vec();
    let mut nodes = nodes();
    nodes[0].plan = "Tile\u{9b}2J it".into();
    let _daemon = Fake::serve(&home.socket(), Script { output, nodes, ..script() });
    for (args, shown) in [
        (&["logs", "0002e", "--step", "2"][..], "warmup\r\nspeedup: 2.5\r\n"),
        (&["logs", "0002e", "--step", "2", "--follow"], "warmup\r\nspeedup: 2.5\r\n"),
        (&["results", "0002e", "--format", "csv", "--top", "1"], "2,2.5,Tile it,"),
        (&["results", "0002e", "--format", "table", "--top", "1"], "  Tile it\r\n"),
        (&["show", "0002e"], "Tile\\u009b2J it"),
    ] {
        let (code, text) = Screen::start(home.weco(&[&["run"], args].concat())).end();
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(shown) && !text.contains(['\u{1b}', '\u{9b}']), "{args:?}: {text:?}");
    }
}

#[test]
fn lines_that_came_before_a_failure_are_printed() {
    let home = Home::with_runtime_dir();
    let updates = vec![created(&home), measured(2, 0, 1.0)];
    let watched = [Watched { updates, then: Then::Fail(Status::data_loss("event 3 is damaged")) }].into();
    let _daemon = Fake::serve(&home.socket(), Script { watched, ..script() });
    let (code, out, err) = home.run(&["run", "logs", "0002e"]);
    assert!(code == 1 && out.contains("[METRIC] Step 0"), "{out}");
    assert!(err.starts_with("error: event 3 is damaged\n"), "{err}");
}

/// The lines are those of the run's log: what it was resumed after is told, and the end once.
#[test]
fn a_run_that_goes_on_again_has_all_its_lines() {
    let home = Home::with_runtime_dir();
    let updates = || {
        let history =
            vec![created(&home), measured(2, 0, 1.0), ended(3, RunStatus::Terminated, 0), resumed(4)];
        [history, vec![measured(5, 1, 2.0), ended(6, RunStatus::Completed, 1)]].concat()
    };
    let mut runs = runs();
    runs[0].last_seq = 6;
    let watched = || Watched { updates: updates(), then: Then::Close };
    let watched = [watched(), watched()].into();
    let _daemon = Fake::serve(&home.socket(), Script { watched, runs, ..script() });
    let once = run(&home, &["logs", "0002e"]);
    assert!(once.contains("[RESUMED]") && once.contains("[METRIC] Step 1: 2"), "{once}");
    assert_eq!(once.matches("[COMPLETE]").count(), 1, "{once}");
    assert_eq!(run(&home, &["logs", "0002e", "-f"]), once);
}
