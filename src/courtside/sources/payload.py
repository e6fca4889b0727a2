"""A payload: bytes as a provider sent them, with their source and the time of fetching."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property

SIMULATED = "simulated"
"""The source of every payload of the simulated league."""


@dataclass(frozen=True)
class Payload:
    """One response or file, unchanged.

    `source` names the origin (`files`, `simulated`, a provider), `name` is the file name or request key, and
    `fetched_at` is UTC without a zone.
    """

    source: str
    name: str
    fetched_at: dt.datetime
    content: bytes

    @cached_property
    def payload_id(self) -> str:
        """SHA-256 of the bytes; equal bytes are the same payload."""
        return hashlib.sha256(self.content).hexdigest()
