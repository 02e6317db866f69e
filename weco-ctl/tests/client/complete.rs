//! What a shell is told when somebody presses Tab. The fish shell's form is used: values and what is said about them.

use std::fs;
use std::time::{Duration, Instant};

use weco_proto::v1::{Node, NodeStatus, PendingNode, RunStatus, RunSummary};

use crate::support::{Call, Fake, Home, RUN, Script, text};

/// A run that none of the tests has.
const OTHER: &str = "7777e071-1b67-411f-a514-36947f0c4b31";
const NODE: &str = "b1e5f00d-1b67-511f-a514-36947f0c4b31";

fn summary(run_id: &str) -> RunSummary {
    RunSummary {
        run_id: run_id.into(),
        name: "swift\u{1b}[31m-heron".into(),
        metric: "speedup".into(),
        status: RunStatus::Running.into(),
        steps_done: 12,
        best_metric: Some(2.5),
        pending: vec![PendingNode {
            node_id: NODE.into(),
            step: 12,
            plan: "Use\ttiles\n\u{1b}[2J.".into(),
            status: NodeStatus::PendingApproval.into(),
        }],
        ..Default::default()
    }
}

fn node(step: u32, metric: Option<f64>) -> Node {
    let node_id = format!("{step:08x}-1b67-511f-a514-36947f0c4b31");
    let status = if metric.is_some() { NodeStatus::Completed } else { NodeStatus::Buggy };
    let (run_id, plan) = (RUN.into(), "Plan".into());
    Node { run_id, step, node_id, metric, status: status.into(), plan, ..Default::default() }
}

/// A daemon that says it runs, with two runs.
fn serve(home: &Home, nodes: Vec<Node>) -> Fake {
    fs::create_dir_all(home.state_dir()).unwrap();
    fs::write(home.state_dir().join("daemon.lock"), format!("{}\n", std::process::id())).unwrap();
    let runs = vec![summary(RUN), summary(OTHER)];
    Fake::serve(&home.socket(), Script { runs, nodes, ..Script::default() })
}

/// The answer to Tab at the end of `line`; nothing may be written to standard error.
fn complete(home: &Home, line: &str) -> Vec<String> {
    let words: Vec<&str> = ["--"].into_iter().chain(line.split(' ')).collect();
    let (_, out, err) = text(&home.weco(&words).env("WECO_COMPLETE", "fish").output().unwrap());
    assert_eq!(err, "", "{line:?}");
    assert!(!out.contains('\u{1b}'), "{out:?}");
    out.lines().map(str::to_owned).collect()
}

fn values(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.split('\t').next().unwrap()).collect()
}

/// Where there is nothing else to offer, flags are.
fn assert_no_run(lines: &[String]) {
    assert!(values(lines).iter().all(|value| value.starts_with('-')), "{lines:?}");
}

#[test]
fn runs_are_offered_wherever_one_is_wanted() {
    let home = Home::with_runtime_dir();
    let daemon = serve(&home, Vec::new());
    for verb in ["attach", "resume", "run status", "run stop", "run derive"] {
        let all = complete(&home, &format!("weco {verb} "));
        assert_eq!(
            all,
            [RUN, OTHER].map(|run| format!("{run}\tswift-heron, running, speedup 2.5")),
            "nothing else is in the way: {verb}"
        );
        assert_eq!(values(&complete(&home, &format!("weco {verb} 77"))), [OTHER]);
        assert!(complete(&home, &format!("weco {verb} 99")).is_empty());
    }
    assert!(matches!(daemon.calls().first(), Some(Call::List(list)) if list.limit == 100));
    assert!(values(&complete(&home, "weco attach 0002 --o")).contains(&"--output"));
}

#[test]
fn steps_of_the_named_run_are_offered_newest_first() {
    let home = Home::with_runtime_dir();
    let _daemon = serve(&home, (0..=12).map(|step| node(step, (step != 3).then_some(1.5))).collect());
    let all = complete(&home, "weco run derive 0002 --from-step ");
    assert_eq!(values(&all)[..5], ["best", "run-best", "baseline", "12", "11"]);
    assert!(
        all.contains(&"7\t1.5, Plan".to_owned()) && all.contains(&"3\tbuggy, Plan".to_owned()),
        "{all:?}"
    );
    assert_eq!(values(&complete(&home, "weco run derive 0002 -n 5 --from-step 1")), ["12", "11", "10", "1"]);
    assert_eq!(values(&complete(&home, "weco run derive 0002 --from-step=ru")), ["--from-step=run-best"]);
    for line in [
        "run show 0002 --step 1",
        "run show 0002 --node 1",
        "run diff 0002 --step 1",
        "run diff 0002 --against 1",
    ] {
        assert_eq!(values(&complete(&home, &format!("weco {line}"))), ["12", "11", "10", "1"], "{line}");
    }
    for (line, names) in [
        ("diff 0002 --against", &["baseline", "parent", "best", "run-best"][..]),
        ("diff 0002 --step", &["best", "run-best", "baseline"]),
        ("logs 0002 --step", &["best", "run-best", "baseline"]),
        // What is applied must be the run's own.
        ("apply 0002 --step", &["run-best", "baseline"]),
    ] {
        let all = complete(&home, &format!("weco run {line} "));
        assert_eq!(values(&all)[..=names.len()], [names, &["12"]].concat(), "{line}");
        let baseline = "baseline\tstep 0, with which the run began".to_owned();
        assert!(all.contains(&baseline), "of a derived run it is not one's own code: {all:?}");
    }
    let ids = complete(&home, "weco run derive 0002 --from-step 0000000c-");
    assert_eq!(ids, ["0000000c-1b67-511f-a514-36947f0c4b31\tstep 12, 1.5, Plan"]);
    assert_eq!(
        values(&complete(&home, "weco run derive --from-step ")),
        ["best", "run-best", "baseline"],
        "of which run?"
    );
}

