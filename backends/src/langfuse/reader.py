"""Reading scores back, from either server generation.

Each release of the SDK reads one generation only, so this asks over HTTP: `/api/public/v3/scores` of
server v4, and where that is missing `/api/public/v2/scores` of server v3.
"""

from __future__ import annotations

import datetime

import httpx

from weco_bridge.backends.langfuse.faults import KEYS
from weco_bridge.fault import from_status, one_line, service
from weco_bridge.scores import Score, number

_TIMEOUT = 20.0
_PAGE = 100
# Traces named in one request: their ids are in its address.
_TRACES_AT_ONCE = 50
# How far the server's clock may be behind this one.
_SKEW = datetime.timedelta(minutes=10)
# What a server of the other generation says.
_MISSING = (404, 405)


class Reader:
    """Scores that the server's own evaluators gave since the reader was made."""

    def __init__(self, endpoint, public_key, secret_key):
        self._endpoint = endpoint
        self._http = httpx.Client(base_url=endpoint, auth=(public_key, secret_key), timeout=_TIMEOUT)
        self._since = datetime.datetime.now(datetime.timezone.utc) - _SKEW
        self._legacy = False

    def scores(self, names, traces):
        """[(trace id, Score)] for these evaluators and traces, as far as they are there."""
        if not self._legacy:
            try:
                return self._current(names, traces)
            except _Missing:
                self._legacy = True
        try:
            return self._older(names, set(traces))
        except _Missing as missing:
            raise service(f"Langfuse at {self._endpoint} has no list of scores: {missing}") from missing

    def _current(self, names, traces):
        found = []
        for start in range(0, len(traces), _TRACES_AT_ONCE):
            query = {
                "traceId": ",".join(traces[start : start + _TRACES_AT_ONCE]), "name": ",".join(names),
                "source": "EVAL", "fields": "subject,details", "limit": _PAGE,
            }
            while True:
                page = self._get("/api/public/v3/scores", query)
                for score in page["data"]:
                    subject = score.get("subject") or {}
                    trace = subject.get("id") if subject.get("kind") == "trace" else subject.get("traceId")
                    found.append((trace, _score(score, score.get("value"))))
                cursor = (page.get("meta") or {}).get("cursor")
                if not cursor:
                    break
                query["cursor"] = cursor
        return found

    def _older(self, names, traces):
        found = []
        for name in names:
            query = {
                "name": name, "source": "EVAL", "fromTimestamp": self._since.isoformat(),
                "limit": _PAGE, "page": 1,
            }
            while True:
                page = self._get("/api/public/v2/scores", query)
                for score in page["data"]:
                    if score.get("traceId") in traces:
                        label = score.get("stringValue") if score.get("dataType") == "CATEGORICAL" else None
                        found.append((score["traceId"], _score(score, label or score.get("value"))))
                if query["page"] >= page["meta"]["totalPages"]:
                    break
                query["page"] += 1
        return found

    def _get(self, path, query):
        try:
            response = self._http.get(path, params=query)
            if response.status_code in _MISSING:
                raise _Missing(f"{path} answers {response.status_code}")
            if response.status_code >= 400:
                raise from_status(response.status_code, "Langfuse", one_line(response.text), KEYS)
            return response.json()
        except (httpx.TransportError, ValueError) as error:
            raise service(f"reading scores from Langfuse failed: {one_line(error)}") from error


class _Missing(Exception):
    """The server does not have this path."""


def _score(given, raw):
    value = number(raw)
    label = str(raw) if value is None and raw is not None else None
    return Score(given["name"], value, given.get("comment"), label)
