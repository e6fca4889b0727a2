"""The result of a parser: rows per raw table, and the refused rows by reason."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Parsed:
    """The typed rows of one payload.

    `frames` maps a raw table's name to a frame with that table's columns without its provenance columns; `refused`
    counts the rows that could not be used, by reason.
    """

    kind: str
    frames: dict[str, pl.DataFrame]
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows that can be used, over all tables."""
        return sum(frame.height for frame in self.frames.values())
