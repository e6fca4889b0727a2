"""The times at which each stage of a game date can start and must be done, from the tip-offs of the slate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.freshness import RESULTS_BY
from courtside.analytics.tables import GAMES
from courtside.clock import EARLIEST_TIP_OFF, eastern_to_utc
from courtside.pipeline.context import Context
from courtside.pipeline.stage import Due

LINES_BEFORE = dt.timedelta(hours=3)
"""Sportsbooks offer lines for player points at least this long before the first tip-off."""

CUT_OFF = dt.timedelta(hours=1)
"""Predictions and picks are due this long before the first tip-off."""

GAME_LASTS = dt.timedelta(hours=3)
"""The last game of a slate is over this long after its tip-off, except with overtimes."""


@dataclass(frozen=True)
class Slate:
    """The counted, not postponed games of a date: their number, and the first and last tip-off (UTC)."""

    date: dt.date
    games: int
    first_tip: dt.datetime
    last_tip: dt.datetime

    @property
    def cut_off(self) -> dt.datetime:
        """The time at which predictions and picks are due."""
        return self.first_tip - CUT_OFF

    def expected(self, due: Due) -> dt.datetime:
        """Return the time from which the inputs of a stage with this deadline can exist."""
        return self.last_tip + GAME_LASTS if due is Due.RESULTS else self.first_tip - LINES_BEFORE

    def deadline(self, due: Due) -> dt.datetime:
        """Return the time by which a stage with this deadline must be settled; after it an alert is sent."""
        if due is Due.RESULTS:
            return eastern_to_utc(self.date + dt.timedelta(days=1), RESULTS_BY)
        return self.first_tip - LINES_BEFORE if due is Due.LINES else self.cut_off


def slates(context: Context, start: dt.date, end: dt.date) -> dict[dt.date, Slate]:
    """Return the slate of each date from `start` to `end` that has games; an unknown tip-off counts as noon Eastern."""
    games = context.warehouse.collect(
        context.warehouse.scan(GAMES, start=start, end=end)
        .filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
        .select("game_date", "game_id", "tip_at")
    )
    found = {}
    for (day,), rows in games.group_by("game_date"):
        assert isinstance(day, dt.date)
        tips = rows["tip_at"].fill_null(eastern_to_utc(day, EARLIEST_TIP_OFF))
        ordered = pl.Series(tips).sort().to_list()
        found[day] = Slate(day, rows["game_id"].n_unique(), ordered[0], ordered[-1])
    return found
