"""From an experiment to the answer: aggregates, the metric, the worst examples."""

from __future__ import annotations

import json
import traceback

from weco_bridge.fault import candidate, setup
from weco_bridge.scores import aggregate, failure_value, number

# Of one kind of note, so many are told.
_MOST_NOTES = 20


def report(question, job, experiment, summary, metric_function):
    """The `evaluate` answer; a fault if nothing came of the experiment."""
    examples = experiment.examples
    failed = [example for example in examples if example.error is not None]
    if len(failed) == len(examples):
        first = failed[0]
        raise candidate(f"the target failed on all {len(failed)} examples; on {first.id}:\n{first.error}")
    notes = experiment.notes + _raised_notes(experiment)
    _refuse_no_scores(question, job, experiment)
    scores = _aggregates(job, examples, summary)
    if metric_function is None:
        metric, said = _metric(question, examples, scores, summary)
        notes += said
    else:
        metric = _call_metric_function(metric_function, scores, notes)
        scores = [score for score in scores if score["name"] != question.metric]
        scores.append({
            "name": question.metric, "value": metric, "summary": "metric-function",
            "count": len(examples), "missing": 0,
        })
    return {
        "ok": True,
        "metric": metric,
        "scores": scores,
        "examples": len(examples),
        "failed": len(failed),
        "worst": worst(question, examples),
        "experiment": {"name": experiment.name, "url": experiment.url},
        "notes": [shortened(note, question.max_text) for note in notes[:_MOST_NOTES]],
    }


def _refuse_no_scores(question, job, experiment):
    """All code evaluators raised on all they saw: wrong from the start, or broken by this version."""
    if not experiment.raised or job.remote or any(
        score.value is not None for example in experiment.examples for score in example.scores.values()
    ):
        return
    name, texts = next(iter(experiment.raised.items()))
    message = f"no example was scored; the evaluator {name!r} raised {texts[0]}"
    if question.step == 0:
        raise setup(message, "evaluators must accept what the target returns")
    raise candidate(message)


def _raised_notes(experiment):
    return [
        f"the evaluator {name!r} raised on {len(texts)} of {len(experiment.examples)} examples: {texts[0]}"
        for name, texts in experiment.raised.items()
    ]


def _aggregates(job, examples, summary):
    """One entry for each score seen, and one for each evaluator that gave none."""
    names = list(dict.fromkeys(name for example in examples for name in example.scores))
    silent = [name for name in job.remote if name not in names]
    if not names:
        silent += [name for name, _ in job.evaluators]
    entries = []
    for name in names + silent:
        values = [value for value in (example.value(name) for example in examples) if value is not None]
        entries.append({
            "name": name, "value": aggregate(values, summary), "summary": summary,
            "count": len(values), "missing": len(examples) - len(values),
        })
    return entries


def _metric(question, examples, scores, summary):
    """The metric's value and what to say about it."""
    name = question.metric
    values = [value for value in (example.value(name) for example in examples) if value is not None]
    if not values:
        given = ", ".join(score["name"] for score in scores if score["count"]) or "none"
        return None, [f"no example has a score named {name!r}; scores: {given}"]
    unscored = sum(example.error is not None and example.value(name) is None for example in examples)
    if not unscored:
        return aggregate(values, summary), []
    counted = failure_value(question.goal, values)
    note = (
        f"the target failed on {unscored} of {len(examples)} examples, which have no score {name!r}: "
        f"each counts as {counted:g} in the metric"
    )
    return aggregate(values + [counted] * unscored, summary), [note]


def _call_metric_function(function, scores, notes):
    """The function's number; the user's own code, so an exception is a missing metric with its reason."""
    given = {score["name"]: score["value"] for score in scores}
    try:
        result = function(given)
    except (Exception, SystemExit):
        notes.append(f"the metric function raised on {given}:\n{traceback.format_exc(limit=-3)}")
        return None
    value = number(result)
    if value is None:
        notes.append(f"the metric function returned {result!r} for {given}, which is no number")
    return value


def worst(question, examples):
    """The examples to learn from: failed ones, then the lowest for the goal, bounded.

    The best-scored examples are left out unless all are alike.
    """
    def rank(example):
        value = _standing(question.metric, example)
        if value is None:
            return (1, 0.0)
        return (2, value if question.goal == "maximize" else -value)

    failed = [example for example in examples if example.error is not None]
    others = sorted((example for example in examples if example.error is None), key=rank)
    if others and rank(others[0]) != rank(others[-1]):
        others = [example for example in others if rank(example) != rank(others[-1])]
    chosen = (failed + others)[: max(0, question.max_worst)]
    return [_entry(example, question.max_text) for example in chosen]


def _standing(metric, example):
    """By what an example is ranked: its score for the metric, else the mean of its scores."""
    if metric in example.scores:
        return example.value(metric)
    values = [score.value for score in example.scores.values() if score.value is not None]
    return aggregate(values, "mean")


def _entry(example, limit):
    return {
        "id": example.id,
        "input": as_text(example.input, limit),
        "output": None if example.output is None else as_text(example.output, limit),
        "expected": None if example.expected is None else as_text(example.expected, limit),
        "error": None if example.error is None else shortened(example.error, limit),
        "scores": [
            {
                "name": score.name, "value": score.value,
                "comment": None if score.remark() is None else shortened(score.remark(), limit),
            }
            for score in example.scores.values()
        ],
    }


def as_text(value, limit):
    """Texts as they are, everything else as JSON."""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False, default=str)
        except (TypeError, ValueError):
            value = str(value)
    return shortened(value, limit)


def shortened(text, limit):
    """Head and tail of a long text: an error's reason is at its end."""
    if len(text) <= limit:
        return text
    mark = f" … [{len(text) - limit} characters left out] … "
    room = max(0, limit - len(mark))
    tail = room // 3
    return text[: room - tail] + mark + (text[-tail:] if tail else "")
