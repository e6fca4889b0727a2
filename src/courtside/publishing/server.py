"""A small server for the site and the public files; by default it listens on loopback."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import resource
import socket
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from courtside.errors import ConfigError
from courtside.publishing.contracts import JSON_TYPE
from courtside.publishing.feed import FEED_TYPE
from courtside.publishing.registry import SITE_MAX_AGE, max_age_of
from courtside.publishing.site_files import CONTENT_TYPES, SITE
from courtside.publishing.stores.base import PathRefusedError, safe_path

CONTENT_SECURITY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
COMMON_HEADERS = [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", CONTENT_SECURITY)]
"""Headers of every response, errors included."""
METHODS = "GET, HEAD, OPTIONS"
TYPES = {**CONTENT_TYPES, ".json": JSON_TYPE, ".xml": FEED_TYPE}
CACHED_FILES = 256
MIN_COMPRESSED_BYTES = 1024
"""Files of fewer bytes than this are not compressed."""
HEADER_SECONDS = 10.0
"""The longest time for the headers of a request, and for the pause between two requests."""
SENDING_SECONDS = 60.0
"""The longest time in which a client must read a response."""
MAX_CONNECTIONS = 256
MAX_HEADER_BYTES = 16 * 1024


class Protocol(H11Protocol):
    """HTTP/1.1 with time limits for clients; above the limit of connections, the one that waits longest is closed."""

    waiting: dict[Protocol, None]
    """The open connections of a server, in order of waiting time, longest first."""
    max_connections: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first request; with too many connections, close the one that waits longest."""
        super().connection_made(transport)
        self._limit: asyncio.TimerHandle | None = None
        self._restart(HEADER_SECONDS)
        if len(self.waiting) > self.max_connections:
            next(iter(self.waiting)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        super().connection_lost(exc)
        self.waiting.pop(self, None)
        if self._limit:
            self._limit.cancel()

    def handle_events(self) -> None:
        """Start the timer for the response when a request is complete."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before and not self.cycle.response_complete:
            self._restart(SENDING_SECONDS)

    def on_response_complete(self) -> None:
        """Start the timer for the next request, or for the client to read this response."""
        self._restart(SENDING_SECONDS if self.transport.get_write_buffer_size() else HEADER_SECONDS)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Respond to bytes that are not HTTP, with the headers of every response, and close the connection."""
        lines = [f"HTTP/1.1 400 {HTTPStatus.BAD_REQUEST.phrase}", "Content-Type: text/plain; charset=utf-8"]
        lines += [
            *(f"{name}: {value}" for name, value in COMMON_HEADERS),
            f"Content-Length: {len(msg)}",
            "Connection: close",
        ]
        self.transport.write("\r\n".join([*lines, "", msg]).encode())
        self.transport.close()

    def _restart(self, seconds: float) -> None:
        self.waiting.pop(self, None)
        self.waiting[self] = None
        if self._limit:
            self._limit.cancel()
        self._limit = self.loop.call_later(seconds, self.transport.abort)


class SiteServer(uvicorn.Server):
    """A server of the site and of the files in `public`; its socket is open as soon as the object exists."""

    def __init__(self, public: Path, host: str, port: int) -> None:
        self.socket = _listen(host, port)
        # The other half of the file descriptors is for files.
        max_connections = min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        super().__init__(
            uvicorn.Config(
                application(public),
                http=type("SiteProtocol", (Protocol,), {"waiting": {}, "max_connections": max_connections}),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=COMMON_HEADERS,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
                timeout_keep_alive=int(HEADER_SECONDS),
                timeout_graceful_shutdown=2,
            )
        )

    @property
    def address(self) -> tuple[str, int]:
        """The host and port of the socket."""
        host, port = self.socket.getsockname()[:2]
        return str(host), int(port)

    def serve_forever(self) -> None:
        """Serve until `should_exit` is set or a signal arrives."""
        try:
            self.run(sockets=[self.socket])
        finally:
            self.socket.close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ConfigError: where the address is in use or does not belong to this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error}; choose another --port or --host") from error


def application(public: Path) -> Starlette:
    """Return the application that serves the site and the files of `public`."""

    def respond(request: Request) -> Response:
        path = request.scope["path"].lstrip("/") or "index.html"
        if request.method == "OPTIONS":
            return _with_cors(path, Response(status_code=204, headers={"Allow": METHODS}))
        return _with_cors(path, _file(public, path, request))

    def refuse(request: Request, error: Exception) -> Response:
        """Return an error response: JSON under `v1/`, text elsewhere."""
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        detail = error.detail if isinstance(error, HTTPException) else HTTPStatus(status).phrase
        headers = {"Allow": METHODS} if status == HTTPStatus.METHOD_NOT_ALLOWED else {}
        path = request.scope["path"].lstrip("/")
        if path.startswith("v1/"):
            body = json.dumps({"error": detail, "status": int(status)}).encode()
            return _with_cors(path, Response(body, status, headers, JSON_TYPE))
        return Response(detail, status, headers, "text/plain; charset=utf-8")

    return Starlette(
        routes=[Route("/{path:path}", respond, methods=["GET", "HEAD", "OPTIONS"])],
        exception_handlers={HTTPException: refuse, Exception: refuse},
    )


def _with_cors(path: str, response: Response) -> Response:
    """Add the headers that allow pages of other origins to read the public files."""
    if path.startswith("v1/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


def _file(public: Path, path: str, request: Request) -> Response:
    try:
        relative = safe_path(path)
    except PathRefusedError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "a path outside the site") from error
    folder = public if path.startswith("v1/") else SITE
    is_zipped = "gzip" in request.headers.get("accept-encoding", "")
    try:
        target = (folder / relative).resolve()
        if not target.is_relative_to(folder.resolve()) or not target.is_file() or target.suffix not in TYPES:
            raise FileNotFoundError
        stat = target.stat()
        content, tag, is_zipped = _content(str(target), stat.st_mtime_ns, stat.st_size, is_zipped)
    except (OSError, ValueError) as error:  # a name too long, a file deleted meanwhile, a surrogate
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such file") from error
    max_age = max_age_of(path)
    headers = {
        "Content-Type": TYPES[target.suffix],
        "Vary": "Accept-Encoding",
        "ETag": tag,
        "Cache-Control": f"public, max-age={SITE_MAX_AGE if max_age is None else max_age}",
        **({"Content-Encoding": "gzip"} if is_zipped else {}),
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers)


@lru_cache(CACHED_FILES)
def _content(path: str, modified: int, size: int, is_zipped: bool) -> tuple[bytes, str, bool]:
    """Return a file's bytes to send, their tag, and whether they are compressed; cached until the file changes."""
    content = Path(path).read_bytes()
    is_zipped = is_zipped and len(content) >= MIN_COMPRESSED_BYTES
    sent = gzip.compress(content, mtime=0) if is_zipped else content
    return sent, f'"{hashlib.sha256(sent).hexdigest()[:24]}"', is_zipped


def serve(public: Path, host: str, port: int, *, say: Callable[[str], None]) -> None:
    """Serve the site and the files until interrupted."""
    server = SiteServer(public, host, port)
    shown = f"[{host}]" if ":" in host else host
    say(f"serving {public} and the site at http://{shown}:{server.address[1]}/ (Ctrl-C ends it)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("stopped")
