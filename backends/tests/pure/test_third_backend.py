"""A backend of one folder: what README.md says a third one needs, and the shared path with it."""

from __future__ import annotations

import pathlib

from harness import BridgeCase

FOLDER = '''
from weco_bridge.backend import Backend, Experiment
from weco_bridge.call import adapted
from weco_bridge.fault import service
from weco_bridge.scores import Example, read_scores


class Toy(Backend):
    title = "Toy"
    sdk = "toy"
    experiment_setting = "experiment-name"

    def sdk_version(self):
        return "1.0"

    def connect(self):
        return [1, 2, 3]

    def describe(self, client, plan):
        return [{"what": "dataset", "value": f"{plan.dataset} ({len(client)} examples)"}], []

    def datasets(self, client):
        return [{"name": "numbers", "examples": len(client), "splits": []}]

    def run(self, client, job):
        if job.dataset == "away":
            raise ConnectionError("no route")
        made = Experiment(job.experiment)
        for number in client[: job.limit]:
            example = Example(str(number), number, number)
            example.output = adapted(job.target, job.adapter)(number)
            for name, evaluator in job.evaluators:
                for score in read_scores(evaluator(example.output, number), name):
                    example.add(score)
            made.examples.append(example)
        return made

    def fault(self, error):
        return service(str(error)) if isinstance(error, ConnectionError) else None


BACKEND = Toy()
'''


class ThirdBackend(BridgeCase):
    backend = "toy"
    settings = {"dataset": "numbers", "target": "app:answer"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = pathlib.Path(cls.program, "weco_bridge", "backends", "toy")
        folder.mkdir()
        folder.joinpath("__init__.py").write_text(FOLDER, encoding="utf-8")

    def setUp(self):
        super().setUp()
        self.write(app="def answer(n):\n    return min(n, 2)\n",
                   evaluators="def exact(output, expected):\n    return output == expected\n")

    def test_evaluate(self):
        answer = self.good("evaluate")
        self.assertAlmostEqual(2 / 3, answer["metric"])
        self.assertEqual(["3"], [worst["id"] for worst in answer["worst"]])
        self.assertEqual({"name": "weco-numbers-brisk-otter-3", "url": None}, answer["experiment"])

    def test_check_and_list(self):
        facts = {fact["what"]: fact["value"] for fact in self.good("check")["facts"]}
        self.assertEqual(("toy 1.0", "numbers (3 examples)"), (facts["SDK"], facts["dataset"]))
        self.assertEqual(["app:answer"], self.good("list")["targets"])

    def test_faults(self):
        self.assertEqual("no route", self.fault("service", "evaluate", {"dataset": "away"})["message"])
        self.write(app="answer = 3\n")
        self.assertIn("is of type int, not a function", self.fault("candidate", "evaluate")["message"])
