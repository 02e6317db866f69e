"""The Langfuse backend with the real SDK, against the loopback service of both generations."""

from __future__ import annotations

import os
import sys

from harness import BridgeCase

APP = """
LIMIT = 3

def answer(given):
    return given["n"] if given["n"] <= LIMIT else 0

def fails_on_two(given):
    if given["n"] == 2:
        raise ValueError("two is bad")
    return given["n"]

def fails(given):
    raise ValueError("never works")

def ends(given):
    raise SystemExit(3)

async def later(given):
    return answer(given)

def own_loop(given):
    import asyncio
    return asyncio.run(later(given))
"""

EVALUATORS = """
from langfuse import Evaluation

def exact(*, output, expected_output, **_):
    return {"name": "exact", "value": output == expected_output}

def several(input, output, expected_output, metadata):
    return [Evaluation(name="size", value=2, comment="small"), {"key": "exact", "score": metadata["weight"]}]

async def later(output):
    return 0.25

def label(output):
    return {"value": "good"}

def raises(output):
    raise KeyError("nothing there")

def metric(scores):
    return scores["exact"] + 1
"""


def numbers(count, **more):
    items = [{"input": {"n": n}, "expected_output": n, "metadata": {"weight": 0.5}} for n in range(1, count + 1)]
    return {"datasets": [{"name": "qa", "items": items}], **more}


class Case(BridgeCase):
    service_name = backend = "langfuse"
    settings = {"dataset": "qa", "target": "app:answer"}

    def setUp(self):
        super().setUp()
        self.write(app=APP, evaluators=EVALUATORS)
        self.service.begin(**numbers(4))

    def environment(self):
        return {
            "LANGFUSE_BASE_URL": self.service.url, "LANGFUSE_PUBLIC_KEY": "pk-lf-test",
            "LANGFUSE_SECRET_KEY": "sk-lf-test",
        }

    def spans(self, name):
        return [
            span for request in self.service.seen("POST", "/api/public/otel/v1/traces")
            for span in request["body"] if span["name"] == name
        ]


class Evaluate(Case):
    def test_scores_metric_and_worst_examples(self):
        answer = self.good("evaluate")
        self.assertEqual(0.75, answer["metric"])
        self.assertEqual(
            [{"name": "exact", "value": 0.75, "summary": "mean", "count": 4, "missing": 0}], answer["scores"]
        )
        self.assertEqual([("qa-4", '{"n": 4}', "0", "4")],
                         [(w["id"], w["input"], w["output"], w["expected"]) for w in answer["worst"]])
        self.assertEqual([], answer["notes"])
        self.assertIn("exact: 0.750000\n", self.output)

    def test_experiment_is_linked_to_run_and_step(self):
        answer = self.good("evaluate", {"experiment-name": "mine"})
        self.assertRegex(answer["experiment"]["name"], r"^mine-brisk-otter-3 - \d{4}-")
        self.assertIn("/project/project-1/experiments/", answer["experiment"]["url"])
        tasks = self.spans("experiment-item-task")
        self.assertEqual(4, len(tasks))
        attributes = tasks[0]["attributes"]
        self.assertEqual("dataset-qa", attributes["langfuse.experiment.dataset.id"])
        self.assertIn('"weco_run_id":"run-1"', attributes["langfuse.experiment.metadata"].replace(" ", ""))
        sent = self.service.seen("POST", "/api/public/otel/v1/traces")[0]["headers"]
        self.assertEqual(("gzip", "4"), (sent["content-encoding"], sent["x-langfuse-ingestion-version"]))
        scores = [score for r in self.service.seen("POST", "/api/public/scores") for score in r["body"]]
        self.assertEqual(["exact"] * 4, [score["name"] for score in scores])

    def test_pages_and_archived_items(self):
        scenario = numbers(120)
        scenario["datasets"][0]["items"] += [{"input": {"n": 0}, "status": "ARCHIVED"}, {"input": None}]
        self.service.begin(**scenario)
        self.assertEqual(120, self.good("evaluate")["examples"])
        self.assertEqual(3, len(self.service.seen("GET", "/api/public/dataset-items")))
        self.assertEqual(["archived items that are left out: 1", "items without an input that are left out: 1"],
                         self.good("check")["warnings"])

    def test_target_that_fails_on_an_example(self):
        answer = self.good("evaluate", {"target": "app:fails_on_two"})
        self.assertEqual((4, 1, 0.75), (answer["examples"], answer["failed"], answer["metric"]))
        first = answer["worst"][0]
        self.assertEqual(("qa-2", None, []), (first["id"], first["output"], first["scores"]))
        self.assertIn("ValueError: two is bad", first["error"])
        self.assertNotIn("weco_bridge", first["error"])
        self.assertNotIn("concurrent", first["error"])

    def test_target_that_always_fails(self):
        for target, words in (("app:fails", "never works"), ("app:ends", "ended the program")):
            fault = self.fault("candidate", "evaluate", {"target": target})
            self.assertIn("failed on all 4 examples", fault["message"])
            self.assertIn(words, fault["message"])

    def test_evaluator_that_raises(self):
        answer = self.good("evaluate", {"evaluators": ["exact", "raises"]})
        self.assertEqual(0.75, answer["metric"])
        self.assertIn("'raises' raised on 4 of 4 examples: KeyError('nothing there')", answer["notes"][0])
        self.fault("setup", "evaluate", {"evaluators": ["raises"]}, step=0)
        self.fault("candidate", "evaluate", {"evaluators": ["raises"]}, step=2)

    def test_forms_of_evaluators(self):
        answer = self.good("evaluate", {"evaluators": ["evaluators:several", "later", "label"]})
        values = {score["name"]: score["value"] for score in answer["scores"]}
        self.assertEqual({"size": 2.0, "exact": 0.5, "later": 0.25, "label": None}, values)
        comments = {s["name"]: s["comment"] for s in answer["worst"][0]["scores"]}
        self.assertEqual(("small", "good"), (comments["size"], comments["label"]))

    def test_summary_and_metric_function(self):
        self.assertEqual(0.0, self.good("evaluate", {"summary": "min"})["metric"])
        settings = {"evaluators": ["exact"], "metric-function": "evaluators:metric"}
        answer = self.good("evaluate", settings, metric="total")
        self.assertEqual(1.75, answer["metric"])

    def test_targets_and_event_loops(self):
        for target in ("app:later", "app:own_loop"):
            self.assertEqual(0.75, self.good("evaluate", {"target": target})["metric"], target)

    def test_examples_run_at_once(self):
        self.write(app="import threading\nall_here = threading.Barrier(4, timeout=20)\n"
                       "def answer(given):\n    all_here.wait()\n    return given['n']\n")
        self.assertEqual(1.0, self.good("evaluate", {"max-concurrency": 4})["metric"])

    def test_traces_of_the_target_belong_to_its_example(self):
        self.write(app="from langfuse import observe\n@observe()\ndef answer(given):\n    return given['n']\n")
        self.good("evaluate")
        parents = {span["spanId"] for span in self.spans("experiment-item-task")}
        self.assertEqual(4, len(self.spans("answer")))
        self.assertTrue(all(span["parentSpanId"] in parents for span in self.spans("answer")))

    def test_traces_that_cannot_be_sent_are_told(self):
        self.service.begin(**numbers(2), faults=[{"path": "/otel/", "status": 401}])
        answer = self.good("evaluate")
        self.assertEqual(1.0, answer["metric"])
        self.assertTrue(any("opentelemetry" in note for note in answer["notes"]), answer["notes"])


