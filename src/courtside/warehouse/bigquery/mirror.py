"""Local copies of the small tables of runs and cells, so that reading cells needs no job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy, Upsert
from courtside.warehouse.bigquery.service import Service
from courtside.warehouse.schema import Table

MIRRORED_PHASE = "orchestration"
"""Tables of this phase are read cell by cell, and are not joined with others."""


def is_mirrored(table: Table) -> bool:
    """Return whether a table is kept as a local copy."""
    return table.phase == MIRRORED_PHASE


@dataclass
class Mirror:
    """Local copies of mirrored tables; all writes of this run update them, and any other writer ends the run."""

    service: Service
    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)

    def scan(self, table: Table) -> Lazy:
        """Return the rows of a mirrored table as a lazy frame."""
        return nw.from_native(self._loaded(table).lazy())

    def apply(self, row: Upsert) -> None:
        """Replace rows by key in the local copy, as the dataset does."""
        if row.table.name in self._rows:
            kept = self._rows[row.table.name].join(row.frame, on=list(row.table.key), how="anti", nulls_equal=True)
            self._rows[row.table.name] = pl.concat([kept, row.table.conform(row.frame)])

    def forget(self, names: Iterable[str] | None = None) -> None:
        """Drop the local copies of `names`, or all; they are read again when needed."""
        for name in list(self._rows) if names is None else names:
            self._rows.pop(name, None)

    def _loaded(self, table: Table) -> pl.DataFrame:
        if table.name not in self._rows:
            rows = self.service.read(table.name, table.column_names)
            self._rows[table.name] = table.conform(rows) if rows.width else table.empty()
        return self._rows[table.name]
