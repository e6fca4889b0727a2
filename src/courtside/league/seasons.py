"""Seasons as played: when each one's regular season began."""

from __future__ import annotations

import narwhals as nw

from courtside.warehouse.base import Lazy


def season_starts(games: Lazy) -> Lazy:
    """Return season and first_date: the first regular-season day of each season in `games`."""
    return games.filter(nw.col("game_type") == "regular").group_by("season").agg(first_date=nw.col("game_date").min())
