"""The state that a stage leaves a date in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """State of one date after a stage: `complete`, `empty`, `held`, `expected` or `failed`, with the reason."""

    state: str = "complete"
    reason: str | None = None


Outcomes = Mapping[dt.date, Outcome]
