//! Which node of a run is meant.

use weco_proto::v1::RunSummary;

use crate::error::Error;
use crate::ui::format::short_id;

/// The node that was named. Without a name it is an error, which says what waits.
pub(super) fn named(node: Option<String>, run: &RunSummary) -> Result<String, Error> {
    node.ok_or_else(|| Error::usage("--node is required").hint(waiting(run)))
}

fn waiting(run: &RunSummary) -> String {
    let steps: Vec<String> = run.pending.iter().map(|node| node.step.to_string()).collect();
    match (run.pending.as_slice(), steps.as_slice()) {
        ([only], _) => {
            format!("--node {}, the only one that waits ({})", only.step, short_id(&only.node_id))
        }
        (_, []) => format!("no step waits for approval now: weco run status {}", short_id(&run.run_id)),
        _ => format!("steps {} wait: name one of them", steps.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::PendingNode;

    use super::*;

    #[test]
    fn a_missing_node_is_suggested() {
        let run = |steps: &[u32]| RunSummary {
            run_id: "0002e071-1b67".into(),
            pending: steps
                .iter()
                .map(|&step| PendingNode { step, node_id: "1a2b3c4d-0000".into(), ..PendingNode::default() })
                .collect(),
            ..RunSummary::default()
        };
        assert_eq!(waiting(&run(&[])), "no step waits for approval now: weco run status 0002e071");
        assert_eq!(waiting(&run(&[3])), "--node 3, the only one that waits (1a2b3c4d)");
        assert_eq!(waiting(&run(&[3, 5])), "steps 3, 5 wait: name one of them");
        assert_eq!(named(Some("1a2b".into()), &run(&[])).unwrap(), "1a2b");
    }
}
