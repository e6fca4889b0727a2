"""Versions of raw rows: the content hash of a row, and which arrived rows differ from the version before them."""

from __future__ import annotations

import duckdb
import polars as pl

from courtside.raw.tables import NATURAL_KEYS, PROVENANCE
from courtside.warehouse.schema import Column, Table

SEQ, READ_AGAIN = "__seq", "__read_again"
"""Columns of arrived rows: the position of their payload in its batch, and whether it was refused earlier."""


def new_versions(table: Table, arrived: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the arrived rows whose content differs from the version before them, in order of arrival.

    `arrived` has the columns of `table` with `row_hash`, SEQ and READ_AGAIN; `stored` holds natural key, known_at and
    row_hash of the stored versions. A version is known from the time its payload was fetched, but always after the
    newest version of its key: the row that arrives last is the current one, whatever the clock showed. Where a payload
    is read again later, its rows are left out if a newer version is stored.
    """
    key = list(NATURAL_KEYS[table.name])
    newest = (
        stored.sort([*key, "known_at", "row_hash"])
        .unique(key, keep="last", maintain_order=True)
        .with_columns(pl.lit(-1, pl.Int32).alias(SEQ), pl.lit(False).alias(READ_AGAIN))
    )
    rows = pl.concat([newest, arrived], how="diagonal_relaxed").sort([*key, SEQ], maintain_order=True)
    begins = rows.select(pl.struct(key).ne_missing(pl.struct(key).shift(1)).alias("begins"))["begins"]
    is_only = begins & begins.shift(-1, fill_value=True)
    return pl.concat([rows.filter(is_only), _changes(rows.filter(~is_only), key)]).filter(pl.col(SEQ) >= 0)


def _changes(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return the rows that differ from the one before them, of keys that have several; grouping is slow on all rows."""
    is_overtaken = pl.col(READ_AGAIN) & (pl.col("known_at") < pl.col("known_at").first().over(key))
    microseconds = pl.duration(microseconds=pl.int_range(pl.len()).over(key), time_unit="us")
    return (
        rows.filter(~is_overtaken)
        .filter(pl.col("row_hash").ne_missing(pl.col("row_hash").shift(1).over(key)))
        .with_columns(known_at=(pl.col("known_at") - microseconds).cum_max().over(key) + microseconds)
    )


def with_row_hash(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with `row_hash` over the table's own columns; equal content has the same hash on any machine."""
    provenance = {column.name for column in PROVENANCE}
    parts = ", ".join(_hashed(column) for column in table.columns if column.name not in provenance)
    with duckdb.connect(":memory:") as connection:
        connection.register("arrived", frame)
        hashes = connection.sql(
            f"SELECT CAST('0x' || left(md5(concat_ws('|', {parts})), 15) AS BIGINT) AS row_hash FROM arrived"
        ).to_arrow_table()
    return frame.with_columns(row_hash=pl.Series(hashes.column("row_hash")))


def _hashed(column: Column) -> str:
    """Return the SQL text of a column in a row hash; a value that rows had before the column existed leaves it out."""
    text = f'CAST("{column.name}" AS VARCHAR)'
    return f"coalesce({text}, '~')" if column.filled_with is None else f"nullif({text}, '{column.filled_with}')"
