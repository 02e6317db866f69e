//! A lineage of two runs for the fake daemon.

use weco_proto::v1::{
    Approval, ChosenStep, DerivedFrom, Goal, Node, NodeStatus, PendingNode, Revision, RunStatus, RunSummary,
    SourceText, Spread, Stage, Usage,
};

use super::RUN;

/// The run that was derived from [`RUN`].
pub(crate) const DERIVED: &str = "8da1f2c3-77aa-4e1b-9c55-0f6b2d3e4a51";

/// When it all began.
const START: i64 = 1_700_000_000_000;

/// [`RUN`] and the run derived from its step 2.
pub(crate) fn runs() -> Vec<RunSummary> {
    let root = RunSummary {
        run_id: RUN.into(),
        name: "swift-heron".into(),
        directory: "/home/ada/project".into(),
        sources: vec!["model.py".into(), "my lib.py".into()],
        metric: "mean, speedup".into(),
        goal: Goal::Maximize.into(),
        model: "builtin".into(),
        status: RunStatus::Terminated.into(),
        reason: "stopped by the user".into(),
        steps_done: 3,
        steps: 5,
        baseline_metric: Some(1.0),
        best_step: Some(2),
        best_metric: Some(2.5),
        baseline: Some(Spread { metric: 1.0, sd: Some(0.25), count: 2 }),
        best: Some(Spread { metric: 2.5, sd: Some(0.5), count: 3 }),
        created_at_ms: START,
        last_seq: 4,
        lineage_id: RUN.into(),
        ..RunSummary::default()
    };
    let derived = RunSummary {
        run_id: DERIVED.into(),
        name: "calm-otter".into(),
        status: RunStatus::Running.into(),
        reason: String::new(),
        steps_done: 0,
        steps: 4,
        best_step: Some(0),
        require_review: true,
        pending: vec![PendingNode {
            node_id: id(DERIVED, 1),
            step: 1,
            plan: "Unroll by four.".into(),
            status: NodeStatus::PendingApproval.into(),
        }],
        chosen: vec![ChosenStep { step: 1, why: "a look at the best".into() }],
        instructions: "Mind the memory.".into(),
        derived_from: Some(DerivedFrom { run_id: RUN.into(), step: 2, node_id: id(RUN, 2) }),
        ..root.clone()
    };
    vec![root, derived]
}

/// Their nodes: best first, then those without a metric.
pub(crate) fn nodes() -> Vec<Node> {
    let best = Node {
        reason: String::new(),
        stage: Stage::Improve.into(),
        parent_step: Some(1),
        parent_id: id(RUN, 1),
        usage: Some(Usage { input_tokens: 1200, output_tokens: 300 }),
        attempts: 1,
        lines_added: 1,
        lines_removed: 1,
        asked_at_ms: Some(START + 1_000),
        proposed_at_ms: Some(START + 2_500),
        ended_at_ms: Some(START + 4_000),
        duration_ms: Some(1_200),
        exit_code: Some(0),
        instructions: "Use tiles.".into(),
        revisions: vec![Revision {
            revision_id: "11111111-2222-4333-8444-555555555555".into(),
            number: 1,
            by: "ada".into(),
            at_ms: START + 3_000,
            lines_added: 1,
            lines_removed: 1,
        }],
        approval: Some(Approval {
            by: "ada".into(),
            at_ms: START + 3_500,
            eval_command: Some("make quick".into()),
            directory: "/home/ada/project".into(),
        }),
        output: "warm\u{1b}[31mup\nspeedup: 2.5\n".into(),
        total: Some(Spread { metric: 2.5, sd: Some(0.5), count: 3 }),
        samples: vec![2.0, 3.0, 2.5],
        why: "step 1 does not work: repair 1 of 2".into(),
        files: files("tile = 8\nrun(tile)\n", "x = 1"),
        ..node(RUN, 2, Some(2.5), "Block the tiles.\nThen \"measure\", again.")
    };
    let tiled = best.files.clone();
    let bug = Node {
        status: NodeStatus::Buggy.into(),
        reason: "IndexError".into(),
        stage: Stage::Draft.into(),
        parent_step: Some(0),
        parent_id: id(RUN, 0),
        output_tail: "IndexError\n".into(),
        files: files("tile = 4\nrun(tiles)\n", "x = 1"),
        ..node(RUN, 1, None, "Tile it.")
    };
    let failed = Node {
        status: NodeStatus::Failed.into(),
        reason: "no usable reply after 2 attempts".into(),
        stage: Stage::Improve.into(),
        parent_step: Some(2),
        parent_id: id(RUN, 2),
        files: Vec::new(),
        ..node(RUN, 3, None, "")
    };
    let inherited = Node {
        inherited: true,
        parent_id: id(RUN, 2),
        global_step: 4,
        files: tiled,
        ..node(DERIVED, 0, Some(2.5), "")
    };
    let pending = Node {
        status: NodeStatus::PendingApproval.into(),
        stage: Stage::Improve.into(),
        parent_step: Some(0),
        parent_id: id(DERIVED, 0),
        global_step: 5,
        files: files("tile = 16\nrun(tile)\n", "x = 1"),
        ..node(DERIVED, 1, None, "Unroll by four.")
    };
    vec![best, inherited, node(RUN, 0, Some(1.0), ""), bug, failed, pending]
}

fn node(run_id: &str, step: u32, metric: Option<f64>, plan: &str) -> Node {
    Node {
        run_id: run_id.into(),
        step,
        node_id: id(run_id, step),
        stage: Stage::Baseline.into(),
        status: NodeStatus::Completed.into(),
        metric,
        plan: plan.into(),
        global_step: step,
        files: files("tile = 1\nrun(tile)\n", "x = 1"),
        ..Node::default()
    }
}

fn files(model: &str, lib: &str) -> Vec<SourceText> {
    let file = |path: &str, text: &str| SourceText { path: path.into(), text: text.into() };
    vec![file("model.py", model), file("my lib.py", lib)]
}

/// A node's id, of the right form.
fn id(run_id: &str, step: u32) -> String {
    format!("{step:08x}{}", &run_id[8..])
}
