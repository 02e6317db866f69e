"""The LangSmith backend with the real SDK, against the loopback service."""

from __future__ import annotations

import os
import py_compile
import uuid

from harness import BridgeCase

DATASET = str(uuid.UUID(int=7))

APP = """
LIMIT = 3

def answer(inputs):
    return {"answer": inputs["n"] if inputs["n"] <= LIMIT else 0}

def fails_on_two(inputs):
    if inputs["n"] == 2:
        raise ValueError("two is bad")
    return {"answer": inputs["n"]}

def fails(inputs):
    raise ValueError("never works")

async def later(inputs):
    return answer(inputs)

def ends(inputs):
    raise SystemExit(3)

class Chain:
    def invoke(self, inputs):
        return inputs["n"]

chain = Chain()

def single(n):
    return {"answer": n}
"""

EVALUATORS = """
def exact(outputs, reference_outputs):
    return outputs["answer"] == reference_outputs["answer"]

def both(run, example):
    return [{"name": "exact", "value": 1.0, "comment": "near"}, {"key": "size", "score": 2}]

async def later(inputs, outputs):
    return {"score": 0.25}

def label(outputs):
    return {"value": "good"}

def raises(outputs):
    raise KeyError("nothing there")

def metric(scores):
    return scores["exact"] * 10 + scores["size"]

def broken_metric(scores):
    return scores["absent"]
"""


def numbers(count, **more):
    examples = [
        {"inputs": {"n": n}, "outputs": {"answer": n}, "splits": ["even" if n % 2 == 0 else "odd"]}
        for n in range(1, count + 1)
    ]
    return {"datasets": [{"name": "qa", "id": DATASET, "examples": examples}], **more}


class Case(BridgeCase):
    service_name = backend = "langsmith"
    settings = {"dataset": "qa", "target": "app:answer"}

    def setUp(self):
        super().setUp()
        self.write(app=APP, evaluators=EVALUATORS)
        self.service.begin(**numbers(4))

    def environment(self):
        return {"LANGSMITH_ENDPOINT": self.service.url, "LANGSMITH_API_KEY": "ls-key"}

    def runs(self):
        """Ids of the target's runs that reached the service, from its multipart requests."""
        parts = [part for request in self.service.seen("POST", "/runs/multipart") for part in request["body"]]
        return {part.split(".")[1] for part in parts if part.startswith("post.") and part.count(".") == 1}


