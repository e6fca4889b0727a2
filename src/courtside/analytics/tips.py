"""Tip-off times from sportsbooks."""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl

from courtside.league.teams import team_spelled
from courtside.raw.tables import RAW_LINES
from courtside.warehouse.base import Reader


def quoted_tips(reader: Reader, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return game_date, home_team_id, away_team_id and quoted_tip_at (UTC) from the newest sportsbook payload.

    The rows come from `RAW_LINES` from `first` to `last`, sorted by date and teams. Teams with an unknown name are left
    out.
    """
    quotes = reader.collect(
        reader.scan(RAW_LINES, start=first, end=last)
        .filter(~nw.col("commence_at").is_null() & ~nw.col("home_team").is_null())
        .group_by("game_date", "home_team", "away_team", "known_at")
        .agg(nw.col("commence_at").max())
    )
    names = set(quotes["home_team"]) | set(quotes["away_team"])
    ids = {name: team.team_id for name in names if (team := team_spelled(name))}
    game = ["game_date", "home_team_id", "away_team_id"]
    return (
        quotes.filter(pl.col("home_team").is_in(list(ids)) & pl.col("away_team").is_in(list(ids)))
        .sort("known_at", "commence_at")
        .select(
            "game_date",
            home_team_id=pl.col("home_team").replace_strict(ids, return_dtype=pl.Int64),
            away_team_id=pl.col("away_team").replace_strict(ids, return_dtype=pl.Int64),
            quoted_tip_at="commence_at",
        )
        .unique(game, keep="last", maintain_order=True)
        .sort(game)
    )
