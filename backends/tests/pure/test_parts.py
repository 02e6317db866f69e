"""The parts that need neither an SDK nor a service."""

from __future__ import annotations

import asyncio
import math
import os
import pathlib
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bridge"))

from weco_bridge import call, discover, fault, protocol, report, scores, waiting  # noqa: E402
from weco_bridge.backend import Experiment, Job  # noqa: E402
from weco_bridge.scores import Example, Score  # noqa: E402


def question(**fields):
    return protocol.Question("evaluate", "langsmith", {}, **{"metric": "exact", **fields})


def job(**fields):
    given = dict(dataset="qa", target=None, adapter="raw", evaluators=[("exact", None)], remote=[], remote_timeout=1,
                 concurrency=None, limit=None, splits=[], experiment="e", metadata={})
    return Job(**{**given, **fields})


def example(identity, value=None, error=None, name="exact"):
    made = Example(identity, "in", "expected", "out", error)
    if value is not None:
        made.add(Score(name, value))
    return made


class Scores(unittest.TestCase):
    def read(self, result):
        return [(score.name, score.value, score.remark()) for score in scores.read_scores(result, "f")]

    def test_forms(self):
        thing = types.SimpleNamespace(key="k", score=0.5, comment="c", value=None)
        for result, expected in (
            (1, [("f", 1.0, None)]), (True, [("f", 1.0, None)]), (None, []), ("good", [("f", None, "good")]),
            ({"score": 0.5}, [("f", 0.5, None)]), ({"key": "k", "value": False}, [("k", 0.0, None)]),
            ({"name": "k", "score": 0, "value": 9, "comment": "c"}, [("k", 0.0, "c")]),
            ({"value": "good", "comment": "c"}, [("f", None, "good – c")]), (thing, [("k", 0.5, "c")]),
            ([1, {"key": "k", "score": 2}, [3]], [("f", 1.0, None), ("k", 2.0, None), ("f", 3.0, None)]),
            ({"results": [thing]}, [("k", 0.5, "c")]), (math.nan, [("f", None, "nan")]),
            ({"score": math.inf}, [("f", None, "inf")]),
        ):
            self.assertEqual(expected, self.read(result), result)

    def test_aggregates(self):
        for summary, expected in (("mean", 2.75), ("median", 2.0), ("min", 1.0), ("max", 6.0)):
            self.assertEqual(expected, scores.aggregate([1, 2, 2, 6], summary))
            self.assertIsNone(scores.aggregate([], summary), "nothing is not 0")

    def test_a_failure_is_never_better_than_a_try(self):
        self.assertEqual(0.0, scores.failure_value("maximize", [0.5, 1.0]))
        self.assertEqual(-3.0, scores.failure_value("maximize", [-3.0, 1.0]))
        self.assertEqual(1.0, scores.failure_value("minimize", [0.0]))
        self.assertEqual(9.0, scores.failure_value("minimize", [0.0, 9.0]))


class Report(unittest.TestCase):
    def report(self, examples, asked=None, **fields):
        experiment = Experiment("e", examples=examples, **fields)
        return report.report(asked or question(), job(), experiment, "mean", None)

    def test_missing_scores_are_missing(self):
        answer = self.report([example("1", 0.5), example("2")])
        self.assertEqual(0.5, answer["metric"])
        self.assertEqual((1, 1), (answer["scores"][0]["count"], answer["scores"][0]["missing"]))

    def test_evaluators_that_say_nothing(self):
        answer = self.report([example("1"), example("2")])
        self.assertIsNone(answer["metric"])
        self.assertEqual([("exact", None, 0, 2)],
                         [(s["name"], s["value"], s["count"], s["missing"]) for s in answer["scores"]])

    def test_order_of_the_worst(self):
        examples = [example("a", 1.0), example("b", 0.2), example("c", error="broken"), example("d", 0.1), example("e")]
        worst = [entry["id"] for entry in report.worst(question(), examples)]
        self.assertEqual(["c", "e", "d", "b"], worst)
        worst = [entry["id"] for entry in report.worst(question(goal="minimize", max_worst=3), examples)]
        self.assertEqual(["c", "e", "a"], worst)

    def test_all_alike_are_shown(self):
        self.assertEqual(2, len(report.worst(question(), [example("a", 0.0), example("b", 0.0)])))

    def test_without_a_score_of_the_metric_the_mean_ranks(self):
        examples = [example("a", 0.9, name="x"), example("b", 0.1, name="x"), example("c", 1.0, name="x")]
        self.assertEqual(["b", "a"], [entry["id"] for entry in report.worst(question(metric="total"), examples)])

    def test_texts(self):
        self.assertEqual("plain", report.as_text("plain", 10))
        self.assertEqual('{"ä": 1}', report.as_text({"ä": 1}, 10))
        self.assertIn("object", report.as_text({"x": object()}, 100))
        for length in (1, 40, 100, 2000):
            self.assertLessEqual(len(report.shortened("x" * 5000, max(length, 60))), max(length, 60))
        self.assertTrue(report.shortened("x" * 500 + "the reason", 100).endswith("the reason"))

    def test_all_failed(self):
        with self.assertRaises(fault.Fault) as caught:
            self.report([example("a", error="broken")])
        self.assertEqual("candidate", caught.exception.kind)


