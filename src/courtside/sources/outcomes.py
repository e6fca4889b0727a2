"""Errors of a fetch that returns no payload; each message names the next step."""

from __future__ import annotations

import datetime as dt

from courtside.errors import CourtsideError


class FetchError(CourtsideError):
    """A request returned no usable payload; the message names the request, but never a key."""


class TransientFetchError(FetchError):
    """A fault that may pass; try again, after `retry_after` seconds where the provider names them.

    `content` is the unusable body, kept as evidence where there is one.
    """

    def __init__(self, message: str, retry_after: float | None = None, content: bytes = b"") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.content = content


class PermanentFetchError(FetchError):
    """A refusal that another attempt would repeat: a wrong key, a blocked address, a malformed request."""


class AbsentError(FetchError):
    """The provider has nothing under that name, or not yet."""


class NotYetError(FetchError):
    """No request may be sent before `until` (UTC, without a zone): spent budget, open circuit or long wait."""

    def __init__(self, message: str, until: dt.datetime) -> None:
        super().__init__(f"{message}; not yet (until {until:%Y-%m-%d %H:%M} UTC)")
        self.until = until
