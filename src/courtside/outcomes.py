"""The outcome of a stage for a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The state of one date after a stage: `complete`, `empty`, `held`, `expected` or `failed`, with the reason."""

    state: str = "complete"
    reason: str | None = None


Outcomes = Mapping[dt.date, Outcome]
