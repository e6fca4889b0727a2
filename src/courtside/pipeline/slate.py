"""The columns of a date's games that are known before the games begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import narwhals as nw

from courtside.analytics.tables import GAMES
from courtside.pipeline.inputs import span
from courtside.pipeline.resume import rows_by_date
from courtside.warehouse.base import Reader

KNOWN_BEFORE = ("game_date", "game_id", "home_team_id", "away_team_id", "tip_at", "is_neutral")


def slate_changes(reader: Reader, dates: Sequence[dt.date], now: dt.datetime) -> Mapping[dt.date, str]:
    """Return, per date, the games that are not postponed with their teams and tip-off, but not their score."""
    first, last = span(dates)
    games = reader.scan(GAMES, start=first, end=last).filter(nw.col("status") != "postponed").select(*KNOWN_BEFORE)
    return rows_by_date(reader.collect(games).sort("game_id"))
