//! Runs that begin from a step of another one, by the real programs and a model server that sees what is asked.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;

use common::world;
use serde_json::Value;
use weco_proto::v1::run_update::Update;
use weco_proto::v1::{StepEvaluated, WatchRunRequest};
use weco_tests::model_server::{ModelServer, Reply};
use weco_tests::world::Running;
use weco_tests::{Output, World, eventually};

/// The user's own code, scored 1.
const ORIGINAL: &str = "# a comment that stays\nVALUE=1\n";

/// Notes that it runs, and waits while there is a file `hold` and the value is 3.
const EVALUATION: &str = "echo evaluated >> evaluations\n. ./value.sh\n\
    [ \"$VALUE\" = 3 ] && [ -e hold ] && touch held && while [ -e hold ]; do sleep 0.02; done\n\
    [ \"$VALUE\" = 66 ] && exit 7\necho \"score: $VALUE\"\n";

struct Site {
    world: World,
    server: ModelServer,
}

/// Stands for an answer without code.
const NOTHING: u32 = 77;

/// A version with this value, and a plan that names it.
fn version(value: u32) -> Reply {
    if value == NOTHING {
        return Reply::text("I cannot think of anything.");
    }
    format!("Plan number {value}.\n\nvalue.sh\n```sh\n{}```\n", ORIGINAL.replace("=1", &format!("={value}")))
        .into()
}

impl Site {
    /// The n-th answer is a version with the n-th value; after the last, with 0.
    fn new(values: &'static [u32]) -> Self {
        let server = ModelServer::start(|request| match values.get(request.number - 1) {
            Some(value) => version(*value),
            None => version(0),
        });
        let mut world = world();
        for (name, value) in server.environment() {
            world.set(&name, value);
        }
        world.write("value.sh", ORIGINAL);
        world.write("eval.sh", EVALUATION);
        Self { world, server }
    }

    /// `weco run` with the usual arguments and `more`.
    fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
        let usual =
            ["run", "-s", "value.sh", "-c", "sh eval.sh", "-m", "score", "-g", "max", "-M", "gpt-5.2"];
        [&usual, &["--seed", "7", "--output", "plain"][..], more].concat()
    }

    /// A run to its end: its id.
    fn run(&self, more: &[&str]) -> String {
        let run = self.world.weco(&Self::arguments(more));
        assert_eq!(run.code, 0, "{run:?}");
        id(&run)
    }

    fn derive(&self, run: &str, more: &[&str]) -> Output {
        self.world.weco(&[&["run", "derive", run, "--seed", "7", "--output", "plain"], more].concat())
    }

    /// The same to its end: its id.
    fn derived(&self, run: &str, more: &[&str]) -> String {
        let output = self.derive(run, more);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
        id(&output)
    }

    fn evaluations(&self) -> usize {
        fs::read_to_string(self.world.work().join("evaluations")).unwrap_or_default().lines().count()
    }

    fn runs(&self) -> Vec<Value> {
        serde_json::from_str(&self.world.weco(&["runs", "--format", "json"]).stdout).unwrap()
    }

    fn status(&self, run: &str) -> Value {
        let output = self.world.weco(&["run", "status", run]);
        serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    fn await_status(&self, run: &str, wanted: &str) -> Value {
        eventually(&format!("{run} is {wanted}"), || {
            Some(self.status(run)).filter(|status| status["status"] == wanted)
        })
    }

    /// What step 0 of an ended run was.
    fn step_0(&self, run: &str) -> StepEvaluated {
        let steps = updates(&self.world, run).into_iter().filter_map(|update| match update {
            Update::Evaluated(step) if step.step == 0 => Some(step),
            _ => None,
        });
        let steps: Vec<_> = steps.collect();
        assert_eq!(steps.len(), 1, "{steps:?}");
        steps.into_iter().next().unwrap()
    }

    #[track_caller]
    fn assert_restored(&self) {
        assert_eq!(self.world.read("value.sh"), ORIGINAL);
    }

    /// A run of which a version is under evaluation until `hold` is gone.
    fn held(&self, more: &[&str]) -> (Running, String) {
        self.world.write("hold", "");
        let mut running = self.world.spawn(&Self::arguments(more));
        running.wait_for("Run ID: ");
        eventually("a version is held", || self.world.work().join("held").exists().then_some(()));
        let run = running.stdout().lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned));
        (running, run.unwrap())
    }

    fn release(&self) {
        fs::remove_file(self.world.work().join("hold")).unwrap();
    }
}

