"""The wire: one GET, bounded in time and size, with every fault of the connection named without the address."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import requests

import courtside
from courtside.sources.outcomes import PermanentFetchError, TransientFetchError
from courtside.sources.request import Request

USER_AGENT = f"courtside/{courtside.__version__} (player-points research; one client, rate limited)"
_CHUNK = 2**16

# Its debug lines hold whole addresses, keys included.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers by lower-case name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Limits:
    """Bounds of one try: seconds to connect, between two bytes and for the whole answer, and bytes of a body."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 90.0
    size: int = 64 * 2**20


class Transport(Protocol):
    """Sends a request and returns the answer, whatever its status."""

    def __call__(self, request: Request, limits: Limits) -> Answer:
        """Send `request`.

        Raises:
            TransientFetchError: where the connection fails, stalls or ends early.
            PermanentFetchError: where the body is larger than it may be.
        """
        ...


@dataclass
class HttpTransport:
    """The network; `hosts` sends requests for an origin to another one, such as a loopback server in a test."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, request: Request, limits: Limits) -> Answer:
        """Send `request`; redirects are not followed, so a key goes to no other host."""
        begun = time.monotonic()
        try:
            with self.session.get(
                self._address(request.url),
                params=request.sent_params(),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **request.headers},
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _body(response, request, limits, begun)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, content)
        except requests.RequestException as error:
            # The library's own text holds the address with its key in it.
            raise TransientFetchError(f"{request}: the connection failed ({type(error).__name__})") from None

    def _address(self, url: str) -> str:
        origin = next((origin for origin in self.hosts if url.startswith(origin)), None)
        return url if origin is None else self.hosts[origin] + url.removeprefix(origin)


def _body(response: requests.Response, request: Request, limits: Limits, begun: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > limits.size:
            raise PermanentFetchError(f"{request}: the body is larger than {limits.size:,} bytes")
        if time.monotonic() - begun > limits.whole:
            raise TransientFetchError(f"{request}: the body took longer than {limits.whole:g} s")
    return bytes(content)
