"""The state of every stage and the last runs, for the public status file and the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES
from courtside.pipeline.tables import GRID, RUN_EVENTS
from courtside.publishing.exporters.rows import utc
from courtside.publishing.exporters.status import LastSuccess, RunStatus, StageStatus
from courtside.warehouse.base import Reader

SHOWN_RUNS = 10
GOOD = ("complete", "empty")


def stage_states(reader: Reader, today: dt.date, stages: Sequence[str]) -> list[StageStatus]:
    """Return the stored state of each stage on the newest date for which it was due."""
    cells = reader.collect(reader.scan(GRID, end=today))
    days = reader.collect(reader.scan(GAMES).filter(nw.col("is_counted") & (nw.col("status") != "postponed")))[
        "game_date"
    ].unique()
    due = max((day for day in days if day <= today), default=None)
    ahead = min((day for day in days if day > today), default=None)
    return [_stage_state(name, cells.filter(pl.col("stage") == name), due, ahead) for name in stages]


def _stage_state(name: str, cells: pl.DataFrame, due: dt.date | None, ahead: dt.date | None) -> StageStatus:
    own = cells.filter(pl.col("game_date") == due).to_dicts() if due else []
    cell: dict[str, Any] = own[0] if own else {"state": "expected", "reason": "not processed yet"}
    good = cells.filter(pl.col("state").is_in(GOOD) & (pl.col("rows") > 0)).sort("game_date").tail(1).to_dicts()
    failed = cell["state"] == "failed"
    return StageStatus(
        name=name,
        date=due,
        state=cell["state"],
        reason="failed; `courtside runs` shows the error" if failed else cell["reason"],
        last_success=LastSuccess(date=good[0]["game_date"], at=utc(good[0]["updated_at"])) if good else None,
        next_expected=ahead if cell["state"] in GOOD else due,
    )


def last_runs(reader: Reader) -> list[RunStatus]:
    """Return the last finished runs that processed a cell, newest first; runs without work are left out."""
    events = reader.collect(reader.scan(RUN_EVENTS)).sort("run_id", "seq")
    is_run = pl.col("stage") == "run"
    begun = events.filter(is_run & (pl.col("event") == "started")).select(
        "run_id", "first_date", "last_date", started_at="at"
    )
    ended = events.filter(is_run & (pl.col("event") == "finished")).select("run_id", "seconds")
    work = (
        events.filter(~is_run)
        .group_by("run_id")
        .agg(
            cells=pl.col("dates").filter(pl.col("event") == "wrote").sum(),
            failed=(pl.col("event") == "failed").sum(),
        )
    )
    rows = begun.join(ended, on="run_id").join(work, on="run_id").filter((pl.col("cells") > 0) | (pl.col("failed") > 0))
    rows = rows.sort("started_at", "run_id", descending=True)
    return [
        RunStatus(
            started_at=utc(row["started_at"]),
            first_date=row["first_date"],
            last_date=row["last_date"],
            seconds=row["seconds"] and round(row["seconds"], 1),
            cells=row["cells"],
            failed=row["failed"],
        )
        for row in rows.head(SHOWN_RUNS).iter_rows(named=True)
    ]
