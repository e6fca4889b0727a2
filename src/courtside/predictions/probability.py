"""The probability of over that may be published, where it is from, and the spread that calibration measures by."""

from __future__ import annotations

import polars as pl

from courtside.league.odds import market_over_expr
from courtside.predictions.tables import CALIBRATED, MARKET, NO_SOURCE

LEAST_SPREAD = 1.0


def with_probability(rows: pl.DataFrame) -> pl.DataFrame:
    """Add probability_over and probability_source to rows with probability_calibrated, line and prices.

    The calibrated probability is used where there is one, else the market's no-vig probability, else none: what a
    model alone would give is not calibrated against results and is never returned. Both are the probability of over
    given that the points are not equal to the line, so that of under is the rest and a push belongs to neither.
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
    """Return the standard deviation that points are taken to have around prediction, from points_std_last_10 too."""
    return pl.max_horizontal(pl.col("points_std_last_10"), pl.col("prediction").sqrt(), pl.lit(LEAST_SPREAD))
