//! LangSmith's settings.

use crate::backend::{Backend, DATASET, METRIC_FUNCTION, SUMMARY, TARGET};
use crate::setting::{Kind, Setting};

/// What can be set of any that need not be.
const SETTING: Setting = Setting {
    name: "",
    kind: Kind::Text,
    is_required: false,
    default: "",
    value_name: "NAME",
    help: "",
};

pub(crate) const BACKEND: Backend = Backend {
    name: "langsmith",
    title: "LangSmith",
    settings: &[
        Setting { help: "The dataset to evaluate against: its name or id", ..DATASET },
        TARGET,
        Setting {
            name: "evaluators",
            kind: Kind::Names,
            default: "the metric's name, unless there are dashboard evaluators",
            help: "Functions that score an output: module:function, or a name in evaluators.py",
            ..SETTING
        },
        Setting {
            name: "experiment-prefix",
            default: "weco-{dataset}",
            value_name: "TEXT",
            help: "What the experiments' names begin with; the run and the step follow",
            ..SETTING
        },
        SUMMARY,
        Setting {
            name: "max-examples",
            kind: Kind::Count,
            default: "all",
            value_name: "N",
            help: "Evaluate on so many examples of the dataset only",
            ..SETTING
        },
        Setting {
            name: "max-concurrency",
            kind: Kind::Count,
            default: "one at a time",
            value_name: "N",
            help: "Examples under way at a time",
            ..SETTING
        },
        Setting {
            name: "target-adapter",
            kind: Kind::Choice(&["raw", "langchain", "single-input"]),
            default: "raw",
            value_name: "HOW",
            help: "How the target is called: with the inputs as a dict; by .invoke(); with the one text of the inputs",
            ..SETTING
        },
        Setting {
            name: "splits",
            kind: Kind::Names,
            default: "all",
            help: "Evaluate on these splits of the dataset only",
            ..SETTING
        },
        METRIC_FUNCTION,
        Setting {
            name: "dashboard-evaluators",
            kind: Kind::Names,
            default: "none",
            value_name: "KEY",
            help: "Feedback keys of evaluators that LangSmith itself runs on the experiment, to be waited for",
            ..SETTING
        },
        Setting {
            name: "dashboard-evaluator-timeout",
            kind: Kind::Seconds,
            default: "900",
            value_name: "SECONDS",
            help: "How long they are waited for",
            ..SETTING
        },
    ],
};
