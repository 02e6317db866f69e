//! Langfuse's settings.

use crate::backend::{Backend, DATASET, METRIC_FUNCTION, SUMMARY, TARGET};
use crate::setting::{Kind, Setting};

pub(crate) const BACKEND: Backend = Backend {
    name: "langfuse",
    title: "Langfuse",
    settings: &[
        DATASET,
        TARGET,
        Setting {
            name: "evaluators",
            kind: Kind::Names,
            is_required: false,
            default: "the metric's name, unless there are managed evaluators",
            value_name: "NAME",
            help: "Functions that score an output: module:function, or a name in evaluators.py",
        },
        Setting {
            name: "experiment-name",
            kind: Kind::Text,
            is_required: false,
            default: "weco-{dataset}",
            value_name: "TEXT",
            help: "What the experiments' names begin with; the run and the step follow",
        },
        SUMMARY,
        Setting {
            name: "max-concurrency",
            kind: Kind::Count,
            is_required: false,
            default: "one at a time; 50 for an async target",
            value_name: "N",
            help: "Examples under way at a time",
        },
        METRIC_FUNCTION,
        Setting {
            name: "managed-evaluators",
            kind: Kind::Names,
            is_required: false,
            default: "none",
            value_name: "NAME",
            help: "Evaluators that Langfuse itself runs on the experiment, to be waited for",
        },
        Setting {
            name: "managed-evaluator-timeout",
            kind: Kind::Seconds,
            is_required: false,
            default: "900",
            value_name: "SECONDS",
            help: "How long they are waited for",
        },
    ],
};
