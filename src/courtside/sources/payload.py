"""A payload: bytes as a provider sent them, with where and when they were fetched."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

SIMULATED = "simulated"
"""The source of every payload of the simulated league."""


@dataclass(frozen=True)
class Payload:
    """One response or file, untouched.

    `source` says who delivered it (`files`, `simulated`, a provider), `name` is its file name or request key,
    `fetched_at` is UTC without a zone.
    """

    source: str
    name: str
    fetched_at: dt.datetime
    content: bytes

    @property
    def payload_id(self) -> str:
        """SHA-256 of the bytes: the same bytes are the same payload."""
        return hashlib.sha256(self.content).hexdigest()
