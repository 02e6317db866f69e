"""The three questions: check, list, evaluate."""

from __future__ import annotations

import os
import platform
import sys

from weco_bridge import call, discover, load
from weco_bridge.backend import Job
from weco_bridge.fault import Fault, candidate, setup
from weco_bridge.protocol import SUMMARIES
from weco_bridge.report import report

REMOTE_TIMEOUT = 900
# `list` tells no more functions of a kind than a person will read through.
_MOST_LISTED = 200


class Plan:
    """The user's settings, validated, and the functions that they name, loaded."""

    def __init__(self, backend, question):
        q = question
        self.dataset = q.required("dataset")
        self.target_name = q.required("target")
        self.summary = q.choice("summary", SUMMARIES)
        self.adapter = q.choice("target-adapter", call.ADAPTERS) if backend.adapters else "raw"
        self.concurrency = q.positive("max-concurrency")
        self.limit = q.positive("max-examples")
        self.splits = q.texts("splits")
        self.remote = list(dict.fromkeys(q.texts(backend.remote_setting)))
        self.remote_timeout = q.positive(backend.remote_timeout_setting, REMOTE_TIMEOUT)
        self.evaluator_names = q.texts("evaluators") or ([] if self.remote else [q.metric])
        self.metric_function_name = q.text("metric-function")
        self.experiment = q.text(backend.experiment_setting)

    def load(self, backend, question):
        """Imports what the names stand for, the target first: it is what changes."""
        load.use_directory(os.getcwd())
        self.target = load.load_target(self.target_name, question.sources)
        self.evaluators = load.load_evaluators(self.evaluator_names, question.sources, backend.offered)
        self.metric_function = None
        if self.metric_function_name:
            self.metric_function = call.guarded(
                load.load_function(self.metric_function_name, "metric function", question.sources)
            )


def check(backend, question):
    facts = [{"what": "Python", "value": f"{platform.python_version()} ({sys.executable})"}]
    plan = Plan(backend, question)
    facts.append({"what": "SDK", "value": f"{backend.sdk} {backend.sdk_version()}"})
    client = backend.connect()
    try:
        told, warnings = backend.describe(client, plan)
    finally:
        backend.close(client)
    facts += told
    try:
        plan.load(backend, question)
    except Fault as fault:
        raise setup(fault.message, fault.remedy) from fault
    facts.append({"what": "target", "value": _with_adapter(plan)})
    facts.append({"what": "evaluators", "value": _evaluator_names(backend, plan)})
    if plan.metric_function_name:
        facts.append({"what": "metric function", "value": plan.metric_function_name})
    return {"ok": True, "facts": facts, "warnings": warnings}


def _with_adapter(plan):
    return plan.target_name if plan.adapter == "raw" else f"{plan.target_name} ({plan.adapter})"


def _evaluator_names(backend, plan):
    names = list(plan.evaluator_names)
    names += [f"{name} ({backend.remote_word})" for name in plan.remote]
    return ", ".join(names)


def list_all(backend, question):
    backend.sdk_version()
    client = backend.connect()
    try:
        datasets = backend.datasets(client)
    finally:
        backend.close(client)
    targets, evaluators = discover.discover(os.getcwd(), question.sources)
    return {
        "ok": True, "datasets": datasets,
        "targets": targets[:_MOST_LISTED], "evaluators": evaluators[:_MOST_LISTED],
    }


def evaluate(backend, question):
    plan = Plan(backend, question)
    backend.sdk_version()
    client = backend.connect()
    try:
        plan.load(backend, question)
        job = _job(question, plan)
        experiment = backend.run(client, job)
    finally:
        backend.close(client)
    answer = report(question, job, experiment, plan.summary, plan.metric_function)
    _print(answer)
    return answer


def _job(question, plan):
    run = question.run
    prefix = plan.experiment or f"weco-{plan.dataset}"
    parts = [prefix, run.get("name") or run.get("id") or "", str(question.step)]
    return Job(
        dataset=plan.dataset,
        target=plan.target,
        adapter=plan.adapter,
        evaluators=plan.evaluators,
        remote=plan.remote,
        remote_timeout=plan.remote_timeout,
        concurrency=plan.concurrency,
        limit=plan.limit,
        splits=plan.splits,
        experiment="-".join(part for part in parts if part),
        metadata={
            "weco_run_id": str(run.get("id", "")),
            "weco_run_name": str(run.get("name", "")),
            "weco_step": str(question.step),
        },
    )


def _print(answer):
    """What a person reads in the step's output."""
    for score in answer["scores"]:
        value = "none" if score["value"] is None else f"{score['value']:.6f}"
        missing = f" ({score['missing']} missing)" if score["missing"] else ""
        print(f"{score['name']}: {value}{missing}")
    if answer["failed"]:
        print(f"failed examples: {answer['failed']} of {answer['examples']}")
    for note in answer["notes"]:
        print(f"note: {note}")
    print(f"experiment: {answer['experiment']['url'] or answer['experiment']['name']}")


VERBS = {"check": check, "list": list_all, "evaluate": evaluate}


def answer_to(backend, question):
    """The answer to any question; faults are raised."""
    verb = VERBS.get(question.verb)
    if verb is None:
        raise setup(f"there is no question {question.verb!r}")
    try:
        return verb(backend, question)
    except Fault:
        raise
    except Exception as error:
        fault = backend.fault(error)
        if fault is None:
            raise
        raise fault from error
    except SystemExit as error:
        raise candidate(f"the target or an evaluator ended the program: SystemExit({error.code!r})") from error
