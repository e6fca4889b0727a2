"""The explanation of one feature row: every value with its origin, the games of its window, lines and predictions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.lines import closing
from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_LINES
from courtside.clock import game_day
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.features.windows import HORIZON_DAYS
from courtside.league.markets import POINTS, market_named, of_market
from courtside.league.odds import with_real_prices
from courtside.league.seasons import lookback_start
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.players import NoSuchRowError, find_player
from courtside.operations.without_row import why_no_row
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Warehouse
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class Explained:
    """A stored feature row and the rows behind it.

    `row` has the columns of `PLAYER_FEATURES`. `window` holds the games of the last-10 window, newest first, and
    `missing` the games that the window should hold and does not. `lines` holds each book's closing line, with prices
    where they are real. `predictions` holds each system's prediction.
    """

    player: str
    row: dict[str, Any]
    window: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    predictions: list[dict[str, Any]]

    @property
    def features(self) -> list[dict[str, Any]]:
        """Number, name, value, origin, source and description of each feature, in order of number."""
        return [
            {
                "number": feature.number,
                "name": feature.name,
                "value": self.row[feature.name],
                "origin": self.row[feature.origin_column],
                "source": feature.source,
                "sentence": feature.sentence,
            }
            for feature in FEATURES
        ]


def explain(warehouse: Warehouse, player: str, day: dt.date, market: str = POINTS) -> Explained:
    """Return the feature row of `player` (an id, a name or part of a name) on `day`, and the rows behind it.

    Lines and predictions are those of `market`.

    Raises:
        NoSuchRowError: where no player or several players match, or there is no row; the message names the candidates.
    """
    view = of_market(warehouse, market_named(market).name)
    player_id, name = find_player(warehouse, player)

    def of_day(table: Table) -> pl.DataFrame:
        rows = view.scan(table, start=day, end=day).filter(nw.col("player_id") == player_id)
        return warehouse.collect(rows)

    rows = of_day(PLAYER_FEATURES)
    if rows.is_empty():
        raise NoSuchRowError(f"{name} has no feature row on {day}: {why_no_row(warehouse, player_id, day)}")
    row = rows.row(0, named=True)
    missing = [game for game in row["missing_game_ids"].split(",") if game]
    return Explained(
        name,
        row,
        _window(warehouse, player_id, day, row["games_used_l10"]),
        _games(warehouse, missing, day),
        with_real_prices(closing(of_day(PLAYER_LINES))).sort("book").to_dicts(),
        of_day(PREDICTIONS).sort("system").to_dicts(),
    )


def _window(warehouse: Warehouse, player_id: int, day: dt.date, games: int) -> list[dict[str, Any]]:
    rows = warehouse.collect(
        warehouse.scan(PLAYER_GAMES, start=lookback_start(day), end=day).filter(
            (nw.col("player_id") == player_id)
            & (nw.col("game_day") < game_day(day))
            & (nw.col("game_day") >= game_day(day) - HORIZON_DAYS)
            & nw.col("did_play")
            & nw.col("is_counted")
            & (nw.col("box_status") == "complete")
        )
    )
    newest = rows.sort("game_day", "game_id", descending=True).head(games)
    return [
        {
            "game_date": row["game_date"],
            "game_id": row["game_id"],
            "opponent": TRICODE_OF_ID[row["opponent_team_id"]],
            "is_home": row["is_home"],
            "minutes": row["minutes"],
            "points": row["points"],
        }
        for row in newest.to_dicts()
    ]


def _games(warehouse: Warehouse, ids: list[str], day: dt.date) -> list[dict[str, Any]]:
    if not ids:
        return []
    rows = warehouse.collect(
        warehouse.scan(GAMES, start=lookback_start(day), end=day).filter(nw.col("game_id").is_in(ids))
    ).sort("game_date", descending=True)
    return [
        {
            "game_date": row["game_date"],
            "game_id": row["game_id"],
            "teams": f"{TRICODE_OF_ID[row['away_team_id']]} at {TRICODE_OF_ID[row['home_team_id']]}",
        }
        for row in rows.to_dicts()
    ]
