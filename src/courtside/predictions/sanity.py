"""Sanity check of loaded models: the mean prediction must not lie far from the mean line."""

from __future__ import annotations

import math

import polars as pl

from courtside.intervals import Z_95
from courtside.league.markets import MARKETS, Market

FARTHEST_SHIFT = 1.5
"""Largest distance, in points, between a model's mean prediction and the mean line of the same rows."""

FEWEST_WITH_LINE = 30
SEPARATOR = "+"
"""Separates the model ids of an ensemble."""


def refused_models(predictions: pl.DataFrame, market: Market = MARKETS[0]) -> dict[str, str]:
    """Return the models that must not be used for predictions: model id to reason.

    A model is refused where its predictions lie more than 1.5 points (in another market, as many spreads) above or
    below the lines on average, beyond what chance explains for this number of rows. A model with fewer than 30 rows
    with a line is not checked.

    Args:
        predictions: model_id, prediction and consensus_line.
        market: the market of the predictions.
    """
    farthest = market.from_points(FARTHEST_SHIFT)
    shifts = (
        predictions.filter(pl.col("model_id").is_not_null() & ~pl.col("model_id").str.contains(SEPARATOR, literal=True))
        .with_columns(edge=pl.col("prediction") - pl.col("consensus_line"))
        .group_by("model_id")
        .agg(mean=pl.col("edge").mean(), spread=pl.col("edge").std(), n=pl.col("edge").count())
        .filter(pl.col("n") >= FEWEST_WITH_LINE)
        .sort("model_id")
    )
    return {
        row["model_id"]: (
            f"model {row['model_id']} is refused: its predictions are {row['mean']:+.2f} {market.label} from the line "
            f"on average over {row['n']} rows (limit {farthest:.3g}). Retire it with "
            f"`courtside models retire {row['model_id']}`"
        )
        for row in shifts.to_dicts()
        if abs(row["mean"]) - Z_95 * row["spread"] / math.sqrt(row["n"]) > farthest
    }


def is_refused(refused: dict[str, str]) -> pl.Expr:
    """Return whether model_id is a refused model, or an ensemble with a refused member."""
    parts = pl.col("model_id").str.split(SEPARATOR)
    return parts.list.eval(pl.element().is_in(list(refused))).list.any().fill_null(False)
