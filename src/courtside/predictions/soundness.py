"""Soundness tests of training rows and of trained models.

Other checks compare stored values with values that are computed again. These tests use the stored values only, so
they also find errors in the computation: form that correlates with the game itself, columns that do not vary, counts
that do not match their values, and a model whose error is at or below the oracle's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

import polars as pl

from courtside.features.registry import FEATURES, REQUIRED, Feature
from courtside.league.markets import MARKETS, POINTS, Market
from courtside.predictions.errors import LeakageError, TrainingRefusedError
from courtside.quality.origins import DEFAULT_ORIGINS, Origin

FORM = (
    "points_avg_last_5",
    "points_avg_last_10",
    "points_avg_season",
    "points_ewma",
    "points_std_last_10",
    "minutes_avg_last_10",
    "ppm_avg_last_10",
)
"""Inputs that are computed from earlier games."""

MAX_EXCESS = 0.04
"""Limit of form's correlation with the same game minus that with the player's next game; clean rows: 0.018."""

CHANCE = 3.0
"""Standard errors of a correlation that are allowed for chance."""

MOST_COMMON_PCT = 45
"""Largest share, in %, of a month's full-window rows with the same value of a varying feature; clean rows: 27 %."""

FEWEST_ROWS, FEWEST_MEASURED = 500, 200
SHOWN = 3
NEXT_STEPS = "Run `courtside check features` to see the rows and `courtside repair` to compute them again"


def require_sound(rows: pl.DataFrame, market: Market = MARKETS[0]) -> None:
    """Refuse rows that must not be used for training.

    Args:
        rows: feature rows with origins, and the points and minutes of games that were played.
        market: the market of the rows; stored counts and columns that must vary are those of points.

    Raises:
        LeakageError: where form correlates with the game itself.
        TrainingRefusedError: where a column does not vary, or stored counts differ from those of the values.
    """
    if market.name == POINTS and (problems := [*_wrong_counts(rows), *_constant_features(rows)]):
        raise TrainingRefusedError(f"{_shown(problems)}. {NEXT_STEPS}")
    if problems := list(_leaking_form(rows)):
        raise LeakageError(f"{_shown(problems)}. {NEXT_STEPS}")


def measure_points(rows: pl.DataFrame) -> dict[str, float]:
    """Return n, the mean absolute error of predictions, and the error of an oracle that knows the game's minutes.

    The oracle predicts ppm_avg_last_10 × minutes played in the game.

    Args:
        rows: prediction, points, minutes and ppm_avg_last_10; rows with a missing value are left out.
    """
    known = rows.select("prediction", "points", "minutes", "ppm_avg_last_10").drop_nulls().drop_nans()
    if known.is_empty():
        return {}
    errors = known.select(
        mae=(pl.col("prediction") - pl.col("points")).abs().mean(),
        oracle_mae=(pl.col("ppm_avg_last_10") * pl.col("minutes") - pl.col("points")).abs().mean(),
    ).row(0, named=True)
    return {"n": float(known.height), **errors}


def require_error_above_oracle(system: str, measured: Mapping[str, float]) -> None:
    """Refuse a model whose error is at or below the oracle's; with fewer than 200 rows nothing is checked.

    Args:
        system: name of the model's system.
        measured: the result of `measure_points`, or the metrics of a trained model.

    Raises:
        LeakageError: naming both errors.
    """
    if measured.get("n", 0) < FEWEST_MEASURED or "oracle_mae" not in measured:
        return
    if measured["mae"] <= measured["oracle_mae"]:
        raise LeakageError(
            f"{system} has an error of {measured['mae']:.2f} points on {measured['n']:.0f} rows after its training "
            f"dates, and the oracle that knows the minutes one of {measured['oracle_mae']:.2f}: a model without "
            "leakage does not reach this. Run `courtside check features` to find the leak"
        )


def _wrong_counts(rows: pl.DataFrame) -> Iterator[str]:
    """Yield a sentence where stored counts of required defaults differ from those of the values and origins."""
    derived = pl.sum_horizontal(_lacks(item).cast(pl.Int64) for item in REQUIRED)
    wrong = rows.filter(derived.ne_missing(pl.col("required_default_count").cast(pl.Int64)))
    if wrong.height:
        days = wrong["game_date"]
        yield f"{wrong.height} rows from {days.min()!s} on store default counts that their values do not give"


def _lacks(item: Feature) -> pl.Expr:
    value, origin = pl.col(item.name), pl.col(item.origin_column)
    is_default = origin.is_null() | origin.is_in([str(kind) for kind in DEFAULT_ORIGINS])
    return is_default | ((value.is_null() | value.is_nan()).fill_null(True) & (origin != str(Origin.UNAVAILABLE)))


def _constant_features(rows: pl.DataFrame) -> Iterator[str]:
    """Yield a sentence per feature that must vary but has one value on most full-window rows of a month."""
    full = rows.filter(pl.col("games_used_l10") == 10).with_columns(month=pl.col("game_date").dt.strftime("%Y-%m"))
    for item in FEATURES:
        if not item.spread:
            continue
        valued = full.filter(pl.col(item.name).is_not_null())
        shares = (
            valued.group_by("month", item.name)
            .len()
            .join(valued.group_by("month").agg(rows=pl.len()), on="month")
            .filter((pl.col("rows") >= FEWEST_ROWS) & (100 * pl.col("len") > MOST_COMMON_PCT * pl.col("rows")))
            .sort("month")
        )
        for month, value, count, total in shares.head(1).iter_rows():
            yield f"{item.name} is {value:g} on {count} of {total} rows of {month}"


def _leaking_form(rows: pl.DataFrame) -> Iterator[str]:
    """Yield a sentence where form correlates with the game itself far more than with the player's next game."""
    played = (
        rows.filter(pl.col("points").is_not_null() & pl.col("minutes").is_not_null())
        .sort("player_id", "game_date")
        .with_columns(
            pl.col("points", "minutes").cast(pl.Float64),
            month=pl.col("game_date").dt.strftime("%Y-%m"),
            everything=pl.lit("all rows"),
        )
        .with_columns(position=pl.int_range(pl.len()))
    )
    following = played.select("player_id", pl.col("position") - 1, next_points="points", next_minutes="minutes")
    played = played.join(following, on=["player_id", "position"], how="inner", maintain_order="left")
    for name in FORM:
        known = played.filter(pl.col(name).is_not_null())
        for group in ("everything", "season", "month"):
            for outcome in ("points", "minutes"):
                excesses = known.group_by(group).agg(
                    pl.len().alias("rows"),
                    (pl.corr(name, outcome) - pl.corr(name, f"next_{outcome}")).alias("excess"),
                )
                for label, count, excess in excesses.sort(group).iter_rows():
                    if count >= FEWEST_ROWS and excess is not None and excess > MAX_EXCESS + CHANCE / sqrt(count):
                        yield (
                            f"{name} correlates with {outcome} of the same game: {label}, "
                            f"{excess:+.2f} more than with the next game"
                        )


def _shown(problems: Sequence[str]) -> str:
    more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return "; ".join(problems[:SHOWN]) + more
