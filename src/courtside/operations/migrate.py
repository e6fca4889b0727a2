"""Migration of a warehouse to this version: rows stay where no stage computes them or all their values are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from courtside.errors import SchemaDriftError
from courtside.league.markets import MARKET_COLUMN
from courtside.picks.integrity import with_content_hash
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.run_log import Cell, RunLog
from courtside.pipeline.stored import APPENDED, REPLACED
from courtside.pipeline.tables import ALL_TABLES, GRID
from courtside.warehouse.base import Upsert, Warehouse
from courtside.warehouse.drift import Drift
from courtside.warehouse.schema import Table

COMPUTED_BY = {table.name: stage for stage, made in REPLACED.items() for table in made}
"""The stage that can compute a table again; the rows of all other tables cannot be computed again."""


@dataclass(frozen=True)
class Step:
    """The migration of one drifted table; `stage` computes its rows again, or is None where its rows are kept.

    Rows are kept where no stage can compute them, and where only columns are missing whose value in them is known.
    """

    drift: Drift
    stage: str | None

    def __str__(self) -> str:
        effect = f"emptied; stage {self.stage} computes its rows again" if self.stage else "its rows are kept"
        return f"{self.drift.table.name}: {self.drift}: {effect}"


def plan(warehouse: Warehouse, tables: Sequence[Table] = ALL_TABLES) -> list[Step]:
    """Return the steps that `migrate` would take.

    Raises:
        SchemaDriftError: where rows that cannot be computed again do not fit the new shape of their table.
    """
    found = warehouse.drifted(tables)
    steps = [Step(item, None if item.is_filled else COMPUTED_BY.get(item.table.name)) for item in found]
    lost = [step.drift for step in steps if step.stage is None and not step.drift.keeps_rows]
    if lost:
        raise SchemaDriftError(
            f"table {lost[0].table.name}: {lost[0]}. Its rows cannot be computed again, so nothing was changed. "
            "Run the version that wrote this warehouse, or `courtside ingest files` its raw/ into a new home."
        )
    return steps


def migrate(warehouse: Warehouse, run_log: RunLog, tables: Sequence[Table] = ALL_TABLES) -> list[Step]:
    """Change stored tables to the shape of their table objects, mark emptied cells expected, and return the steps.

    Cells are marked expected before their table is emptied, so that an interruption in between loses nothing.
    """
    steps = plan(warehouse, tables)
    for step in sorted(steps, key=lambda step: step.drift.table.name != GRID.name):
        if step.stage:
            _reset_cells(warehouse, run_log, step.stage)
        else:
            for stage, own in {**REPLACED, **APPENDED}.items():
                if step.drift.table in own:
                    _forget_hashes(warehouse, run_log, stage)
        warehouse.reshape(step.drift.table, keep_rows=step.stage is None)
    warehouse.prepare(tables)
    _add_content_hashes(warehouse)
    return steps


def _add_content_hashes(warehouse: Warehouse) -> None:
    """Fill `content_hash` of the publications where no publication has one: an earlier version wrote none."""
    publications = warehouse.collect(warehouse.scan(PUBLICATIONS))
    if publications.height and publications["content_hash"].is_null().all():
        picks = warehouse.collect(warehouse.scan(PUBLISHED_PICKS))
        hashed = pl.concat(
            with_content_hash(own, picks.filter(pl.col(MARKET_COLUMN.name) == market))
            for (market,), own in publications.group_by(MARKET_COLUMN.name)
        )
        warehouse.upsert([Upsert(PUBLICATIONS, PUBLICATIONS.conform(hashed))])


def _reset_cells(warehouse: Warehouse, run_log: RunLog, stage: str) -> None:
    cells = warehouse.collect(warehouse.scan(GRID).filter(nw.col("stage") == stage).select("game_date"))
    reason = "the shape of its table changed with a newer version"
    if cells.height:
        warehouse.upsert([run_log.cell_rows(stage, {day: Cell(reason=reason) for day in cells["game_date"]})])


def _forget_hashes(warehouse: Warehouse, run_log: RunLog, stage: str) -> None:
    """Mark the content hashes of cells whose rows are kept in another shape, so that they are not compared."""
    cells = {
        day: replace(cell, content_hash=f"{cell.content_hash.partition('@')[0]}@before-migration")
        for day, cell in run_log.cells(stage).items()
        if cell.content_hash
    }
    if cells:
        warehouse.upsert([run_log.cell_rows(stage, cells)])
