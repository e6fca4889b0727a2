"""Model rows: feature rows with recent form, and with outcomes and lines for training and evaluation."""

from __future__ import annotations

import datetime as dt

import polars as pl

from courtside.analytics.lines import consensus
from courtside.analytics.lines import market as opening_and_closing
from courtside.analytics.tables import PLAYER_GAMES, PLAYER_LINES, TEAM_GAMES
from courtside.clock import date_range
from courtside.features.market_form import results_of, with_form
from courtside.features.recent_form import HISTORY_DAYS
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import MARKETS, POINTS, Market, of_market
from courtside.league.seasons import by_season, lookback_start
from courtside.warehouse.base import Reader

PLAYER_GAME = ["game_id", "player_id"]


def with_recent_form(features: pl.DataFrame, warehouse: Reader, market: Market = MARKETS[0]) -> pl.DataFrame:
    """Return rows of `PLAYER_FEATURES` that cover whole slates, with the form of `market`; see `with_form`."""
    span = {}
    if features.height:
        first, last = first_and_last(features)
        start = first - dt.timedelta(days=HISTORY_DAYS)
        span = {"start": start if market.name == POINTS else min(start, lookback_start(first)), "end": last}
    games, teams = (warehouse.collect(warehouse.scan(table, **span)) for table in (PLAYER_GAMES, TEAM_GAMES))
    return with_form(features, games, teams, market)


def first_and_last(rows: pl.DataFrame) -> tuple[dt.date, dt.date]:
    """Return the first and last game date of rows; there is at least one."""
    first, last = rows.select(first=pl.col("game_date").min(), last=pl.col("game_date").max()).row(0)
    return first, last


def model_rows(warehouse: Reader, start: dt.date, end: dt.date, market: Market = MARKETS[0]) -> pl.DataFrame:
    """Return stored feature rows from `start` to `end` with the form of `market`, one season at a time."""
    parts = []
    for season in by_season(list(date_range(start, end))):
        first, last = season[0], season[-1]
        features = warehouse.collect(warehouse.scan(PLAYER_FEATURES, start=first, end=last))
        if features.height:
            parts.append(with_recent_form(features, warehouse, market))
    return pl.concat(parts) if parts else with_recent_form(PLAYER_FEATURES.empty(), warehouse)


def with_outcomes(rows: pl.DataFrame, warehouse: Reader, market: Market = MARKETS[0]) -> pl.DataFrame:
    """Add points, minutes and the lines to model rows; points hold the results of `market`.

    Points and minutes are NULL unless the player played and the box score is complete. The columns of lines are those
    of `analytics.lines.consensus`, opening_line and snapshots.
    """
    span = dict(zip(("start", "end"), first_and_last(rows), strict=True)) if rows.height else {}
    games = warehouse.collect(warehouse.scan(PLAYER_GAMES, **span))
    lines = warehouse.collect(of_market(warehouse, market.name).scan(PLAYER_LINES, **span))
    outcomes = results_of(games, market).filter(pl.col("did_play") & (pl.col("box_status") == "complete"))
    joined = (
        rows.join(outcomes.select(*PLAYER_GAME, "points", "minutes"), on=PLAYER_GAME, how="left", validate="1:1")
        .join(consensus(lines), on=PLAYER_GAME, how="left", validate="1:1")
        .join(
            opening_and_closing(lines).select(*PLAYER_GAME, "opening_line", "snapshots"),
            on=PLAYER_GAME,
            how="left",
            validate="1:1",
        )
        .sort("game_date", *PLAYER_GAME)
    )
    return joined if market.name == POINTS else joined.with_columns(vegas_points_line="consensus_line")
