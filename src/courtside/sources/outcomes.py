"""How a fetch ends when it does not end with a payload: each way says what to do next."""

from __future__ import annotations

import datetime as dt

from courtside.errors import CourtsideError


class FetchError(CourtsideError):
    """A request that brought no usable payload; the message names the request, never a key."""


class TransientFetchError(FetchError):
    """A fault that may pass: worth another try, after `retry_after` seconds where the provider names them.

    `content` is the body that could not be used, kept as evidence where there is one.
    """

    def __init__(self, message: str, retry_after: float | None = None, content: bytes = b"") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.content = content


class PermanentFetchError(FetchError):
    """A refusal that another try would only repeat: a wrong key, a blocked address, a malformed request."""


class AbsentError(FetchError):
    """The provider has nothing under that name, or not yet."""


class NotYetError(FetchError):
    """Nothing may be asked before `until` (UTC without a zone): a spent budget, an open circuit, a long wait."""

    def __init__(self, message: str, until: dt.datetime) -> None:
        super().__init__(f"{message}; not yet (until {until:%Y-%m-%d %H:%M} UTC)")
        self.until = until
