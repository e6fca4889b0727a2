"""The signal of a slate, computed from the sides of all predictions with a line, before picks are selected."""

from __future__ import annotations

from typing import Literal

import polars as pl

from courtside.league.markets import MARKETS, Market
from courtside.picks.tables import GrainError, require_grain

MINIMUM_PREDICTIONS = 10
HIGH_EDGE_POINTS = 5.0
"""Edge, in points, of a prediction that counts as high; other markets scale it by their spread."""
PublicWord = Literal["favorable", "neutral", "challenging"]
PUBLIC_WORDS: dict[str, PublicWord] = {"GREEN": "favorable", "YELLOW": "neutral", "RED": "challenging"}
"""The word for each signal in public files. A date without a signal has null, not neutral."""


def public_word(signal: str | None) -> PublicWord | None:
    """Return the public word for a signal; None stays None.

    Raises:
        ValueError: naming a signal that does not exist.
    """
    if signal is None:
        return None
    if signal not in PUBLIC_WORDS:
        raise ValueError(f"{signal!r} is not a signal; it is one of {', '.join(PUBLIC_WORDS)} or None")
    return PUBLIC_WORDS[signal]


def rounded_tenths(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return 100·part/whole in tenths of a percent, half rounded up, in integers; null where `whole` is 0."""
    return pl.when(whole > 0).then((2000 * part + whole) // (2 * whole))


def percent_of_tenths(tenths: pl.Expr) -> pl.Expr:
    """Return tenths of a percent as percent with one decimal, the same float as `tenths / 10` in Python."""
    # Polars divides by a constant through its reciprocal, which is off by one bit for a third of all values.
    return (tenths / 10).round(1)


def daily_signals(predictions: pl.DataFrame, market: Market = MARKETS[0]) -> pl.DataFrame:
    """Return one row per game date of `predictions`, sorted by date.

    `predictions` holds one row per (game_id, player_id) of the champion. The result has game_date, signal (GREEN,
    YELLOW, RED or NULL), skew, pct_over (%, one decimal, half rounded up; the thresholds use the rounded figure),
    high_edge (count), predictions_with_line and model_code. With fewer than ten predictions with a line, signal and
    skew are NULL.

    Raises:
        GrainError: where a player game exists twice, or a date has two models.
    """
    require_grain(predictions, ("game_id", "player_id"), "predictions of the champion")
    has_line = pl.col("line").is_not_null()
    is_high = pl.col("edge").abs() >= market.from_points(HIGH_EDGE_POINTS)
    counts = predictions.group_by("game_date").agg(
        (has_line & (pl.col("direction") == "OVER")).sum().cast(pl.Int64).alias("over"),
        (has_line & is_high).sum().cast(pl.Int64).alias("high_edge"),
        has_line.sum().cast(pl.Int64).alias("predictions_with_line"),
        pl.col("model_code").n_unique().alias("models"),
        pl.col("model_code").min(),
    )
    _require_one_model(counts)
    tenths = counts.with_columns(rounded_tenths(pl.col("over"), pl.col("predictions_with_line")).alias("tenths"))
    enough = pl.col("predictions_with_line") >= MINIMUM_PREDICTIONS
    return tenths.select(
        "game_date",
        pl.when(enough).then(_signal()).alias("signal"),
        pl.when(enough).then(_skew()).alias("skew"),
        percent_of_tenths(pl.col("tenths")).alias("pct_over"),
        "high_edge",
        "predictions_with_line",
        "model_code",
    ).sort("game_date")


def _signal() -> pl.Expr:
    tenths = pl.col("tenths")
    return (
        pl.when(tenths < 250)
        .then(pl.lit("RED"))
        .when((pl.col("high_edge") < 3) | (tenths > 450))
        .then(pl.lit("YELLOW"))
        .otherwise(pl.lit("GREEN"))
    )


def _skew() -> pl.Expr:
    tenths = pl.col("tenths")
    return (
        pl.when(tenths < 250)
        .then(pl.lit("under_heavy"))
        .when(tenths > 400)
        .then(pl.lit("over_heavy"))
        .otherwise(pl.lit("balanced"))
    )


def _require_one_model(counts: pl.DataFrame) -> None:
    mixed = counts.filter(pl.col("models") > 1).sort("game_date")
    if mixed.height:
        raise GrainError(
            f"predictions of {mixed['game_date'][0]} come from {mixed['models'][0]} models; "
            "pass the champion's rows only"
        )
