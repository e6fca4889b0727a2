"""The store of a small season, which a test may change inside a transaction that is rolled back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from courtside.audit.checks.base import Catalogue
from courtside.operations.checking import catalogue_of
from courtside.pipeline.context import Context
from courtside.pipeline.stored import APPENDED, REPLACED
from courtside.warehouse.base import EMPTY
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes

FIRST, DAY = dt.date(2025, 11, 3), homes.LAST


def engine(context: Context) -> DuckDBWarehouse:
    """Return the warehouse of a context as the engine it is."""
    assert isinstance(context.warehouse, DuckDBWarehouse)
    return context.warehouse


@contextmanager
def spoiled(context: Context, *statements: str) -> Iterator[None]:
    """Run statements, and roll them back afterwards."""
    warehouse = engine(context)
    warehouse._execute("BEGIN TRANSACTION")
    try:
        for statement in statements:
            warehouse._execute(statement)
        yield
    finally:
        warehouse._execute("ROLLBACK")
        warehouse._scratch.clear()


def recorded_anew(context: Context, stage: str = "features") -> None:
    """Record the stored rows of a stage in the grid, as the run that wrote them would have."""
    warehouse = context.warehouse
    contents = [warehouse.contents(table) for table in {**REPLACED, **APPENDED}[stage]]
    for day in context.run_log.cells(stage):
        found = [content.get(day, EMPTY) for content in contents]
        text = ":".join(item.content_hash for item in found)
        engine(context)._execute(
            f"UPDATE grid SET rows = {sum(item.rows for item in found)}, content_hash = '{text}' "
            f"WHERE stage = '{stage}' AND game_date = '{day}'"
        )


def catalogue(context: Context, first: dt.date = FIRST, last: dt.date = DAY) -> Catalogue:
    """Return the catalogue of the small season's last days, published files included."""
    return catalogue_of(context, first, last, last, with_files=True)


def home_copy(run_home: Path, place: Path) -> Path:
    """Return a copy of the run home."""
    return homes.copy_of(run_home, place / "home")
