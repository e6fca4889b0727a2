"""Training of one model: the rows that may be used, the split by date, the fit and its metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from courtside.features.registry import REQUIRED
from courtside.predictions.errors import LeakageError, TrainingRefusedError
from courtside.predictions.inputs import MODEL_INPUTS, ORDER, matrix, require_line_free
from courtside.predictions.learners import CatBoost, Learner, LightGbm
from courtside.predictions.soundness import measure_points

FEWEST_ROWS = 2000
VALIDATION_DAYS = 14
MEASURED_DAYS = 28
"""Days from its first on for which a model of the past is measured."""

LEAK_CORRELATION = 0.9
"""An input that correlates this much with the points of the same game leaks them; clean inputs stay near 0.75."""

OTHER_COLUMNS = ("points", "minutes", "is_training_ready", "required_default_count", "vegas_points_line")
"""Columns that training reads in addition to the inputs and the sort order."""

FITS: dict[str, Callable[..., Learner]] = {"catboost_v9": CatBoost.fit, "lightgbm": LightGbm.fit}
"""The function that fits each trained system."""


@dataclass(frozen=True)
class Trained:
    """A fitted model: the first date it may predict, its window, its inputs and its metrics."""

    system: str
    as_of: dt.date
    window_start: dt.date
    window_end: dt.date
    rows: int
    inputs: tuple[str, ...]
    model: Learner
    metrics: dict[str, Any] = field(default_factory=dict)


def reason_left_out() -> pl.Expr:
    """Return why a row may not be trained on, NULL where it may be."""
    return (
        pl.when(pl.col("points").is_null())
        .then(pl.lit("the player did not play, or the box score is not complete"))
        .when(pl.col("is_training_ready"))
        .then(None)
        .when(pl.col("required_default_count") > 0)
        .then(pl.lit("a required feature has no value"))
        .otherwise(pl.lit("the quality of the row is too low"))
    )


def trainable(rows: pl.DataFrame, as_of: dt.date, window_days: int | None = None) -> pl.DataFrame:
    """Return the rows that a model for dates from `as_of` on may be trained on, in a fixed order.

    These are played games before `as_of` whose row `is_training_ready`; with `window_days`, only the newest days.
    """
    start = dt.date.min if window_days is None else as_of - dt.timedelta(days=window_days)
    chosen = (pl.col("game_date") < as_of) & (pl.col("game_date") >= start)
    return rows.filter(chosen & reason_left_out().is_null()).sort(ORDER)


def require_trainable(rows: pl.DataFrame, as_of: dt.date, inputs: Sequence[str] = MODEL_INPUTS) -> None:
    """Refuse rows that must not be used for training.

    Raises:
        LeakageError: where a row is not before `as_of`, an input is a line, or an input leaks the game's points.
        TrainingRefusedError: where a row lacks a required feature, or there are too few rows.
    """
    require_line_free(inputs)
    _require_before(rows, as_of)
    require_clean(rows)
    if rows.height < FEWEST_ROWS:
        raise TrainingRefusedError(
            f"a model needs {FEWEST_ROWS} training rows and there are {rows.height} before {as_of}. "
            "Run features over more dates first"
        )
    _require_no_leak(rows, inputs)


def require_clean(rows: pl.DataFrame) -> None:
    """Refuse training rows that lack a required feature or are not training-ready.

    Raises:
        TrainingRefusedError: with the number of these rows and the feature that is missing most often.
    """
    contaminated = rows.filter((pl.col("required_default_count") > 0) | ~pl.col("is_training_ready"))
    if contaminated.height:
        raise TrainingRefusedError(
            f"{contaminated.height} of {rows.height} training rows lack a required feature or are not training-ready "
            f"(most often missing: {_emptiest_feature(contaminated)}); `courtside check training-data` shows the causes"
        )


def require_earlier(earlier: pl.DataFrame, later: pl.DataFrame) -> None:
    """Refuse a split whose training rows are not all earlier than the rows that the model is measured on.

    Raises:
        LeakageError: naming the overlapping dates, such as those of a random split.
    """
    last, first = earlier["game_date"].max(), later["game_date"].min()
    if last is not None and first is not None and last >= first:  # type: ignore[operator]
        raise LeakageError(
            f"training rows end on {last!s} and the rows to measure on begin on {first!s}: split by date, never at "
            "random"
        )


def split_by_date(rows: pl.DataFrame, days: int = VALIDATION_DAYS) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows before the last `days` game dates and the rows on them, at most a quarter of all dates."""
    dates = rows["game_date"].unique().sort()
    measured_days = min(days, dates.len() // 4)
    if not measured_days:
        return rows, rows.clear()
    bound = dates[-measured_days]
    return rows.filter(pl.col("game_date") < bound), rows.filter(pl.col("game_date") >= bound)


def train(
    system: str, rows: pl.DataFrame, as_of: dt.date, *, measured: bool = True, threads: int | None = None
) -> Trained:
    """Fit the trained `system` on the rows of `trainable`, in their order.

    With `measured`, a model that is fitted without the newest dates is first measured on them. Its mean absolute error,
    bias and mean distance from the line become the metrics; the stored model is then fitted on all rows. The result
    does not depend on the number of threads.

    Raises:
        LeakageError, TrainingRefusedError: as in `require_trainable`.
    """
    require_trainable(rows, as_of)
    fit = FITS[system]
    metrics: dict[str, Any] = {}
    if measured:
        earlier, later = split_by_date(rows)
        metrics = measure(fit_on(fit, earlier, later), later) if later.height else {}
    days = rows["game_date"]
    model = fit(matrix(rows), rows["points"].cast(pl.Float64).to_numpy(), threads=threads)
    return Trained(system, as_of, days[0], days[-1], rows.height, MODEL_INPUTS, model, metrics)


def fit_on(fit: Callable[..., Learner], earlier: pl.DataFrame, later: pl.DataFrame) -> Learner:
    """Fit a model on `earlier` rows that is measured on `later` rows.

    Raises:
        LeakageError: where the two overlap in time.
    """
    require_earlier(earlier, later)
    return fit(matrix(earlier), earlier["points"].cast(pl.Float64).to_numpy())


def measure_after_training(model: Learner, rows: pl.DataFrame, as_of: dt.date) -> dict[str, Any]:
    """Return the metrics of a model on the first four weeks that it may predict; empty where no row is of them.

    Args:
        model: a model that was trained on dates before `as_of`.
        rows: model rows with outcomes.
        as_of: the first date that the model may predict.
    """
    end = as_of + dt.timedelta(days=MEASURED_DAYS)
    later = rows.filter((pl.col("game_date") >= as_of) & (pl.col("game_date") < end) & reason_left_out().is_null())
    return measure(model, later) if later.height else {}


def measure(model: Learner, rows: pl.DataFrame) -> dict[str, Any]:
    """Return first_date, last_date, n, mae, bias and oracle_mae of rows that the model was not trained on.

    With lines there are also n_with_line, mae_with_line, line_mae and mean_shift.
    """
    prediction = pl.Series("prediction", model.predict(matrix(rows)))
    frame = rows.select("points", line="vegas_points_line").with_columns(prediction)
    with_line = frame.filter(pl.col("line").is_not_null())
    error, line_error = pl.col("prediction") - pl.col("points"), pl.col("line") - pl.col("points")
    metrics = {"n": float(frame.height)} | frame.select(mae=error.abs().mean(), bias=error.mean()).to_dicts()[0]
    if with_line.height:
        line_metrics = with_line.select(
            mae_with_line=error.abs().mean(),
            line_mae=line_error.abs().mean(),
            mean_shift=(pl.col("prediction") - pl.col("line")).mean(),
        )
        metrics |= {"n_with_line": float(with_line.height)} | line_metrics.to_dicts()[0]
    oracle = measure_points(rows.with_columns(prediction)).get("oracle_mae")
    if oracle is not None:
        metrics |= {"oracle_mae": oracle}
    days = {"first_date": str(rows["game_date"].min()), "last_date": str(rows["game_date"].max())}
    return {name: round(float(value), 4) for name, value in metrics.items()} | days


def _require_before(rows: pl.DataFrame, as_of: dt.date) -> None:
    late = rows.filter(pl.col("game_date") >= as_of)
    if late.height:
        raise LeakageError(
            f"{late.height} training rows are of {late['game_date'].min()!s} or later; a model that predicts from "
            f"{as_of} on must be trained on earlier dates only"
        )


def _require_no_leak(rows: pl.DataFrame, inputs: Sequence[str]) -> None:
    points = pl.col("points").cast(pl.Float64)
    by_input = rows.select(pl.corr(pl.col(name).cast(pl.Float64), points).alias(name) for name in inputs).to_dicts()[0]
    leaks = {name: value for name, value in by_input.items() if value is not None and abs(value) >= LEAK_CORRELATION}
    if leaks:
        worst = max(leaks, key=lambda name: abs(leaks[name]))
        raise LeakageError(
            f"input {worst} correlates {leaks[worst]:.3f} with the points of the same game: it contains the game's own "
            "result. Run `courtside repair` to compute the features again"
        )


def _emptiest_feature(rows: pl.DataFrame) -> str:
    names = [item.name for item in REQUIRED if item.name in rows.columns]
    empty = rows.select(pl.col(name).is_null().sum() for name in names).to_dicts()[0]
    return max(empty, key=lambda name: int(empty[name])) if any(empty.values()) else "none"
