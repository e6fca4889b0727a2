"""The HTTP client: it paces requests, retries transient faults, and stops where a host is down or a quota is spent."""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import stamina

from courtside.clock import Clock, to_utc
from courtside.sources.bodies import require_usable_body
from courtside.sources.keys import without_keys
from courtside.sources.outcomes import AbsentError, NotYetError, PermanentFetchError, TransientFetchError
from courtside.sources.payload import Payload
from courtside.sources.request import Request
from courtside.sources.transport import HttpTransport, Limits, Response, Transport

log = logging.getLogger(__name__)

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})

MAX_RETRY_AFTER = 86_400
"""Longest wait, in seconds, that a `Retry-After` header can request: one day."""


@dataclass(frozen=True)
class Policy:
    """Retry policy: the number of attempts, the waits in seconds, and the circuit of a host.

    After `failures` failed requests in a row, a host's circuit is open: no request is sent for `cool_down` seconds.
    `pace` gives the least seconds between two requests to a host; other hosts use `least_pace`.
    """

    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 60.0
    jitter: float = 0.5
    failures: int = 3
    cool_down: float = 300.0
    least_pace: float = 0.2
    pace: Mapping[str, float] = field(default_factory=lambda: {"stats.nba.com": 0.7})
    limits: Limits = field(default_factory=Limits)


class Quota(Protocol):
    """A quota of requests, with costs that responses state."""

    def admit(self, request: Request) -> None:
        """Raise `NotYetError` where the request costs more than is left."""
        ...

    def record(self, request: Request, response: Response) -> None:
        """Record the cost and the remaining quota that a response states."""
        ...


@dataclass
class Client:
    """A client that fetches requests one after another.

    `counts` holds the requests sent, retries, and responses by status. Tests replace `sleep` and `monotonic`.
    """

    clock: Clock
    transport: Transport = field(default_factory=HttpTransport)
    policy: Policy = field(default_factory=Policy)
    quota: Quota | None = None
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    _failed: Counter[str] = field(default_factory=Counter)
    _opened: dict[str, float] = field(default_factory=dict)
    _last_request: dict[str, float] = field(default_factory=lambda: defaultdict(lambda: float("-inf")))

    def fetch(self, request: Request) -> Payload:
        """Return the response to `request` as a payload, with the request's keys removed from its bytes.

        Raises:
            AbsentError: where the provider has no file under this name.
            NotYetError: where the host's circuit is open, the quota is spent, or the provider requests a long wait.
            PermanentFetchError: where another attempt would be refused again.
            TransientFetchError: where every attempt failed.
        """
        self._require_closed_circuit(request)
        try:
            response = self._fetch_with_retries(request)
        except TransientFetchError:
            self._count_failure(request)
            raise
        self._failed[request.host] = 0
        return self.payload(request, response.content)

    def payload(self, request: Request, content: bytes) -> Payload:
        """Return the bytes received for `request` as a payload fetched now."""
        return Payload(request.source, request.name, self.clock.now(), without_keys(content, request.secrets()))

    def _fetch_with_retries(self, request: Request) -> Response:
        policy, tries = self.policy, 0
        for attempt in stamina.retry_context(
            on=_backoff,
            attempts=policy.attempts,
            timeout=None,
            wait_initial=policy.first_wait,
            wait_max=policy.longest_wait,
            wait_jitter=policy.jitter,
        ):
            with attempt:
                tries += 1
                self.counts["retries"] += tries > 1
                return self._fetch_once(request)
        raise AssertionError("a retried block either returns or raises")

    def _fetch_once(self, request: Request) -> Response:
        if self.quota and request.cost:
            self.quota.admit(request)
        self._wait_for_pace(request)
        self.counts["requests"] += 1
        response = self.transport(request, self.policy.limits)
        response = replace(response, content=without_keys(response.content, request.secrets()))
        self.counts[f"status {response.status}"] += 1
        log.info("%s: %d, %d bytes", request, response.status, len(response.content))
        if self.quota and request.cost:
            self.quota.record(request, response)
        self._require_ok(request, response)
        require_usable_body(request, response.content)
        return response

    def _require_ok(self, request: Request, response: Response) -> None:
        status = response.status
        if status in request.absent:
            raise AbsentError(f"{request}: not found (status {status})")
        if status in TRANSIENT:
            wait = retry_after(response.headers, self.clock.now())
            if wait is not None and wait > self.policy.longest_wait:
                until = self.clock.now() + dt.timedelta(seconds=wait)
                raise NotYetError(f"{request}: status {status}, retry after {wait:.0f} s", until)
            raise TransientFetchError(f"{request}: status {status}", wait)
        if status in (301, 302, 303, 307, 308):
            raise PermanentFetchError(f"{request}: moved (status {status}); the address of this source has changed")
        if status in (401, 403):
            why = "the key was refused" if request.keys else "this address is blocked or the name is not public"
            raise PermanentFetchError(f"{request}: status {status}, {why}")
        if status != 200:
            raise PermanentFetchError(f"{request}: status {status}")

    def _wait_for_pace(self, request: Request) -> None:
        pace = self.policy.pace.get(request.host, self.policy.least_pace)
        early = self._last_request[request.host] + pace - self.monotonic()
        if early > 0:
            self.sleep(early)
        self._last_request[request.host] = self.monotonic()

    def _require_closed_circuit(self, request: Request) -> None:
        opened = self._opened.get(request.host)
        if opened is None:
            return
        left = opened + self.policy.cool_down - self.monotonic()
        if left > 0:
            until = self.clock.now() + dt.timedelta(seconds=left)
            raise NotYetError(f"{request}: {request.host} failed {self.policy.failures} times in a row", until)
        del self._opened[request.host]
        self._failed[request.host] = self.policy.failures - 1

    def _count_failure(self, request: Request) -> None:
        self._failed[request.host] += 1
        if self._failed[request.host] >= self.policy.failures:
            self._opened[request.host] = self.monotonic()


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Return the seconds that `Retry-After` gives, as a number or a date; None where it gives neither."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]+", text):
        return float(MAX_RETRY_AFTER if len(text) > len(str(MAX_RETRY_AFTER)) else min(int(text), MAX_RETRY_AFTER))
    try:
        seconds = (to_utc(email.utils.parsedate_to_datetime(text)) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER)


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, TransientFetchError):
        return False
    return True if error.retry_after is None else error.retry_after