class Evaluate(Case):
    def test_scores_metric_and_worst_examples(self):
        answer = self.good("evaluate")
        self.assertEqual(0.75, answer["metric"])
        self.assertEqual(
            [{"name": "exact", "value": 0.75, "summary": "mean", "count": 4, "missing": 0}], answer["scores"]
        )
        self.assertEqual((4, 0), (answer["examples"], answer["failed"]))
        self.assertEqual(1, len(answer["worst"]), "the best are left out")
        worst = answer["worst"][0]
        self.assertEqual(('{"n": 4}', '{"answer": 0}', '{"answer": 4}', None),
                         (worst["input"], worst["output"], worst["expected"], worst["error"]))
        self.assertEqual([{"name": "exact", "value": 0.0, "comment": None}], worst["scores"])
        self.assertIn("exact: 0.750000\n", self.output)
        self.assertEqual([], answer["notes"])

    def test_experiment_is_linked_to_run_and_step(self):
        answer = self.good("evaluate")
        self.assertRegex(answer["experiment"]["name"], r"^weco-qa-brisk-otter-3-[0-9a-f]{8}$")
        self.assertIn("selectedSessions=", answer["experiment"]["url"])
        created = self.service.seen("POST", "/sessions")[0]["body"]
        self.assertEqual(DATASET, created["reference_dataset_id"])
        metadata = created["extra"]["metadata"]
        self.assertEqual(("run-1", "brisk-otter", "3"),
                         (metadata["weco_run_id"], metadata["weco_run_name"], metadata["weco_step"]))
        self.assertGreaterEqual(len(self.runs()), 4)
        self.assertEqual(1, len([r for r in self.service.seen("PATCH") if r["path"].startswith("/sessions/")]))

    def test_prefix_of_the_experiment(self):
        answer = self.good("evaluate", {"experiment-prefix": "mine"}, step=0)
        self.assertRegex(answer["experiment"]["name"], r"^mine-brisk-otter-0-")

    def test_a_taken_name_gets_another_suffix(self):
        self.service.begin(**numbers(2, conflicts=2))
        answer = self.good("evaluate")
        self.assertRegex(answer["experiment"]["name"], r"^weco-qa-brisk-otter-3-[0-9a-f]{8}-[0-9a-f]{6}$")

    def test_server_that_takes_only_batches_and_lags(self):
        self.service.begin(**numbers(2, multipart=False, runs_lag=1))
        self.assertEqual(1.0, self.good("evaluate")["metric"])
        self.assertTrue(self.service.seen("POST", "/runs/batch"))
        self.assertGreaterEqual(len(self.service.seen("POST", "/feedback")), 4)

    def test_compressed_ingestion(self):
        self.service.begin(**numbers(2, zstd=True))
        self.good("evaluate")
        encodings = {r["headers"].get("content-encoding") for r in self.service.seen("POST", "/runs/multipart")}
        self.assertEqual({"zstd"}, encodings)
        self.assertGreaterEqual(len(self.runs()), 2)

    def test_pages_of_a_large_dataset(self):
        self.service.begin(**numbers(230))
        self.assertEqual(230, self.good("evaluate", {"max-concurrency": 8})["examples"])
        self.assertEqual(["0", "100", "200"], [r["query"]["offset"][0] for r in self.service.seen("GET", "/examples")])

    def test_max_examples_limits_what_is_run(self):
        self.service.begin(**numbers(30))
        self.write(app="def answer(inputs):\n    open('calls', 'a').write('.')\n    return inputs\n",
                   evaluators="def exact(outputs):\n    return 1\n")
        self.assertEqual(5, self.good("evaluate", {"max-examples": 5})["examples"])
        with open(os.path.join(self.home, "calls"), encoding="utf-8") as calls:
            self.assertEqual(5, len(calls.read()))

    def test_splits_by_name_and_by_id(self):
        for dataset in ("qa", DATASET):
            answer = self.good("evaluate", {"dataset": dataset, "splits": ["even"]})
            self.assertEqual((2, 0.5), (answer["examples"], answer["metric"]))

    def test_target_that_fails_on_an_example(self):
        answer = self.good("evaluate", {"target": "app:fails_on_two"})
        self.assertEqual((4, 1), (answer["examples"], answer["failed"]))
        first = answer["worst"][0]
        self.assertIn("ValueError: two is bad", first["error"])
        self.assertIn("app.py", first["error"])
        self.assertNotIn("weco_bridge", first["error"])
        self.assertIsNone(first["output"])
        self.assertEqual(0.75, answer["metric"], "a failure is no better than 0")
        self.assertEqual(1.0, answer["scores"][0]["value"])
        self.assertEqual((3, 1), (answer["scores"][0]["count"], answer["scores"][0]["missing"]))
        self.assertEqual(1, len(answer["notes"]), "what an evaluator makes of a failure is no news")
        self.assertIn("each counts as 0 in the metric", answer["notes"][0])

    def test_target_that_always_fails(self):
        for target, words in (("app:fails", "never works"), ("app:ends", "ended the program")):
            fault = self.fault("candidate", "evaluate", {"target": target})
            self.assertIn("failed on all 4 examples", fault["message"])
            self.assertIn(words, fault["message"])

    def test_evaluator_that_raises(self):
        answer = self.good("evaluate", {"evaluators": ["exact", "raises"]})
        self.assertEqual(0.75, answer["metric"])
        self.assertIn("'raises' raised on 4 of 4 examples: KeyError('nothing there')", answer["notes"][0])
        self.assertIn("KeyError", self.fault("setup", "evaluate", {"evaluators": ["raises"]}, step=0)["message"])
        self.fault("candidate", "evaluate", {"evaluators": ["raises"]}, step=1)

    def test_forms_of_evaluators(self):
        answer = self.good("evaluate", {"evaluators": ["evaluators:both", "later", "label"]})
        values = {score["name"]: score["value"] for score in answer["scores"]}
        self.assertEqual({"exact": 1.0, "size": 2.0, "later": 0.25, "label": None}, values)
        comments = {s["name"]: s["comment"] for s in answer["worst"][0]["scores"]}
        self.assertEqual(("near", "good"), (comments["exact"], comments["label"]))

    def test_evaluator_object_of_the_sdk(self):
        self.write(evaluators="""
from langsmith.evaluation import EvaluationResult, RunEvaluator

class Exact(RunEvaluator):
    def evaluate_run(self, run, example=None, evaluator_run_id=None):
        return EvaluationResult(key="exact", score=0.5)

exact = Exact()
""")
        self.assertEqual(0.5, self.good("evaluate")["metric"])

    def test_metric_that_nobody_gives(self):
        answer = self.good("evaluate", {"evaluators": ["exact"]}, metric="accuracy")
        self.assertIsNone(answer["metric"])
        self.assertEqual(["no example has a score named 'accuracy'; scores: exact"], answer["notes"])

    def test_summaries(self):
        for summary, expected in (("median", 1.0), ("min", 0.0), ("max", 1.0)):
            answer = self.good("evaluate", {"summary": summary})
            self.assertEqual((expected, summary), (answer["metric"], answer["scores"][0]["summary"]))

    def test_metric_function(self):
        settings = {"evaluators": ["both"], "metric-function": "evaluators:metric"}
        answer = self.good("evaluate", settings, metric="total")
        self.assertEqual(12.0, answer["metric"])
        self.assertEqual(("total", "metric-function"), (answer["scores"][-1]["name"], answer["scores"][-1]["summary"]))

    def test_metric_function_that_raises(self):
        settings = {"evaluators": ["both"], "metric-function": "evaluators:broken_metric"}
        answer = self.good("evaluate", settings)
        self.assertIsNone(answer["metric"])
        self.assertIn("KeyError: 'absent'", answer["notes"][0])

    def test_adapters(self):
        self.write(evaluators="def exact(outputs, reference_outputs):\n"
                              "    return list(outputs.values())[0] == reference_outputs['answer']\n")
        for target, adapter in (("app:chain", "langchain"), ("app:chain.invoke", "langchain"),
                                ("app:single", "single-input"), ("app:chain", "raw")):
            answer = self.good("evaluate", {"target": target, "target-adapter": adapter})
            self.assertEqual(1.0, answer["metric"], (target, adapter))

    def test_asynchronous_target(self):
        self.assertEqual(0.75, self.good("evaluate", {"target": "app:later"})["metric"])

    def test_target_with_arguments_that_the_sdk_refuses(self):
        self.write(app="def answer(question, context):\n    return {}\n")
        self.assertIn("positional arguments", self.fault("candidate", "evaluate")["message"])

    def test_evaluator_with_arguments_that_the_sdk_refuses(self):
        self.write(evaluators="def exact(prediction, truth, third):\n    return 1\n")
        self.assertIn("the evaluator 'exact'", self.fault("setup", "evaluate")["message"])

    def test_examples_run_at_once(self):
        self.write(app="import threading\nall_here = threading.Barrier(4, timeout=20)\n"
                       "def answer(inputs):\n    all_here.wait()\n    return {'answer': inputs['n']}\n")
        self.assertEqual(1.0, self.good("evaluate", {"max-concurrency": 4})["metric"])

    def test_bounds_of_the_worst_examples(self):
        self.write(app="def answer(inputs):\n    return {'answer': 'x' * 5000 + 'end'}\n",
                   evaluators="def exact(inputs):\n    return {'score': inputs['n'] / 10}\n")
        answer = self.good("evaluate", max_worst=2, max_text=200, goal="minimize")
        self.assertEqual([0.4, 0.3], [worst["scores"][0]["value"] for worst in answer["worst"]])
        self.assertEqual({200}, {len(worst["output"]) for worst in answer["worst"]})
        self.assertTrue(answer["worst"][0]["output"].endswith('end"}'))

    def test_a_thread_that_the_target_leaves_behind(self):
        self.write(app="import threading\nthreading.Thread(target=threading.Event().wait).start()\n" + APP)
        self.assertEqual(0.75, self.good("evaluate")["metric"])

    def test_sampling_of_other_traces_does_not_matter(self):
        self.good("evaluate", environment={**self.environment(), "LANGSMITH_TRACING_SAMPLING_RATE": "0"})
        self.assertGreaterEqual(len(self.runs()), 4)

    def test_runs_that_cannot_be_sent_are_told(self):
        self.service.begin(**numbers(2), faults=[{"path": "^/runs", "status": 403, "body": {"detail": "full"}}])
        answer = self.good("evaluate")
        self.assertEqual(1.0, answer["metric"])
        self.assertTrue(any("Failed to" in note for note in answer["notes"]), answer["notes"])


