"""The LangSmith backend."""

from __future__ import annotations

import inspect
import os

from weco_bridge.backend import Backend, Experiment, first_set, key
from weco_bridge.call import adapted, within, without_own_frames
from weco_bridge.fault import candidate, service
from weco_bridge.heard import Heard
from weco_bridge.scores import Example, read_scores
from weco_bridge.waiting import wait_for_scores

ENDPOINT = "https://api.smith.langchain.com"
# Seconds for what is still queued when an experiment ends.
_FLUSH = 60.0
# What the SDK logs on a server that takes runs uncompressed.
_HARMLESS = ("Run compression is not enabled",)
# Runs asked for in one request: their ids are in its address.
_RUNS_AT_ONCE = 50


class LangSmith(Backend):
    title = "LangSmith"
    sdk = "langsmith"
    oldest = (0, 3)
    remote_setting = "dashboard-evaluators"
    remote_timeout_setting = "dashboard-evaluator-timeout"
    remote_word = "dashboard"
    experiment_setting = "experiment-prefix"
    adapters = True

    def connect(self):
        from langsmith import Client

        api_key = key(self.title, "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")
        # An experiment has all of its runs, whatever share of the others the user samples.
        os.environ["LANGSMITH_TRACING_SAMPLING_RATE"] = "1"
        return Client(api_url=_endpoint(), api_key=api_key)

    def describe(self, client, plan):
        from weco_bridge.backends.langsmith import dataset as datasets

        dataset = datasets.find(client, plan.dataset)
        text, chosen = datasets.described(client, dataset, plan.splits)
        facts = [{"what": "endpoint", "value": _endpoint()}, {"what": "dataset", "value": text}]
        warnings = []
        if plan.limit and plan.limit < chosen:
            facts.append({"what": "examples", "value": f"{plan.limit} of {chosen} in each evaluation"})
        elif plan.limit and plan.limit > chosen:
            warnings.append(f"max-examples is {plan.limit}, but there are only {chosen} examples")
        return facts, warnings

    def datasets(self, client):
        from weco_bridge.backends.langsmith import dataset

        return dataset.listed(client)

    def offered(self, name):
        from weco_bridge.backends.langsmith import evaluators

        return evaluators.offered(name)

    def run(self, client, job):
        from weco_bridge.backends.langsmith import dataset as datasets
        from weco_bridge.backends.langsmith import evaluators

        target = adapted(job.target, job.adapter)
        attachments = any(_takes_attachments(f) for f in [target, *(e for _, e in job.evaluators)])
        dataset = datasets.find(client, job.dataset)
        examples = datasets.examples(client, dataset, job.splits, job.limit, attachments)
        raised = {}
        judges = [evaluators.wrapped(name, evaluator, raised) for name, evaluator in job.evaluators]
        with Heard("langsmith.client", "langsmith._internal", ignoring=_HARMLESS) as heard:
            try:
                results = client.evaluate(
                    target,
                    data=examples,
                    evaluators=judges,
                    experiment_prefix=job.experiment,
                    metadata=job.metadata,
                    max_concurrency=job.concurrency or 0,
                )
                rows = list(results)
            except ValueError as error:
                # What the functions themselves raise stays with their example: this is about their arguments.
                raise self.fault(error) or candidate(f"LangSmith's SDK cannot run this target: {error}") from error
            within(_FLUSH, client.flush)
        experiment = Experiment(results.experiment_name, _url(results), raised=raised, notes=list(heard.notes))
        experiment.examples = [_example(row) for row in rows]
        if job.remote:
            self._wait(client, job, experiment, rows)
        return experiment

    def _wait(self, client, job, experiment, rows):
        by_run = {str(row["run"].id): str(row["example"].id) for row in rows}
        runs = {identity: run for run, identity in by_run.items()}

        def look(names, ids):
            wanted = [runs[identity] for identity in ids]
            try:
                return [(by_run.get(run), score) for run, score in _feedback(client, wanted, names)]
            except Exception as error:
                raise self.fault(error) or service(f"LangSmith: {error}") from error

        experiment.notes += wait_for_scores(
            look, experiment.examples, job.remote, job.remote_timeout, self.remote_word
        )

    def fault(self, error):
        from weco_bridge.backends.langsmith.faults import fault_of

        return fault_of(error, _endpoint())

    def close(self, client):
        within(_FLUSH, client.flush)


def _endpoint():
    return first_set("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT") or ENDPOINT


def _feedback(client, runs, names):
    """[(run id, Score)] of these evaluators."""
    found = []
    for start in range(0, len(runs), _RUNS_AT_ONCE):
        for feedback in client.list_feedback(run_ids=runs[start : start + _RUNS_AT_ONCE], feedback_key=names):
            raw = feedback.value if feedback.score is None else feedback.score
            scores = read_scores({"score": raw, "comment": feedback.comment}, feedback.key)
            found += [(str(feedback.run_id), score) for score in scores]
    return found


def _url(results):
    try:
        return getattr(results, "url", None)
    except Exception:
        # A link for people; an experiment without one is whole.
        return None


def _takes_attachments(function):
    try:
        return "attachments" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _example(row):
    run, example = row["run"], row["example"]
    found = Example(str(example.id), example.inputs, example.outputs)
    if run.error:
        found.error = without_own_frames(run.error)
    else:
        found.output = run.outputs
    for result in row["evaluation_results"]["results"]:
        if not (result.extra or {}).get("error"):
            for score in read_scores(result, result.key):
                found.add(score)
    return found
