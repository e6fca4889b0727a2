"""Bringing a warehouse to this version: what can be made again is emptied and asked for, the rest keeps its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals as nw

from courtside.errors import SchemaDriftError
from courtside.picks.integrity import with_content_hash
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.ledger import Cell, Ledger
from courtside.pipeline.stored import APPENDED, REPLACED
from courtside.pipeline.tables import ALL_TABLES, GRID
from courtside.warehouse.base import Upsert, Warehouse
from courtside.warehouse.drift import Drift
from courtside.warehouse.schema import Table

MAKERS = {table.name: stage for stage, made in REPLACED.items() for table in made}
"""The stage that can compute a table again; every other table keeps what cannot be computed again."""


@dataclass(frozen=True)
class Step:
    """What happens to one drifted table; `stage` is None where its rows stay, else the stage that makes them again."""

    drift: Drift
    stage: str | None

    def __str__(self) -> str:
        fate = f"emptied; stage {self.stage} makes its rows again" if self.stage else "its rows stay"
        return f"{self.drift.table.name}: {self.drift}: {fate}"


def plan(warehouse: Warehouse, tables: Sequence[Table] = ALL_TABLES) -> list[Step]:
    """Return what `migrate` would do.

    Raises:
        SchemaDriftError: where rows that cannot be made again do not fit their table any more.
    """
    steps = [Step(found, MAKERS.get(found.table.name)) for found in warehouse.drifted(tables)]
    lost = [step.drift for step in steps if step.stage is None and not step.drift.keeps_rows]
    if lost:
        raise SchemaDriftError(
            f"table {lost[0].table.name}: {lost[0]}. Its rows cannot be made again, so nothing was changed. "
            "Run the version that wrote this warehouse, or `courtside ingest files` its raw/ into a new home."
        )
    return steps


def migrate(warehouse: Warehouse, ledger: Ledger, tables: Sequence[Table] = ALL_TABLES) -> list[Step]:
    """Bring stored tables to their table objects, ask for what was emptied, and return the steps taken.

    Cells are asked for before their table is emptied, so that an end in between loses nothing.
    """
    steps = plan(warehouse, tables)
    for step in sorted(steps, key=lambda step: step.drift.table.name != GRID.name):
        if step.stage:
            _ask_again(warehouse, ledger, step.stage)
        for stage, tables_of_stage in APPENDED.items():
            if step.drift.table in tables_of_stage:
                _forget_hashes(warehouse, ledger, stage)
        warehouse.reshape(step.drift.table, keep_rows=step.stage is None)
    warehouse.prepare(tables)
    _add_content_hashes(warehouse)
    return steps


def _add_content_hashes(warehouse: Warehouse) -> None:
    """Fill `content_hash` of the publications of a version that had none; a home that has any is left alone."""
    publications = warehouse.collect(warehouse.scan(PUBLICATIONS))
    if publications.height and publications["content_hash"].is_null().all():
        picks = warehouse.collect(warehouse.scan(PUBLISHED_PICKS))
        warehouse.upsert([Upsert(PUBLICATIONS, PUBLICATIONS.conform(with_content_hash(publications, picks)))])


def _ask_again(warehouse: Warehouse, ledger: Ledger, stage: str) -> None:
    cells = warehouse.collect(warehouse.scan(GRID).filter(nw.col("stage") == stage).select("game_date"))
    reason = "a newer version has another table for it"
    if cells.height:
        warehouse.upsert([ledger.cell_rows(stage, {day: Cell(reason=reason) for day in cells["game_date"]})])


def _forget_hashes(warehouse: Warehouse, ledger: Ledger, stage: str) -> None:
    """Mark the content hashes of cells whose rows stay and get another shape, so that nothing is compared with them."""
    cells = {
        day: replace(cell, content_hash=f"{cell.content_hash.partition('@')[0]}@before-migration")
        for day, cell in ledger.cells(stage).items()
        if cell.content_hash
    }
    if cells:
        warehouse.upsert([ledger.cell_rows(stage, cells)])
