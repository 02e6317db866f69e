//! What a derived run would begin from, in words.

use weco_proto::v1::{Node, RunStatus, RunSummary};

use super::format::{exact, middle_cut, one_line, short_id, spread};

/// Columns that a metric's name gets.
const METRIC_NAME: usize = 24;
/// Columns that a path gets.
const PATH: usize = 60;

/// What a derived run would begin from.
#[derive(Clone, PartialEq, Debug)]
pub struct Derivation {
    /// Its step 0.
    pub from: Node,
    /// The run of that step.
    pub run: RunSummary,
    /// The run that was named: of the same lineage, and often the same run.
    pub parent: RunSummary,
    /// Sources whose text in the run's directory is not that of step 0.
    pub differing: Vec<String>,
    /// Whether the parent may go on.
    pub keep_parent: bool,
}

impl Derivation {
    /// The id of the node that step 0 is made of.
    pub fn node_id(&self) -> &str {
        &self.from.node_id
    }

    /// What was done, in one line for agents and logs.
    pub fn line(&self) -> String {
        let files = match self.differing.as_slice() {
            [] => String::new(),
            paths => format!("; not as in that step, and what is restored: {}", named(paths)),
        };
        let fate = match self.fate() {
            Some((which, true)) => format!("; {which} was stopped"),
            Some((which, false)) => format!("; {which} goes on"),
            None => String::new(),
        };
        format!("[DERIVED] From {}{fate}{files}\n", self.source())
    }

    /// What is to be done, in lines for someone who is to confirm it.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("The new run begins from {}.", self.source())];
        lines.extend(self.fate().map(|(which, stopped)| match stopped {
            true => format!("It takes the place of {which}, which is stopped."),
            false => format!("Meanwhile {which} goes on."),
        }));
        if !self.differing.is_empty() {
            let paths = named(&self.differing);
            lines.push(format!("Not as in that step: {paths}. Your files stay, and are what is restored."));
        }
        lines
    }

    /// `step 7 of swift-heron (0002e071), speedup 3.41`
    fn source(&self) -> String {
        let metric = match self.from.metric {
            Some(metric) => {
                let total = self.from.total.as_ref();
                let spread = total.map_or_else(String::new, |total| spread(total.sd, total.count));
                format!("{} {}{spread}", middle_cut(&one_line(&self.run.metric), METRIC_NAME), exact(metric))
            }
            None => "which has no metric".to_owned(),
        };
        format!("step {} of {}, {metric}", self.from.step, name(&self.run))
    }

    /// A parent that has not ended, and whether it is stopped.
    fn fate(&self) -> Option<(String, bool)> {
        if !matches!(self.parent.status(), RunStatus::Running | RunStatus::Stopping) {
            return None;
        }
        let same = self.parent.run_id == self.run.run_id;
        let which = if same { "that run".to_owned() } else { name(&self.parent) };
        Some((which, !self.keep_parent))
    }
}

/// `swift-heron (0002e071)`
fn name(run: &RunSummary) -> String {
    format!("{} ({})", one_line(&run.name), short_id(&run.run_id))
}

fn named(paths: &[String]) -> String {
    let names: Vec<String> = paths.iter().map(|path| middle_cut(&one_line(path), PATH)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derivation(status: RunStatus) -> Derivation {
        let run = RunSummary {
            run_id: "0002e071-1b67-411f-a514-36947f0c4b31".into(),
            name: "swift-heron".into(),
            metric: "speedup".into(),
            status: status.into(),
            ..RunSummary::default()
        };
        let from = Node {
            step: 7,
            node_id: "b1e5".into(),
            metric: Some(3.5),
            plan: "\u{1b}[31m".into(),
            ..Node::default()
        };
        Derivation { from, run: run.clone(), parent: run, differing: Vec::new(), keep_parent: false }
    }

    #[test]
    fn it_says_from_where_and_what_becomes_of_the_parent() {
        use RunStatus::{Completed, Running};
        let other = RunSummary {
            run_id: "77770000-".into(),
            name: "calm-otter".into(),
            status: Running.into(),
            ..RunSummary::default()
        };
        for (derivation, line) in [
            (derivation(Completed), "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5\n"),
            (
                derivation(Running),
                "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5; that run was stopped\n",
            ),
            (
                Derivation { keep_parent: true, ..derivation(Running) },
                "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5; that run goes on\n",
            ),
            (
                Derivation { parent: other, ..derivation(Completed) },
                "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5; calm-otter (77770000) was stopped\n",
            ),
            (
                Derivation {
                    differing: vec!["a.py".into(), "b\u{1b}[31m.py".into()],
                    ..derivation(Completed)
                },
                "[DERIVED] From step 7 of swift-heron (0002e071), speedup 3.5; not as in that step, and what is \
                 restored: a.py, b.py\n",
            ),
        ] {
            assert_eq!(derivation.line(), line);
        }
    }

    #[test]
    fn what_is_to_be_confirmed_is_complete() {
        let mut derivation = derivation(RunStatus::Running);
        derivation.differing = vec!["a.py".into(), "kernels/rows.py".into()];
        derivation.from.metric = None;
        insta::assert_snapshot!(derivation.lines().join("\n"), @r"
        The new run begins from step 7 of swift-heron (0002e071), which has no metric.
        It takes the place of that run, which is stopped.
        Not as in that step: a.py, kernels/rows.py. Your files stay, and are what is restored.
        ");
    }
}
