"""The HTTP transport: send one GET request with limits of time and size, and name faults without the address."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import requests
from requests.adapters import HTTPAdapter

from courtside.sources.outcomes import FetchError, PermanentFetchError, TransientFetchError
from courtside.sources.request import Request
from courtside.version import __version__

USER_AGENT = f"courtside/{__version__} (player-points research; one client, rate limited)"
_CHUNK = 2**16

# The debug lines of this logger include whole addresses with their keys.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Response:
    """A response: status, headers by lower-case name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Limits:
    """Limits of one attempt: seconds to connect, between two bytes and in total, and bytes of the body."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 90.0
    size: int = 64 * 2**20


class Transport(Protocol):
    """Sends a request and returns the response, whatever its status."""

    def __call__(self, request: Request, limits: Limits) -> Response:
        """Send `request`.

        Raises:
            TransientFetchError: where the connection fails, stalls or ends early.
            PermanentFetchError: where the body is larger than it may be.
        """
        ...


@dataclass
class HttpTransport:
    """The network transport; `hosts` maps an origin to another one, such as a loopback server in a test."""

    hosts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, request: Request, limits: Limits) -> Response:
        """Send `request` on a new connection; redirects are not followed, so that no other host receives a key."""
        prepared = requests.Request(
            "GET",
            self._address(request.url),
            params=request.sent_params(),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate", **request.headers},
        ).prepare()
        with Deadline(limits.whole) as deadline, requests.Session() as session, _Adapter(deadline) as adapter:
            surroundings = session.merge_environment_settings(self._address(request.url), {}, True, None, None)
            try:
                response = adapter.send(prepared, timeout=(limits.connect, limits.read), **surroundings)
                with response:
                    content = _body(response, request, limits)
                    headers = {name.lower(): value for name, value in response.headers.items()}
            except FetchError:
                raise
            except Exception as error:  # noqa: BLE001 - any error of the library means that the request failed
                # The library's message includes the address with the key.
                kind = (
                    f"the response took longer than {limits.whole:g} s" if deadline.is_over else "the connection failed"
                )
                raise TransientFetchError(f"{request}: {kind} ({type(error).__name__})") from None
            if deadline.is_over:
                raise TransientFetchError(f"{request}: the response took longer than {limits.whole:g} s")
            return Response(response.status_code, headers, content)

    def _address(self, url: str) -> str:
        origin = next((origin for origin in self.hosts if url.startswith(origin)), None)
        return url if origin is None else self.hosts[origin] + url.removeprefix(origin)


class Deadline:
    """Closes the watched socket after `seconds`, even while the other side is still sending.

    The time limits of a socket apply between two bytes; this one covers connecting, headers and body together.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket:
                self._socket.close()

    def watch(self, connected: socket.socket) -> None:
        """Close `connected` when the time is over; a duplicate handle stays valid after TLS wraps the socket."""
        with self._lock:
            if self._socket:
                self._socket.close()
            self._socket = connected.dup()
            if self.is_over:
                self._shut()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut()

    def _shut(self) -> None:
        if self._socket:
            with suppress(OSError):  # already closed by the other side
                self._socket.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Opens connections that a deadline watches."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the library's connection pool with watched connections."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        deadline = self._deadline

        class Watched(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                connected: socket.socket = super()._new_conn()
                deadline.watch(connected)
                return connected

        pool.ConnectionCls = Watched
        return pool


def _body(response: requests.Response, request: Request, limits: Limits) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > limits.size:
            raise PermanentFetchError(f"{request}: the body is larger than {limits.size:,} bytes")
    return bytes(content)
