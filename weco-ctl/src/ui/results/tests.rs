use proptest::prelude::*;

use super::*;

fn node(status: NodeStatus, step: u32, metric: Option<f64>, plan: &str) -> Node {
    Node {
        run_id: "0002e071-1b67-411f-a514-36947f0c4b31".into(),
        step,
        global_step: step + 100,
        status: status.into(),
        metric,
        plan: plan.into(),
        ..Node::default()
    }
}

fn nodes() -> Vec<Node> {
    use NodeStatus::{
        Buggy, Completed, Evaluating, Failed, PendingApproval, PendingEvaluation, Proposing, Rejected,
    };
    let mut failed = node(Failed, 5, None, "");
    failed.reason = "no usable reply after 2 attempts".into();
    vec![
        node(
            Completed,
            27,
            Some(3.412_345),
            "Merge the two row passes into one, so that each tile is read once",
        ),
        node(Completed, 4, Some(1.1), "Block the\ntiles\u{1b}[31m"),
        Node { stage: Stage::Baseline.into(), ..node(Completed, 0, Some(1.0), "") },
        Node { inherited: true, ..node(Completed, 0, Some(1.0), "") },
        node(Buggy, 1, None, "Index the rows by tile number"),
        failed,
        node(Rejected, 6, None, "Drop the check"),
        node(Evaluating, 7, None, "Hoist the bounds"),
        node(PendingEvaluation, 8, None, "Hoist more"),
        node(PendingApproval, 9, None, "Unroll by four"),
        node(Proposing, 10, None, ""),
    ]
}

#[test]
fn every_kind_of_step_has_its_line() {
    insta::assert_snapshot!("everywhere", table(&nodes(), false, None));
    insta::assert_snapshot!("eighty_columns", table(&nodes(), true, Some(80)));
    insta::assert_snapshot!("a_narrow_terminal", table(&nodes(), true, Some(44)));
    assert_eq!(table(&[], false, None), "STEP  METRIC  STATUS  PLAN\n");
}

proptest! {
    #[test]
    fn any_width_is_kept(columns in 0usize..120, plan: String, metric: Option<f64>, lineage: bool) {
        let nodes = [node(NodeStatus::Completed, 7, metric, &plan)];
        for line in table(&nodes, lineage, Some(columns)).lines() {
            prop_assert!(width(line) <= columns, "{}: {}", columns, line);
        }
    }
}