class Managed(Case):
    def wait_for(self, settings=None, **scenario):
        self.service.begin(**numbers(3), **scenario)
        return self.good("evaluate", {"managed-evaluators": ["tone"], **(settings or {})}, metric="tone")

    def test_scores_are_waited_for(self):
        answer = self.wait_for(managed={"tone": {"value": 0.5, "comment": "dull", "lag": 1}})
        self.assertEqual(0.5, answer["metric"])
        self.assertEqual(["tone"], [score["name"] for score in answer["scores"]], "no code evaluator by default")
        self.assertEqual("dull", answer["worst"][0]["scores"][0]["comment"])
        self.assertEqual([], self.service.seen("GET", "/api/public/v2/scores"))

    def test_server_of_the_older_generation(self):
        answer = self.wait_for(managed={"tone": {"value": 0.5, "lag": 1}}, generation=3)
        self.assertEqual(0.5, answer["metric"])
        self.assertEqual(1, len(self.service.seen("GET", "/api/public/v3/scores")), "asked once only")

    def test_scores_that_do_not_come(self):
        answer = self.wait_for({"managed-evaluator-timeout": 1}, managed={"tone": {"value": 1, "lacking": 1}})
        self.assertEqual((2, 1), (answer["scores"][0]["count"], answer["scores"][0]["missing"]))
        self.assertEqual(["the managed evaluator 'tone' gave 2 of 3 scores in 1 s"], answer["notes"])
        self.assertIsNone(self.wait_for({"managed-evaluator-timeout": 1})["metric"])

    def test_many_traces_and_pages(self):
        for generation in (3, 4):
            self.service.begin(**numbers(130), managed={"tone": {"value": 1}}, generation=generation)
            answer = self.good("evaluate", {"managed-evaluators": ["tone"], "max-concurrency": 8}, metric="tone")
            self.assertEqual(130, answer["scores"][0]["count"])

    def test_trouble_while_waiting(self):
        faults = [{"path": "/v3/scores", "status": 503, "times": 1}]
        self.assertEqual(1.0, self.wait_for(managed={"tone": {"value": 1}}, faults=faults)["metric"])
        faults = [{"path": "/v3/scores", "status": 429}]
        answer = self.wait_for({"managed-evaluator-timeout": 1}, managed={"tone": {"value": 1}}, faults=faults)
        self.assertIn("limits the rate of requests (429)", "\n".join(answer["notes"]))
        self.service.begin(**numbers(1), faults=[{"path": "/v3/scores", "status": 403}])
        self.fault("auth", "evaluate", {"managed-evaluators": ["tone"]}, metric="tone")


