//! Which node a user means.

use std::ops::RangeInclusive;

use uuid::Uuid;
use weco_core::run::{NodeId, RunId};

use super::lineage::Lineage;
use super::query::range;
use super::registry::{Registry, short};
use crate::error::{Failure, FailureKind};

/// Most digits of a step's number; longer ones are the beginning of a node's id.
const STEP_DIGITS: usize = 6;

/// Fewest digits of the beginning of a node's id.
const ID_DIGITS: usize = 4;

/// Nodes named when the beginning of an id fits several.
const NAMED: usize = 5;

/// A node as users call it.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Selector {
    /// The best of the lineage.
    Best,
    /// The best of the run.
    RunBest,
    /// A step of the run.
    Step(NodeId),
    /// A node of the lineage whose id is among these.
    Id(RangeInclusive<Uuid>),
}

impl Selector {
    fn parse(text: &str) -> Result<Self, Failure> {
        let digits = text.chars().filter(char::is_ascii_hexdigit).count();
        match text {
            "" | "best" => Ok(Self::Best),
            "run-best" => Ok(Self::RunBest),
            "baseline" => Ok(Self::Step(NodeId::BASELINE)),
            _ if text.len() <= STEP_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map(|step| Self::Step(NodeId(step))).map_err(|_| malformed(text))
            }
            _ => match range(text) {
                Some((first, last)) if digits >= ID_DIGITS => Ok(Self::Id(first.0..=last.0)),
                _ => Err(malformed(text)),
            },
        }
    }
}

impl Registry {
    /// The node that `text` means to someone who looks at `run`: `best` or nothing (the best of the lineage),
    /// `run-best`, `baseline` (step 0), a step's number, or a node's id or a unique beginning of one, of any run of the lineage.
    ///
    /// # Errors
    /// If it means none, or more than one, or the journal fails.
    pub fn select(&self, run: RunId, text: &str) -> Result<(RunId, NodeId), Failure> {
        match Selector::parse(text.trim())? {
            Selector::Best => self.lineage(run)?.best().ok_or_else(|| nothing_works(run)),
            Selector::RunBest => {
                let best = self.entry(run)?.summary.and_then(|summary| summary.best);
                Ok((run, best.ok_or_else(|| nothing_works(run))?.step))
            }
            Selector::Step(step) => {
                let asked = self.entry(run)?.summary.map_or(0, |summary| summary.steps_asked);
                if step.0 <= asked { Ok((run, step)) } else { Err(no_step(run, step, asked)) }
            }
            Selector::Id(ids) => one_of(&self.lineage(run)?, text.trim(), &ids),
        }
    }

    /// The same, where only a node of `run` itself will do.
    ///
    /// # Errors
    /// As for [`Self::select`], and if it means a node of another run.
    pub fn select_own(&self, run: RunId, text: &str) -> Result<NodeId, Failure> {
        match self.select(run, text)? {
            (found, node) if found == run => Ok(node),
            (found, node) => {
                let message =
                    format!("'{text}' is step {node} of run {}, not of run {}", short(found), short(run));
                let hint = match text.trim() {
                    "" | "best" => "the best of this run alone is run-best; or name the other run",
                    _ => "name the run that it belongs to",
                };
                Err(Failure::invalid(message).hint(hint))
            }
        }
    }
}

fn one_of(lineage: &Lineage, text: &str, ids: &RangeInclusive<Uuid>) -> Result<(RunId, NodeId), Failure> {
    let nodes = lineage.summaries().flat_map(|summary| {
        let run = summary.id;
        (0..=summary.steps_asked).map(move |step| (run, NodeId(step), run.node_id(NodeId(step))))
    });
    let found: Vec<_> = nodes.filter(|(_, _, id)| ids.contains(id)).take(NAMED + 1).collect();
    match found.as_slice() {
        [] => Err(Failure::new(FailureKind::NotFound, format!("there is no node '{text}'"))
            .hint(format!("a number of up to {STEP_DIGITS} digits is a step; {WAYS}"))),
        [(run, node, _)] => Ok((*run, *node)),
        _ => Err(ambiguous(text, &found)),
    }
}

/// How a node can be called.
const WAYS: &str =
    "a node is called by its step, best, run-best, baseline, its id or the beginning of its id";

fn malformed(text: &str) -> Failure {
    Failure::invalid(format!("'{text}' is no step and no node"))
        .hint(format!("{WAYS} (at least {ID_DIGITS} digits)"))
}

fn no_step(run: RunId, step: NodeId, asked: u32) -> Failure {
    let run = short(run);
    let there_are = match asked {
        0 => "it has only step 0, the baseline".to_owned(),
        asked => format!("its steps are 0 to {asked}"),
    };
    let failure = Failure::new(FailureKind::NotFound, format!("run {run} has no step {step}: {there_are}"));
    failure.hint(format!("all steps: weco run results {run}"))
}

fn nothing_works(run: RunId) -> Failure {
    let run = short(run);
    Failure::new(FailureKind::State, format!("no version of run {run} works yet"))
        .hint(format!("all steps: weco run results {run}"))
}

fn ambiguous(text: &str, found: &[(RunId, NodeId, Uuid)]) -> Failure {
    let named = found.iter().take(NAMED);
    let named = named.map(|(run, node, id)| format!("{id} (step {node} of run {})", short(*run)));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if found.len() > NAMED { ", …" } else { "" };
    Failure::invalid(format!("'{text}' fits several nodes: {named}{more}")).hint("give more of the node's id")
}
