"""The slate of a game date: when each stage can start and must be done, and whether its games are final."""

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
from courtside.raw.current import current
from courtside.raw.tables import RAW_LINES, RAW_SCHEDULE, RAW_TEAM_BOX

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


def slate_of(context: Context, day: dt.date) -> Slate | None:
    """Return the slate of a date from analytics, or from the raw schedule where no run has processed the date."""
    known = slates(context, day, day).get(day)
    if known:
        return known
    games = context.warehouse.collect(
        context.raw(RAW_SCHEDULE)
        .filter((nw.col("game_date") == day) & (nw.col("status") != "postponed"))
        .select("game_id", "tip_at")
    )
    tips = games["tip_at"].drop_nulls().sort().to_list()
    return Slate(day, games["game_id"].n_unique(), tips[0], tips[-1]) if tips else None


def newest_line(context: Context) -> dt.datetime | None:
    """Return the time at which the newest line of today's games became known."""
    today = context.clock.today()
    lines = context.warehouse.scan(RAW_LINES, start=today, end=today)
    newest = context.warehouse.collect(lines.select(nw.col("known_at").max()))["known_at"][0]
    return newest if isinstance(newest, dt.datetime) else None


def final_dates(context: Context) -> list[dt.date]:
    """Return those of yesterday and today whose games are all final."""
    today = context.clock.today()
    return [day for day in (today - dt.timedelta(days=1), today) if is_final(context, day)]


def is_final(context: Context, day: dt.date) -> bool:
    """Return whether a date has games and the final box scores of both teams of each game are stored."""
    slate = slate_of(context, day)
    if slate is None:
        return False
    boxes = context.warehouse.collect(
        current(context.warehouse.scan(RAW_TEAM_BOX, start=day, end=day), RAW_TEAM_BOX).select("game_id", "team_id")
    )
    return boxes.height >= 2 * slate.games
