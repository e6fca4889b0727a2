"""Walking forward: models trained every week on what was known, each predicting the week after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from courtside.predictions.calibration import Calibrator, fit_calibrator
from courtside.predictions.systems import FORMULAS, TRAINED, DatedModel, Ensemble, System, TrainedSystem
from courtside.predictions.training import FEWEST_ROWS, Trained, train, trainable

EVERY_DAYS = 7
CALIBRATED_EVERY_DAYS = 28


def retraining_days(start: dt.date, end: dt.date, every: int = EVERY_DAYS) -> list[dt.date]:
    """Return the Mondays on which models are trained for dates from `start` to `end`, `every` days apart."""
    first = start - dt.timedelta(days=start.weekday())
    return [first + dt.timedelta(days=step) for step in range(0, (end - first).days + 1, every)]


def walk(
    rows: pl.DataFrame,
    days: Sequence[dt.date],
    systems: Sequence[str] = TRAINED,
    *,
    window_days: int | None = None,
    measured: bool = False,
    say: Callable[[dt.date, int], None] | None = None,
) -> Iterator[Trained]:
    """Yield a model per day of `days` and system, trained on what lies before that day.

    Days without games until the next, and days with fewer than 2,000 rows before them, have none. Calls `say` with
    each day and the rows it was trained on.

    Args:
        rows: model rows with points.
        days: the days to train on, in order.
        systems: names of trained systems.
        window_days: learn from so many days before; from all of them where None.
        measured: whether each model is measured on the last 14 dates of its window first.
        say: told of each day.
    """
    playing = rows["game_date"].unique().sort()
    for place, day in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else dt.date.max
        known = trainable(rows, day, window_days)
        is_needed = len(days) == 1 or bool(((playing >= day) & (playing < until)).any())
        if known.height < FEWEST_ROWS or not is_needed:
            continue
        if say:
            say(day, known.height)
        for system in systems:
            yield train(system, known, day, measured=measured)


def systems_of(trained: Sequence[Trained]) -> tuple[System, ...]:
    """Return every system: the formulas, those of the models given, and the ensemble."""
    learned = [
        TrainedSystem(
            name,
            tuple(
                DatedModel(f"{name}-{item.as_of}", item.as_of, item.model) for item in trained if item.system == name
            ),
        )
        for name in TRAINED
    ]
    return (*FORMULAS, *learned, Ensemble(learned))


def predicted(rows: pl.DataFrame, systems: Sequence[System]) -> pl.DataFrame:
    """Return rows with a column of expected points per system."""
    return rows.with_columns(system.expected_points(rows).alias(system.name) for system in systems)


def calibrators(rows: pl.DataFrame, system: str, days: Sequence[dt.date]) -> list[Calibrator]:
    """Return the calibrators of a system, one per day of `days` that enough earlier predictions lie before.

    `rows` holds out-of-sample predictions in a column named after the system.
    """
    known = rows.with_columns(prediction=pl.col(system))
    found = (fit_calibrator(system, known, day) for day in days)
    return [item for item in found if item is not None]


def calibrated(rows: pl.DataFrame, fitted: Sequence[Calibrator]) -> pl.DataFrame:
    """Add probability_calibrated and prediction_with_line, by the newest calibrator of earlier dates; else NULL.

    `rows` has game_date, prediction, line, prices and points_std_last_10; their order is kept.
    """
    empty = {"probability_calibrated": pl.lit(None, pl.Float64), "prediction_with_line": pl.lit(None, pl.Float64)}
    placed = rows.with_row_index("place_")
    ordered = sorted(fitted, key=lambda item: item.as_of)
    parts = [placed.filter(pl.col("game_date") < ordered[0].as_of) if ordered else placed]
    parts = [parts[0].with_columns(**empty)]
    for place, item in enumerate(ordered):
        mine = pl.col("game_date") >= item.as_of
        if place + 1 < len(ordered):
            mine &= pl.col("game_date") < ordered[place + 1].as_of
        part = placed.filter(mine)
        parts.append(
            part.with_columns(
                probability_calibrated=item.probability_over(part), prediction_with_line=item.points_with_line(part)
            )
        )
    return pl.concat(parts).sort("place_").drop("place_")
