"""Hashes of what a stage reads, per date: a cell is worked again exactly when one of them changes."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping, Sequence

import narwhals as nw

from courtside.analytics.tables import GAMES
from courtside.pipeline.context import Context, span
from courtside.pipeline.ledger import Cell, digest

SEASON_BEGINS = (9, 1)
"""Month and day that lie in no season's regular play; what is looked back on begins at one of them."""


def lookback_start(day: dt.date) -> dt.date:
    """Return the first date that features of `day` may look back on: the season before its own begins after it."""
    year = day.year if (day.month, day.day) >= SEASON_BEGINS else day.year - 1
    return dt.date(year - 1, *SEASON_BEGINS)


def slate_hashes(context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
    """Return a hash of the games of each date as known before they are played: teams and tip-off, not the score."""
    first, last = span(dates)
    games = context.warehouse.collect(
        context.warehouse.scan(GAMES, start=first, end=last)
        .filter(nw.col("status") != "postponed")
        .select("game_date", "game_id", "home_team_id", "away_team_id", "tip_at", "is_neutral")
    ).sort("game_id")
    lines: dict[dt.date, list[str]] = {}
    for row in games.iter_rows():
        lines.setdefault(row[0], []).append(repr(row))
    return {day: digest(*lines[day]) if day in lines else "" for day in dates}


def content_hashes(cells: Mapping[dt.date, Cell], dates: Sequence[dt.date]) -> dict[dt.date, str]:
    """Return the content hash of each date's cell, empty where there is none."""
    return {day: cells.get(day, Cell()).content_hash for day in dates}


def history_hashes(
    cells: Mapping[dt.date, Cell], dates: Sequence[dt.date], *, is_whole: bool = False
) -> dict[dt.date, str]:
    """Return a hash of what `cells` hold on all days before each date that windows look back on.

    With `is_whole` it covers every earlier day.
    """
    filled = sorted((day, cell.content_hash) for day, cell in cells.items() if cell.rows)
    days, lines = [day for day, _ in filled], [f"{day} {content}" for day, content in filled]
    found = {}
    for day in dates:
        start, end = 0 if is_whole else bisect.bisect_left(days, lookback_start(day)), bisect.bisect_left(days, day)
        found[day] = digest(*lines[start:end])
    return found


def combined(dates: Sequence[dt.date], *parts: Mapping[dt.date, str]) -> dict[dt.date, str]:
    """Return one hash per date over several maps of hashes."""
    return {day: digest(*(part.get(day, "") for part in parts)) for day in dates}
