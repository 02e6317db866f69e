"""Is a ticket's priority the one that a person gave it?

The two services name an evaluator's arguments differently; the verdict is the same.
"""

ORDER = ["low", "normal", "high"]


def verdict(given, expected):
    if given == expected:
        return {"key": "accuracy", "score": 1.0, "comment": "right"}
    off = abs(ORDER.index(given) - ORDER.index(expected))
    return {"key": "accuracy", "score": 0.0, "comment": f"off by {off}: it is {expected}"}


def accuracy(outputs, reference_outputs):
    """For LangSmith."""
    return verdict(outputs["priority"], reference_outputs["priority"])


def langfuse_accuracy(output, expected_output):
    """For Langfuse."""
    return verdict(output["priority"], expected_output["priority"])
