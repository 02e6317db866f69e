"""What the tests share: loopback services, the assembled program, a user's directory."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parent
BRIDGE = TESTS.parent / "bridge"
# No single question takes longer, or the test fails.
_DEADLINE = 60


def assemble(destination):
    spec = importlib.util.spec_from_file_location("assemble", BRIDGE / "assemble.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.assemble(destination)


class Service:
    """A loopback service in a process of its own."""

    def __init__(self, name):
        self._process = subprocess.Popen(
            [sys.executable, str(TESTS / "servers" / f"{name}.py"), "--with-stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def begin(self, **scenario):
        request = urllib.request.Request(f"{self.url}/__scenario", json.dumps(scenario).encode(), method="POST")
        _open(request)

    def seen(self, method=None, path=None):
        """The requests received, those of one method and path if they are given."""
        return [
            request for request in _open(f"{self.url}/__seen")
            if method in (None, request["method"]) and path in (None, request["path"])
        ]

    def stop(self):
        self._process.stdin.close()
        self._process.wait(_DEADLINE)
        self._process.stdout.close()


def _open(request):
    # Whatever proxy the environment names, this is the loopback interface.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_DEADLINE) as response:
        return json.load(response)


class BridgeCase(unittest.TestCase):
    """A user's directory, a question, an answer. `service_name` starts a loopback service."""

    service_name = None
    backend = None
    service = None
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.program = tempfile.mkdtemp(prefix="bridge-")
        assemble(cls.program)
        if cls.service_name:
            cls.service = Service(cls.service_name)

    @classmethod
    def tearDownClass(cls):
        if cls.service:
            cls.service.stop()
        shutil.rmtree(cls.program)

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="user-")
        self.addCleanup(shutil.rmtree, self.home)

    def environment(self):
        """The service's variables; tests change what they try."""
        return {}

    def write(self, **files):
        """Files of the user's directory: `app="…"` is `app.py`."""
        for name, text in files.items():
            path = pathlib.Path(self.home, *name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def ask(self, verb, settings=None, environment=None, python=(sys.executable,), **fields):
        """The answer to a question; None if there is none. Output and exit code are kept."""
        question = {
            "version": 1, "verb": verb, "backend": self.backend,
            "settings": {**self.settings, **(settings or {})}, "metric": "exact", "goal": "maximize",
            "sources": ["app.py"], "run": {"id": "run-1", "name": "brisk-otter"}, "step": 3,
            "max_worst": 8, "max_text": 2000, **fields,
        }
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = pathlib.Path(folder, "question"), pathlib.Path(folder, "answer")
            asked.write_text(json.dumps(question), encoding="utf-8")
            keep = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
            done = subprocess.run(
                [*python, self.program], cwd=self.home, stdin=subprocess.DEVNULL, text=True, timeout=_DEADLINE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={
                    **keep, "HOME": self.home, **(self.environment() if environment is None else environment),
                    "WECO_BRIDGE_QUESTION": str(asked), "WECO_BRIDGE_ANSWER": str(answered),
                },
            )
            self.output, self.errors, self.code = done.stdout, done.stderr, done.returncode
            if not answered.exists():
                return None
            self.assertEqual([answered.name, asked.name], sorted(os.listdir(folder)), "nothing is left beside")
            self.assertEqual(0, self.code, self.errors)
            return json.loads(answered.read_text(encoding="utf-8"))

    def good(self, verb, settings=None, **fields):
        answer = self.ask(verb, settings, **fields)
        self.assertIsNotNone(answer, self.errors)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(1, answer["version"])
        return answer

    def fault(self, kind, verb, settings=None, **fields):
        """The fault of that kind that a question ends with."""
        answer = self.ask(verb, settings, **fields)
        self.assertIsNotNone(answer, self.errors)
        self.assertFalse(answer["ok"], answer)
        self.assertEqual(kind, answer["fault"]["kind"], answer)
        return answer["fault"]
