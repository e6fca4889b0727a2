"""Access to the declared tables of one stage, and to no other table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from courtside.errors import CourtsideError
from courtside.league.markets import of_market
from courtside.league.seasons import lookback_start
from courtside.pipeline.reads import Dates, Read
from courtside.raw.current import current
from courtside.raw.tables import NATURAL_KEYS
from courtside.warehouse.base import Lazy, Reader, between
from courtside.warehouse.schema import Table
from courtside.warehouse.views import Computing


class UndeclaredTableError(CourtsideError):
    """A stage reads or writes a table that it does not declare."""


def span(dates: Iterable[dt.date]) -> tuple[dt.date, dt.date]:
    """Return the first and the last of `dates`."""
    ordered = sorted(dates)
    return ordered[0], ordered[-1]


def is_range(dates: Iterable[dt.date]) -> bool:
    """Return whether `dates` are every date of their span."""
    days = set(dates)
    return bool(days) and (max(days) - min(days)).days + 1 == len(days)


@dataclass(frozen=True)
class Inputs(Computing):
    """The tables that one stage may read for some dates; `as_of` limits raw rows to those known until then.

    `inputs[TABLE]` returns a Polars frame of the declared dates. `inputs.scan(TABLE)` returns the same rows as a lazy
    frame of the engine, which the other methods accept. A table that is not declared raises `UndeclaredTableError`.
    """

    stage: str
    reads: Sequence[Read]
    reader: Reader
    dates: Sequence[dt.date]
    as_of: dt.datetime | None = None
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def load(self) -> Inputs:
        """Load every read that is not lazy, in as few statements as the engine allows."""
        wanted = [read for read in self.reads if not read.is_lazy and read.table.name not in self._frames]
        frames = self.reader.collect_all([self._declared(read) for read in wanted]) if wanted else []
        days = pl.Series(list(self.dates), dtype=pl.Date).implode()
        for read, frame in zip(wanted, frames, strict=True):
            is_of_dates = read.dates is Dates.THESE and read.table.date_column and not is_range(self.dates)
            self._frames[read.table.name] = frame.filter(pl.col("game_date").is_in(days)) if is_of_dates else frame
        return self

    def __getitem__(self, table: Table) -> pl.DataFrame:
        self._read(table)
        if table.name not in self._frames:
            self.load()
        return self._frames[table.name]

    def take(self, table: Table) -> pl.DataFrame:
        """Return the rows of a declared table and keep no reference to them, so that memory is free after their use."""
        rows = self[table]
        del self._frames[table.name]
        return rows

    def scan(self, table: Table, *, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return a declared table as a lazy frame of its declared dates, limited to those from `start` to `end`.

        Raises:
            UndeclaredTableError: where the stage does not declare the table.
        """
        return self._declared(self._read(table), start, end)

    def _read(self, table: Table) -> Read:
        for read in self.reads:
            if read.table.name == table.name:
                return read
        raise UndeclaredTableError(
            f"stage {self.stage} reads table {table.name}, which it does not declare. Add it to the stage's `reads`."
        )

    def _declared(self, read: Read, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        first, last = declared_dates(read.dates, self.dates)
        first = max((day for day in (first, start) if day), default=None)
        last = min((day for day in (last, end) if day), default=None)
        if read.table.name in NATURAL_KEYS and not read.every_version:
            versions = current(self.reader.scan(read.table), read.table, self.as_of)
            rows = between(versions, read.table.date_column, first, last)
        elif read.table.name in NATURAL_KEYS:
            rows = self._known(self.reader.scan(read.table, start=first, end=last))
        else:
            rows = self.reader.scan(read.table, start=first, end=last)
        if not read.columns:
            return rows
        chosen = rows.select(*read.columns)
        return chosen if set(read.table.key) <= set(read.columns) else chosen.unique()

    def of_market(self, name: str) -> Inputs:
        """Return the same inputs with the rows of one market; tables without a market are whole."""
        view = of_market(self.reader, name)
        frames = {table: view.of(frame) for table, frame in self._frames.items()}
        return Inputs(self.stage, self.reads, view, self.dates, self.as_of, frames)

    def versions(self, read: Read) -> Lazy:
        """Return the rows of the dates in a raw table: the current version of each, or every known version."""
        rows = self.reader.scan(read.table)
        known = self._known(rows) if read.every_version else current(rows, read.table, self.as_of)
        return between(known, read.table.date_column, *span(self.dates))

    def _known(self, rows: Lazy) -> Lazy:
        return rows if self.as_of is None else rows.filter(nw.col("known_at") <= self.as_of)


def declared_dates(dates: Dates, of: Sequence[dt.date]) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last date that are loaded; None means no bound."""
    if dates is Dates.ALL or not of:
        return None, None
    first, last = span(of)
    if dates is Dates.EARLIER:
        return None, last
    return (lookback_start(first) if dates is Dates.HISTORY else first), last