#[track_caller]
fn id(output: &Output) -> String {
    let id = output.stdout.lines().find_map(|line| line.strip_prefix("Run ID: "));
    id.unwrap_or_else(|| panic!("{output:?}")).to_owned()
}

/// Everything recorded of a run that has ended.
fn updates(world: &World, run: &str) -> Vec<Update> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = weco_proto::connect::connect(&world.runtime().join("daemon.sock")).await.unwrap();
        let request = WatchRunRequest {
            run_id: run.to_owned(),
            from_seq: 1,
            include_output: false,
            ..Default::default()
        };
        let mut stream = client.watch_run(request).await.unwrap().into_inner();
        let mut updates = Vec::new();
        while let Some(update) = stream.message().await.unwrap() {
            updates.extend(update.update);
        }
        updates
    })
}

#[test]
fn a_steps_code_and_metric_are_step_0_and_nothing_else_of_its_run_is() {
    let site = Site::new(&[2, 3, 4, 5, 6]);
    let parent = site.run(&["-n", "3", "-i", "The old instructions."]);
    assert_eq!(site.evaluations(), 4);

    let output = site.derive(&parent[..8], &["--from-step", "2", "-n", "2", "-i", "The new instructions."]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
    let first = output.stdout.lines().next().unwrap();
    assert!(first.starts_with("[DERIVED] From step 2 of ") && first.contains("score 3.0"), "{first}");
    assert!(first.ends_with("not as in that step, and what is restored: value.sh"), "{first}");
    assert_eq!(site.evaluations(), 6, "its two versions alone are measured");

    let step = site.step_0(&id(&output));
    assert_eq!((step.metric, step.inherited), (Some(3.0), true));
    let requests = site.server.requests();
    let [.., begun, _] = requests.as_slice() else { panic!("{requests:#?}") };
    assert_eq!(requests.len(), 5);
    assert!(begun.user.contains("VALUE=3") && begun.user.contains("The new instructions."), "{}", begun.user);
    for leftover in ["Plan number", "The old instructions.", "VALUE=4"] {
        assert!(!begun.user.contains(leftover), "{leftover:?} in {}", begun.user);
    }
    site.assert_restored();
}

#[test]
fn steps_and_instructions_are_inherited_unless_given() {
    let site = Site::new(&[2, 3, 4, 5]);
    let parent = site.run(&["-n", "2", "-i", "The old instructions."]);
    let derived = site.derived(&parent, &[]);
    let status = site.status(&derived);
    assert_eq!((&status["total_steps"], &status["status"]), (&2.into(), &"completed".into()));
    assert!(site.server.requests()[2].user.contains("The old instructions."));
    assert_eq!((&status["best_metric"], &status["best_step"]), (&5.0.into(), &2.into()));
}

#[test]
fn an_edit_of_the_users_own_is_what_is_restored() {
    let site = Site::new(&[2, 3]);
    let parent = site.run(&["-n", "1"]);
    let mine = "VALUE=1 # mine, without an end of line";
    site.world.write("value.sh", mine);
    let output = site.derive(&parent, &["--from-step", "1", "-n", "1", "--apply-change"]);
    let derived = id(&output);
    assert!(output.code == 1 && output.stderr.contains("holds an edit of your own"), "{output:?}");
    assert_eq!(site.world.read("value.sh"), mine, "no version is written over it");
    assert!(
        site.server.requests()[1].user.contains("VALUE=2"),
        "it begins with the step's code all the same"
    );
    let log = site.world.weco(&["run", "logs", &derived]).stdout;
    assert!(
        log.contains("[WARNING] value.sh holds an edit of your own, which step 1 does not have"),
        "{log}"
    );
    let applied = site.world.weco(&["run", "apply", &derived, "--step", "1"]);
    assert_eq!((applied.code, site.world.read("value.sh").as_str()), (1, mine), "{applied:?}");
}

#[test]
fn versions_of_the_lineage_are_no_edits() {
    let site = Site::new(&[2, 3, 4]);
    let parent = site.run(&["-n", "1", "--apply-change"]);
    assert!(site.world.read("value.sh").contains("VALUE=2"));
    let derived = site.derived(&parent, &["-n", "1", "--apply-change"]);
    assert!(site.world.read("value.sh").contains("VALUE=3"));
    assert!(!site.world.weco(&["run", "logs", &derived]).stdout.contains("[WARNING]"));
    let root = site.world.weco(&["run", "apply", &parent, "--step", "0"]);
    assert_eq!(root.code, 1, "what is there is the derived run's: {root:?}");
    site.world.write("value.sh", ORIGINAL);
    site.derived(&derived, &["--from-step", "run-best", "-n", "1", "--apply-change"]);
    assert!(site.world.read("value.sh").contains("VALUE=4"), "the root's own beginning is known");
}

#[test]
fn what_the_user_began_with_is_written_over_also_when_the_first_run_is_forgotten() {
    let site = Site::new(&[2, 3, 4]);
    let root = site.run(&["-n", "1"]);
    let child = site.derived(&root, &["-n", "1"]);
    let forgotten = site.world.weco(&["runs", "prune", "--keep", "1", "--yes"]);
    assert_eq!(forgotten.code, 0, "{forgotten:?}");
    assert_eq!(site.runs().len(), 1);
    site.derived(&child, &["-n", "1", "--apply-change"]);
    assert_eq!(site.world.read("value.sh"), ORIGINAL.replace("=1", "=4"));
}

#[test]
fn an_edit_of_the_users_own_is_never_written_over_further_down_the_lineage() {
    let site = Site::new(&[2, 3, 4]);
    let root = site.run(&["-n", "1"]);
    let mine = "VALUE=1 # mine\n";
    site.world.write("value.sh", mine);
    let child = site.derived(&root, &["-n", "1"]);
    let forgotten = site.world.weco(&["runs", "prune", "--keep", "1", "--yes"]);
    assert_eq!(forgotten.code, 0, "{forgotten:?}");
    let last = site.derive(&child, &["-n", "1", "--apply-change"]);
    assert!(last.code == 1 && last.stderr.contains("holds an edit of your own"), "{last:?}");
    assert_eq!(site.world.read("value.sh"), mine);
}

#[test]
fn the_best_is_the_lineages_and_ids_and_steps_mean_what_they_say() {
    // The root's best is 9; what is derived from its step 1 stays below.
    let site = Site::new(&[2, 9, 3, 4]);
    let root = site.run(&["-n", "2"]);
    let child = site.derived(&root, &["--from-step", "1", "-n", "1"]);
    let grandchild = site.derived(&child, &["--from-step", "run-best", "-n", "1"]);
    assert_eq!(site.step_0(&grandchild).metric, Some(3.0), "the best of the run named");
    let great = site.derived(&grandchild, &["-n", "1"]);
    assert_eq!(site.step_0(&great).metric, Some(9.0), "the best of all");
    let created = |run: &str| {
        let found = updates(&site.world, run).into_iter().find_map(|update| match update {
            Update::Created(created) => Some(created),
            _ => None,
        });
        found.unwrap()
    };
    for run in [&child, &grandchild, &great] {
        assert_eq!(created(run).lineage_id, root, "the root's, at any depth");
    }
    let from = created(&great).derived_from.unwrap();
    assert_eq!((from.run_id.as_str(), from.step), (root.as_str(), 2));
    for node in [from.node_id.as_str(), &from.node_id[..8]] {
        let again = site.derived(&child, &["--from-step", node, "-n", "1"]);
        assert_eq!(site.step_0(&again).metric, Some(9.0), "{node}");
    }
    site.assert_restored();
}

#[test]
fn a_parent_that_goes_on_is_stopped() {
    let site = Site::new(&[2, 3, 5]);
    let (parent, parent_id) = site.held(&["-n", "5"]);
    let output = site.derive(&parent_id, &["--from-step", "1", "-n", "1"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.lines().next().unwrap().contains("; that run was stopped"), "{output:?}");
    assert_eq!(site.await_status(&parent_id, "terminated")["current_step"], 1);
    assert_eq!(parent.wait().code, 1);
    assert_eq!(site.step_0(&id(&output)).metric, Some(2.0));
    site.assert_restored();
}

#[test]
fn a_parent_that_is_kept_takes_turns_with_the_derived_run() {
    let site = Site::new(&[2, 3, 5, 6, 7]);
    let (parent, parent_id) = site.held(&["-n", "3"]);
    let output = site.derive(&parent_id, &["--from-step", "1", "-n", "2", "--keep-parent", "--daemon"]);
    assert_eq!(output.code, 0, "{output:?}");
    let derived = id(&output);
    eventually("it waits for its turn", || {
        let waiting = site.status(&derived)["waiting"].as_str().unwrap().to_owned();
        waiting.contains("evaluates in this working tree").then_some(())
    });
    site.release();
    assert_eq!(parent.wait().code, 0);
    assert_eq!(site.await_status(&derived, "completed")["current_step"], 2);
    assert_eq!(site.step_0(&derived).metric, Some(2.0));
    site.assert_restored();
}

#[test]
fn a_daemon_killed_right_after_goes_on_with_it() {
    let site = Site::new(&[2, 3, 5]);
    let parent = site.run(&["-n", "1"]);
    let derived = id(&site.derive(&parent, &["--from-step", "1", "-n", "2", "--daemon"]));
    site.world.kill_daemon();
    assert_eq!(site.await_status(&derived, "completed")["current_step"], 2);
    let step = site.step_0(&derived);
    assert_eq!((step.metric, step.inherited), (Some(2.0), true));
    site.assert_restored();
}

#[test]
fn what_cannot_be_begun_from_is_said_and_nothing_is_created() {
    let site = Site::new(&[66, 3]);
    let (parent, parent_id) = site.held(&["-n", "2"]);
    for (from, said) in [
        ("1", "does not work, so it has no metric to begin with"),
        ("2", "is not evaluated yet"),
        ("7", "7"),
        ("ffffffff", "there is no node 'ffffffff'"),
        ("x", "'x' is no step and no node"),
    ] {
        let output = site.derive(&parent_id, &["--from-step", from]);
        assert!(matches!(output.code, 1 | 2) && output.stderr.contains(said), "{from}: {output:?}");
        assert!(output.stderr.contains("\n  try: ") && output.stdout.is_empty(), "{output:?}");
    }
    assert!(site.derive("ffff", &[]).stderr.contains("ffff"));
    let fixed = site.derive(&parent_id, &["-m", "loss"]);
    assert_eq!(fixed.code, 2);
    assert!(fixed.stderr.contains("start a new run"), "{fixed:?}");
    assert_eq!(site.runs().len(), 1);
    assert_eq!(site.status(&parent_id)["status"], "running", "it goes on");
    site.release();
    assert_eq!(parent.wait().code, 0);
    site.assert_restored();
}

#[test]
fn a_step_that_waits_for_approval_is_no_beginning_and_one_before_it_is() {
    let site = Site::new(&[2, 3]);
    let mut parent = site.world.spawn(&Site::arguments(&["-n", "2", "--require-review"]));
    parent.wait_for("Run ID: ");
    let parent_id = eventually("a step waits", || {
        let run = site.runs().into_iter().next()?;
        let waits = run["pending_nodes"].as_array().is_some_and(|nodes| !nodes.is_empty());
        waits.then(|| run["run_id"].as_str().unwrap().to_owned())
    });
    let output = site.derive(&parent_id, &["--from-step", "1"]);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("waits for approval"), "{output:?}");
    let derived = id(&site.derive(&parent_id, &["--from-step", "0", "-n", "1", "--daemon"]));
    site.await_status(&parent_id, "terminated");
    assert_eq!(site.status(&derived)["require_review"], true, "as the run it comes from");
    site.assert_restored();
}

#[test]
fn a_step_without_code_and_a_baseline_that_fails_are_no_beginnings() {
    let site = Site::new(&[NOTHING; 10]);
    let run = id(&site.world.weco(&Site::arguments(&["-n", "1"])));
    let refused = |run: &str, from: &str, said: &str| {
        let output = site.derive(run, &["--from-step", from]);
        assert!(output.code == 1 && output.stderr.contains(said), "{from}: {output:?}");
        assert!(output.stderr.contains("\n  try: ") && output.stdout.is_empty(), "{output:?}");
    };
    refused(&run, "1", "step 1 of run");
    site.world.write("eval.sh", "echo nothing\n");
    let failed = id(&site.world.weco(&Site::arguments(&["-n", "1", "--daemon"])));
    site.await_status(&failed, "error");
    for from in ["best", "run-best", "0"] {
        refused(&failed, from, "work");
    }
    assert_eq!(site.runs().len(), 2);
    site.assert_restored();
}

#[test]
fn a_derived_run_knows_what_its_lineage_tried() {
    // The run tries 2 and 5; the derived one 5, then 2, then 7; a sibling 7, then 5, then 8.
    let site = Site::new(&[2, 5, 5, 2, 7, 7, 5, 8]);
    let run = site.run(&["-n", "2"]);
    assert_eq!(site.evaluations(), 3);
    let derived = site.derive(&run, &["--from-step", "1", "-n", "2"]);
    assert_eq!(derived.code, 0, "{derived:?}");
    let short = &run[..8];
    let told = format!("This is the same code as step 2 of run {short}, which gave 5.0.");
    assert_eq!(derived.stdout.matches(&told).count(), 1, "asked anew with the result: {derived:?}");
    // Its own step 0 is the lineage's step 1.
    assert!(derived.stdout.contains("This is the same code as the baseline, which gave 2.0."), "{derived:?}");
    assert_eq!(site.evaluations(), 4, "only 7 is new: {derived:?}");

    let sibling = site.derive(&run, &["--from-step", "1", "-n", "2"]);
    assert_eq!(sibling.code, 0, "{sibling:?}");
    let told = format!("This is the same code as step 2 of run {}, which gave 7.0.", &id(&derived)[..8]);
    assert!(sibling.stdout.contains(&told), "{sibling:?}");
    assert_eq!(site.evaluations(), 5, "only 8 is new: {sibling:?}");
    site.assert_restored();
}

#[test]
fn the_built_in_proposer_tries_nothing_again_that_its_lineage_tried() {
    let mut world = world();
    common::quadratic(&world);
    let measure =
        "print('score:', round(-((X - 3) ** 2 + (Y + 4) ** 2), 6))\nprint(X, Y, file=open('tried', 'a'))\n";
    world.write("eval.py", &format!("from model import X, Y\n{measure}"));
    world.set("PYTHONDONTWRITEBYTECODE", "1");
    let run = world.weco(&common::builtin("model.py", &["-n", "8", "--seed", "7"]));
    assert_eq!(run.code, 0, "{run:?}");
    // With the same seed, and from where that run began, it would propose the same.
    let derived = world.weco(&[
        "run",
        "derive",
        &id(&run),
        "--from-step",
        "0",
        "--seed",
        "7",
        "-n",
        "8",
        "--output",
        "plain",
    ]);
    assert_eq!(derived.code, 0, "{derived:?}");
    let tried = world.read("tried");
    let mut distinct: Vec<&str> = tried.lines().collect();
    assert_eq!(distinct.len(), 17, "every step is evaluated: {derived:?}");
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 17, "{tried}");
}
