//! What a word may become. All text that is not ours is made safe for a terminal.

use clap_complete::engine::CompletionCandidate;
use weco_proto::providers;
use weco_proto::v1::{Node, NodeStatus, PendingNode, RunSummary};

use super::ask;
use super::line::Line;
use crate::cmd::{node_status_word, status_word};
use crate::ui::format::{metric, one_line_cut};

/// Most candidates for one word: more than anybody reads.
pub(super) const MOST: usize = 100;
/// Columns of what is said about a candidate.
const HELP: usize = 60;

/// Runs by their ids, in the order given.
pub(super) fn runs(runs: &[RunSummary], typed: &str) -> Vec<CompletionCandidate> {
    let each = runs.iter().map(|run| (run.run_id.clone(), about_run(run)));
    matching(each, typed)
}

/// `swift-heron, running, speedup 3.41`
fn about_run(run: &RunSummary) -> String {
    let best = run.best_metric.map_or_else(String::new, |best| format!(", {} {}", run.metric, metric(best)));
    format!("{}, {}{best}", run.name, status_word(run.status()))
}

/// `words`, and the nodes of the line's run: by their steps, newest first, and for who types letters by their ids.
pub(super) fn nodes(words: &[&str], line: &Line, typed: &str) -> Vec<CompletionCandidate> {
    let mut all: Vec<(String, String)> =
        words.iter().map(|word| ((*word).to_owned(), about_word(word).to_owned())).collect();
    if let Some(run) = line.run_id() {
        // As far as one can tell from a beginning.
        let is_step = typed.chars().all(|c| c.is_ascii_digit());
        all.extend(if is_step { steps(&run) } else { ids(&run) });
    }
    matching(all, typed)
}

fn about_word(word: &str) -> &'static str {
    match word {
        "best" => "the best of the run and all that share its lineage",
        "run-best" => "the best of the run",
        "baseline" => "step 0, with which the run began",
        _ => "the step it starts from",
    }
}

fn steps(run: &str) -> Vec<(String, String)> {
    let nodes = ask::nodes(run, false);
    nodes.iter().rev().map(|node| (node.step.to_string(), about_node(node))).collect()
}

fn ids(run: &str) -> Vec<(String, String)> {
    let nodes = ask::nodes(run, true);
    nodes
        .iter()
        .rev()
        .map(|node| (node.node_id.clone(), format!("step {}, {}", node.step, about_node(node))))
        .collect()
}

/// `3.41, use tiles`
fn about_node(node: &Node) -> String {
    let stands = match node.metric {
        Some(value) => metric(value),
        None => node_status_word(node.status()).replace('_', " "),
    };
    if node.plan.is_empty() { stands } else { format!("{stands}, {}", node.plan) }
}

/// The nodes of the line's run that wait for approval: by id, or by step for who types a number.
pub(super) fn pending(line: &Line, typed: &str) -> Vec<CompletionCandidate> {
    let run = line.run_id().and_then(|run| ask::run(&run));
    let waiting = |node: &PendingNode| node.status() == NodeStatus::PendingApproval;
    let nodes: Vec<_> = run.into_iter().flat_map(|run| run.pending).filter(waiting).collect();
    let by_id = nodes.iter().map(|node| (node.node_id.clone(), format!("step {}, {}", node.step, node.plan)));
    let by_step =
        nodes.iter().filter(|_| !typed.is_empty()).map(|node| (node.step.to_string(), node.plan.clone()));
    matching(by_id.chain(by_step), typed)
}

/// Models that are known by name.
pub(super) fn models(typed: &str) -> Vec<CompletionCandidate> {
    let builtin = [(providers::BUILTIN.to_owned(), "tunes numbers; no model, key or network".to_owned())];
    let of =
        |id: &'static str| providers::models(id).iter().map(move |name| ((*name).to_owned(), id.to_owned()));
    matching(builtin.into_iter().chain(providers::IDS.into_iter().flat_map(of)), typed)
}

/// The first of those that begin with `typed`. What is no plain word is none of ours, and left out.
fn matching(all: impl IntoIterator<Item = (String, String)>, typed: &str) -> Vec<CompletionCandidate> {
    let plain = |value: &str| value.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c));
    all.into_iter()
        .filter(|(value, _)| !value.is_empty() && value.starts_with(typed) && plain(value))
        .take(MOST)
        .map(|(value, about)| {
            let about = one_line_cut(&about, HELP);
            CompletionCandidate::new(value)
                .help(Some(about).filter(|about| !about.is_empty()).map(Into::into))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use weco_proto::v1::RunStatus;

    fn shown(candidates: &[CompletionCandidate]) -> Vec<String> {
        let help = |candidate: &CompletionCandidate| candidate.get_help().map(ToString::to_string);
        let text = |candidate: &CompletionCandidate| {
            format!("{} | {}", candidate.get_value().display(), help(candidate).unwrap_or_default())
        };
        candidates.iter().map(text).collect()
    }

    #[test]
    fn runs_are_told_apart_by_what_they_are() {
        let run = |id: &str, best| RunSummary {
            run_id: id.into(),
            name: "swift\u{1b}[31m-heron".into(),
            metric: "speedup\n".into(),
            status: RunStatus::Running.into(),
            best_metric: best,
            ..RunSummary::default()
        };
        let some =
            [run("0002e071", Some(3.5)), run("0002ffff", None), run("7777", None), run("000\u{7}", None)];
        assert_eq!(
            shown(&runs(&some, "000")),
            ["0002e071 | swift-heron, running, speedup 3.5", "0002ffff | swift-heron, running"]
        );
        let many: Vec<_> = (0..200).map(|number| run(&format!("{number:08}"), None)).collect();
        assert_eq!(runs(&many, "").len(), MOST);
    }

    #[test]
    fn a_node_is_told_by_its_metric_or_its_state() {
        let plan = "Use\n\u{1b}[2Jtiles ".repeat(20);
        let works = Node { metric: Some(1.5), plan, ..Node::default() };
        let help = shown(&matching([("7".to_owned(), about_node(&works))], ""));
        assert!(help[0].starts_with("7 | 1.5, Use tiles Use") && help[0].ends_with('…'), "{help:?}");
        assert!(help[0].chars().count() <= HELP + 4 && !help[0].contains('\u{1b}'));
        let buggy = Node { status: NodeStatus::Buggy.into(), ..Node::default() };
        assert_eq!(about_node(&buggy), "buggy");
    }

    #[test]
    fn models_are_those_of_all_providers() {
        assert_eq!(shown(&models("built")), ["builtin | tunes numbers; no model, key or network"]);
        let all = models("");
        assert!(all.len() > 8 && shown(&models("claude-")).iter().all(|line| line.ends_with("| anthropic")));
    }
}
