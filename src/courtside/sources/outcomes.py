"""Errors of a fetch that returns no payload; each message names the next step."""

from __future__ import annotations

import datetime as dt

from courtside.errors import CourtsideError


class FetchError(CourtsideError):
    """A request returned no usable payload; the message names the request, but never a key."""


class TransientFetchError(FetchError):
    """A temporary fault; try again, after `retry_after` seconds where the provider states them.

    `content` is the unusable body, which is kept as evidence.
    """

    def __init__(self, message: str, retry_after: float | None = None, content: bytes = b"") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.content = content


class PermanentFetchError(FetchError):
    """A refusal that another attempt would repeat: a wrong key, a blocked address, a malformed request."""


class AbsentError(FetchError):
    """The provider has no file under this name, or does not have it yet."""


class NotYetError(FetchError):
    """No request may be sent before `until` (UTC, without a zone): a spent budget, an open circuit or a long wait."""

    def __init__(self, message: str, until: dt.datetime) -> None:
        super().__init__(f"{message}; not yet (until {until:%Y-%m-%d %H:%M} UTC)")
        self.until = until
