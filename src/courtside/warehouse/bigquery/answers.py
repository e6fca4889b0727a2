"""A cache of query results, so that a statement that is repeated before a write needs no second job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

LARGEST = 16_000_000
"""Largest result, in bytes, that is cached."""


@dataclass
class QueryCache:
    """Query results by statement."""

    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __contains__(self, select: str) -> bool:
        return select in self._rows

    def get(self, select: str, run: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the result of a statement; call `run` where it is not cached."""
        if select in self._rows:
            return self._rows[select]
        rows = run()
        self.put(select, rows)
        return rows

    def put(self, select: str, rows: pl.DataFrame, *, always: bool = False) -> None:
        """Cache a result that is not too large; with `always`, any result."""
        if always or rows.estimated_size() <= LARGEST:
            self._rows[select] = rows

    def forget(self, mentions: Iterable[str]) -> None:
        """Remove the results of statements that contain one of `mentions`."""
        words = tuple(mentions)
        self._rows = {text: rows for text, rows in self._rows.items() if not any(word in text for word in words)}
