//! What is known of a backend without its service.

use crate::setting::{Kind, Setting};

/// A service that evaluates versions.
#[derive(Debug)]
pub struct Backend {
    /// As in `--eval-backend NAME`, and the prefix of its flags.
    pub name: &'static str,
    /// As its makers write it.
    pub title: &'static str,
    /// What can be set.
    pub settings: &'static [Setting],
}

impl Backend {
    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// The flag of a setting, such as `--langsmith-dataset`.
    pub fn flag(&self, setting: &str) -> String {
        format!("--{}-{setting}", self.name)
    }

    /// Its settings that must be given.
    pub fn required(&self) -> impl Iterator<Item = &'static Setting> {
        self.settings.iter().filter(|setting| setting.is_required)
    }
}

/// What every backend takes: the dataset to evaluate against.
pub(crate) const DATASET: Setting = Setting {
    name: "dataset",
    kind: Kind::Text,
    is_required: true,
    default: "",
    value_name: "NAME",
    help: "The dataset to evaluate against",
};

/// What every backend takes: the function that is called for each example.
pub(crate) const TARGET: Setting = Setting {
    name: "target",
    kind: Kind::Function,
    is_required: true,
    default: "",
    value_name: "MODULE:FUNCTION",
    help: "The function that is called with each example's input; it is, or uses, what is improved",
};

/// What every backend takes: what becomes of an evaluator's scores.
pub(crate) const SUMMARY: Setting = Setting {
    name: "summary",
    kind: Kind::Choice(&["mean", "median", "min", "max"]),
    is_required: false,
    default: "mean",
    value_name: "HOW",
    help: "How an evaluator's scores of all examples become one",
};

/// What every backend takes: a function from all scores to the metric.
pub(crate) const METRIC_FUNCTION: Setting = Setting {
    name: "metric-function",
    kind: Kind::Function,
    is_required: false,
    default: "",
    value_name: "MODULE:FUNCTION",
    help: "The function that makes the metric of all scores, given as a dict by name",
};
