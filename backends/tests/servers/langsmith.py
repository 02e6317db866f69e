"""LangSmith on the loopback interface, as much of it as experiments need.

Scenario, besides `faults` (see loopback.py):
`key` (what `x-api-key` must be, default `ls-key`), `workspace` (what `X-Tenant-Id` must be; none),
`datasets`: `[{"name", "id"?, "examples": [{"inputs", "outputs", "splits"?}]}]`,
`dashboard`: `{KEY: {"score", "comment"?, "lag"?, "lacking"?}}` (evaluators of the service: feedback that is
seen after `lag` reads, for all runs but `lacking`), `multipart` (false: only `/runs/batch`), `zstd`,
`conflicts` (so many experiment names are taken), `runs_lag` (feedback for a run is 404 so often).
"""

from __future__ import annotations

import datetime
import email
import email.policy
import json
import uuid

import loopback
from loopback import Refused

_TENANT = str(uuid.UUID(int=1))
_MOST = 100


class LangSmith(loopback.Service):
    routes = [
        ("GET", r"/info", "info"),
        ("GET", r"/datasets", "list_datasets"),
        ("POST", r"/datasets", "create_dataset"),
        ("GET", r"/datasets/([0-9a-f-]{36})", "read_dataset"),
        ("GET", r"/datasets/([0-9a-f-]{36})/splits", "list_splits"),
        ("GET", r"/examples", "list_examples"),
        ("POST", r"/examples/bulk", "create_examples"),
        ("GET", r"/sessions", "list_sessions"),
        ("POST", r"/sessions", "create_session"),
        ("GET", r"/sessions/([0-9a-f-]{36})", "read_session"),
        ("PATCH", r"/sessions/([0-9a-f-]{36})", "update_session"),
        ("POST", r"/runs", "create_run"),
        ("PATCH", r"/runs/([0-9a-f-]{36})", "update_run"),
        ("POST", r"/runs/batch", "batch"),
        ("POST", r"/runs/multipart", "multipart"),
        ("POST", r"/feedback", "create_feedback"),
        ("GET", r"/feedback", "list_feedback"),
    ]

    def reset(self):
        self.datasets, self.examples = {}, {}
        self.sessions, self.runs, self.feedback, self.reads = {}, {}, [], {}
        self.conflicts = self.scenario.get("conflicts", 0)
        for given in self.scenario.get("datasets", []):
            identity = given.get("id") or str(uuid.uuid5(uuid.NAMESPACE_URL, given["name"]))
            self._add_dataset(identity, given["name"])
            for example in given.get("examples", []):
                self._add_example(identity, example)

    def _add_dataset(self, identity, name):
        self.datasets[identity] = {
            "id": identity, "name": name, "description": None, "data_type": "kv",
            "created_at": _now(), "modified_at": _now(), "example_count": 0, "session_count": 0,
        }
        self.examples[identity] = []

    def _add_example(self, identity, given):
        number = sum(map(len, self.examples.values())) + 1
        self.examples[identity].append({
            "id": given.get("id") or str(uuid.UUID(int=number)), "dataset_id": identity,
            "inputs": given["inputs"], "outputs": given.get("outputs"), "created_at": _now(), "modified_at": _now(),
            "metadata": {"dataset_split": given.get("splits") or ["base"]},
        })
        self.datasets[identity]["example_count"] += 1

    def authorize(self, request):
        if request.headers.get("x-api-key") != self.scenario.get("key", "ls-key"):
            raise Refused(401, {"detail": "Invalid token"})
        workspace = self.scenario.get("workspace")
        if workspace and request.headers.get("X-Tenant-Id") != workspace:
            raise Refused(403, {"error": "org_scoped_key_requires_workspace"})

    def describe_body(self, request):
        if "multipart" in request.headers.get("Content-Type", ""):
            return sorted(name for name, _ in _parts(request))
        return super().describe_body(request)

    def info(self, _):
        return 200, {
            "version": "0.13.0",
            "instance_flags": {"zstd_compression_enabled": bool(self.scenario.get("zstd"))},
            "batch_ingest_config": {
                "use_multipart_endpoint": self.scenario.get("multipart", True), "size_limit": 100,
                "size_limit_bytes": 20971520, "scale_up_nthreads_limit": 4, "scale_up_qsize_trigger": 1000,
                "scale_down_nempty_trigger": 4,
            },
        }

    def list_datasets(self, request):
        name = request.one("name")
        return 200, _page(request, [d for d in self.datasets.values() if name in (None, d["name"])])

    def create_dataset(self, request):
        name = request.json()["name"]
        if name in [dataset["name"] for dataset in self.datasets.values()]:
            raise Refused(409, {"detail": "Dataset with this name already exists."})
        identity = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        self._add_dataset(identity, name)
        return 200, self.datasets[identity]

    def create_examples(self, request):
        asked = request.json()
        for example in asked:
            self._add_example(self._dataset(example["dataset_id"])["id"], {**example, "splits": example.get("split")})
        return 200, [{"id": example.get("id")} for example in asked]

    def read_dataset(self, _, identity):
        return 200, self._dataset(identity)

    def list_splits(self, _, identity):
        self._dataset(identity)
        return 200, sorted({split for e in self.examples[identity] for split in _splits(e)})

    def list_examples(self, request):
        found = self.examples[self._dataset(request.one("dataset"))["id"]]
        wanted = request.query.get("splits")
        if wanted:
            found = [example for example in found if set(_splits(example)) & set(wanted)]
        return 200, _page(request, found)

    def _dataset(self, identity):
        if identity not in self.datasets:
            raise Refused(404, {"detail": "Dataset not found"})
        return self.datasets[identity]

    def list_sessions(self, request):
        name = request.one("name")
        found = [s for s in self.sessions.values() if name in (None, s["name"])]
        return 200, found[:1] or ([] if name else [_session({"id": _TENANT, "name": "default"})])

    def create_session(self, request):
        asked = request.json()
        if self.conflicts:
            self.conflicts -= 1
            raise Refused(409, {"detail": "Session already exists."})
        if asked["name"] in [session["name"] for session in self.sessions.values()]:
            raise Refused(409, {"detail": "Session already exists."})
        self._dataset(asked["reference_dataset_id"])
        self.sessions[asked["id"]] = _session(asked)
        return 200, self.sessions[asked["id"]]

    def read_session(self, _, identity):
        if identity not in self.sessions:
            raise Refused(404, {"detail": "Session not found"})
        return 200, self.sessions[identity]

    def update_session(self, request, identity):
        self.read_session(request, identity)
        self.sessions[identity].update({k: v for k, v in request.json().items() if v is not None})
        return 200, self.sessions[identity]

    def create_run(self, request):
        return self._ingest([request.json()], [])

    def update_run(self, request, identity):
        return self._ingest([], [{**request.json(), "id": identity}])

    def batch(self, request):
        asked = request.json()
        return self._ingest(asked.get("post") or [], asked.get("patch") or [])

    def _ingest(self, posted, patched):
        for run in [*posted, *patched]:
            if not run.get("trace_id") or not run.get("dotted_order"):
                raise Refused(422, {"detail": "trace_id and dotted_order are required"})
            self.runs.setdefault(run["id"], {}).update({k: v for k, v in run.items() if v is not None})
        return 202, {}

    def multipart(self, request):
        if not self.scenario.get("multipart", True):
            raise Refused(404, {"detail": "Not Found"})
        runs = {}
        for name, value in _parts(request):
            operation, _, rest = name.partition(".")
            identity, _, field = rest.partition(".")
            if operation == "feedback":
                self._keep_feedback(value)
            elif operation in ("post", "patch"):
                entry = runs.setdefault(identity, (operation, {"id": identity}))[1]
                entry.update({field: value} if field else value)
        return self._ingest(
            [run for operation, run in runs.values() if operation == "post"],
            [run for operation, run in runs.values() if operation == "patch"],
        )

    def create_feedback(self, request):
        self._keep_feedback(request.json())
        return 200, request.json()

    def _keep_feedback(self, asked):
        if not asked.get("session_id"):
            raise Refused(422, {"detail": "session_id is required"})
        lag = self.scenario.get("runs_lag", 0)
        count = self.reads["run", asked["run_id"]] = self.reads.get(("run", asked["run_id"]), 0) + 1
        if count <= lag:
            raise Refused(404, {"detail": "Run not found"})
        self.feedback.append(asked)

    def list_feedback(self, request):
        keys, runs = request.query.get("key", []), request.query.get("run", [])
        found = [f for f in self.feedback if f["run_id"] in runs and (not keys or f["key"] in keys)]
        for key, how in self.scenario.get("dashboard", {}).items():
            if keys and key not in keys:
                continue
            if request.one("offset", "0") == "0":
                self.reads[key] = self.reads.get(key, 0) + 1
            if self.reads[key] > how.get("lag", 0):
                found += [self._dashboard(key, how, run) for run in self._judged(runs, how)]
        return 200, _page(request, found)

    def _judged(self, runs, how):
        """Those of the runs that were received and that the evaluator of the service does judge."""
        experiment = sorted(i for i, run in self.runs.items() if run.get("reference_example_id"))
        return [run for run in runs if run in experiment[how.get("lacking", 0):]]

    def _dashboard(self, key, how, run):
        return {
            "id": str(uuid.uuid4()), "created_at": _now(), "modified_at": _now(), "run_id": run, "trace_id": run,
            "key": key, "score": how["score"], "value": None, "comment": how.get("comment"),
        }


def _splits(example):
    return example["metadata"]["dataset_split"]


def _session(asked):
    return {
        "id": asked["id"], "name": asked["name"], "tenant_id": _TENANT, "start_time": _now(),
        "reference_dataset_id": asked.get("reference_dataset_id"), "extra": asked.get("extra"),
        "description": asked.get("description"),
    }


def _page(request, found):
    limit, offset = int(request.one("limit", _MOST)), int(request.one("offset", 0))
    if not 1 <= limit <= _MOST:
        raise Refused(422, {"detail": f"limit must be between 1 and {_MOST}"})
    return found[offset : offset + limit]


def _parts(request):
    """(name, JSON) for each part of a multipart body."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        found.append((name, json.loads(part.get_payload(decode=True))))
    return found


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


if __name__ == "__main__":
    loopback.main(LangSmith)
