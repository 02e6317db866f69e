//! What a view answers.

use std::collections::BTreeMap;

use weco_proto::v1::{Stage, Usage};

use super::{Account, End, Node, Outage, Run, RunView, State, Warning};
use crate::format::Precision;

impl RunView {
    /// What the run was created with, if that was among the updates.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Its nodes by step.
    pub fn nodes(&self) -> &BTreeMap<u32, Node> {
        &self.nodes
    }

    /// The node of a step.
    pub fn step(&self, step: u32) -> Option<&Node> {
        self.nodes.get(&step)
    }

    /// Step 0: the user's own code, or of a derived run the step that it began from.
    pub fn baseline(&self) -> Option<&Node> {
        self.nodes.get(&0)
    }

    /// The best working version so far.
    pub fn best(&self) -> Option<&Node> {
        self.best.and_then(|step| self.nodes.get(&step))
    }

    /// Whether this step is the best working version so far.
    pub fn is_best(&self, step: u32) -> bool {
        self.best == Some(step)
    }

    /// The steps that are under way, by step; versions that are measured again among them.
    pub fn under_way(&self) -> impl DoubleEndedIterator<Item = &Node> {
        let is_under_way = |node: &&Node| !node.is_settled() || node.rechecking;
        self.open.iter().filter_map(|step| self.nodes.get(step)).filter(is_under_way)
    }

    /// What goes on now, or went on last. Of several steps under way the newest that is evaluated, or else the newest.
    pub fn latest(&self) -> Option<&Node> {
        let heard_of = self.latest.and_then(|step| self.nodes.get(&step));
        if self.under_way().nth(1).is_none() {
            return heard_of;
        }
        let is_evaluated = |node: &&Node| matches!(node.state, State::Evaluating { .. }) || node.rechecking;
        self.under_way().rfind(is_evaluated).or_else(|| self.under_way().next_back())
    }

    /// Proposals allowed after the baseline.
    pub fn budget(&self) -> u32 {
        self.steps
    }

    /// Proposals dealt with, whatever came of them, and versions measured again.
    pub fn done(&self) -> u32 {
        let settled = self.nodes.range(1..).map(|(_, node)| node).filter(|node| node.is_settled());
        settled.map(|node| 1 + node.rechecks).fold(0, u32::saturating_add)
    }

    /// How many of the budget are done, or under way while the run goes on.
    pub fn begun(&self) -> u32 {
        let under_way = self.under_way().filter(|node| node.step > 0 && self.ended.is_none()).count();
        self.done().saturating_add(u32::try_from(under_way).unwrap_or(u32::MAX))
    }

    /// Whether the run has ended before its steps were done, and says why.
    pub fn ended_early(&self) -> bool {
        self.ended().is_some_and(|end| !end.reason.is_empty()) && self.done() < self.budget()
    }

    /// How it ended, unless it goes on.
    pub fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// Whether it was asked to stop and has not yet.
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// The model's provider is waited for, if it is.
    pub fn outage(&self) -> Option<&Outage> {
        self.outage.as_ref()
    }

    /// What the user should know besides the steps, in order: edits of sources that were noticed, and more.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether the best version is the one that was written over the user's files last.
    pub fn best_is_applied(&self) -> bool {
        self.best.is_some() && self.best == self.applied_step
    }

    /// The files that the best version was written over.
    pub fn applied(&self) -> &[String] {
        &self.applied
    }

    /// The sequence number of the last recorded update taken in; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether a larger metric is better.
    pub fn maximize(&self) -> bool {
        self.run.as_ref().is_none_or(|run| run.maximize)
    }

    /// The metrics of the baseline and of the best version.
    pub fn span(&self) -> (Option<f64>, Option<f64>) {
        (self.baseline().and_then(Node::metric), self.best().and_then(Node::metric))
    }

    /// The decimals this run's metric is shown with.
    pub fn precision(&self) -> Precision {
        let (baseline, best) = self.span();
        Precision::of([baseline, best].into_iter().flatten())
    }

    /// Tokens used so far.
    pub fn usage(&self) -> Usage {
        self.nodes.values().fold(Usage::default(), |sum, node| Usage {
            input_tokens: sum.input_tokens.saturating_add(node.usage.input_tokens),
            output_tokens: sum.output_tokens.saturating_add(node.usage.output_tokens),
        })
    }

    /// What all tokens cost in US dollars; none if a price is not known.
    pub fn cost(&self) -> Option<f64> {
        self.spending.cost()
    }

    /// What a step's tokens cost in US dollars; none if the price is not known.
    pub fn cost_of(&self, node: &Node) -> Option<f64> {
        self.spending.cost_of(&node.model, node.usage)
    }

    /// What each of the run's models was asked for.
    pub fn accounts(&self) -> &[Account] {
        self.spending.accounts()
    }

    /// What ends the run before its budget is spent, each in words.
    pub fn limits(&self) -> Vec<String> {
        self.spending.limits()
    }

    /// How much of each limit is used, in words.
    pub fn limits_used(&self, now_ms: i64) -> Vec<String> {
        self.spending.used(self.elapsed_ms(now_ms))
    }

    /// Milliseconds the run has been going, pauses between an end and a resumption left out.
    pub fn elapsed_ms(&self, now_ms: i64) -> i64 {
        self.timing.elapsed(now_ms)
    }

    /// Milliseconds until the budget is spent, at the pace of the last steps.
    pub fn left_ms(&self, now_ms: i64) -> Option<i64> {
        let left = self.steps.saturating_sub(self.done());
        if left == 0 || self.ended.is_some() { None } else { self.timing.left(left, now_ms) }
    }

    /// The files in which the step differs from the baseline, by the changes on its way there.
    pub fn changed_files(&self, step: u32) -> Vec<&str> {
        let mut files = Vec::new();
        let mut next = self.nodes.get(&step);
        // A path down a tree of n nodes has at most n of them.
        for _ in 0..self.nodes.len() {
            let Some(node) = next else { break };
            files.extend(node.changed.iter().map(String::as_str));
            // A draft starts from the baseline, wherever it hangs in the tree.
            next =
                node.parent.filter(|_| node.stage != Stage::Draft).and_then(|parent| self.nodes.get(&parent));
        }
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Where the best version's files are kept, relative to the run's directory or absolute.
    pub fn best_files(&self) -> Option<String> {
        let run = self.run.as_ref()?;
        self.best()?;
        Some(format!("{}/{}/best/files/", run.log_dir.trim_end_matches('/'), run.id))
    }
}
