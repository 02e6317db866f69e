"""Why a question has no good answer, sorted by what helps."""

from __future__ import annotations

import os
import re

# Variables whose value must not reach an answer; the daemon keeps the same list.
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
# Shorter values are words such as "true", not secrets.
_SHORTEST_SECRET = 8


class Fault(Exception):
    """A failure with its kind: `setup`, `auth`, `service` or `candidate`."""

    def __init__(self, kind, message, remedy=None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.remedy = remedy

    def as_answer(self):
        return {"kind": self.kind, "message": self.message, "remedy": self.remedy}


def setup(message, remedy=None):
    """What stays wrong until the user changes something."""
    return Fault("setup", message, remedy)


def auth(message, remedy=None):
    """The service does not accept the keys."""
    return Fault("auth", message, remedy)


def service(message, remedy=None):
    """The service cannot serve now: worth waiting for."""
    return Fault("service", message, remedy)


def candidate(message, remedy=None):
    """The version that is measured is broken."""
    return Fault("candidate", message, remedy)


def from_status(status, service_name, detail, key_names):
    """The fault that an HTTP status of the service stands for."""
    if status in (401, 403):
        return auth(
            f"{service_name} refused the keys ({status}): {detail}",
            f"check {key_names}, and that they belong to this endpoint",
        )
    if status in (408, 425, 429) or status >= 500:
        what = "limits the rate of requests" if status == 429 else "is not available"
        return service(f"{service_name} {what} ({status}): {detail}", "try again later")
    return setup(f"{service_name} refused a request ({status}): {detail}")


def one_line(text, limit=300):
    """The first line that says something, cut to `limit` characters."""
    for line in str(text).splitlines():
        if line.strip():
            line = line.strip()
            return line if len(line) <= limit else line[: limit - 1] + "…"
    return ""


def masked(value, environment=None):
    """`value` (any JSON) with each secret of the environment replaced by `***`."""
    environment = os.environ if environment is None else environment
    secrets = [
        text
        for name, text in environment.items()
        if len(text) >= _SHORTEST_SECRET and _SECRET_NAME.search(name) and not os.path.isabs(text)
    ]
    return _mask(value, sorted(secrets, key=len, reverse=True))


def _mask(value, secrets):
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, list):
        return [_mask(item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: _mask(item, secrets) for key, item in value.items()}
    return value
