"""Comparison of stored dates with what the grid recorded of them, and withdrawal of damaged dates.

The grid holds a content hash per date and stage, taken from the rows that were read back inside the write. Where the
rows of a date now give another hash, something other than a stage changed, emptied or deleted them. A withdrawn date
is computed again by the next run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.league.seasons import lookback_start
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import Cell, Grid, joined
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.warehouse.base import EMPTY, Change, Contents, DateContent, Recorder, Upsert
from courtside.warehouse.drift import refuse
from courtside.warehouse.schema import Table

REPLACED: Mapping[str, tuple[Table, ...]] = {stage.name: stage.replaces for stage in STAGES if stage.replaces}
"""Stages and the tables whose dates they replace, in the order in which a cell records their hashes."""

APPENDED: Mapping[str, tuple[Table, ...]] = {
    stage.name: stage.appends for stage in STAGES if stage.appends and not stage.replaces
}
"""Stages and the tables that they only add rows to; these rows cannot be computed again."""

SHOWN_DATES = 3
CAUSE = "stored.damaged"
WITHDRAWN = "the stored rows differed from what the grid recorded"


@dataclass(frozen=True)
class Damage:
    """A date of a table whose stored rows differ from what the grid recorded.

    `rows` is the number of rows stored now. `is_known` is False where the hash was recorded by another engine, or by a
    version of it that hashes in another way; such hashes cannot be compared.
    """

    stage: str
    table: str
    game_date: dt.date
    rows: int
    is_known: bool = True

    @property
    def can_be_computed(self) -> bool:
        """Whether a stage can compute the rows again."""
        return self.is_known and self.stage in REPLACED


def compared(
    context: Context, start: dt.date | None = None, end: dt.date | None = None, stages: Sequence[Stage] = STAGES
) -> tuple[list[Damage], int]:
    """Return the damaged dates from `start` to `end`, and the number of cells compared; None means no bound.

    The cells compared are those of `stages` and of the stages whose tables they read.

    Raises:
        SchemaDriftError: where a table has another shape than this version writes, so that nothing can be compared.
    """
    tables = _used_by(stages)
    warehouse = context.warehouse
    refuse(warehouse.drifted(table for own in tables.values() for table in own), "the warehouse")
    frames = [(table, warehouse.scan(table, start=start, end=end)) for own in tables.values() for table in own]
    contents = {table.name: found for (table, _), found in zip(frames, warehouse.contents_of(frames), strict=True)}
    damaged: list[Damage] = []
    count = 0
    grid = context.run_log.grid(start, end)
    for stage, own in tables.items():
        cells = grid.cells(stage)
        days = set(cells).union(*(contents[table.name] for table in own))
        count += len(days)
        for day in sorted(days):
            damaged += _differing(stage, own, day, cells.get(day), contents, warehouse.hash_kind)
    return damaged, count


def _used_by(stages: Sequence[Stage]) -> dict[str, tuple[Table, ...]]:
    """Return the stages, with their tables, of which `stages` read or write a table."""
    used = {table.name for stage in stages for table in (*stage.writes, *(read.table for read in stage.reads))}
    own = {**REPLACED, **APPENDED}
    return {name: tables for name, tables in own.items() if used.intersection(table.name for table in tables)}


def damage(
    context: Context, start: dt.date | None = None, end: dt.date | None = None, stages: Sequence[Stage] = STAGES
) -> list[Damage]:
    """Return the dates from `start` to `end` whose stored rows differ from what the grid recorded; see `compared`."""
    return [item for item in compared(context, start, end, stages)[0] if item.is_known]


def withdraw(context: Context, cells: Iterable[tuple[str, dt.date]], reason: str) -> None:
    """Delete the rows of cells that can be computed again, and mark the cells expected with `reason`.

    The next run computes them. The damaged rows are deleted at once so that nothing reads them meanwhile.
    """
    by_stage: dict[str, list[dt.date]] = {}
    for stage, day in sorted(set(cells)):
        by_stage.setdefault(stage, []).append(day)
    for stage, days in by_stage.items():
        changes = [Change(table, table.empty()) for table in REPLACED[stage]]
        context.warehouse.replace_dates(changes, days, _reopened(context, stage, days, reason))


def withdraw_damaged(context: Context, start: dt.date, end: dt.date, stages: Sequence[Stage] = STAGES) -> list[Damage]:
    """Withdraw damaged dates from `start` to `end` and those that features of `start` look back on, and send an alert.

    The dates of the tables that `stages` read or write are compared. An earlier alert is recovered only where these are
    all tables, because others may still differ.

    Return every damaged date. Dates of the ledger stay as they are, because they cannot be computed again.
    """
    found = damage(context, lookback_start(start), end, stages)
    alerts = notifier(context.settings, context.clock)
    if not found:
        if _used_by(stages) == _used_by(STAGES):
            alerts.recover(CAUSE, f"every stored date up to {end} matches what the grid recorded")
        return []
    withdraw(context, [(item.stage, item.game_date) for item in found if item.can_be_computed], WITHDRAWN)
    body = f"{sentence(found)}\nSomething other than a run changed them. They are computed again now."
    alerts.send(Alert(CAUSE, Severity.CRITICAL, f"{len(found)} stored dates differ from what was recorded", body))
    return found


def withdrawn_before(grid: Grid, stage: str, start: dt.date) -> list[dt.date]:
    """Return the withdrawn dates of a stage before `start` that features of `start` look back on."""
    cells = grid.cells(stage, lookback_start(start), start - dt.timedelta(days=1))
    return sorted(day for day, cell in cells.items() if cell.reason == WITHDRAWN)


def sentence(damaged: Sequence[Damage]) -> str:
    """Return the damaged tables and their dates as one line."""
    by_table: dict[str, set[dt.date]] = {}
    for item in damaged:
        by_table.setdefault(item.table, set()).add(item.game_date)
    return "; ".join(f"{table} {dates_text(days)}" for table, days in by_table.items())


def dates_text(days: Iterable[dt.date]) -> str:
    """Return up to three dates by name, or else the number of dates with the first and the last."""
    ordered = sorted(set(days))
    if len(ordered) <= SHOWN_DATES:
        return ", ".join(str(day) for day in ordered)
    return f"{len(ordered)} dates from {ordered[0]} to {ordered[-1]}"


def frame_of(found: tuple[list[Damage], int]) -> pl.DataFrame:
    """Return a comparison as a frame for the checks: one row per damaged date, and a last row that counts the cells."""
    damaged, count = found
    rows = [(item.stage, item.table, item.game_date, item.rows, item.is_known, 0) for item in damaged]
    schema = {
        "stage": pl.String(),
        "table": pl.String(),
        "game_date": pl.Date(),
        "rows": pl.Int64(),
        "is_known": pl.Boolean(),
        "cells": pl.Int64(),
    }
    return pl.DataFrame([*rows, (None, None, None, 0, None, count)], schema=schema, orient="row")


def _reopened(context: Context, stage: str, days: Sequence[dt.date], reason: str) -> Recorder:
    known = context.run_log.cells(stage, min(days), max(days))

    def record(_: Contents) -> Sequence[Upsert]:
        cells = context.run_log.cell_rows(stage, {day: Cell(reason=reason) for day in days if day in known})
        return [cells, context.run_log.event(stage, "withdrew", days, 0, detail=reason)]

    return record


def _differing(
    stage: str, tables: Sequence[Table], day: dt.date, cell: Cell | None, contents: Contents, kind: str
) -> list[Damage]:
    """Return the tables of a cell that differ; a cell that waits to be computed again is not compared."""
    if cell and not cell.attempts:
        return []
    stored = [contents[table.name].get(day, EMPTY) for table in tables]
    if cell and cell.content_hash == joined((found.content_hash for found in stored), kind):
        return []
    recorded, _, recorded_kind = (cell.content_hash if cell else "").partition("@")
    wanted = recorded.split(":") if recorded else [EMPTY.content_hash] * len(tables)
    is_known = not recorded_kind or recorded_kind == kind
    if len(wanted) != len(tables):
        wanted = _placed(wanted, stored)
    return [
        Damage(stage, table.name, day, found.rows, is_known)
        for table, found, text in zip(tables, stored, wanted, strict=True)
        if found.content_hash != text
    ]


def _placed(wanted: Sequence[str], stored: Sequence[DateContent]) -> list[str]:
    """Return a hash per table, matched by content, where a cell recorded only the tables that had rows."""
    left = list(wanted)
    placed: list[str] = []
    for found in stored:
        is_there = found.content_hash in left
        placed.append(found.content_hash if is_there else "")
        if is_there:
            left.remove(found.content_hash)
    changed = sum(not text and found.rows > 0 for text, found in zip(placed, stored, strict=True))
    absent = EMPTY.content_hash if len(left) <= changed else ""
    return [text or ("" if found.rows else absent) for text, found in zip(placed, stored, strict=True)]
