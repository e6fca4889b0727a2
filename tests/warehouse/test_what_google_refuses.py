"""Refusals of the service become errors that name the place and the next command, tested with a loopback server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.auth.exceptions import DefaultCredentialsError

from courtside.errors import ConfigError, CourtsideError
from courtside.warehouse.bigquery import service
from courtside.warehouse.bigquery.service import Service

DATASET = {"datasetReference": {"projectId": "test", "datasetId": "d"}, "location": "EU"}


@dataclass
class Refusing:
    """A server that refuses requests: `refused` maps a part of the path to status, reason and message."""

    refused: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        for part, (status, reason, message) in self.refused.items():
            if part in path:
                errors = [{"reason": reason, "message": message}]
                return status, {"error": {"code": status, "message": message, "errors": errors}}
        return 200, DATASET


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Refusing]:
    refusing_server = Refusing()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = refusing_server.answer(self.path)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"127.0.0.1:{server.server_port}")
    monkeypatch.delenv("BIGQUERY_STORAGE_EMULATOR_HOST", raising=False)
    yield refusing_server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_missing_dataset_is_named_with_the_command_that_creates_it(refusing: Refusing) -> None:
    refusing.refused["/datasets/d"] = (404, "notFound", "Not found: Dataset test:d")
    with pytest.raises(ConfigError, match=r"no dataset d in project test.*bq --location=US mk --dataset test:d"):
        Service("test", "d")


@pytest.mark.parametrize(
    ("status", "reason", "message", "says"),
    [
        (403, "accessDenied", "Access Denied: Project test: no bigquery.jobs.create", r"permission denied.*jobUser"),
        (403, "quotaExceeded", "Quota exceeded: free query bytes scanned", r"a quota is used up.*quotas\?project=test"),
        (404, "notFound", "Not found: Dataset test:d was not found in location US", r"location.*bq show"),
        (404, "notFound", "Not found: Dataset test:d", r"there is no dataset d"),
        (400, "invalidQuery", "Syntax error: Unexpected end", r"bigquery://test/d: .*Syntax error"),
    ],
)
def test_the_error_of_a_refused_job_names_the_next_step(
    refusing: Refusing, status: int, reason: str, message: str, says: str
) -> None:
    engine = Service("test", "d")
    refusing.refused["/jobs"] = (status, reason, message)
    with pytest.raises(CourtsideError, match=says):
        engine.query("SELECT 1")
    engine.close()


def test_missing_credentials_name_the_login_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: str) -> None:
        raise DefaultCredentialsError("Your default credentials were not found.")

    monkeypatch.setattr(service, "_client", refuse)
    with pytest.raises(ConfigError, match=r"no usable credentials.*gcloud auth application-default login"):
        Service("test", "d")
