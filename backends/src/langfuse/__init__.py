"""Langfuse: `run_experiment` over a dataset, scores of managed evaluators read back."""

from weco_bridge.backends.langfuse.backend import Langfuse

BACKEND = Langfuse()
