"""What computes features: any engine that takes a frame, keeps it and gives it back."""

from __future__ import annotations

from typing import Protocol

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy


class Engine(Protocol):
    """The part of a warehouse that feature functions use."""

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame of this engine."""
        ...

    def materialise(self, frame: Lazy) -> Lazy:
        """Compute `frame` once and return it, so that several readers do not each compute it again."""
        ...

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows."""
        ...


class InMemory:
    """Polars in this process: what the features of a season or a slate are computed with."""

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame."""
        return nw.from_native(frame.lazy())

    def materialise(self, frame: Lazy) -> Lazy:
        """Compute `frame` and return it.

        A column that is constant is spread out to a series: Polars divides by a constant in another way than by a
        column, which would make the last bit of a value depend on the rows beside it.
        """
        return self.lazy(pl.DataFrame(self.collect(frame).get_columns()))

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows."""
        native: pl.LazyFrame = frame.to_native()
        return native.collect()
