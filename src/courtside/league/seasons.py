"""Seasons: the season of a date, the start of a season, and the earliest date that a computation uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy

SEASON_TURNS = (9, 1)
"""Month and day on which a new season starts; no counted game has been played around this day."""


def season_year(day: dt.date) -> int:
    """Return the year in which the season of `day` begins.

    >>> season_year(dt.date(2026, 2, 7)), season_year(dt.date(2025, 10, 21))
    (2025, 2025)
    """
    return day.year if (day.month, day.day) >= SEASON_TURNS else day.year - 1


def lookback_start(day: dt.date) -> dt.date:
    """Return the first date that a computation for `day` may use: the start of the previous season.

    >>> lookback_start(dt.date(2026, 2, 7))
    datetime.date(2024, 9, 1)
    """
    return dt.date(season_year(day) - 1, *SEASON_TURNS)


def by_season(dates: Sequence[dt.date]) -> list[list[dt.date]]:
    """Split dates by season, in order."""
    seasons: dict[int, list[dt.date]] = {}
    for day in dates:
        seasons.setdefault(season_year(day), []).append(day)
    return list(seasons.values())


def season_starts(games: Lazy) -> Lazy:
    """Return season and first_date: the first regular-season day of each season in `games`."""
    return games.filter(nw.col("game_type") == "regular").group_by("season").agg(first_date=nw.col("game_date").min())


def dates_of(rows: pl.DataFrame) -> frozenset[dt.date]:
    """Return the distinct game dates of rows.

    >>> dates_of(pl.DataFrame({"game_date": [dt.date(2026, 2, 7), dt.date(2026, 2, 7)]}))
    frozenset({datetime.date(2026, 2, 7)})
    """
    return frozenset(rows["game_date"].unique())
