"""The published probability of over, its source, and the standard deviation that calibration uses."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.league.odds import market_over_expr
from courtside.predictions.inputs import Floats
from courtside.predictions.tables import CALIBRATED, MARKET, NO_SOURCE

NORMAL = "normal"
LEAST_SPREAD = 1.0
LEAST_MEAN, LEAST_EXCESS = 0.05, 0.02
LOGIT_OF_NORMAL = 1.702
"""The log-odds of a normal distribution are nearly this many times the distance in standard deviations."""


def with_probability(rows: pl.DataFrame) -> pl.DataFrame:
    """Add probability_over and probability_source to rows with probability_calibrated, line and prices.

    The calibrated probability comes first, then the market's no-vig probability, then NULL. A model's own uncalibrated
    probability is never returned. Both are probabilities of over given that the points are not equal to the line, so
    that the probability of under is 1 minus it.
    """
    has_line, is_calibrated = pl.col("line").is_not_null(), pl.col("probability_calibrated").is_not_null()
    market = rows.select(pl.when(has_line).then(market_over_expr())).to_series()
    return rows.with_columns(
        probability_over=pl.coalesce("probability_calibrated", market),
        probability_source=pl.when(is_calibrated)
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


def distances(rows: pl.DataFrame, family: str) -> pl.Series:
    """Return how far each prediction lies above its line, in standard deviations of a normal distribution.

    In the family `negative_binomial` it is the distance at which a normal distribution has the same odds of over, given
    no push, as a negative binomial distribution of the result with the prediction as its mean.
    """
    if family == NORMAL:
        middle = pl.col("line").floor() / 2 + pl.col("line").ceil() / 2
        return rows.select((pl.col("prediction") - middle) / spread_expr()).to_series()
    known = rows.select("prediction", "line", spread=spread_expr()).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    over, under = negative_binomial_sides(known[:, 0], known[:, 2], known[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(over / under) / LOGIT_OF_NORMAL
    return pl.Series(odds, nan_to_null=True)


def negative_binomial_sides(mean: Floats, spread: Floats, line: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities that a result lies above and below the line; NaN where a value is missing.

    The result is a count with mean `mean` and standard deviation `spread`, at least that of a Poisson distribution.
    """
    mean = np.maximum(mean, LEAST_MEAN)
    size = mean**2 / np.maximum(spread**2 - mean, LEAST_EXCESS * mean)
    chance = (size / (size + mean)) ** size
    over, under = np.ones_like(mean), np.zeros_like(mean)
    highest = line[np.isfinite(line)].max(initial=0)
    for count in range(int(highest) + 1):
        is_below, is_push = count < line, count == line
        under = under + np.where(is_below, chance, 0.0)
        over = over - np.where(is_below | is_push, chance, 0.0)
        chance = chance * (count + size) / (count + 1) * mean / (size + mean)
    is_known = np.isfinite(mean) & np.isfinite(spread) & np.isfinite(line)
    return np.where(is_known, np.maximum(over, 0.0), np.nan), np.where(is_known, under, np.nan)
