"""Conversion of a provider's text columns to the typed columns of a raw table.

Where a value cannot be parsed, its row is refused and the rest of the payload is used. Each refused row is counted
under one reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import cast

import numpy as np
import polars as pl

from courtside.clock import game_day
from courtside.raw.bounds import FIRST_DAY, LARGEST_NUMBER, LAST_DAY
from courtside.raw.tables import NATURAL_KEYS, PROVENANCE
from courtside.warehouse.schema import Column, Table

Reader = Callable[[pl.Expr], pl.Expr]
"""A function from a text column to a typed one, NULL where the text is not of the type."""

TWICE = "duplicate of another row of the payload"
SUPERSEDED = "replaced by a later row of the payload"
PLACE = "__place"
"""Position of a row's payload among those that are parsed together; a payload that is parsed alone has no column."""


class Sieve:
    """The usable rows of a payload, and the number of refused rows by reason; each row counts for its first reason."""

    def __init__(self, rows: int, refused: Counter[str] | None = None) -> None:
        self._usable = pl.Series(np.ones(rows, dtype=np.bool_))
        self.refused: Counter[str] = Counter() if refused is None else refused

    def refuse(self, mask: pl.Series, reason: str) -> None:
        """Refuse the rows where `mask` is true; NULL does not refuse a row."""
        if not mask.any():
            return
        refused = mask.fill_null(False) & self._usable
        self.count(int(refused.sum()), reason)
        self._usable = self._usable & ~refused

    def count(self, rows: int, reason: str) -> None:
        """Count rows that were refused before they became rows of the frame."""
        if rows:
            self.refused[reason] += rows

    def usable(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of `frame` that were not refused."""
        return frame.filter(self._usable)


@dataclass(frozen=True)
class Source:
    """The source of a raw column: the provider's column, the raw column, the reader of its text, and what is valid."""

    name: str
    target: str
    read: Reader
    valid: str


def within_payload(frame: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the columns of a key within a payload: `names`, with the payload where several are parsed together."""
    return [*names, PLACE] if PLACE in frame.columns else [*names]


def typed(frame: pl.DataFrame, table: Table, sources: Sequence[Source], sieve: Sieve) -> pl.DataFrame:
    """Return the columns of `sources`, typed, with the height of `frame`; rows with bad values are refused.

    The column PLACE is kept where `frame` has it.
    """
    columns = frame.select(source.read(pl.col(source.name)).alias(source.target) for source in sources)
    bounded = []
    for source in sources:
        cells, column = frame[source.name], columns[source.target]
        if column.null_count() > cells.null_count():
            is_filled = cells.str.strip_chars() != ""
            sieve.refuse(column.is_null() & is_filled, f"{source.name} is not {source.valid}")
        _check(column, table.column(source.target), source.name, sieve)
        bounded.append(_bounded(column, source.name, sieve))
    return pl.DataFrame([*bounded, *(frame[name] for name in within_payload(frame, ()))])


def _bounded(column: pl.Series, name: str, sieve: Sieve) -> pl.Series:
    """Return a column with values outside its valid bounds set to NULL; their rows are refused.

    The minimum and maximum are checked first, because most columns have no such value and a mask is slower.
    """
    if column.dtype.is_temporal():
        values, bounds = column.cast(pl.Date).to_physical(), f"{FIRST_DAY} to {LAST_DAY}"
        low, high = float(game_day(FIRST_DAY)), float(game_day(LAST_DAY))
    elif column.dtype.is_numeric():
        values, bounds = column.cast(pl.Float64), f"±{LARGEST_NUMBER:g}"
        low, high = -LARGEST_NUMBER, LARGEST_NUMBER
    else:
        return column
    if _lies_within(values, low, high):
        return column
    outside = (values < low) | (values > high)
    sieve.refuse(outside, f"{name} lies outside {bounds}")
    return column.set(outside.fill_null(False), None)


def _lies_within(values: pl.Series, low: float, high: float) -> bool:
    """Return whether all values are between `low` and `high`; NULL is ignored."""
    smallest, largest = cast("tuple[float, float]", (values.min(), values.max()))
    return smallest is None or (low <= smallest and largest <= high)


def _check(column: pl.Series, rule: Column, name: str, sieve: Sieve) -> None:
    if not rule.nullable and column.null_count():
        sieve.refuse(column.is_null(), f"{name} is empty")
    if rule.minimum is not None and not _lies_within(column, rule.minimum, inf):
        sieve.refuse(column < rule.minimum, f"{name} is below {rule.minimum:g}")
    if rule.maximum is not None and not _lies_within(column, -inf, rule.maximum):
        sieve.refuse(column > rule.maximum, f"{name} is above {rule.maximum:g}")


def own_schema(table: Table) -> dict[str, pl.DataType]:
    """Return the dtypes of a raw table's columns without its provenance columns, in order."""
    provenance = {column.name for column in PROVENANCE}
    return {name: dtype for name, dtype in table.polars_schema.items() if name not in provenance}


def finished(frame: pl.DataFrame, table: Table, refused: Counter[str]) -> pl.DataFrame:
    """Return `frame` with the columns of a raw table except provenance, and the last row of each natural key.

    PLACE is kept where `frame` has it. Columns that `frame` lacks are NULL. Duplicate rows, and rows replaced by a
    later row of the same key, are counted in `refused`.
    """
    schema = own_schema(table)
    blank = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    frame = frame.with_columns(blank).select(
        *(pl.col(name).cast(dtype) for name, dtype in schema.items()), *within_payload(frame, ())
    )
    kept = frame.unique(within_payload(frame, NATURAL_KEYS[table.name]), keep="last", maintain_order=True)
    if kept.height < frame.height:
        distinct = frame.unique().height
        refused.update({TWICE: frame.height - distinct, SUPERSEDED: distinct - kept.height})
        for reason in (TWICE, SUPERSEDED):
            if not refused[reason]:
                del refused[reason]
    return kept
