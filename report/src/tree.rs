//! The tree of versions: what was made from what.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::iter;

use weco_core::event::Stage;
use weco_core::run::NodeId;
use weco_core::state::RunState;
use weco_core::tree::Node;
use weco_view::format;

use crate::numbers::Numbers;
use crate::standing::Standing;
use crate::text::Line;

/// Levels that are indented. Deeper ones stay at the last: a browser nests some hundred elements at most, and a
/// telephone has room for fewer.
const DEEPEST: usize = 12;

/// Nodes up to which everything is open at first; of more, only what leads to the best.
const OPEN: usize = 60;

/// Characters of a plan that are shown.
const PLAN: usize = 160;

pub(crate) struct Tree<'a> {
    state: &'a RunState,
    numbers: Numbers,
    /// From the best version back to the baseline.
    best: BTreeSet<NodeId>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(state: &'a RunState, numbers: Numbers) -> Self {
        let tree = state.tree();
        let parent = |node: &&'a Node| node.parent.and_then(|parent| tree.get(parent));
        let best = iter::successors(tree.best(), parent).map(|node| node.id).collect();
        Self { state, numbers, best }
    }

    fn branch(&self, node: &Node, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
        let path = if self.best.contains(&node.id) { " path" } else { "" };
        write!(f, "<li class=\"{}{path}\">", Standing::of(self.state, node).word())?;
        let children = self.children(node, depth);
        if children.is_empty() {
            write!(f, "<div class=\"node\">")?;
            self.line(node, f)?;
            return write!(f, "</div></li>");
        }
        let all = self.state.tree().nodes().len() <= OPEN;
        let is_best = self.state.tree().best().is_some_and(|best| best.id == node.id);
        let open = if all || (!path.is_empty() && !is_best) { " open" } else { "" };
        write!(f, "<details{open}><summary class=\"node\">")?;
        self.line(node, f)?;
        write!(f, "</summary><ul>")?;
        children.into_iter().try_for_each(|child| self.branch(child, depth + 1, f))?;
        write!(f, "</ul></details></li>")
    }

    /// What is shown below a node: its children, or at the last level everything that comes from it.
    fn children(&self, node: &Node, depth: usize) -> Vec<&'a Node> {
        let tree = self.state.tree();
        let direct =
            |node: &Node| node.children.clone().into_iter().filter_map(|id| tree.get(id)).collect::<Vec<_>>();
        match depth {
            ..DEEPEST => direct(node),
            DEEPEST => {
                let mut below = direct(node);
                let mut at = 0;
                while let Some(next) = below.get(at) {
                    below.extend(direct(next));
                    at += 1;
                }
                below.sort_by_key(|node| node.id);
                below
            }
            _ => Vec::new(),
        }
    }

    fn line(&self, node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
        let standing = Standing::of(self.state, node);
        let (step, word, sign) = (node.id, standing.word(), standing.sign());
        write!(f, "<i title=\"{word}\">{sign}</i> <a href=\"#step-{step}\">{step}</a> ")?;
        match self.numbers.measured(node) {
            Some(metric) => write!(f, "<b>{metric}</b> ")?,
            None => write!(f, "<em>{word}</em> ")?,
        }
        write!(f, "<span>{}</span>", Line(&format::one_line_cut(label(node), PLAN)))
    }
}

/// What a node is called where its plan would be.
fn label(node: &Node) -> &str {
    match (node.stage, node.plan.as_str()) {
        (Stage::Baseline, "") => "baseline",
        (_, plan) => plan,
    }
}

impl Display for Tree<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<ul class=\"tree\">")?;
        self.branch(self.state.baseline(), 0, f)?;
        write!(f, "</ul>")
    }
}
