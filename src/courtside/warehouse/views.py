"""Views of a warehouse that are limited to some of its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy, Reader
from courtside.warehouse.schema import Table


class Computing:
    """The computations of `reader`, for a class that limits the rows of its tables."""

    reader: Reader

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame of the engine."""
        return self.reader.lazy(frame)

    def materialise(self, frame: Lazy) -> Lazy:
        """Compute `frame` once and return it."""
        return self.reader.materialise(frame)

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows."""
        return self.reader.collect(frame)

    def collect_all(self, frames: Sequence[Lazy]) -> list[pl.DataFrame]:
        """Compute several frames in as few statements as the engine allows."""
        return self.reader.collect_all(frames)


@dataclass(frozen=True)
class View(Computing):
    """A reader of the rows whose `column` is `value`; tables without that column are read completely."""

    reader: Reader
    column: str
    value: str

    def scan(self, table: Table, *, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return the rows of `table` as a lazy frame, limited to dates from `start` to `end` inclusive."""
        rows = self.reader.scan(table, start=start, end=end)
        return rows.filter(nw.col(self.column) == self.value) if self.column in table.column_names else rows

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of a frame that belong to this view."""
        return frame.filter(pl.col(self.column) == self.value) if self.column in frame.columns else frame
