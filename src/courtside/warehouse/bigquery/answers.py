"""What the service has answered: asked again before anything was written, it takes no second job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

LARGEST = 16_000_000
"""Bytes of an answer that is kept; larger ones are read again."""


@dataclass
class Answers:
    """Answers by the statement that was asked."""

    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __contains__(self, select: str) -> bool:
        return select in self._rows

    def get(self, select: str, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the answer to a statement, asking where it is not known."""
        if select in self._rows:
            return self._rows[select]
        rows = ask()
        self.put(select, rows)
        return rows

    def put(self, select: str, rows: pl.DataFrame, *, always: bool = False) -> None:
        """Keep an answer that is not too large, or any."""
        if always or rows.estimated_size() <= LARGEST:
            self._rows[select] = rows

    def forget(self, mentions: Iterable[str]) -> None:
        """Forget the answers to statements that mention one of `mentions`."""
        words = tuple(mentions)
        self._rows = {text: rows for text, rows in self._rows.items() if not any(word in text for word in words)}
