//! The words around a name, by what they do to its meaning. All are folded (see `token::fold`).

/// Whether nothing changes with it: the bare name is meant.
pub(super) fn is_transparent(word: &str) -> bool {
    ["final", "metric", "metrics", "result", "results", "self", "stats", "summary", "scores"].contains(&word)
}

/// A log level or a logger's usual name: what precedes the message.
pub(super) fn is_log_prefix(word: &str) -> bool {
    [
        "trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal", "log", "root",
        "main", "stdout", "stderr",
    ]
    .contains(&word)
}

/// Before the name, or between it and the value: the same metric, said with more words.
pub(super) fn is_harmless(word: &str) -> bool {
    [
        "best",
        "mean",
        "average",
        "avg",
        "overall",
        "total",
        "last",
        "latest",
        "current",
        "new",
        "measured",
        "achieved",
        "computed",
        "calculated",
        "reported",
        "actual",
        "observed",
        "obtained",
        "resulting",
        "estimated",
        "elapsed",
        "number",
        "count",
        "value",
        "values",
        "score",
        "now",
    ]
    .contains(&word)
}

/// Harmless as a word of its own before the name, but not as part of an identifier.
pub(super) fn is_setting(word: &str) -> bool {
    ["test", "testing", "eval", "evaluation"].contains(&word)
}

/// Starts a noun phrase or a clause: what precedes it does not qualify the name.
pub(super) fn starts_phrase(word: &str) -> bool {
    [
        "a",
        "an",
        "the",
        "our",
        "your",
        "my",
        "its",
        "this",
        "their",
        "with",
        "and",
        "but",
        "has",
        "have",
        "had",
        "got",
        "get",
        "gets",
        "gives",
        "gave",
        "is",
        "was",
        "are",
        "at",
        "reached",
        "reaches",
        "achieves",
        "yields",
        "shows",
        "done",
        "finished",
        "completed",
        "then",
        "so",
        "thus",
        "we",
        "to",
    ]
    .contains(&word)
}

/// Joins the name to the words before it: `number of tokens`, `std of the loss`.
pub(super) fn joins(word: &str) -> bool {
    ["of", "for", "in"].contains(&word)
}

/// With the number after it, the name's qualifier and not a count of its own: `top 5 accuracy`.
pub(super) fn takes_number(word: &str) -> bool {
    [
        "top",
        "class",
        "label",
        "rank",
        "layer",
        "head",
        "level",
        "percentile",
        "quantile",
        "bottom",
        "within",
        "size",
        "stage",
        "task",
        "group",
        "category",
        "k",
        "p",
        "q",
        "n",
        "at",
        "first",
        "hits",
    ]
    .contains(&word)
}

/// Between the name and its value: links them.
pub(super) fn links(word: &str) -> bool {
    [
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
        "has",
        "of",
        "at",
        "to",
        "equals",
        "equal",
        "reached",
        "hit",
        "became",
        "becomes",
        "so",
        "far",
        "taken",
        "used",
        "spent",
        "estimate",
        "improved",
        "improves",
        "decreased",
        "decreases",
        "increased",
        "increases",
        "dropped",
        "drops",
        "rose",
        "fell",
        "went",
        "reduced",
        "changed",
        "goes",
        "grew",
        "down",
        "up",
        "stands",
        "result",
        "final",
    ]
    .contains(&word)
}

/// Between the name and its value: the exact name, said with one more word.
pub(super) fn is_copula(word: &str) -> bool {
    ["is", "value", "equals"].contains(&word)
}

/// Starts a phrase after the name that ends in a separator: `loss after 3 epochs: 0.5`.
pub(super) fn opens_phrase(word: &str) -> bool {
    [
        "at",
        "after",
        "on",
        "over",
        "vs",
        "versus",
        "with",
        "in",
        "of",
        "across",
        "using",
        "compared",
        "relative",
        "against",
        "epoch",
        "step",
        "iter",
        "iteration",
        "run",
        "trial",
        "fold",
        "round",
    ]
    .contains(&word)
}

/// In brackets or a phrase after the name: makes it another metric.
pub(super) fn makes_other(word: &str) -> bool {
    [
        "train",
        "training",
        "trn",
        "val",
        "valid",
        "validation",
        "dev",
        "test",
        "eval",
        "holdout",
        "std",
        "stdev",
        "stddev",
        "sd",
        "sem",
        "stderr",
        "var",
        "variance",
        "min",
        "minimum",
        "max",
        "maximum",
        "median",
        "baseline",
        "target",
        "reference",
        "ref",
        "expected",
        "threshold",
        "before",
        "old",
        "previous",
        "prev",
        "ema",
        "smoothed",
        "delta",
        "diff",
        "change",
    ]
    .contains(&word)
}

/// Compares with something: `speedup (vs baseline)` is the speed-up.
pub(super) fn compares(word: &str) -> bool {
    ["vs", "versus", "over", "relative", "compared", "against", "wrt", "lower", "higher", "n"].contains(&word)
}

/// Before the value: about.
pub(super) fn approximates(word: &str) -> bool {
    [
        "about",
        "approximately",
        "approx",
        "roughly",
        "around",
        "circa",
        "ca",
        "only",
        "just",
        "exactly",
        "almost",
        "nearly",
        "is",
        "was",
        "a",
        "an",
        "now",
        "of",
    ]
    .contains(&word)
}

/// A spread printed beside the value: `mean ± std`.
pub(super) fn is_spread(word: &str) -> bool {
    ["std", "stdev", "stddev", "sd", "sem", "stderr", "σ", "ci", "error"].contains(&word)
}

/// Stands for "no number" in a number's place.
pub(super) fn is_blank(word: &str) -> bool {
    ["nan", "inf", "infinity", "none", "null", "nil", "undefined", "na"].contains(&word)
}

/// A key whose number is the value of the object that holds it, `{"loss": {"value": 0.3}}`.
pub(super) fn is_value_key(word: &str) -> bool {
    is_harmless(word) || matches!(word, "final" | "result" | "estimate")
}

/// A type whose call or literal holds one number: `tensor(0.3)`, `np.float64(0.3)`, `Some(0.3)`.
pub(super) fn is_wrapper(word: &str) -> bool {
    [
        "np",
        "numpy",
        "torch",
        "jnp",
        "jax",
        "tf",
        "mx",
        "cp",
        "cupy",
        "float",
        "float16",
        "float32",
        "float64",
        "bfloat16",
        "double",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "tensor",
        "array",
        "device",
        "scalar",
        "decimal",
        "mpf",
        "some",
        "ok",
        "parameter",
        "variable",
    ]
    .contains(&word)
}

/// A unit of measure.
pub(super) fn is_unit(word: &str) -> bool {
    [
        "ns",
        "us",
        "μs",
        "ms",
        "msec",
        "msecs",
        "usec",
        "usecs",
        "nsec",
        "s",
        "sec",
        "secs",
        "second",
        "seconds",
        "millis",
        "milliseconds",
        "microseconds",
        "nanoseconds",
        "minutes",
        "mins",
        "hours",
        "h",
        "hz",
        "khz",
        "mhz",
        "ghz",
        "b",
        "kb",
        "mb",
        "gb",
        "tb",
        "kib",
        "mib",
        "gib",
        "bytes",
        "bits",
        "bps",
        "kbps",
        "mbps",
        "gbps",
        "fps",
        "rps",
        "qps",
        "x",
        "pct",
        "percent",
        "percentage",
        "db",
        "gflops",
        "tflops",
        "mflops",
        "usd",
        "eur",
        "watts",
        "joules",
        "cycles",
        "px",
    ]
    .contains(&word)
}
