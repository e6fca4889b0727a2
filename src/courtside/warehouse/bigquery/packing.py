"""Packing of several frames into one scratch table, so that one load job is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.warehouse.bigquery.literals import widened

PART = "part"


@dataclass(frozen=True)
class Packed:
    """Rows of several frames; `part` is the number of a row's frame, which also prefixes its columns."""

    rows: pl.DataFrame
    columns: tuple[tuple[str, ...], ...]

    def select(self, part: int, table: str) -> str:
        """Return the SELECT that reads one frame from the loaded table."""
        names = ", ".join(f"`p{part}_{name}` AS `{name}`" for name in self.columns[part])
        return f"SELECT {names} FROM `{table}` WHERE {PART} = {part}"


def packed(frames: Sequence[pl.DataFrame]) -> Packed:
    """Return `frames` packed into one frame."""
    parts = [
        widened(frame).select(pl.lit(number, pl.Int64).alias(PART), pl.all().name.prefix(f"p{number}_"))
        for number, frame in enumerate(frames)
    ]
    return Packed(pl.concat(parts, how="diagonal"), tuple(tuple(frame.columns) for frame in frames))
