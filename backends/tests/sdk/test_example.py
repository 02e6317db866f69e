"""`examples/dataset`, offline: uploaded with each SDK, then evaluated."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

from harness import TESTS, BridgeCase

EXAMPLE = TESTS.parents[1] / "examples" / "dataset"


class Example(BridgeCase):
    settings = {"dataset": "tickets", "target": "app:answer"}

    def setUp(self):
        super().setUp()
        for path in EXAMPLE.iterdir():
            if path.suffix in (".py", ".json"):
                shutil.copy(path, self.home)
        self.service.begin()
        subprocess.run([sys.executable, "upload.py", self.backend], cwd=self.home, env=self.environment(), check=True,
                       stdout=subprocess.DEVNULL, timeout=60)

    def accuracy(self, **settings):
        return self.good("evaluate", settings, metric="accuracy")["metric"]

    def improve(self):
        path = pathlib.Path(self.home, "app.py")
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace("ASKING = 0.5", "ASKING = -2.5"), encoding="utf-8")


class OnLangSmith(Example):
    service_name = backend = "langsmith"

    def environment(self):
        return {"LANGSMITH_ENDPOINT": self.service.url, "LANGSMITH_API_KEY": "ls-key"}

    def test_room_to_improve(self):
        before = self.accuracy(splits=["train"])
        self.improve()
        self.assertGreater(self.accuracy(splits=["train"]), before)
        self.assertEqual("tickets (48 examples, splits test 12, train 36)", self.dataset())

    def dataset(self):
        facts = self.good("check", metric="accuracy")["facts"]
        return next(fact["value"] for fact in facts if fact["what"] == "dataset")


class OnLangfuse(Example):
    service_name = backend = "langfuse"

    def environment(self):
        return {"LANGFUSE_BASE_URL": self.service.url, "LANGFUSE_PUBLIC_KEY": "pk-lf-test",
                "LANGFUSE_SECRET_KEY": "sk-lf-test"}

    def test_room_to_improve(self):
        before = self.accuracy(evaluators=["evaluators:langfuse_accuracy"])
        self.improve()
        self.assertGreater(self.accuracy(evaluators=["evaluators:langfuse_accuracy"]), before)


del Example
