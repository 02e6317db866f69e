//! What a run's line says.

use std::path::Path;

use weco_proto::v1::{Goal, NodeStatus, PendingNode, RunStatus, RunSummary, Spread};

use super::Place;
use crate::ui::format::{Precision, metric, one_line, path_from, short_id, spread};

/// What stands where nothing is known yet.
const NOTHING: &str = "–";

/// The columns, from left to right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    Run,
    Name,
    Status,
    Steps,
    Metric,
    Model,
    Directory,
    Age,
}

impl Column {
    pub(super) const ALL: [Self; 8] = [
        Self::Run,
        Self::Name,
        Self::Status,
        Self::Steps,
        Self::Metric,
        Self::Model,
        Self::Directory,
        Self::Age,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Run => "RUN",
            Self::Name => "NAME",
            Self::Status => "STATUS",
            Self::Steps => "STEPS",
            Self::Metric => "METRIC",
            Self::Model => "MODEL",
            Self::Directory => "DIRECTORY",
            Self::Age => "AGE",
        }
    }

    /// Whether both ends of what it says matter.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::Model | Self::Directory)
    }
}

/// What a column says of a run.
pub(super) fn cell(column: Column, run: &RunSummary, place: &Place) -> String {
    match column {
        Column::Run => short_id(&run.run_id).to_owned(),
        Column::Name => one_line(&run.name),
        Column::Status => match pending_approval(run) {
            Some(step) => format!("? approve {step}"),
            None => status(run.status()).to_owned(),
        },
        Column::Steps => format!("{}/{}", run.steps_done, run.steps),
        Column::Metric => measured(run),
        Column::Model => one_line(&run.model),
        Column::Directory => one_line(&directory(&run.directory, place)),
        Column::Age if run.created_at_ms == 0 => NOTHING.to_owned(),
        Column::Age => age(place.now_ms.saturating_sub(run.created_at_ms)),
    }
}

/// The step of a live run that waits for approval, if one does.
pub fn pending_approval(run: &RunSummary) -> Option<u32> {
    if run.status() != RunStatus::Running {
        return None;
    }
    let waits = |node: &&PendingNode| node.status() == NodeStatus::PendingApproval;
    run.pending.iter().find(waits).map(|node| node.step)
}

fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Unspecified => "? unknown",
        RunStatus::Running => "● running",
        RunStatus::Stopping => "◌ stopping",
        RunStatus::Completed => "✓ completed",
        RunStatus::Terminated => "■ terminated",
        RunStatus::Error => "× error",
        RunStatus::Interrupted => "! interrupted",
    }
}

/// `↑ 1.00 → 3.41`: the goal, the baseline, and the best if it is better.
fn measured(run: &RunSummary) -> String {
    let goal = match run.goal() {
        Goal::Minimize => "↓",
        Goal::Maximize => "↑",
        Goal::Unspecified => return NOTHING.to_owned(),
    };
    match (run.baseline_metric, run.best_metric.filter(|_| run.best_step != Some(0))) {
        (Some(baseline), Some(best)) => {
            let precision = Precision::of([baseline, best]);
            format!("{goal} {} → {}{}", precision.show(baseline), precision.show(best), told(run.best))
        }
        (None, Some(best)) => format!("{goal} {}{}", metric(best), told(run.best)),
        (Some(baseline), None) => format!("{goal} {}{}", metric(baseline), told(run.baseline)),
        (None, None) => format!("{goal} {NOTHING}"),
    }
}

/// What follows a metric.
fn told(total: Option<Spread>) -> String {
    total.map_or_else(String::new, |total| spread(total.sd, total.count))
}

/// From here, or else from home, if it is below one of them.
fn directory(path: &str, place: &Place) -> String {
    let relative = path_from(&place.here, path);
    if Path::new(path) == place.here {
        ".".to_owned()
    } else if relative != path {
        relative.to_owned()
    } else if Path::new(path) == place.home {
        "~".to_owned()
    } else {
        let below = path_from(&place.home, path);
        if below == path { path.to_owned() } else { format!("~/{below}") }
    }
}

/// `12 s`, `7 min`, `3 h`, `400 d`.
fn age(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