class Dashboard(Case):
    def test_feedback_is_waited_for(self):
        self.service.begin(**numbers(3, dashboard={"tone": {"score": 0.5, "comment": "dull", "lag": 2}}))
        answer = self.good("evaluate", {"dashboard-evaluators": ["tone"]}, metric="tone")
        self.assertEqual(0.5, answer["metric"])
        self.assertEqual(["tone"], [score["name"] for score in answer["scores"]], "no code evaluator by default")
        self.assertEqual("dull", answer["worst"][0]["scores"][0]["comment"])
        self.assertEqual(3, len(self.service.seen("GET", "/feedback")))

    def test_feedback_that_does_not_come(self):
        dashboard = {"tone": {"score": 1, "lacking": 1}, "odd": {"score": 1, "lag": 99}}
        self.service.begin(**numbers(3, dashboard=dashboard))
        settings = {"dashboard-evaluators": ["tone", "odd"], "dashboard-evaluator-timeout": 1}
        answer = self.good("evaluate", settings, metric="tone")
        self.assertEqual(1.0, answer["metric"])
        scores = {score["name"]: (score["value"], score["count"], score["missing"]) for score in answer["scores"]}
        self.assertEqual({"tone": (1.0, 2, 1), "odd": (None, 0, 3)}, scores)
        self.assertEqual([
            "the dashboard evaluator 'tone' gave 2 of 3 scores in 1 s",
            "the dashboard evaluator 'odd' gave 0 of 3 scores in 1 s",
        ], answer["notes"])

    def test_failed_examples_are_not_waited_for(self):
        self.service.begin(**numbers(3, dashboard={"tone": {"score": 1}}))
        settings = {"target": "app:fails_on_two", "dashboard-evaluators": ["tone"]}
        answer = self.good("evaluate", settings, metric="tone")
        self.assertEqual(1, answer["failed"])
        self.assertAlmostEqual(2 / 3, answer["metric"])

    def test_trouble_while_waiting(self):
        faults = [{"path": "^/feedback", "method": "GET", "status": 500, "times": 1}]
        self.service.begin(**numbers(2, dashboard={"tone": {"score": 1}}, faults=faults))
        self.assertEqual(1.0, self.good("evaluate", {"dashboard-evaluators": ["tone"]}, metric="tone")["metric"])
        faults = [{"path": "^/feedback", "method": "GET", "status": 401}]
        self.service.begin(**numbers(2, dashboard={"tone": {"score": 1}}, faults=faults))
        self.fault("auth", "evaluate", {"dashboard-evaluators": ["tone"]}, metric="tone")

    def test_many_runs_are_asked_for_in_parts(self):
        self.service.begin(**numbers(120, dashboard={"tone": {"score": 1}}))
        answer = self.good("evaluate", {"dashboard-evaluators": ["tone"], "max-concurrency": 8}, metric="tone")
        self.assertEqual(120, answer["scores"][0]["count"])
        self.assertLessEqual(max(len(r["query"]["run"]) for r in self.service.seen("GET", "/feedback")), 50)


