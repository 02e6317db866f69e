"""The user's evaluators as LangSmith's SDK wants them."""

from __future__ import annotations

import functools
import inspect

from langsmith.evaluation import RunEvaluator

from weco_bridge.call import finished
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
    """An evaluator whose results are in the SDK's one form; what it raises is kept in `raised`."""
    if isinstance(evaluator, type) and issubclass(evaluator, RunEvaluator):
        evaluator = evaluator()
    if isinstance(evaluator, RunEvaluator):
        return _Object(name, evaluator, raised)

    def call(*args, **kwargs):
        return _results(name, raised, lambda: finished(evaluator(*args, **kwargs)))

    # The SDK chooses the arguments by the signature, which is that of the wrapped function.
    functools.update_wrapper(call, evaluator)
    call.__name__ = name
    return call


class _Object(RunEvaluator):
    def __init__(self, name, evaluator, raised):
        self._name = name
        self._evaluator = evaluator
        self._raised = raised

    @property
    def feedback_keys(self):
        return [self._name]

    def evaluate_run(self, run, example=None, evaluator_run_id=None):
        from langsmith.evaluation import EvaluationResult

        # Releases before the run id was an argument take two.
        takes = inspect.signature(self._evaluator.evaluate_run).parameters
        more = {"evaluator_run_id": evaluator_run_id} if "evaluator_run_id" in takes else {}
        results = _results(
            self._name, self._raised, lambda: self._evaluator.evaluate_run(run, example, **more)
        )["results"]
        return {"results": [EvaluationResult(**result) for result in results]}


def _results(name, raised, evaluate):
    try:
        scores = read_scores(evaluate(), name)
    except Exception as error:
        raised.setdefault(name, []).append(one_line(repr(error)))
        raise
    except SystemExit as error:
        raised.setdefault(name, []).append(f"SystemExit({error.code!r})")
        raise RuntimeError("the evaluator ended the program") from error
    return {"results": [
        {"key": s.name, "score": s.value, "value": s.label, "comment": s.comment} for s in scores
    ]}
