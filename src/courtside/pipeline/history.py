"""Which dates must have feature rows: told from the box scores alone, apart from how features are computed."""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl

from courtside.analytics.tables import PLAYER_GAMES
from courtside.pipeline.context import Context, span
from courtside.pipeline.inputs import lookback_start


def dates_with_history(context: Context, slate: pl.DataFrame) -> frozenset[dt.date]:
    """Return the dates of `slate` (game_date, team_id) on which a team plays that has an earlier whole box score."""
    if slate.is_empty():
        return frozenset()
    start = lookback_start(span(slate["game_date"])[0])
    played = context.warehouse.collect(
        context.warehouse.scan(PLAYER_GAMES, start=start)
        .filter(nw.col("is_counted") & nw.col("did_play") & (nw.col("box_status") == "complete"))
        .select("team_id", "game_date")
    )
    first = played.group_by("team_id").agg(first=pl.col("game_date").min())
    known = slate.join(first, on="team_id", how="inner").filter(pl.col("first") < pl.col("game_date"))
    return frozenset(known["game_date"])
