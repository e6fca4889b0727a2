"""From expected points and a line to the probability of over."""

from __future__ import annotations

import math

import polars as pl

from courtside.league.odds import no_vig_over_expr

LEAST_SPREAD = 1.0
UNREAL_PRICE = -137.0
"""A price that fantasy books put on both sides of every line; it says nothing about either."""


def market_over_expr() -> pl.Expr:
    """Return the market's no-vig probability of over from over_price and under_price, NULL unless both are real."""
    is_unreal = (pl.col("over_price") == UNREAL_PRICE) & (pl.col("under_price") == UNREAL_PRICE)
    found = no_vig_over_expr("over_price", "under_price")
    return pl.when(is_unreal.fill_null(False)).then(None).otherwise(found)


def probability_over(rows: pl.DataFrame) -> pl.Series:
    """Return the probability that points exceed the line, for rows with prediction, line and points_std_last_10.

    Points are whole, so exceeding 24.5 means 25 or more and exceeding 24 means 25 or more as well: a normal
    distribution around the prediction is read half a point above the highest score that does not exceed the line.
    Its standard deviation is the player's over his last 10 games, but at least the square root of the prediction,
    the spread of a Poisson count. The probability is not calibrated against results; `calibration` does that.
    """
    highest_not_over = pl.col("line").floor()
    z = rows.select(z=(highest_not_over + 0.5 - pl.col("prediction")) / spread_expr())["z"]
    return z.map_elements(lambda value: 0.5 * math.erfc(value / math.sqrt(2)), return_dtype=pl.Float64)


def spread_expr() -> pl.Expr:
    """Return the standard deviation that points are taken to have around prediction, from points_std_last_10 too."""
    return pl.max_horizontal(pl.col("points_std_last_10"), pl.col("prediction").sqrt(), pl.lit(LEAST_SPREAD))
