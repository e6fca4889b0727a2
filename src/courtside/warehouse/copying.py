"""Copying of tables between warehouses: equal dates are skipped, and every table is verified after it is written."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from courtside.errors import CourtsideError
from courtside.warehouse.base import Change, Upsert, Warehouse
from courtside.warehouse.schema import Table

DATES_A_WRITE = 200
"""Dates copied in one write: about a season, and far below the limit of a transaction."""


class CopyError(CourtsideError):
    """The copied rows differ from those of the source."""


@dataclass(frozen=True)
class Copied:
    """The result for one table: rows, rows written, and the hash of the sorted rows, equal on both sides."""

    table: str
    rows: int
    written: int
    content_hash: str


def copied(
    source: Warehouse,
    target: Warehouse,
    tables: Iterable[Table],
    *,
    leave_out: Sequence[str] = ("leases",),
) -> Iterator[Copied]:
    """Copy tables, and yield the result of each once its rows have been read back and compared.

    A date with equal rows on both sides is not written, so an interrupted copy continues where it ended. Rows and dates
    that exist only in the target are removed. Leases are not copied, because a lease is valid in one warehouse only.

    Raises:
        CopyError: naming a table whose rows differ after they were written, or a table without dates in which the
            target has rows that the source does not have.
    """
    for table in tables:
        if table.name not in leave_out:
            yield _dated(source, target, table) if table.date_column else _whole(source, target, table)


def content_hash(table: Table, rows: pl.DataFrame) -> str:
    """Return one hash of the rows of `table`, independent of their order and of the engine."""
    buffer = io.BytesIO()
    table.conform(rows).sort(table.key, nulls_last=False).write_csv(buffer, float_scientific=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()[:16]


def _dated(source: Warehouse, target: Warehouse, table: Table) -> Copied:
    date = table.date_column or ""
    rows, held = _rows(source, table), _rows(target, table)
    differing = sorted(_differing(table, rows, held))
    for start in range(0, len(differing), DATES_A_WRITE):
        days = differing[start : start + DATES_A_WRITE]
        chosen = rows.filter(pl.col(date).is_in(pl.Series(days, dtype=pl.Date).implode()))
        target.replace_dates([Change(table, chosen)], days)
        target.release()
    written = rows.filter(pl.col(date).is_in(pl.Series(differing, dtype=pl.Date).implode())).height
    return _verified(table, rows, lambda: _rows(target, table), written)


def _whole(source: Warehouse, target: Warehouse, table: Table) -> Copied:
    rows, held = _rows(source, table), _rows(target, table)
    if stray := held.join(rows, on=list(table.key), how="anti", nulls_equal=True).height:
        raise CopyError(
            f"{table.name}: the target has {stray} rows that the source does not have, and the table has no dates "
            "to replace. The table was not written; copy to an empty place."
        )
    new = rows.join(held, on=list(table.column_names), how="anti", nulls_equal=True)
    if new.height:
        target.upsert([Upsert(table, new)])
    return _verified(table, rows, lambda: _rows(target, table), new.height)


def _verified(table: Table, rows: pl.DataFrame, read: Callable[[], pl.DataFrame], written: int) -> Copied:
    expected, stored = content_hash(table, rows), read()
    if stored.height != rows.height or content_hash(table, stored) != expected:
        raise CopyError(
            f"{table.name}: {rows.height} rows ({expected}) in the source, {stored.height} "
            f"({content_hash(table, stored)}) in the target. Run the same command again to continue."
        )
    return Copied(table.name, rows.height, written, expected)


def _differing(table: Table, rows: pl.DataFrame, held: pl.DataFrame) -> set[dt.date]:
    names, date = list(table.column_names), table.date_column or ""
    only = [
        rows.join(held, on=names, how="anti", nulls_equal=True),
        held.join(rows, on=names, how="anti", nulls_equal=True),
    ]
    return set(pl.concat(only)[date])


def _rows(warehouse: Warehouse, table: Table) -> pl.DataFrame:
    return table.conform(warehouse.collect(warehouse.scan(table)))
