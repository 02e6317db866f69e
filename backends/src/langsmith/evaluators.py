"""The user's evaluators as LangSmith's SDK wants them."""

from __future__ import annotations

import functools
import inspect

from langsmith.evaluation import RunEvaluator, run_evaluator

from weco_bridge.call import guarded
from weco_bridge.fault import one_line, setup
from weco_bridge.scores import read_scores


def offered(name):
    """The evaluator of that name in `langsmith.evaluation`, or None."""
    import langsmith.evaluation as there

    found = getattr(there, name, None)
    if isinstance(found, RunEvaluator):
        return found
    if not inspect.isclass(found) or not issubclass(found, RunEvaluator) or found is RunEvaluator:
        return None
    try:
        return found()
    except TypeError as error:
        raise setup(
            f"langsmith.evaluation.{name} needs arguments: {error}",
            "make one in evaluators.py and name it as evaluators:NAME",
        ) from error


def wrapped(name, evaluator, raised):
    """The evaluator as an object of the SDK; what it raises is kept in `raised`."""
    if isinstance(evaluator, type) and issubclass(evaluator, RunEvaluator):
        evaluator = evaluator()
    if not isinstance(evaluator, RunEvaluator):
        try:
            evaluator = run_evaluator(_in_one_form(name, evaluator))
        except ValueError as error:
            raise setup(f"LangSmith's SDK cannot call the evaluator {name!r}: {one_line(error)}") from error
    return _Watched(name, evaluator, raised)


def _in_one_form(name, function):
    """`function` with its signature, by which the SDK chooses the arguments, and one form of results."""
    function = guarded(function)

    @functools.wraps(function)
    def evaluate(*args, **kwargs):
        scores = read_scores(function(*args, **kwargs), name)
        return {"results": [
            {"key": s.name, "score": s.value, "value": s.label, "comment": s.comment} for s in scores
        ]}

    return evaluate


class _Watched(RunEvaluator):
    """Keeps what an evaluator raises on runs that themselves went well."""

    def __init__(self, name, evaluator, raised):
        self._name = name
        self._evaluator = evaluator
        self._raised = raised
        # Releases before the run id was an argument take two.
        self._takes_id = "evaluator_run_id" in inspect.signature(evaluator.evaluate_run).parameters

    def __repr__(self):
        return self._name

    @property
    def feedback_keys(self):
        return [self._name]

    def evaluate_run(self, run, example=None, evaluator_run_id=None):
        more = {"evaluator_run_id": evaluator_run_id} if self._takes_id else {}
        try:
            return self._evaluator.evaluate_run(run, example, **more)
        except Exception as error:
            if not run.error:
                self._raised.setdefault(self._name, []).append(one_line(repr(error)))
            raise
