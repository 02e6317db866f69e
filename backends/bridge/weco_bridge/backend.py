"""What an evaluation backend has to offer; everything else is shared."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import re
from dataclasses import dataclass, field

from weco_bridge.fault import setup


@dataclass
class Job:
    """What to run: loaded and validated."""

    dataset: str
    target: object
    adapter: str
    evaluators: list  # (name, function)
    remote: list  # names of the evaluators that the service runs
    remote_timeout: int  # seconds
    concurrency: int | None
    limit: int | None  # of examples
    splits: list
    experiment: str  # prefix of the experiment's name
    metadata: dict  # links the experiment to run and step


@dataclass
class Experiment:
    """What came of it."""

    name: str
    url: str | None = None
    examples: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    # Evaluator name -> texts of what it raised, one for each example.
    raised: dict = field(default_factory=dict)


class Backend:
    """One service. Subclasses set the attributes and define the methods that raise here."""

    title = ""
    # The SDK's distribution, which is also its module, and its oldest usable version.
    sdk = ""
    oldest = (0,)
    # Settings: names of evaluators that the service runs, and how long to wait for them.
    remote_setting = ""
    remote_timeout_setting = ""
    remote_word = ""
    experiment_setting = ""
    adapters = False

    def connect(self):
        """A client with keys from the environment; asks the service nothing."""
        raise NotImplementedError

    def describe(self, client, plan):
        """Facts on endpoint and dataset and warnings, after asking the service; creates nothing."""
        raise NotImplementedError

    def datasets(self, client):
        """For the wizard: `[{name, examples, splits: [{name, examples}]}]`."""
        raise NotImplementedError

    def run(self, client, job):
        """Runs the target and evaluators over the dataset: an `Experiment`."""
        raise NotImplementedError

    def fault(self, error):
        """The `Fault` that an exception of the SDK stands for, or None if it is none of its own."""
        raise NotImplementedError

    def close(self, client):
        """Sends what is still queued, within a bounded time."""

    def offered(self, name):
        """An evaluator of that name in the SDK itself, or None."""
        return None

    def sdk_version(self):
        """The installed SDK's version; a `setup` fault if it is missing, broken or too old."""
        install = f"{self.sdk}>={'.'.join(map(str, self.oldest))}"
        remedy = f"install it where your target's packages are: {_pip()} install '{install}'"
        try:
            importlib.import_module(self.sdk)
            version = importlib.metadata.version(self.sdk)
        except ModuleNotFoundError as error:
            if error.name != self.sdk:
                raise setup(f"the package {self.sdk} cannot be imported: {error}", remedy) from error
            raise setup(f"the package {self.sdk} is not installed for this Python", remedy) from error
        except (Exception, SystemExit) as error:
            raise setup(f"the package {self.sdk} cannot be imported: {error}", remedy) from error
        if tuple(int(part) for part in re.findall(r"\d+", version)[: len(self.oldest)]) < self.oldest:
            raise setup(f"the package {self.sdk} is {version}, too old", remedy)
        return version


def _pip():
    import sys

    return f"{sys.executable or 'python'} -m pip"


def first_set(*names):
    """The value of the first of these variables that is set and not empty, or None."""
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return value
    return None


def key(title, *names):
    """A key from the environment; a `setup` fault if no variable has it."""
    value = first_set(*names)
    if value is None:
        also = f" (or {', '.join(names[1:])})" if len(names) > 1 else ""
        raise setup(f"{title} needs {names[0]}{also}, which is not set", f"export {names[0]}=…")
    return value
