"""One game date on one screen: its games, its published picks with their best prices, and the cells still open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from courtside.analytics.freshness import Freshness, freshness
from courtside.analytics.tables import GAMES, TEAM_GAMES
from courtside.league.markets import of_market
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.players import player_names
from courtside.picks.ledger import counted
from courtside.picks.price_tables import SIDE_VALUES
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.tables import GRID
from courtside.warehouse.base import Warehouse


@dataclass(frozen=True)
class Today:
    """The slate of a date.

    `games` holds game_id, away, home (tricodes), tip_at (UTC), status, away_points and home_points, by tip-off. `picks`
    holds one row per player with game_id, player, side, line, prediction, subsets, and best price, book, expected value
    (units) and the interval of it, which are None where no price is stored. `open` holds stage, state and reason of
    each cell of the date that is held or failed, and `stages` the state of each stage that was run for the date.
    """

    date: dt.date
    games: list[dict[str, Any]]
    picks: list[dict[str, Any]]
    open: list[dict[str, Any]]
    data: Freshness
    stages: dict[str, str]


def today_of(warehouse: Warehouse, day: dt.date, market: str) -> Today:
    """Return the slate of a date with the picks of a market."""
    reader = of_market(warehouse, market)
    games, teams, cells, publications, published, values = (
        reader.collect(reader.scan(table, start=day, end=day))
        for table in (GAMES, TEAM_GAMES, GRID, PUBLICATIONS, PUBLISHED_PICKS, SIDE_VALUES)
    )
    unsettled = cells.filter(pl.col("state").is_in(["held", "failed"])).select("stage", "state", "reason")
    picks = _picks(counted(publications, published), values, player_names(warehouse))
    states = dict(cells.select("stage", "state").rows())
    stages = {name: states[name] for name in STAGE_NAMES if name in states}
    return Today(day, _games(games, teams), picks.to_dicts(), unsettled.to_dicts(), freshness(warehouse), stages)


def _games(games: pl.DataFrame, teams: pl.DataFrame) -> list[dict[str, Any]]:
    points = teams.select("game_id", "team_id", "points")
    for side in ("away", "home"):
        own = points.rename({"team_id": f"{side}_team_id", "points": f"{side}_points"})
        games = games.join(own, on=["game_id", f"{side}_team_id"], how="left", validate="1:1").with_columns(
            pl.col(f"{side}_team_id").replace_strict(TRICODE_OF_ID, return_dtype=pl.String).alias(side)
        )
    columns = ("game_id", "away", "home", "tip_at", "status", "away_points", "home_points")
    return games.sort("tip_at", "game_id").select(columns).to_dicts()


def _picks(picks: pl.DataFrame, values: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    key = ["game_id", "player_id", "side"]
    prices = values.select(*key, "book", "price", "ev", "ev_low", "ev_high")
    return (
        picks.rename({"direction": "side"})
        .group_by(*key, "line", "prediction", "edge", "kind")
        .agg(subsets=pl.col("subset_key").unique().sort())
        .join(prices, on=key, how="left", validate="m:1")
        .join(names.rename({"player_name": "player"}), on="player_id", how="left", validate="m:1")
        .sort("edge", "player", descending=[True, False])
    )