class Loading(Case):
    def test_candidate_that_cannot_be_imported(self):
        self.write(app="def answer(inputs):\n    return undefined\n\nundefined_at_import\n")
        fault = self.fault("candidate", "evaluate")
        self.assertIn("NameError", fault["message"])
        self.assertIn("app.py\", line 4", fault["message"])
        self.assertNotIn("importlib", fault["message"])
        self.assertEqual([], self.service.seen("POST", "/sessions"), "no experiment for it")
        self.assertIn("NameError", self.fault("setup", "check")["message"])

    def test_syntax_error(self):
        self.write(app="def answer(inputs:\n")
        self.assertIn("SyntaxError", self.fault("candidate", "evaluate")["message"])

    def test_target_that_is_gone(self):
        self.write(app="def other(inputs):\n    return inputs\n")
        fault = self.fault("candidate", "evaluate")
        self.assertIn("has no 'answer'", fault["message"])
        self.assertEqual("functions there: other", fault["remedy"])
        self.fault("setup", "check")

    def test_module_that_is_not_there(self):
        fault = self.fault("setup", "check", {"target": "absent.module:answer"})
        self.assertIn("no module 'absent'", fault["message"])
        self.assertIn("not of the form", self.fault("setup", "check", {"target": "app"})["message"])

    def test_evaluator_that_is_not_there(self):
        fault = self.fault("setup", "evaluate", {"evaluators": ["absent"]})
        self.assertIn("absent", fault["message"])
        self.assertIn("evaluators.py", fault["remedy"])
        os.remove(os.path.join(self.home, "evaluators.py"))
        self.assertIn("no evaluator 'exact'", self.fault("setup", "check")["message"])

    def test_evaluators_that_the_candidate_breaks(self):
        self.write(app="raise RuntimeError('broken')\n", evaluators="import app\n",
                   good="def answer(i):\n    return i\n")
        fault = self.fault("candidate", "evaluate", {"target": "good:answer"})
        self.assertIn("broken", fault["message"])

    def test_swapped_source_is_read_afresh(self):
        self.write(app=APP.replace("LIMIT = 3", "LIMIT = 1"))
        path = os.path.join(self.home, "app.py")
        before = os.stat(path)
        py_compile.compile(path, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
        self.write(app=APP.replace("LIMIT = 3", "LIMIT = 2"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(0.5, self.good("evaluate")["metric"])
        cached = os.listdir(os.path.join(self.home, "__pycache__"))
        self.assertEqual(1, len(cached), f"only what the test compiled: {cached}")

    def test_module_of_a_package(self):
        self.write(lib__inner="def answer(inputs):\n    return {'answer': inputs['n']}\n")
        self.assertEqual(1.0, self.good("evaluate", {"target": "lib.inner:answer"})["metric"])


class Faults(Case):
    def asked_with(self, **environment):
        return {**self.environment(), **environment}

    def test_keys(self):
        names = {"LANGCHAIN_ENDPOINT": self.service.url, "LANGCHAIN_API_KEY": "ls-key"}
        self.assertEqual(0.75, self.good("evaluate", environment=names)["metric"])
        fault = self.fault("setup", "check", environment={"LANGSMITH_ENDPOINT": self.service.url})
        self.assertIn("LANGSMITH_API_KEY (or LANGCHAIN_API_KEY)", fault["message"])

    def test_refused_key_is_not_repeated(self):
        secret = "ls-wrong-key-12345"
        self.service.begin(**numbers(1), faults=[{"path": "^/datasets", "status": 401, "body": {"detail": secret}}])
        for verb in ("check", "evaluate", "list"):
            fault = self.fault("auth", verb, environment=self.asked_with(LANGSMITH_API_KEY=secret))
            self.assertNotIn(secret, str(fault) + self.output + self.errors)
            self.assertIn("LANGSMITH_API_KEY", fault["remedy"])

    def test_workspace_of_an_organization_key(self):
        workspace = str(uuid.UUID(int=9))
        self.service.begin(**numbers(1, workspace=workspace))
        self.assertIn("LANGSMITH_WORKSPACE_ID", self.fault("auth", "check")["remedy"])
        self.good("check", environment=self.asked_with(LANGSMITH_WORKSPACE_ID=workspace))

    def test_statuses(self):
        for status, kind in ((403, "auth"), (429, "service"), (503, "service"), (500, "service"), (400, "setup")):
            headers = {"Retry-After": "0"}
            faults = [{"path": "^/datasets", "status": status, "headers": headers}]
            self.service.begin(**numbers(1), faults=faults)
            self.assertIn(str(status), self.fault(kind, "evaluate")["message"])

    def test_passing_trouble_is_tried_again(self):
        faults = [{"path": "^/examples", "status": 503, "times": 2, "headers": {"Retry-After": "0"}},
                  {"path": "^/sessions", "method": "POST", "delay": 0.2}]
        self.service.begin(**numbers(4), faults=faults)
        self.assertEqual(0.75, self.good("evaluate")["metric"])

    def test_experiment_that_cannot_be_created(self):
        self.service.begin(**numbers(1), faults=[{"path": "^/sessions$", "method": "POST", "status": 403}])
        self.fault("auth", "evaluate")

    def test_unreachable(self):
        fault = self.fault("service", "check", environment=self.asked_with(LANGSMITH_ENDPOINT="http://127.0.0.1:9"))
        self.assertIn("http://127.0.0.1:9", fault["message"])
        self.assertNotIn("ls-key", str(fault))

    def test_dataset_that_is_not_there(self):
        fault = self.fault("setup", "check", {"dataset": "absent"})
        self.assertIn("no dataset 'absent'", fault["message"])
        self.assertEqual("datasets there: qa", fault["remedy"])
        self.fault("setup", "evaluate", {"dataset": str(uuid.UUID(int=99))})

    def test_empty_dataset_and_unknown_split(self):
        self.assertIn("splits there: even, odd", self.fault("setup", "evaluate", {"splits": ["train"]})["remedy"])
        self.service.begin(**numbers(0))
        self.assertIn("has no examples", self.fault("setup", "evaluate")["message"])

    def test_settings(self):
        for settings in ({"dashboard-evaluator-timeout": 0}, {"dashboard-evaluator-timeout": -5}, {"max-examples": 0},
                         {"max-concurrency": "many"}, {"summary": "sum"}, {"target-adapter": "odd"}, {"dataset": ""}):
            fault = self.fault("setup", "check", settings)
            self.assertIn(f"--langsmith-{next(iter(settings))}", fault["message"])

    def test_without_the_sdk(self):
        import sys

        fault = self.fault("setup", "check", python=(sys.executable, "-S"))
        self.assertEqual("the package langsmith is not installed for this Python", fault["message"])
        self.assertIn("-m pip install 'langsmith>=0.3'", fault["remedy"])


class CheckAndList(Case):
    def test_check_is_free(self):
        self.write(app="def answer(inputs):\n    open('called', 'w')\n",
                   evaluators="def exact(outputs):\n    open('called', 'w')\n")
        answer = self.good("check", {"splits": ["even"], "max-examples": 9, "dashboard-evaluators": ["tone"],
                                     "evaluators": ["exact"]})
        facts = {fact["what"]: fact["value"] for fact in answer["facts"]}
        self.assertEqual("langsmith 0.15.0", facts["SDK"])
        self.assertEqual(self.service.url, facts["endpoint"])
        self.assertEqual("qa (4 examples, splits even 2, odd 2)", facts["dataset"])
        self.assertEqual("app:answer", facts["target"])
        self.assertEqual("exact, tone (dashboard)", facts["evaluators"])
        self.assertIn("Python", facts)
        self.assertEqual(["max-examples is 9, but there are only 2 examples"], answer["warnings"])
        self.assertFalse(os.path.exists(os.path.join(self.home, "called")))
        self.assertEqual({"GET"}, {request["method"] for request in self.service.seen()})

    def test_list(self):
        self.write(lib__more="def other(x):\n    return x\n\ndef _hidden(x):\n    return x\n")
        answer = self.good("list", {"dataset": None, "target": None}, metric="")
        self.assertEqual([{
            "name": "qa", "examples": 4,
            "splits": [{"name": "even", "examples": None}, {"name": "odd", "examples": None}],
        }], answer["datasets"])
        self.assertEqual("app:answer", answer["targets"][0])
        self.assertIn("lib.more:other", answer["targets"])
        self.assertIn("evaluators:exact", answer["evaluators"])
