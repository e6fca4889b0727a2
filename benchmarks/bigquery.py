"""BigQuery: jobs of each stage on the emulator, and bytes read by a day and by a back-fill for growing seasons."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from tests.warehouse.emulator import running
from tests.warehouse.test_a_season_on_bigquery import LAST, WEEK_ENDS, _ingested, _ran

from benchmarks import homes
from courtside.operations.ingest import ingest
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.schema import Table, Type

SEASONS = (1, 5, 20)
BYTES = {Type.INTEGER: 8, Type.FLOAT: 8, Type.BOOLEAN: 1, Type.DATE: 8, Type.TIMESTAMP: 8}
"""Logical bytes of a value as BigQuery bills them; text counts as 2 plus its length, and NULL as 0."""

FIRST = dt.date(2024, 10, 22)


def main() -> None:
    """Print jobs by stage, and bytes by stage and season."""
    _jobs()
    sizes, dates = _season_sizes()
    print(f"one simulated season: {dates} dates, {sum(sizes.values()) / 1e6:,.0f} MB in {len(sizes)} tables")
    for seasons in SEASONS:
        day = {stage.name: _bytes(stage.reads, sizes, dates, seasons, 1) for stage in STAGES}
        fill = {stage.name: _bytes(stage.reads, sizes, dates, seasons, dates * seasons) for stage in STAGES}
        print(f"{seasons:>3} seasons, MB read:  a day {_shown(day)}")
        print(f"{'':>3}                     all   {_shown(fill)}")


def _jobs() -> None:
    from tests import homes as small

    from courtside.warehouse.bigquery.service import _client

    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "log") as emulator:
        os.environ.update(emulator.environment)
        _client("test").create_dataset("season")
        home = Path(folder) / "home"
        _ingested(home, "bigquery://test/season")
        for start, end in ((small.FIRST, WEEK_ENDS), (LAST, LAST)):
            ran = _ran(home, start, end)
            seconds = {stage.stage: f"{stage.seconds:.1f} s" for stage in ran.summary.stages}
            print(f"{(end - start).days + 1} dates: {len(ran.jobs)} jobs; {ran.by_stage}; {seconds} on the emulator")


def _season_sizes() -> tuple[dict[str, int], int]:
    """Return logical bytes of each table after one whole season, and its number of dates."""
    with tempfile.TemporaryDirectory() as folder, homes.opened(Path(folder)) as context:
        league = simulate(seasons=1, seed=5, last_season_start=2024)
        for _ in ingest(league.payloads, context.warehouse, PayloadStore(context.settings.raw_folder)):
            pass
        last = dt.date(2025, 6, 30)
        summary = run(context, FIRST, last)
        tables = {read.table.name: read.table for stage in STAGES for read in stage.reads}.values()
        sizes = {
            table.name: _logical(table, context.warehouse.collect(context.warehouse.scan(table))) for table in tables
        }
        played = sum(cell.state == "complete" for cell in context.run_log.cells("analytics").values())
    assert summary.stages
    return sizes, played


def _logical(table: Table, rows: pl.DataFrame) -> int:
    total = 0
    for column in table.columns:
        values = rows[column.name].drop_nulls()
        if column.type is Type.TEXT:
            total += int(values.str.len_bytes().sum() or 0) + 2 * len(values)
        else:
            total += BYTES[column.type] * len(values)
    return total


def _bytes(reads: Sequence[Read], sizes: Mapping[str, int], dates: int, seasons: int, run_dates: int) -> float:
    share = {
        Dates.ALL: float(seasons),
        Dates.EARLIER: float(seasons),
        Dates.THESE: run_dates / dates,
        Dates.HISTORY: min(seasons, run_dates / dates + 1.5),
    }
    return sum(sizes[read.table.name] * share[read.dates] for read in reads) / 1e6


def _shown(sizes: Mapping[str, float]) -> str:
    parts = ", ".join(f"{stage} {size:,.1f}" for stage, size in sizes.items())
    return f"{sum(sizes.values()):9,.1f} ({parts})"


if __name__ == "__main__":
    main()
