"""Langfuse on the loopback interface, as much of it as experiments need; both server generations.

Scenario, besides `faults` (see loopback.py):
`public_key`, `secret_key` (default `pk-lf-test`, `sk-lf-test`), `generation` (4, or 3: the older list of scores
and no newer one), `project`, `datasets`: `[{"name", "items": [{"input", "expected_output"?, "metadata"?,
"status"?, "id"?}]}]`, `managed`: `{NAME: {"value", "comment"?, "lag"?, "lacking"?}}` (evaluators of the service:
scores that are seen after `lag` reads, on all experiment traces but `lacking`).
"""

from __future__ import annotations

import base64
import datetime
import json
import uuid

import loopback
import otlp
from loopback import Refused

_MOST = 100


class Langfuse(loopback.Service):
    routes = [
        ("GET", r"/api/public/projects", "projects"),
        ("GET", r"/api/public/v2/datasets", "list_datasets"),
        ("POST", r"/api/public/v2/datasets", "create_dataset"),
        ("GET", r"/api/public/v2/datasets/(.+)", "read_dataset"),
        ("GET", r"/api/public/dataset-items", "list_items"),
        ("POST", r"/api/public/dataset-items", "create_item"),
        ("POST", r"/api/public/dataset-run-items", "link_run"),
        ("POST", r"/api/public/otel/v1/traces", "traces"),
        ("POST", r"/api/public/scores", "create_scores"),
        ("POST", r"/api/public/ingestion", "ingest"),
        ("GET", r"/api/public/v2/scores", "older_scores"),
        ("GET", r"/api/public/v3/scores", "current_scores"),
    ]

    def reset(self):
        self.spans, self.scores, self.reads = [], [], {}
        self.datasets, self.items = {}, {}
        for given in self.scenario.get("datasets", []):
            dataset = self._add_dataset(given["name"])
            items = enumerate(given.get("items", []), 1)
            self.items[given["name"]] = [_item(dataset, number, item) for number, item in items]

    def _add_dataset(self, name):
        self.datasets[name] = {
            "id": f"dataset-{name}", "name": name, "description": None, "metadata": None,
            "projectId": self._project(), "createdAt": _now(), "updatedAt": _now(),
            "inputSchema": None, "expectedOutputSchema": None,
        }
        self.items[name] = []
        return self.datasets[name]

    def _project(self):
        return self.scenario.get("project", "project-1")

    def authorize(self, request):
        public = self.scenario.get("public_key", "pk-lf-test")
        secret = self.scenario.get("secret_key", "sk-lf-test")
        expected = base64.b64encode(f"{public}:{secret}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            raise Refused(401, {"message": "Invalid credentials. Confirm that you've configured the correct host.",
                                "error": "UnauthorizedError"})

    def describe_body(self, request):
        if request.path.endswith("/otel/v1/traces"):
            return _read_spans(request)
        return super().describe_body(request)

    def projects(self, _):
        organization = {"id": "organization-1", "name": "tests"}
        return 200, {"data": [{
            "id": self._project(), "name": "tests", "organization": organization, "metadata": {}, "retentionDays": None,
        }]}

    def list_datasets(self, request):
        return 200, _page(request, list(self.datasets.values()))

    def create_dataset(self, request):
        return 200, self._add_dataset(request.json()["name"])

    def create_item(self, request):
        asked = request.json()
        name = asked["datasetName"]
        given = {**asked, "expected_output": asked.get("expectedOutput")}
        item = _item(self._dataset(name), len(self.items[name]) + 1, {k: v for k, v in given.items() if v is not None})
        self.items[name].append(item)
        return 200, item

    def read_dataset(self, _, name):
        return 200, self._dataset(name)

    def _dataset(self, name):
        if name not in self.datasets:
            raise Refused(404, {"message": "Dataset not found", "error": "LangfuseNotFoundError"})
        return self.datasets[name]

    def list_items(self, request):
        name = request.one("datasetName")
        self._dataset(name)
        return 200, _page(request, self.items[name])

    def link_run(self, request):
        if self._generation() != 3:
            raise Refused(404, {"message": "not in this version", "error": "LangfuseNotFoundError"})
        asked = request.json()
        return 200, {
            "id": str(uuid.uuid4()), "datasetRunId": f"run-{asked['runName']}", "datasetRunName": asked["runName"],
            "datasetItemId": asked["datasetItemId"], "traceId": asked["traceId"],
            "observationId": asked.get("observationId"), "createdAt": _now(), "updatedAt": _now(),
        }

    def _generation(self):
        return self.scenario.get("generation", 4)

    def traces(self, request):
        self.spans += _read_spans(request)
        return 200, {}

    def create_scores(self, request):
        asked = request.json()
        self.scores += asked if isinstance(asked, list) else [asked]
        if isinstance(asked, list):
            return 202, {"accepted": len(asked)}
        return 200, {"id": asked.get("id") or str(uuid.uuid4())}

    def ingest(self, request):
        batch = request.json()["batch"]
        self.scores += [event["body"] for event in batch if event["type"] == "score-create"]
        return 207, {"successes": [{"id": event["id"], "status": 201} for event in batch], "errors": []}

    def older_scores(self, request):
        if self._generation() != 3:
            raise Refused(404, {"message": "not in this version", "error": "LangfuseNotFoundError"})
        found = [
            {**score, "traceId": trace, "stringValue": None} for trace, score in self._managed([request.one("name")])
        ]
        return 200, _page(request, found)

    def current_scores(self, request):
        if self._generation() != 4:
            raise Refused(404, {"message": "not in this version", "error": "LangfuseNotFoundError"})
        if int(request.one("limit", 50)) > _MOST:
            raise Refused(400, {"message": "limit", "error": "InvalidRequestError"})
        traces = request.one("traceId").split(",")
        found = [
            {**score, "subject": {"kind": "observation", "id": "0" * 16, "traceId": trace}}
            for trace, score in self._managed(request.one("name").split(","), request.one("cursor"))
            if trace in traces
        ]
        start, limit = int(request.one("cursor") or 0), int(request.one("limit", 50))
        rest = {"cursor": str(start + limit)} if start + limit < len(found) else {}
        return 200, {"data": found[start : start + limit], "meta": {"limit": limit, **rest}}

    def _managed(self, names, continued=None):
        traces = sorted({span["traceId"] for span in self.spans if span["name"] == "experiment-item-run"})
        found = []
        for name, how in self.scenario.get("managed", {}).items():
            if name not in names:
                continue
            if not continued:
                self.reads[name] = self.reads.get(name, 0) + 1
            if self.reads[name] > how.get("lag", 0):
                found += [(trace, self._score(name, how)) for trace in traces[how.get("lacking", 0):]]
        return found

    def _score(self, name, how):
        return {
            "id": str(uuid.uuid4()), "projectId": self._project(), "name": name, "value": how["value"],
            "dataType": "NUMERIC", "source": "EVAL", "comment": how.get("comment"), "timestamp": _now(),
            "environment": "sdk-experiment", "createdAt": _now(), "updatedAt": _now(),
        }


def _item(dataset, number, given):
    return {
        "id": given.get("id", f"{dataset['name']}-{number}"), "status": given.get("status", "ACTIVE"),
        "input": given.get("input"), "expectedOutput": given.get("expected_output"),
        "metadata": given.get("metadata"), "sourceTraceId": None, "sourceObservationId": None,
        "datasetId": dataset["id"], "datasetName": dataset["name"], "createdAt": _now(), "updatedAt": _now(),
        "mediaReferences": [],
    }


def _read_spans(request):
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return otlp.from_json(json.loads(request.body))
    return otlp.from_protobuf(request.body)


def _page(request, found):
    page, limit = int(request.one("page", 1)), int(request.one("limit", 50))
    if page < 1 or not 1 <= limit <= _MOST:
        raise Refused(400, {"message": "page or limit out of bounds", "error": "InvalidRequestError"})
    pages = -(-len(found) // limit)
    return {
        "data": found[(page - 1) * limit : page * limit],
        "meta": {"page": page, "limit": limit, "totalItems": len(found), "totalPages": pages},
    }


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    loopback.main(Langfuse)
