//! Candidates that were tried already.

use super::rules::Turn;
use crate::event::Written;
use crate::run::NodeId;
use crate::state::RunState;
use crate::tree::{Node, Progress};

/// Of a failure or a plan, in characters: enough to recognise it by.
const MAX_TOLD_CHARS: usize = 200;

impl Turn<'_> {
    /// Why a proposal is not worth an evaluation, in words for the model: a node of this run has its code, be it under
    /// way only, or one `elsewhere` in the lineage. None for other code.
    pub(super) fn tried_already(&self, written: Written, elsewhere: Option<String>) -> Option<String> {
        let here = written.code.and_then(|code| self.state.tree().with_code(code));
        here.map(|node| self.state.account(node)).or(elsewhere).map(|tried| refusal(&tried))
    }

    /// The same for a reply that leaves its parent's files as they are.
    pub(super) fn unchanged(&self, node: NodeId) -> Option<String> {
        let tree = self.state.tree();
        let parent = tree.get(tree.get(node)?.parent?)?;
        Some(refusal(&self.state.account(parent)))
    }
}

fn refusal(tried: &str) -> String {
    format!(
        "This is the same code as {tried}. Comments and layout do not count; it is not evaluated again. Propose something \
         else."
    )
}

impl RunState {
    /// A node and what came of it, in words for the model: `step 7, which gave 12.3`.
    pub fn account(&self, node: &Node) -> String {
        let name =
            if node.id == NodeId::BASELINE { "the baseline".to_owned() } else { format!("step {}", node.id) };
        format!("{name}, {}", self.outcome_of(node))
    }

    /// What came of a node, in words for the model: `which gave 12.3`.
    pub fn outcome_of(&self, node: &Node) -> String {
        match &node.progress {
            Progress::Good { metric, .. } => format!("which gave {metric:?}"),
            Progress::Buggy { reason, .. } => format!("which does not work ({})", cut(reason)),
            Progress::Rejected { reason } if reason.trim().is_empty() => {
                "which the user turned down".to_owned()
            }
            Progress::Rejected { reason } => format!("which the user turned down ({})", cut(reason)),
            Progress::Proposed if self.is_pending(node) => "which waits for the user's approval".to_owned(),
            Progress::Asked | Progress::Proposed | Progress::Evaluating { .. } | Progress::Failed { .. } => {
                "which is not evaluated yet".to_owned()
            }
        }
    }
}

/// The beginning of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TOLD_CHARS) {
        None => text.trim().to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim()),
    }
}
