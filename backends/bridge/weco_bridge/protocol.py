"""The question that the daemon asks and the answer that it reads: JSON, version 1."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from weco_bridge.fault import masked, setup

VERSION = 1
SUMMARIES = ("mean", "median", "min", "max")


@dataclass
class Question:
    verb: str
    backend: str
    settings: dict
    metric: str = ""
    goal: str = "maximize"
    sources: list = field(default_factory=list)
    run: dict = field(default_factory=dict)
    step: int = 0
    max_worst: int = 8
    max_text: int = 2000

    def text(self, name, default=None):
        """A setting that is one text, such as `dataset`."""
        value = self.settings.get(name)
        return default if value is None or value == "" else str(value)

    def required(self, name):
        value = self.text(name)
        if value is None:
            raise setup(f"--{self.backend}-{name} is missing")
        return value

    def texts(self, name):
        """A setting that is a list of texts; empty if it was not given."""
        value = self.settings.get(name)
        if value is None:
            return []
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]

    def positive(self, name, default=None):
        """A whole number of at least 1."""
        value = self.settings.get(name)
        if value is None:
            return default
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = 0
        if number < 1:
            raise setup(f"--{self.backend}-{name} is {value!r}; it must be a whole number of at least 1")
        return number

    def choice(self, name, choices):
        """One of `choices`, the first if it was not given."""
        value = self.text(name, choices[0])
        if value not in choices:
            raise setup(f"--{self.backend}-{name} is {value!r}; it must be one of {', '.join(choices)}")
        return value


def read_question(path):
    with open(path, encoding="utf-8") as file:
        asked = json.load(file)
    version = asked.pop("version", None)
    if version != VERSION:
        raise setup(f"the question has version {version!r}, this bridge knows {VERSION}")
    known = Question.__dataclass_fields__
    return Question(**{name: value for name, value in asked.items() if name in known and value is not None})


def write_answer(path, answer):
    """Writes beside `path` and renames, so that a reader sees all of it or nothing."""
    text = json.dumps(masked({"version": VERSION, **answer}), ensure_ascii=False, allow_nan=False)
    beside = f"{path}.{os.getpid()}.part"
    with open(beside, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
