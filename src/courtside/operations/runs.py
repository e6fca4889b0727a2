"""Reports of runs, from the run events that stages write in the same transactions as their rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from courtside.errors import ConfigError
from courtside.pipeline.tables import GRID, RUN_EVENTS
from courtside.warehouse.base import Warehouse

NOT_FINISHED = "not finished"


@dataclass(frozen=True)
class RunLine:
    """A summary of one run; `seconds` is None where the run did not finish."""

    run_id: str
    at: dt.datetime
    what: str
    writes: int
    rows: int
    failures: int
    seconds: float | None
    outcome: str


def recent_runs(warehouse: Warehouse, count: int = 20) -> list[RunLine]:
    """Return the last runs, newest first."""
    events = warehouse.collect(warehouse.scan(RUN_EVENTS)).sort("at", "run_id", "seq")
    lines = [_line(run_id, rows.to_dicts()) for (run_id,), rows in events.group_by("run_id", maintain_order=True)]
    return sorted(lines, key=lambda line: (line.at, line.run_id), reverse=True)[:count]


def run_events(warehouse: Warehouse, run_id: str) -> list[dict[str, Any]]:
    """Return the events of one run in order; the first characters of its id are enough.

    Raises:
        ConfigError: where no run, or more than one, has an id that begins with `run_id`.
    """
    events = warehouse.collect(warehouse.scan(RUN_EVENTS).filter(nw.col("run_id").str.starts_with(run_id)))
    found = sorted(set(events["run_id"]))
    if len(found) != 1:
        known = f"for example {', '.join(found[:5])}" if found else "`courtside runs` lists the runs"
        raise ConfigError(f"run {run_id!r}: {len(found)} runs have an id that begins with this text; {known}")
    return events.sort("seq").to_dicts()


def held_by(warehouse: Warehouse, run_id: str) -> list[dict[str, Any]]:
    """Return the cells that a run left held or failed and that no later run has changed."""
    cells = warehouse.collect(
        warehouse.scan(GRID)
        .filter((nw.col("run_id") == run_id) & nw.col("state").is_in(["held", "failed"]))
        .select("game_date", "stage", "state", "reason", "attempts")
    )
    return cells.sort("game_date", "stage").to_dicts()


def _line(run_id: str, events: list[dict[str, Any]]) -> RunLine:
    of_run = {event["event"]: event for event in events if event["stage"] == "run"}
    wrote = [event for event in events if event["event"] == "wrote"]
    failed = [event for event in events if event["event"] == "failed"]
    finished = of_run.get("finished")
    is_run = "started" in of_run
    what = of_run["started"]["detail"] if is_run else ", ".join(sorted({event["stage"] for event in events}))
    outcome = "failed" if failed else "finished" if finished or not is_run else NOT_FINISHED
    return RunLine(
        run_id,
        events[0]["at"],
        what or "",
        len(wrote),
        sum(event["rows"] for event in wrote),
        len(failed),
        finished["seconds"] if finished else None,
        outcome if not (is_run and not finished) else NOT_FINISHED,
    )
