"""What both loopback services share: HTTP on threads, scenarios, faults, what was received.

A service is run as a program (`python3 langsmith.py --port 0 --scenario FILE`) and prints its port.
`POST /__scenario` replaces the scenario and forgets what was received, `GET /__seen` tells
`[{method, path, query, headers, body}]`, without credentials.

`faults` of a scenario is a list of `{"method", "path", "status", "times", "after", "headers", "body",
"delay"}`: requests whose path matches the regular expression are answered so, `times` times (for
ever if it is missing) once `after` matching requests have passed; with `delay` (seconds) and no
status they are answered late.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

_HIDDEN = {"authorization", "x-api-key"}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status, body, headers=None):
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, headers or {}


class Request:
    def __init__(self, method, target, headers, body):
        parts = urlsplit(target)
        self.method, self.path = method, unquote(parts.path)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        self.headers, self.body = headers, body

    def one(self, name, default=None):
        return self.query.get(name, [default])[0]

    def json(self):
        try:
            return json.loads(self.body or b"null")
        except ValueError as error:
            raise Refused(400, {"detail": f"not JSON: {error}"}) from error


class Service:
    """Routes are methods that `routes` maps from (method, pattern); they answer (status, JSON)."""

    routes = []

    def __init__(self, scenario):
        self.lock = threading.RLock()
        self.begin(scenario)

    def begin(self, scenario):
        """Starts over with a scenario."""
        with self.lock:
            self.scenario = scenario
            self.seen = []
            self.faults = [dict(fault, passed=0, given=0) for fault in scenario.get("faults", [])]
            self.reset()

    def reset(self):
        raise NotImplementedError

    def authorize(self, request):
        raise NotImplementedError

    def describe_body(self, request):
        """The body as `__seen` tells it."""
        try:
            return json.loads(request.body) if request.body else None
        except ValueError:
            return f"{len(request.body)} bytes"

    def answer(self, request):
        if request.path == "/__seen":
            return 200, self.seen
        if request.path == "/__scenario":
            self.begin(request.json())
            return 200, {}
        _decode(request)
        with self.lock:
            self.seen.append({
                "method": request.method, "path": request.path, "query": request.query,
                "headers": {n.lower(): v for n, v in request.headers.items() if n.lower() not in _HIDDEN},
                "body": self.describe_body(request),
            })
        self._fail_on_purpose(request)
        self.authorize(request)
        for method, pattern, handle in self.routes:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                with self.lock:
                    return getattr(self, handle)(request, *match.groups())
        known = any(re.fullmatch(pattern, request.path) for _, pattern, _ in self.routes)
        raise Refused(405 if known else 404, {"message": "no such path", "error": request.path})

    def _fail_on_purpose(self, request):
        with self.lock:
            fault = self._due_fault(request)
        if fault is None:
            return
        time.sleep(fault.get("delay", 0))
        if "status" in fault:
            raise Refused(fault["status"], fault.get("body", {"detail": "on purpose"}), fault.get("headers"))

    def _due_fault(self, request):
        for fault in self.faults:
            if fault.get("method", request.method) != request.method or not re.search(fault["path"], request.path):
                continue
            fault["passed"] += 1
            if fault["passed"] > fault.get("after", 0) and fault["given"] < fault.get("times", float("inf")):
                fault["given"] += 1
                return fault
        return None


def _decode(request):
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding == "gzip":
        request.body = gzip.decompress(request.body)
    elif encoding == "zstd":
        try:
            import zstandard
        except ImportError:
            raise Refused(415, {"detail": "this server has no zstd"}) from None
        request.body = zstandard.ZstdDecompressor().decompressobj().decompress(request.body)
    elif encoding != "identity":
        raise Refused(415, {"detail": f"unknown encoding {encoding}"})


def _handler(service):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def respond(self):
            body = self._read_body()
            headers = {}
            try:
                status, answer = service.answer(Request(self.command, self.path, self.headers, body))
            except Refused as refused:
                status, answer, headers = refused.status, refused.body, refused.headers
            data = json.dumps(answer).encode()
            try:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                # The client stopped waiting: that is what slow answers are for.
                self.close_connection = True

        def _read_body(self):
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = respond

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # As many connections as an experiment opens at once.
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that ends while its connection is open is no error of this program.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main(make):
    """Serves `make(scenario)` until the program is ended or, with `--with-stdin`, its stdin is closed."""
    parser = argparse.ArgumentParser(description="A loopback service for tests and examples.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one; it is printed")
    parser.add_argument("--scenario", help="JSON file; without it nothing is there")
    parser.add_argument("--with-stdin", action="store_true", help="end when stdin is closed")
    options = parser.parse_args()
    scenario = {}
    if options.scenario:
        with open(options.scenario, encoding="utf-8") as file:
            scenario = json.load(file)
    server = _Server(("127.0.0.1", options.port), _handler(make(scenario)))
    print(server.server_address[1], flush=True)
    if options.with_stdin:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), server.shutdown()), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
