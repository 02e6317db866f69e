"""The Langfuse backend."""

from __future__ import annotations

import inspect
import os
import traceback
from concurrent.futures import ThreadPoolExecutor

from weco_bridge.backend import Backend, Experiment, first_set, key
from weco_bridge.call import accepted, called, within, without_own_frames
from weco_bridge.fault import one_line, setup
from weco_bridge.heard import Heard
from weco_bridge.scores import Example, read_scores
from weco_bridge.waiting import wait_for_scores

ENDPOINT = "https://cloud.langfuse.com"
# Seconds for what is still queued when an experiment ends.
_FLUSH = 60.0
# Examples at once that the SDK takes an asynchronous target through by itself.
_CONCURRENCY = 50
# What the SDK logs about an item or evaluator that failed: this program tells it itself.
_TOLD = ("failed: ", "Experiment Item is missing input")


class Langfuse(Backend):
    title = "Langfuse"
    sdk = "langfuse"
    # The first release with `run_experiment`.
    oldest = (3, 4)
    remote_setting = "managed-evaluators"
    remote_timeout_setting = "managed-evaluator-timeout"
    remote_word = "managed"
    experiment_setting = "experiment-name"

    def connect(self):
        from langfuse import Langfuse as Client

        public, secret = _keys()
        if os.environ.get("LANGFUSE_TRACING_ENABLED", "").lower() == "false":
            raise setup("LANGFUSE_TRACING_ENABLED is false: an experiment is made of traces", "unset it")
        # Old releases know only the one name, new ones prefer the other.
        os.environ["LANGFUSE_BASE_URL"] = os.environ["LANGFUSE_HOST"] = _endpoint()
        return Client(public_key=public, secret_key=secret, sample_rate=1.0)

    def describe(self, client, plan):
        from weco_bridge.backends.langfuse import dataset as datasets

        dataset = datasets.find(client, plan.dataset)
        items, notes = datasets.active(dataset)
        facts = [
            {"what": "endpoint", "value": _endpoint()},
            {"what": "dataset", "value": f"{dataset.name} ({len(items)} examples)"},
        ]
        return facts, notes

    def datasets(self, client):
        from weco_bridge.backends.langfuse import dataset

        return dataset.listed(client)

    def run(self, client, job):
        from weco_bridge.backends.langfuse import dataset as datasets
        from weco_bridge.backends.langfuse.reader import Reader

        items = datasets.active(datasets.find(client, job.dataset))[0][: job.limit]
        reader = Reader(_endpoint(), *_keys())
        target = job.target if callable(job.target) else job.target.invoke
        concurrency = job.concurrency or (_CONCURRENCY if inspect.iscoroutinefunction(target) else 1)
        errors, raised = {}, {}
        with Heard("langfuse", "opentelemetry", ignoring=_TOLD) as heard, ThreadPoolExecutor(concurrency) as pool:
            result = client.run_experiment(
                name=job.experiment,
                data=items,
                task=_task(target, pool, errors),
                evaluators=[_evaluator(name, function, pool, raised) for name, function in job.evaluators],
                max_concurrency=concurrency,
                metadata=job.metadata,
            )
            within(_FLUSH, client.flush)
        url = getattr(result, "experiment_url", None) or getattr(result, "dataset_run_url", None)
        experiment = Experiment(
            getattr(result, "run_name", None) or result.name, url, raised=raised, notes=list(heard.notes)
        )
        done = {item_result.item.id: item_result for item_result in result.item_results}
        experiment.examples = [_example(item, done.get(item.id), errors) for item in items]
        if job.remote:
            self._wait(reader, job, experiment, done)
        return experiment

    def _wait(self, reader, job, experiment, done):
        traces = {identity: result.trace_id for identity, result in done.items() if result.trace_id}
        examples = {trace: identity for identity, trace in traces.items()}

        def look(names, ids):
            wanted = [traces[identity] for identity in ids if identity in traces]
            return [(examples.get(trace), score) for trace, score in reader.scores(names, wanted)]

        experiment.notes += wait_for_scores(
            look, experiment.examples, job.remote, job.remote_timeout, self.remote_word
        )

    def fault(self, error):
        from weco_bridge.backends.langfuse.faults import fault_of

        return fault_of(error, _endpoint())

    def close(self, client):
        within(_FLUSH, client.flush)


def _keys():
    return key("Langfuse", "LANGFUSE_PUBLIC_KEY"), key("Langfuse", "LANGFUSE_SECRET_KEY")


def _endpoint():
    return (first_set("LANGFUSE_BASE_URL", "LANGFUSE_HOST") or ENDPOINT).rstrip("/")


def _task(target, pool, errors):
    """The target as the SDK's task; why it failed on an item is kept in `errors`."""

    async def task(*, item, **_):
        try:
            return await called(target, pool, item.input)
        except Exception:
            errors[item.id] = without_own_frames(traceback.format_exc())
            raise

    return task


def _evaluator(name, function, pool, raised):
    """An evaluator whose results are the SDK's own; what it raises is kept in `raised`."""
    from langfuse import Evaluation

    async def evaluate(*, input, output, expected_output=None, metadata=None, **_):
        offered = {"input": input, "output": output, "expected_output": expected_output, "metadata": metadata}
        try:
            result = await called(function, pool, **accepted(function, offered))
        except Exception as error:
            raised.setdefault(name, []).append(one_line(repr(error)))
            raise
        return [
            Evaluation(name=s.name, value=s.label if s.value is None else s.value, comment=s.comment)
            for s in read_scores(result, name) if s.value is not None or s.label is not None
        ]

    evaluate.__name__ = name
    return evaluate


def _example(item, result, errors):
    found = Example(item.id, item.input, item.expected_output)
    if result is None:
        found.error = errors.get(item.id, "the SDK gave no result for this item; see the step's output")
        return found
    found.output = result.output
    for score in read_scores(list(result.evaluations), "unnamed"):
        found.add(score)
    return found
