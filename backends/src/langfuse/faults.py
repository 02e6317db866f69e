"""Exceptions of the Langfuse SDK, sorted."""

from __future__ import annotations

import httpx

import pydantic

from weco_bridge.fault import from_status, one_line, service, setup

KEYS = "LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY"


def fault_of(error, endpoint):
    """The fault for an exception of the SDK or its HTTP library; None for any other."""
    if isinstance(error, httpx.TransportError):
        return service(
            f"Langfuse cannot be reached at {endpoint}",
            "check the network and LANGFUSE_BASE_URL (or LANGFUSE_HOST)",
        )
    if isinstance(error, pydantic.ValidationError):
        return setup(
            f"this release of the langfuse package does not understand the server at {endpoint}: {one_line(error)}",
            "install a release that fits the server: 5 for server v4, 3 or 4 for server v3",
        )
    status = status_of(error)
    if status is None:
        return None
    return from_status(status, "Langfuse", _detail(error), KEYS)


def status_of(error):
    """The HTTP status of an exception of the SDK's API client, whichever its release."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and hasattr(error, "body") else None


def _detail(error):
    """The server's own words."""
    body = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("error") or body
    return one_line(body)
