"""The published probability of over, its source, and the standard deviation that calibration uses."""

from __future__ import annotations

import polars as pl

from courtside.league.odds import market_over_expr
from courtside.predictions.tables import CALIBRATED, MARKET, NO_SOURCE

LEAST_SPREAD = 1.0


def with_probability(rows: pl.DataFrame) -> pl.DataFrame:
    """Add probability_over and probability_source to rows with probability_calibrated, line and prices.

    The calibrated probability comes first, then the market's no-vig probability, then NULL. A model's own uncalibrated
    probability is never returned. Both are probabilities of over given that the points are not equal to the line, so
    that the probability of under is 1 minus it.
    """
    market = pl.when(pl.col("line").is_not_null()).then(market_over_expr())
    return rows.with_columns(
        probability_over=pl.coalesce("probability_calibrated", market),
        probability_source=pl.when(pl.col("probability_calibrated").is_not_null())
        .then(pl.lit(CALIBRATED))
        .when(market.is_not_null())
        .then(pl.lit(MARKET))
        .otherwise(pl.lit(NO_SOURCE)),
    )


def spread_expr() -> pl.Expr:
    """Return the standard deviation of points around the prediction.

    It is the largest of points_std_last_10, √prediction and 1.
    """
    return pl.max_horizontal(pl.col("points_std_last_10"), pl.col("prediction").sqrt(), pl.lit(LEAST_SPREAD))
