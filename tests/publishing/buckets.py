"""A bucket on a local server, used through the real client, and a proxy before it that injects faults."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import deque
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

BUCKET = "courtside-test"
HOP = {"transfer-encoding", "connection", "keep-alive", "host"}


class Proxy(ThreadingHTTPServer):
    """Forwards to a server; `faults[method]` are used up one per request: a status, `cut before`, `cut after`."""

    daemon_threads = True

    def __init__(self, url):
        self.upstream = urlsplit(url)
        self.faults = {"GET": deque(), "POST": deque()}
        self.requests = []
        self.before_upload = None
        super().__init__(("127.0.0.1", 0), _Forward)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def _forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path))
        faults = self.server.faults.get(self.command)
        fault = faults.popleft() if faults else None
        if fault == "cut before":
            self._cut()
            return
        if isinstance(fault, int):
            self._send(fault, [("Content-Type", "text/plain")], b"planted")
            return
        if self.command == "POST" and self.server.before_upload:
            act, self.server.before_upload = self.server.before_upload, None
            act()
        upstream = http.client.HTTPConnection(self.server.upstream.hostname, self.server.upstream.port)
        upstream.request(self.command, self.path, body, dict(self.headers.items()))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fault == "cut after":
            self._cut()
            return
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in {*HOP, "content-length"}]
        self._send(answer.status, kept, content)

    def _cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status, headers, content):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._forward
        raise AttributeError(name)


@contextmanager
def proxied(url):
    """Yield a proxy before the server at `url`."""
    proxy = Proxy(url)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
