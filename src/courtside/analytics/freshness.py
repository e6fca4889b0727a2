"""Freshness of the stored data: whether the league is simulated, how old results are, and when newer ones are due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES
from courtside.clock import COUNTED_IDS, eastern_date, eastern_to_utc
from courtside.raw.current import current
from courtside.raw.tables import PAYLOAD_LOG, RAW_SCHEDULE
from courtside.sources.payload import SIMULATED
from courtside.warehouse.base import Lazy, Reader

RESULTS_BY = dt.time(12, 0)
"""Eastern time of the day after a game by which its result is due."""

LONGEST_PAUSE = dt.timedelta(days=130)
"""Longest pause between two seasons; results are due after it where no game is scheduled."""


@dataclass(frozen=True)
class Freshness:
    """Origin and age of the stored data.

    `is_simulated` is true where any stored payload is of the simulated league. `newest_results` is the newest date with
    a final game, `as_of` the time at which the newest payload was fetched, and `results_due` the time by which newer
    results are due, both UTC. The three are None where nothing is stored.
    """

    is_simulated: bool
    newest_results: dt.date | None
    as_of: dt.datetime | None
    results_due: dt.datetime | None

    def is_stale(self, now: dt.datetime) -> bool:
        """Return whether newer results were due before `now` (UTC)."""
        return self.results_due is not None and now > self.results_due

    def sentences(self, now: dt.datetime) -> list[str]:
        """Return sentences on origin and age of the data, to show before any figure."""
        origin = ["SIMULATED LEAGUE: its players, games and lines are made up."] if self.is_simulated else []
        if self.newest_results is None or self.results_due is None:
            return [*origin, "No results are stored yet."]
        days = (eastern_date(now) - self.newest_results).days
        age = f"Newest results: {self.newest_results}, {days} day{'' if days == 1 else 's'} old."
        due = f"{self.results_due:%Y-%m-%d %H:%M} UTC"
        if self.is_stale(now):
            return [*origin, f"{age} DATA ARE OLDER THAN EXPECTED: newer results were due {due}."]
        return [*origin, f"{age} The next are due {due}."]


def freshness(warehouse: Reader) -> Freshness:
    """Return the freshness of the stored data."""
    return freshness_of(*warehouse.collect_all(freshness_queries(warehouse)))


def freshness_queries(warehouse: Reader) -> list[Lazy]:
    """Return the queries for `freshness_of`: newest payload by source, newest final game, scheduled games."""
    log = warehouse.scan(PAYLOAD_LOG).filter(nw.col("status").is_in(["ingested", "empty"]))
    final = warehouse.scan(GAMES).filter(nw.col("is_counted") & (nw.col("status") == "final"))
    return [
        log.group_by("source").agg(as_of=nw.col("fetched_at").max()),
        final.select(day=nw.col("game_date").max()),
        current(warehouse.scan(RAW_SCHEDULE), RAW_SCHEDULE).select("game_id", "game_date"),
    ]


def freshness_of(sources: pl.DataFrame, final: pl.DataFrame, scheduled: pl.DataFrame) -> Freshness:
    """Return the freshness from the results of `freshness_queries`."""
    newest = _date(final["day"][0])
    later = scheduled.filter(
        pl.col("game_id").str.slice(0, 3).is_in(COUNTED_IDS) & (pl.col("game_date") > (newest or dt.date.min))
    )
    expected = _date(later["game_date"].min()) or (newest + LONGEST_PAUSE if newest else None)
    return Freshness(
        SIMULATED in sources["source"],
        newest,
        max(sources["as_of"], default=None),
        eastern_to_utc(expected + dt.timedelta(days=1), RESULTS_BY) if expected else None,
    )


def _date(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
