"""Selection of the dates that a stage processes again: those whose declared inputs changed since the last write."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from courtside.league.seasons import lookback_start
from courtside.pipeline.context import Context
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.run_log import Cell, Grid, digest
from courtside.pipeline.stage import Stage
from courtside.raw.tables import NATURAL_KEYS
from courtside.warehouse.base import DateContent


@dataclass(frozen=True)
class InputState:
    """A hash per date of everything that a stage reads for the date, and the number of raw rows of the date."""

    hashes: Mapping[dt.date, str]
    raw_rows: Mapping[dt.date, int]


def input_state(
    context: Context, stage: Stage, writers: Mapping[str, str], dates: Sequence[dt.date], grid: Grid | None = None
) -> InputState:
    """Return the state of a stage's inputs for `dates`; a settled cell is processed again only when its hash differs.

    The hash of a date covers:
    - for a raw table, its current rows of the date;
    - for a table that a stage writes, the content hashes in that stage's cells, on the declared dates;
    - for a read that names a function, the text that the function returns.

    Tables that the stage writes itself are left out. `grid` holds the stored cells where they are read already.
    """
    if not dates:
        return InputState({}, {})
    grid = grid or context.run_log.grid()
    inputs = Inputs(stage.name, stage.reads, context.warehouse, dates, context.as_of)
    own = {table.name for table in stage.writes}
    tracked = [read for read in stage.reads if read.is_tracked and read.table.name not in own]
    raw = _raw_contents(context, inputs, [read for read in tracked if _is_raw(read)])
    parts: list[Mapping[dt.date, str]] = [
        {day: f"{content.rows} {content.content_hash}" for day, content in found.items()} for found in raw
    ]
    parts += [read.changes(inputs, dates, context.clock.now()) for read in tracked if callable(read.changes)]
    parts += [
        _cells_hash(grid.cells(name), dates, reach) for name, reach in _upstream(tracked, writers, stage.name).items()
    ]
    fixed = digest(stage.version, *(f"{name}={getattr(context.settings, name)}" for name in stage.settings))
    hashes = {day: digest(fixed, *(part.get(day, "") for part in parts)) for day in dates}
    return InputState(hashes, {day: sum(found[day].rows for found in raw if day in found) for day in dates})


def rows_by_date(rows: pl.DataFrame) -> dict[dt.date, str]:
    """Return a text per `game_date` that holds its rows in the order given."""
    return {day: repr(own.rows()) for (day,), own in rows.group_by("game_date", maintain_order=True)}


def upstream(stage: Stage, writers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the other stages whose tables this stage reads."""
    tracked = [read.table.name for read in stage.reads if read.is_tracked]
    found = dict.fromkeys(writers[table] for table in tracked if table in writers)
    return tuple(name for name in found if name != stage.name)


def _is_raw(read: Read) -> bool:
    return read.table.name in NATURAL_KEYS and not callable(read.changes)


def _raw_contents(context: Context, inputs: Inputs, reads: Sequence[Read]) -> list[Mapping[dt.date, DateContent]]:
    frames = [(read.table, inputs.versions(read)) for read in reads]
    return context.warehouse.contents_of(frames) if frames else []


def _upstream(reads: Sequence[Read], writers: Mapping[str, str], own: str) -> dict[str, frozenset[Dates]]:
    """Return the stages that write the read tables, each with the dates on which its changes count."""
    found: dict[str, set[Dates]] = {}
    for read in reads:
        writer = writers.get(read.table.name)
        if read.tracked_by and writer and writer != own:
            found.setdefault(writer, set()).update(read.tracked_by)
    return {name: frozenset(reach) for name, reach in found.items()}


def _cells_hash(cells: Mapping[dt.date, Cell], dates: Sequence[dt.date], reach: frozenset[Dates]) -> dict[dt.date, str]:
    hashes = {day: cells.get(day, Cell()).content_hash if Dates.THESE in reach else "" for day in dates}
    if reach == {Dates.THESE}:
        return hashes
    filled = sorted((day, cell.content_hash) for day, cell in cells.items() if cell.rows)
    days, lines = [day for day, _ in filled], [f"{day} {content}" for day, content in filled]
    for day in dates:
        start = bisect.bisect_left(days, lookback_start(day)) if reach <= {Dates.THESE, Dates.HISTORY} else 0
        end = len(days) if Dates.ALL in reach else bisect.bisect_left(days, day)
        hashes[day] = digest(hashes[day], *lines[start:end])
    return hashes
