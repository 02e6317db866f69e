"""LangSmith: `Client.evaluate` over a dataset, feedback of dashboard evaluators read back."""

from weco_bridge.backends.langsmith.backend import LangSmith

BACKEND = LangSmith()
