"""The interface of every engine: scans as lazy frames, and one write operation.

The write replaces whole dates of one or more tables in a single transaction: stage, validate, swap, read back and
record. It fails where a stage has no rows on a date that requires rows; writing the same rows again changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import narwhals as nw
import polars as pl

from courtside.warehouse.drift import Drift
from courtside.warehouse.schema import Table

Lazy = nw.LazyFrame[Any]


@dataclass(frozen=True)
class DateContent:
    """Content of a table for one date: the number of rows, and a hash that does not depend on their order."""

    rows: int
    content_hash: str


EMPTY = DateContent(0, "0")

Contents = Mapping[str, Mapping[dt.date, DateContent]]
"""Per table name and date: the content that was read back after the swap."""


@dataclass(frozen=True)
class Change:
    """New rows of one table for the dates of a write.

    `frame` is a lazy frame of this engine or a Polars frame; `required` holds the dates that must have rows.
    """

    table: Table
    frame: Lazy | pl.DataFrame
    required: frozenset[dt.date] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Upsert:
    """Rows that replace those of the same key, written in the same transaction as a change."""

    table: Table
    frame: pl.DataFrame


def between(frame: Lazy, column: str | None, start: dt.date | None, end: dt.date | None) -> Lazy:
    """Return the rows of dates from `start` to `end` inclusive, with one filter; None means no bound or no column."""
    if column is None:
        return frame
    bounds = [nw.col(column) >= start] if start is not None else []
    bounds += [nw.col(column) <= end] if end is not None else []
    return frame.filter(*bounds) if bounds else frame


Recorder = Callable[[Contents], Sequence[Upsert]]
"""A function that is called inside the transaction of a write, and returns rows of the run log for its contents."""


class Reader(Protocol):
    """Read access to a warehouse: lazy frames of stored tables, and their computation."""

    def scan(self, table: Table, *, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return the stored rows of `table` as a lazy frame, limited to dates from `start` to `end` inclusive."""
        ...

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame of this engine."""
        ...

    def materialise(self, frame: Lazy) -> Lazy:
        """Compute `frame` once and return the result, for frames that are read several times."""
        ...

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows."""
        ...

    def collect_all(self, frames: Sequence[Lazy]) -> list[pl.DataFrame]:
        """Compute several frames in as few statements as possible, and return the rows of each."""
        ...


class Warehouse(Reader, Protocol):
    """An engine that stores the tables."""

    @property
    def bills_reads(self) -> bool:
        """Whether each read is billed, so that a run does not read what it can do without."""
        ...

    @property
    def hash_kind(self) -> str:
        """A short text for the hash function; two engines, or versions of one, that hash differently have two texts."""
        ...

    @property
    def notice(self) -> str:
        """A sentence about the commit that is read while another process is writing; empty otherwise."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def prepare(self, tables: Iterable[Table]) -> None:
        """Create the tables that do not exist, and compare existing tables with their table objects.

        A warehouse that is open for reading only creates nothing; tables that do not exist are then empty.

        Raises:
            SchemaDriftError: naming the table and the column that differ.
        """
        ...

    def drifted(self, tables: Iterable[Table]) -> list[Drift]:
        """Return the differences between stored tables and their table objects."""
        ...

    def reshape(self, table: Table, *, keep_rows: bool) -> None:
        """Create a stored table again from its table object, with the rows of the common columns or without rows."""
        ...

    def replace_dates(
        self,
        changes: Sequence[Change],
        dates: Iterable[dt.date],
        record: Recorder | None = None,
        *,
        append: Sequence[Upsert] = (),
        read_back: Sequence[Table] = (),
    ) -> Contents:
        """Replace all rows of `dates` in the tables of `changes`, and return what was read back.

        `append` adds rows to append-only tables. `read_back` names further tables whose contents are recorded.
        Everything is in the same transaction.

        Raises:
            WriteRefusedError: where the rows fail validation; nothing has then been written.
        """
        ...

    def append(self, rows: Sequence[Upsert]) -> None:
        """Add rows to append-only tables, all in one transaction; a key that exists is refused."""
        ...

    def upsert(self, rows: Sequence[Upsert]) -> None:
        """Replace rows by key, all in one transaction."""
        ...

    def contents(self, table: Table, frame: Lazy | None = None) -> Mapping[dt.date, DateContent]:
        """Return rows and content hash per date of a stored table, or of `frame` with the table's columns."""
        ...

    def contents_of(self, frames: Sequence[tuple[Table, Lazy]]) -> list[Mapping[dt.date, DateContent]]:
        """Return rows and content hash per date of several frames, each with its table's columns."""
        ...

    def bytes_of(self, table: Table, start: dt.date | None, end: dt.date | None) -> int | None:
        """Return the bytes billed for reading dates of a table; None where nothing is billed."""
        ...

    def release(self) -> None:
        """Drop the results of `lazy` and `materialise`; frames they returned can no longer be used."""
        ...
