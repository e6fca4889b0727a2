"""A copy of the tables that cannot be computed again: publications, picks, outcomes and models, as Parquet files.

The copy is written before each export, so that it holds every publication that a public file shows.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import polars as pl

from courtside.errors import StorageError
from courtside.league.seasons import dates_of
from courtside.picks.tables import OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.tables import GRID
from courtside.predictions.tables import MODELS
from courtside.warehouse.base import Upsert, Warehouse
from courtside.warehouse.schema import Table

FOLDER = "ledger"
TABLES: tuple[Table, ...] = (PUBLICATIONS, PUBLISHED_PICKS, OUTCOMES, MODELS)


def keep_copy(warehouse: Warehouse, folder: Path) -> None:
    """Write the copy to `folder`; each file is replaced in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in (*TABLES, GRID):
        frame = warehouse.collect(warehouse.scan(table)).sort(table.key)
        unfinished = folder / f".{table.name}.{os.getpid()}"
        frame.write_parquet(unfinished)
        unfinished.replace(folder / f"{table.name}.parquet")


def restore(warehouse: Warehouse, folder: Path) -> dict[str, int]:
    """Write the copy into an empty warehouse, and return the number of rows of each table.

    Raises:
        StorageError: where a file cannot be read; the message names it.
    """
    frames = {table: _read(table, folder) for table in TABLES}
    warehouse.upsert([Upsert(table, table.conform(frame)) for table, frame in frames.items() if frame.height])
    return {table.name: frame.height for table, frame in frames.items()}


def copied_dates(folder: Path) -> frozenset[dt.date]:
    """Return the dates whose publications the copy holds.

    Raises:
        StorageError: where the file cannot be read.
    """
    return dates_of(_read(PUBLICATIONS, folder))


def run_dates(folder: Path) -> tuple[dt.date, dt.date] | None:
    """Return the first and last date that any stage has processed, or None; `restore` does not restore the grid."""
    dates = sorted(_read(GRID, folder)["game_date"])
    return (dates[0], dates[-1]) if dates else None


def _read(table: Table, folder: Path) -> pl.DataFrame:
    path = folder / f"{table.name}.parquet"
    if not path.is_file():
        return pl.DataFrame(schema=table.polars_schema)
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StorageError(f"{path} cannot be read ({type(error).__name__}); put a copy of it in its place") from error
