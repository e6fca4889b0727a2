"""Dates and seasons as frames for joins, because engines differ in date arithmetic."""

from __future__ import annotations

import datetime as dt

import polars as pl

from courtside.clock import EPOCH, season_label

FIRST_DATE, LAST_DATE = dt.date(1945, 1, 1), dt.date(2045, 12, 31)


def calendar() -> pl.DataFrame:
    """Return game_date and game_day (days since 1970-01-01) for every date from 1945 to 2045."""
    days = pl.DataFrame({"game_date": pl.date_range(FIRST_DATE, LAST_DATE, eager=True)})
    return days.with_columns(game_day=(pl.col("game_date") - EPOCH).dt.total_days())


def season_codes() -> pl.DataFrame:
    """Return season_code (digits 4 and 5 of a game id) and season (`2024-25`) of every possible season."""
    years = range(1946, 2046)
    return pl.DataFrame(
        {
            "season_code": [f"{year % 100:02d}" for year in years],
            "season": [season_label(year) for year in years],
        }
    )