#[test]
fn only_nodes_that_wait_are_offered_to_be_approved() {
    let home = Home::with_runtime_dir();
    let _daemon = serve(&home, (0..=12).map(|step| node(step, Some(1.5))).collect());
    for verb in ["submit", "revise", "reject"] {
        let all = complete(&home, &format!("weco run {verb} 0002 --node "));
        assert_eq!(all, [format!("{NODE}\tstep 12, Use tiles .")], "{verb}");
        assert_eq!(values(&complete(&home, &format!("weco run {verb} 0002 --node 1"))), ["12"]);
        assert_eq!(values(&complete(&home, &format!("weco run {verb} 0002 --node b1e5f00d-"))), [NODE]);
    }
    assert_eq!(values(&complete(&home, "weco run submit 0002 --node 12 --source mo")), ["model.py"]);
}

#[test]
fn no_more_is_offered_than_can_be_read() {
    let home = Home::with_runtime_dir();
    let _daemon = serve(&home, (0..=500).map(|step| node(step, None)).collect());
    let all = complete(&home, "weco run derive 0002 --from-step ");
    assert_eq!((all.len(), values(&all)[3]), (100, "500"));
    assert_eq!(complete(&home, "weco run derive 0002 --from-step 7").len(), 11, "7 and 70 to 79");
}

#[test]
fn files_models_words_and_flags_need_no_daemon() {
    let home = Home::new();
    home.install_daemon("echo started >&2; exit 1");
    assert_eq!(values(&complete(&home, "weco run -s mo")), ["model.py"]);
    assert_eq!(values(&complete(&home, "weco run -s model.py -i mo")), ["model.py"]);
    assert_eq!(values(&complete(&home, "weco run -M built")), ["builtin"]);
    assert_eq!(values(&complete(&home, "weco run -g ma")), ["maximize"]);
    assert_eq!(values(&complete(&home, "weco run st")), ["status", "stop"]);
    assert_eq!(values(&complete(&home, "weco run --eval-c")), ["--eval-command"]);
    assert_eq!(values(&complete(&home, "weco daemon st")), ["start", "stop", "status"]);
    let verbs = complete(&home, "weco ");
    for verb in ["run", "resume", "attach", "runs", "keys", "daemon", "completions", "man"] {
        assert!(values(&verbs).contains(&verb), "{verbs:?}");
    }
    let flags = complete(&home, "weco run derive 0002 --");
    assert!(values(&flags).contains(&"--keep-parent") && !values(&flags).contains(&"--metric"), "{flags:?}");
    assert_no_run(&complete(&home, "weco attach "));
    assert_eq!(home.leftovers(), [] as [std::path::PathBuf; 0], "no daemon was started");
}

#[test]
fn a_daemon_that_says_nothing_or_is_another_holds_nobody_up() {
    let home = Home::with_runtime_dir();
    let fake = serve(&home, Vec::new());
    drop(fake);
    // It takes connections, and that is all.
    fs::remove_file(home.socket()).unwrap();
    let _silent = std::os::unix::net::UnixListener::bind(home.socket()).unwrap();
    let begun = Instant::now();
    assert_no_run(&complete(&home, "weco attach "));
    assert!(begun.elapsed() < Duration::from_secs(20));
    // Behind a socket of a service manager nobody may run yet: connecting would start one.
    fs::write(home.state_dir().join("daemon.lock"), "999999999\n").unwrap();
    assert_no_run(&complete(&home, "weco attach "));
}

#[test]
fn only_a_shells_question_is_answered() {
    let home = Home::new();
    for (shell, words) in
        [("fish", &["--version"][..]), ("nosuchshell", &["--version"]), ("", &["--version"])]
    {
        let (code, out, _) = text(&home.weco(words).env("WECO_COMPLETE", shell).output().unwrap());
        assert_eq!((code, out.starts_with("weco ")), (Some(0), true), "{shell}");
    }
    for line in [
        "weco run derive --from-step -- ",
        "weco -- -- ",
        "weco run -sx=\u{fffd} --api-key=",
        "weco nosuch x ",
    ] {
        complete(&home, line);
    }
}
