"""The state of the grid over a season."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.freshness import Freshness, freshness
from courtside.analytics.tables import GAMES
from courtside.clock import COUNTED_IDS, Clock, date_range
from courtside.errors import ConfigError
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.tables import GRID
from courtside.raw.current import current
from courtside.raw.tables import RAW_SCHEDULE
from courtside.warehouse.base import Warehouse

SHOWN_STATES = ("complete", "empty", "held", "failed", "expected", "missing")


@dataclass(frozen=True)
class Status:
    """Counts of cells per stage and state, and every cell that is neither complete nor empty.

    A date of the season without a cell of a stage counts as `missing`.
    """

    season: str
    start: dt.date
    end: dt.date
    stages: dict[str, dict[str, int]]
    open: list[dict[str, Any]]
    data: Freshness
    now: dt.datetime
    states: tuple[str, ...] = SHOWN_STATES

    def as_dict(self) -> dict[str, Any]:
        """Return the status as plain data for JSON."""
        return {
            "season": self.season,
            "start": str(self.start),
            "end": str(self.end),
            "stages": self.stages,
            "open": self.open,
            "is_simulated": self.data.is_simulated,
            "newest_results": str(self.data.newest_results) if self.data.newest_results else None,
            "is_stale": self.data.is_stale(self.now),
        }


def season_start(warehouse: Warehouse, day: dt.date) -> dt.date | None:
    """Return the first counted game date of the season of `day`, from the raw schedule; None where it has no games."""
    games = _counted_games(warehouse).filter(pl.col("game_date") <= day)
    if games.is_empty():
        return None
    code = games.sort("game_date")["game_id"].str.slice(3, 2)[-1]
    first = games.filter(pl.col("game_id").str.slice(3, 2) == code)["game_date"].min()
    return first if isinstance(first, dt.date) else None


def first_date(warehouse: Warehouse) -> dt.date | None:
    """Return the first date that a run has processed or that has a counted game; None where there is neither."""
    processed = warehouse.collect(warehouse.scan(GRID).select(nw.col("game_date").min()))["game_date"][0]
    dates = [day for day in (processed, _counted_games(warehouse)["game_date"].min()) if isinstance(day, dt.date)]
    return min(dates, default=None)


def _counted_games(warehouse: Warehouse) -> pl.DataFrame:
    """Return game_id and game_date of the counted games of the raw schedule."""
    games = warehouse.collect(current(warehouse.scan(RAW_SCHEDULE), RAW_SCHEDULE).select("game_id", "game_date"))
    return games.filter(pl.col("game_id").str.slice(0, 3).is_in(COUNTED_IDS))


def status_of(warehouse: Warehouse, clock: Clock, season: str | None = None) -> Status:
    """Return the state of the grid over a season up to today, and the age of the data; default: the newest season.

    Raises:
        ConfigError: where the season has no processed games.
    """
    spans = warehouse.collect(
        warehouse.scan(GAMES)
        .filter(nw.col("is_counted"))
        .group_by("season")
        .agg(start=nw.col("game_date").min(), end=nw.col("game_date").max())
    )
    chosen = season or max(spans["season"], default="")
    row = spans.filter(pl.col("season") == chosen)
    if row.is_empty():
        known = ", ".join(sorted(spans["season"])) or "none yet"
        raise ConfigError(
            f"season {chosen or 'newest'}: no games are stored. Seasons with games: {known}. "
            "Run `courtside run` over its dates."
        )
    start, end = row["start"][0], min(row["end"][0], clock.today())
    cells = warehouse.collect(warehouse.scan(GRID, start=start, end=end))
    stored = {(cell["game_date"], cell["stage"]): cell for cell in cells.to_dicts()}
    stages: dict[str, dict[str, int]] = {}
    unsettled = []
    for stage in STAGE_NAMES:
        counts: Counter[str] = Counter()
        for day in date_range(start, end):
            cell = stored.get((day, stage), {"state": "missing", "reason": "never run"})
            counts[cell["state"]] += 1
            if cell["state"] not in ("complete", "empty"):
                unsettled.append({"date": str(day), "stage": stage, "state": cell["state"], "reason": cell["reason"]})
        stages[stage] = {state: counts[state] for state in SHOWN_STATES}
    return Status(chosen, start, end, stages, unsettled, freshness(warehouse), clock.now())
