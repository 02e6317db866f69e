"""The program as the daemon calls it, where no SDK is needed."""

from __future__ import annotations

import os
import subprocess
import sys

from harness import BridgeCase


class Program(BridgeCase):
    backend = "langsmith"

    def test_unknown_backend_and_verb(self):
        self.backend = "absent"
        self.assertIn("use one of: langfuse, langsmith", self.fault("setup", "check")["remedy"])
        self.backend = "langsmith"
        self.assertIn("no question 'dance'", self.fault("setup", "dance")["message"])

    def test_what_is_required(self):
        self.assertEqual("--langsmith-dataset is missing", self.fault("setup", "check")["message"])

    def test_without_the_sdk(self):
        for backend in ("langsmith", "langfuse"):
            self.backend = backend
            fault = self.fault("setup", "list", python=(sys.executable, "-S"))
            self.assertIn(f"the package {backend} is not installed", fault["message"])

    def test_called_by_hand(self):
        environment = {"PATH": os.environ["PATH"]}
        done = subprocess.run([sys.executable, self.program], env=environment, capture_output=True, text=True)
        self.assertEqual(2, done.returncode)
        self.assertIn("WECO_BRIDGE_QUESTION", done.stderr)