class Faults(Case):
    def asked_with(self, **environment):
        return {**self.environment(), **environment}

    def test_either_name_of_the_endpoint(self):
        environment = self.asked_with(LANGFUSE_HOST=self.service.url)
        del environment["LANGFUSE_BASE_URL"]
        self.assertEqual(0.75, self.good("evaluate", environment=environment)["metric"])

    def test_keys(self):
        for name in ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"):
            fault = self.fault("setup", "check", environment=self.asked_with(**{name: ""}))
            self.assertIn(f"{name}, which is not set", fault["message"])
        secret = "sk-lf-wrong-12345"
        body = {"message": f"no such key {secret}"}
        self.service.begin(**numbers(1), faults=[{"path": "datasets", "status": 401, "body": body}])
        for verb in ("check", "evaluate", "list"):
            fault = self.fault("auth", verb, environment=self.asked_with(LANGFUSE_SECRET_KEY=secret))
            self.assertNotIn(secret, str(fault))
            self.assertIn("***", fault["message"])

    def test_statuses(self):
        for status, kind in ((403, "auth"), (429, "service"), (503, "service"), (400, "setup")):
            faults = [{"path": "/v2/datasets", "status": status, "headers": {"Retry-After": "0"}}]
            self.service.begin(**numbers(1), faults=faults)
            self.assertIn(str(status), self.fault(kind, "evaluate")["message"])

    def test_unreachable_and_slow(self):
        fault = self.fault("service", "check", environment=self.asked_with(LANGFUSE_BASE_URL="http://127.0.0.1:9"))
        self.assertIn("http://127.0.0.1:9", fault["message"])
        self.service.begin(**numbers(1), faults=[{"path": "/v2/datasets", "delay": 3}])
        self.fault("service", "check", environment=self.asked_with(LANGFUSE_TIMEOUT="1"))

    def test_dataset(self):
        self.service.begin(**numbers(0))
        fault = self.fault("setup", "check", {"dataset": "absent"})
        self.assertIn("no dataset 'absent'", fault["message"])
        self.assertEqual("datasets there: qa", fault["remedy"])
        self.assertIn("has no active items", self.fault("setup", "evaluate")["message"])

    def test_server_that_the_sdk_does_not_understand(self):
        body = {"data": [{"odd": True}], "meta": {}}
        self.service.begin(**numbers(1), faults=[{"path": "/dataset-items", "status": 200, "body": body}])
        self.assertIn("does not understand the server", self.fault("setup", "check")["message"])

    def test_settings(self):
        for settings in ({"managed-evaluator-timeout": 0}, {"max-concurrency": 0}, {"summary": "sum"}, {"target": ""}):
            fault = self.fault("setup", "check", settings)
            self.assertIn(f"--langfuse-{next(iter(settings))}", fault["message"])

    def test_tracing_that_is_switched_off(self):
        fault = self.fault("setup", "check", environment=self.asked_with(LANGFUSE_TRACING_ENABLED="false"))
        self.assertIn("LANGFUSE_TRACING_ENABLED", fault["message"])

    def test_candidate_that_cannot_be_imported(self):
        self.write(app="undefined\n")
        self.assertIn("NameError", self.fault("candidate", "evaluate")["message"])
        self.fault("setup", "check")
        self.assertEqual([], self.service.seen("POST"))

    def test_without_the_sdk(self):
        fault = self.fault("setup", "check", python=(sys.executable, "-S"))
        self.assertEqual("the package langfuse is not installed for this Python", fault["message"])


class CheckAndList(Case):
    def test_check_is_free(self):
        self.write(app="def answer(given):\n    open('called', 'w')\n",
                   evaluators="def exact(output):\n    open('called', 'w')\n")
        answer = self.good("check", {"managed-evaluators": ["tone"], "evaluators": ["exact"]})
        facts = {fact["what"]: fact["value"] for fact in answer["facts"]}
        self.assertEqual(
            ("langfuse 5.0.4", self.service.url, "qa (4 examples)", "app:answer", "exact, tone (managed)"),
            tuple(facts[what] for what in ("SDK", "endpoint", "dataset", "target", "evaluators")),
        )
        self.assertFalse(os.path.exists(os.path.join(self.home, "called")))
        self.assertEqual({"GET"}, {request["method"] for request in self.service.seen()})

    def test_list(self):
        answer = self.good("list", {"dataset": None, "target": None}, metric="")
        self.assertEqual([{"name": "qa", "examples": 4, "splits": []}], answer["datasets"])
        self.assertEqual("app:answer", answer["targets"][0])
        self.assertIn("evaluators:exact", answer["evaluators"])
