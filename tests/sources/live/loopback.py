"""A provider on loopback, which sends scripted replies in order and records the requests."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from courtside.sources.transport import HttpTransport

ORIGINS = (
    "https://stats.nba.com",
    "https://cdn.nba.com",
    "https://api.the-odds-api.com",
    "https://ak-static.cms.nba.com",
)


@dataclass(frozen=True)
class Reply:
    """A reply: its body can be cut off after `cut` bytes, or sent in pieces with `pause` seconds between."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    pause: float = 0.0
    hang_up: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it was received."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Provider:
    """Replies by path; the last reply of a path is repeated, and an unknown path is 404."""

    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Received] = field(default_factory=list)
    origin: str = ""

    def on(self, path: str, *replies: Reply | bytes) -> None:
        """Send `replies` for `path`, one after another."""
        self.replies[path] = [reply if isinstance(reply, Reply) else Reply(reply) for reply in replies]

    def transport(self) -> HttpTransport:
        """Return a transport that sends every request to this server."""
        return HttpTransport(hosts=dict.fromkeys(ORIGINS, self.origin))

    def next_reply(self, request: Received) -> Reply:
        """Record a request and return its reply."""
        self.requests.append(request)
        waiting = self.replies.get(request.path)
        if not waiting:
            return Reply(b"not here", 404)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving() -> Iterator[Provider]:
    """Serve a provider on a free port of 127.0.0.1."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            reply = provider.next_reply(Received(address.path, query, dict(self.headers)))
            if reply.hang_up:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            body = reply.body if reply.cut is None else reply.body[: reply.cut]
            self.close_connection = reply.cut is not None
            step = 8 if reply.pause else len(body) or 1
            for start in range(0, len(body), step):
                try:
                    self.wfile.write(body[start : start + step])
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(reply.pause)

        def log_message(self, *_: Any) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    provider.origin = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
