"""Form of another market: feature rows whose columns about points hold the results of that market.

The functions of the features and of recent form compute it from player games whose column `points` holds the market's
result. A market therefore needs no functions of its own, and its rows have the same columns as those of points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl

from courtside.features import history
from courtside.features.player_windows import PlayerWindows, usable
from courtside.features.recent_form import recent_form
from courtside.features.registry import FUNCTIONS
from courtside.features.slate import Slate
from courtside.features.values import Values
from courtside.features.windows import Games
from courtside.league.markets import POINTS, Market

OWN_FEATURES = (
    *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "avg_points_vs_opponent"),
    *("ppm_avg_last_10", "pts_slope_10g", "pts_vs_season_zscore", "breakout_flag"),
)
"""Features of a player's own results."""


@dataclass(frozen=True)
class _Rows:
    """Feature rows and the windows over their players' games; `rows[NAME]` computes a feature, as a slate does."""

    rows: pl.DataFrame
    player: PlayerWindows
    _computed: dict[str, Values] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Values:
        if name not in self._computed:
            self._computed[name] = FUNCTIONS[name](cast("Slate", self)).valued()
        return self._computed[name]


def with_form(rows: pl.DataFrame, player_games: pl.DataFrame, team_games: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Return feature rows with recent form, in which the columns about points hold the results of `market`.

    These columns are `OWN_FEATURES`, points_ewma and `RECENT_FORM`. Origins and counts of missing values stay those of
    points, because the same games are known.

    Args:
        rows: `PLAYER_FEATURES` columns; whole slates of both teams.
        player_games: `PLAYER_GAMES` columns, from the start of the season before the first row.
        team_games: `TEAM_GAMES` columns of the same span.
        market: the market.
    """
    games = results_of(player_games, market)
    if market.name != POINTS and rows.height:
        rows = with_own_features(rows, games)
    return recent_form(rows, games, team_games)


def results_of(player_games: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Return player games whose column `points` holds the result of `market`; games without it count as not played."""
    if market.name == POINTS:
        return player_games
    result = market.result()
    return player_games.with_columns(points=result, did_play=pl.col("did_play") & result.is_not_null())


def with_own_features(rows: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Return feature rows whose `OWN_FEATURES` and points_ewma are computed from the column `points` of `games`."""
    by_season = [frame.with_columns(season_year=pl.col("season").str.head(4).cast(pl.Int64)) for frame in (rows, games)]
    played = Games(
        usable(by_season[1].filter("is_counted")).with_columns(points_squared=pl.col("points") ** 2), "player_id"
    )
    windows = PlayerWindows.of(by_season[0], played, by_season[1].clear(), played)
    market_rows = _Rows(by_season[0], windows)
    values = {name: market_rows[name].value for name in OWN_FEATURES}
    values["points_ewma"] = history.points_ewma(cast("Slate", market_rows)).valued().value
    columns = {name: pl.Series(value.astype(np.float64), nan_to_null=True) for name, value in values.items()}
    return rows.with_columns(**columns)