class Waiting(unittest.TestCase):
    class Clock:
        def __init__(self):
            self.time, self.pauses = 0.0, []

        def now(self):
            return self.time

        def sleep(self, seconds):
            self.pauses.append(seconds)
            self.time += seconds

    def test_pauses_grow_to_ten_seconds(self):
        clock = self.Clock()
        notes = waiting.wait_for_scores(lambda *_: [], [example("1")], ["tone"], 60, "managed", clock)
        self.assertEqual(["the managed evaluator 'tone' gave 0 of 1 scores in 60 s"], notes)
        self.assertEqual((1.0, 10.0, 60.0), (clock.pauses[0], max(clock.pauses), clock.time))
        self.assertEqual(sorted(clock.pauses[:-1]), clock.pauses[:-1])

    def test_only_what_lacks_is_asked_for(self):
        asked, examples = [], [example("1"), example("2"), example("3", error="broken")]

        def look(names, ids):
            asked.append(ids)
            return [(ids[0], Score("tone", 1.0)), (None, Score("tone", 1.0)), (ids[0], Score("other", 1.0))]

        self.assertEqual([], waiting.wait_for_scores(look, examples, ["tone"], 60, "managed", self.Clock()))
        self.assertEqual([["1", "2"], ["2"]], asked)
        self.assertEqual(["tone"], list(examples[0].scores))

    def test_trouble_of_the_service_is_waited_out(self):
        def look(names, ids):
            raise fault.service("down")

        notes = waiting.wait_for_scores(look, [example("1")], ["tone"], 5, "managed", self.Clock())
        self.assertEqual("the last look for scores failed: down", notes[-1])

        def refused(names, ids):
            raise fault.auth("no")

        with self.assertRaises(fault.Fault):
            waiting.wait_for_scores(refused, [example("1")], ["tone"], 5, "managed", self.Clock())


class Calls(unittest.TestCase):
    def test_single_input(self):
        for inputs, expected in (({"question": 1, "text": 2}, 1), ({"query": 3, "x": 4}, 3), ({"only": 5}, 5), (6, 6)):
            self.assertEqual(expected, call.single_input(inputs))
        with self.assertRaisesRegex(KeyError, "but a, b"):
            call.single_input({"a": 1, "b": 2})

    def test_langchain(self):
        chain = types.SimpleNamespace(invoke=lambda inputs: inputs["x"])
        self.assertEqual({"output": 1}, call.adapted(chain, "langchain")({"x": 1}))

    def test_guarded(self):
        async def later():
            return 1

        def ends():
            sys.exit(4)

        self.assertEqual(1, call.guarded(later)())
        self.assertFalse(asyncio.iscoroutinefunction(call.guarded(later)))
        with self.assertRaisesRegex(RuntimeError, "SystemExit"):
            call.guarded(ends)()

    def test_accepted(self):
        offered = {"input": 1, "output": 2}
        self.assertEqual({"output": 2}, call.accepted(lambda output: 0, offered))
        self.assertEqual(offered, call.accepted(lambda **rest: 0, offered))


class Protocol(unittest.TestCase):
    def test_secrets_are_masked(self):
        environment = {"A_KEY": "key-12345678", "LONG_TOKEN": "key-12345678-longer", "SHORT_KEY": "yes",
                       "PLAIN": "plain-value", "KEY_FILE": "/home/user/file"}
        given = {"a": ["x key-12345678 y", "key-12345678-longer", "yes plain-value /home/user/file", 1, None]}
        self.assertEqual({"a": ["x *** y", "***", "yes plain-value /home/user/file", 1, None]},
                         fault.masked(given, environment))

    def test_answer_is_whole_or_absent(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "answer")
            with self.assertRaises(ValueError):
                protocol.write_answer(path, {"metric": math.nan})
            self.assertEqual([], os.listdir(folder))
            protocol.write_answer(path, {"ok": True})
            self.assertEqual(["answer"], os.listdir(folder))

    def test_version(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "question")
            path.write_text('{"version": 2, "verb": "check"}', encoding="utf-8")
            with self.assertRaisesRegex(fault.Fault, "version 2"):
                protocol.read_question(path)

    def test_numbers(self):
        asked = protocol.Question("check", "langsmith", {"a": "3", "b": 0, "d": "x"})
        self.assertEqual((3, 7), (asked.positive("a"), asked.positive("e", 7)))
        for name in ("b", "d"):
            with self.assertRaises(fault.Fault):
                asked.positive(name)


class Discovery(unittest.TestCase):
    def test_functions_are_found_without_importing(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in (
                ("app.py", "raise SystemExit\ndef answer(inputs): ...\ndef _own(x): ...\ndef nothing(): ...\n"),
                ("z.py", "async def later(x): ...\n"), ("judge.py", "def good(run, example): ...\n"),
                ("evaluators.py", "def exact(outputs): ...\n"), ("bad.py", "def (:\n"),
                ("not-a-module.py", "def f(x): ...\n"),
                ("lib/__init__.py", "def inner(x): ...\n"), ("a/b/c.py", "def c(x): ...\n"),
                ("a/b/d/e.py", "def deep(x): ...\n"), (".venv/lib.py", "def hidden(x): ...\n"),
            ):
                place = pathlib.Path(folder, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
            targets, evaluators = discover.discover(folder, ["z.py", "../outside.py"])
        self.assertEqual(["z:later", "app:answer", "a.b.c:c", "lib:inner"], targets)
        self.assertEqual(["evaluators:exact", "judge:good"], evaluators)

    def test_files_are_bounded(self):
        with tempfile.TemporaryDirectory() as folder:
            for number in range(discover.MOST_FILES + 50):
                pathlib.Path(folder, f"m{number}.py").write_text("def f(x): ...\n", encoding="utf-8")
            self.assertEqual(discover.MOST_FILES, len(discover.discover(folder, [])[0]))


if __name__ == "__main__":
    unittest.main()
