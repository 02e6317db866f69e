"""Scores: what evaluators return, and how many become one."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

SUMMARY = {"mean": statistics.fmean, "median": statistics.median, "min": min, "max": max}


@dataclass
class Score:
    """One evaluator's verdict on one example; `value` is None if it gave no number, but a `label`."""

    name: str
    value: float | None = None
    comment: str | None = None
    label: str | None = None

    def remark(self):
        """What a person reads beside the value."""
        return " – ".join(text for text in (self.label, self.comment) if text) or None


@dataclass
class Example:
    """One example as it was run; `error` says why the target failed on it."""

    id: str
    input: object
    expected: object
    output: object = None
    error: str | None = None
    scores: dict = field(default_factory=dict)

    def add(self, score):
        self.scores[score.name] = score

    def value(self, name):
        score = self.scores.get(name)
        return None if score is None else score.value


def number(value):
    """The value as a finite number, or None; True is 1 and False 0."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def read_scores(result, name):
    """The scores in what an evaluator called `name` returned.

    Numbers, booleans, mappings and objects with `key` or `name` and `score` or `value`,
    mappings with `results`, and lists of all these.
    """
    if result is None:
        return []
    if isinstance(result, (list, tuple)):
        return [score for item in result for score in read_scores(item, name)]
    if isinstance(result, dict):
        if isinstance(result.get("results"), (list, tuple)):
            return read_scores(result["results"], name)
        return [_from_fields(result.get, name)]
    if any(hasattr(result, field) for field in ("score", "value")):
        return [_from_fields(lambda field: getattr(result, field, None), name)]
    value = number(result)
    return [Score(name, value, label=None if value is not None else str(result))]


def _from_fields(get, default):
    name = get("key") or get("name") or default
    raw = get("score") if get("score") is not None else get("value")
    comment = get("comment") or get("reasoning")
    value = number(raw)
    label = str(raw) if value is None and raw is not None else None
    return Score(str(name), value, None if comment is None else str(comment), label)


def aggregate(values, summary):
    """One number for many, None for none."""
    return float(SUMMARY[summary](values)) if values else None


def failure_value(goal, values):
    """What a failed example without a score counts in the metric: no better than the worst other.

    Scores by convention lie between 0 and 1, so it is also no better than 0, or 1 to minimize.
    Without it a version that fails on the hard examples would be ahead of one that tries them.
    """
    return min([0.0, *values]) if goal == "maximize" else max([1.0, *values])
