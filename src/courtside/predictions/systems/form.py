"""Systems that use form only: the moving average, the exponential mean and the mean of similar games."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from courtside.predictions.systems.base import Formula, clamped


@dataclass(frozen=True)
class MovingAverage(Formula):
    """0.5 · last 5 + 0.3 · last 10 + 0.2 · season."""

    name: str = "moving_average"

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return expected points for each row of `PLAYER_FEATURES`, NULL where one of the means is NULL."""
        mean = (
            0.5 * pl.col("points_avg_last_5") + 0.3 * pl.col("points_avg_last_10") + 0.2 * pl.col("points_avg_season")
        )
        return features.select(prediction=clamped(mean))["prediction"]


@dataclass(frozen=True)
class ExponentialMean(Formula):
    """The exponentially weighted mean of points, half-life 8 games."""

    name: str = "ewma"

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return expected points for each row of `PLAYER_FEATURES`, NULL where points_ewma is NULL."""
        return features.select(prediction=clamped(pl.col("points_ewma")))["prediction"]


@dataclass(frozen=True)
class Similarity(Formula):
    """The mean points of the player's games, weighted by similarity: recency, home or away, opponent and rest."""

    name: str = "similarity"

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return expected points for each model row, NULL where points_ewma is NULL."""
        known = pl.when(pl.col("points_ewma").is_not_null()).then(pl.col("like_games_points"))
        return features.select(prediction=clamped(known))["prediction"]
