//! The plot beside what else a command prints.

use std::io::{self, Write};

use weco_proto::v1::{Goal, Node};

use super::ask::Tree;
use crate::error::Error;
use crate::ui::curve::Curve;
use crate::ui::plot::{Canvas, plot};
use crate::ui::terminal;

/// Columns and rows where there is no terminal.
const ELSEWHERE: (u16, u16) = (80, 24);
/// The largest that is still easy to read at a glance.
const LARGEST: (u16, u16) = (120, 20);
/// Rows of a terminal that are left for what stands above.
const LEFT_OVER: u16 = 3;

/// The metric's course over the tree's nodes.
pub(super) fn text(tree: &Tree) -> String {
    let Some(run) = tree.members.first() else { return String::new() };
    // Steps of several runs follow each other.
    let step = if tree.members.len() > 1 { |node: &Node| node.global_step } else { |node: &Node| node.step };
    let budget = tree.members.iter().map(|run| run.steps).fold(0, u32::saturating_add);
    let curve = Curve::of(&tree.nodes, step, run.goal() != Goal::Minimize, budget);
    let (columns, rows) = terminal::size().unwrap_or(ELSEWHERE);
    let canvas = Canvas {
        width: columns.min(LARGEST.0),
        height: rows.saturating_sub(LEFT_OVER).min(LARGEST.1),
        unicode: terminal::has_unicode(),
    };
    plot(&curve, &run.metric, canvas)
}

/// Draws it on standard error, so that standard output is what programs read.
pub(super) fn beside(tree: &Tree) -> Result<(), Error> {
    io::stderr().write_all(text(tree).as_bytes()).map_err(Error::output)
}
