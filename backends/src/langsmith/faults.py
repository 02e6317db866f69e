"""Exceptions of the LangSmith SDK, sorted."""

from __future__ import annotations

import re

import requests
from langsmith import utils

from weco_bridge.fault import auth, from_status, one_line, service, setup

KEYS = "LANGSMITH_API_KEY (or LANGCHAIN_API_KEY)"
# How requests words a status; the SDK repeats it in errors that have no class of their own.
_STATUS = re.compile(r"\b([45]\d\d) (?:Client|Server) Error")


def fault_of(error, endpoint):
    """The fault for an exception of the SDK or its HTTP library; None for any other."""
    if isinstance(error, (utils.LangSmithConnectionError, requests.ConnectionError, requests.Timeout)):
        return service(
            f"LangSmith cannot be reached at {endpoint}",
            "check the network and LANGSMITH_ENDPOINT (or LANGCHAIN_ENDPOINT)",
        )
    if not isinstance(error, (utils.LangSmithError, requests.RequestException)):
        return None
    text = str(error)
    if "org-scoped" in text or "org_scoped_key_requires_workspace" in text:
        return auth("this LangSmith key belongs to an organization", "export LANGSMITH_WORKSPACE_ID=…")
    status = _status(error, text)
    if status is None:
        return setup(f"LangSmith: {one_line(text)}")
    return from_status(status, "LangSmith", one_line(text), KEYS)


def _status(error, text):
    for kind, status in (
        (utils.LangSmithAuthError, 401),
        (utils.LangSmithNotFoundError, 404),
        (utils.LangSmithConflictError, 409),
        (utils.LangSmithRateLimitError, 429),
        (utils.LangSmithRequestTimeout, 408),
    ):
        if isinstance(error, kind):
            return status
    named = _STATUS.search(text)
    if named:
        return int(named.group(1))
    return 500 if isinstance(error, utils.LangSmithAPIError) else None
