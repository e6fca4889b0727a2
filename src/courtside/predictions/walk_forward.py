"""Walk forward: train models every week on earlier dates and predict the following week with each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from courtside.league.markets import MARKETS, Market
from courtside.predictions.calibration import Calibrator, fit_calibrator
from courtside.predictions.inputs import MODEL_INPUTS, ORDER
from courtside.predictions.learners import thread_count
from courtside.predictions.systems import FORMULAS, TRAINED, DatedModel, Ensemble, System, TrainedSystem
from courtside.predictions.training import FEWEST_ROWS, OTHER_COLUMNS, Trained, train, trainable

EVERY_DAYS = 7
CALIBRATED_EVERY_DAYS = 28
CALIBRATION_DAYS = 12 * EVERY_DAYS
"""Newest days with lines that the first calibrator of a home is fitted on: about 10,000 predictions."""


def retraining_days(start: dt.date, end: dt.date, every: int = EVERY_DAYS) -> list[dt.date]:
    """Return the Mondays on which models are trained for dates from `start` to `end`, `every` days apart."""
    first = start - dt.timedelta(days=start.weekday())
    return [first + dt.timedelta(days=step) for step in range(0, (end - first).days + 1, every)]


def spaced(days: Sequence[dt.date], apart: int = CALIBRATED_EVERY_DAYS) -> list[dt.date]:
    """Return the first of `days`, and each later day that is at least `apart` days after the previous one returned."""
    chosen: list[dt.date] = []
    for day in days:
        if not chosen or (day - chosen[-1]).days >= apart:
            chosen.append(day)
    return chosen


def walk(
    rows: pl.DataFrame,
    days: Sequence[dt.date],
    systems: Sequence[str] = TRAINED,
    *,
    window_days: int | None = None,
    measured: bool = False,
    progress: Callable[[dt.date, int], None] | None = None,
) -> Iterator[Trained]:
    """Yield a model for each day of `days` and each system, trained on the rows before that day.

    A day has no model where no game is played before the next day of `days`, or where fewer than 2,000 rows are
    earlier. Several days are trained in parallel, each on one thread; the result does not depend on the threads.

    Args:
        rows: model rows with points.
        days: the training days, in order.
        systems: names of trained systems.
        window_days: number of days before each training day to use; None uses all.
        measured: whether each model is first measured on the newest dates of its window.
        progress: called with each training day and its number of rows.
    """
    plan = played_weeks(rows, days)
    needed = rows.select(*dict.fromkeys((*ORDER, *MODEL_INPUTS, *OTHER_COLUMNS)))

    def train_day(day: dt.date) -> tuple[dt.date, int, list[Trained]]:
        known = trainable(needed, day, window_days)
        if known.height < FEWEST_ROWS:
            return day, known.height, []
        threads = 1 if len(plan) > 1 else None
        fitted = [train(system, known, day, measured=measured, threads=threads) for system in systems]
        return day, known.height, fitted

    with ThreadPoolExecutor(thread_count()) as pool:
        for day, height, fitted in pool.map(train_day, plan):
            if progress and fitted:
                progress(day, height)
            yield from fitted


def out_of_sample(rows: pl.DataFrame, day: dt.date, systems: Sequence[str] = TRAINED) -> pl.DataFrame:
    """Return rows of the newest 12 weeks of lines before `day`, with out-of-sample predictions.

    A model is trained for each of these weeks, as in `walk`. Each system has a column, which is NULL where no model
    could be trained.
    """
    earlier = rows.filter(pl.col("game_date") < day)
    with_line = earlier.filter(pl.col("line").is_not_null() & pl.col("points").is_not_null())
    if with_line.is_empty():
        return predicted(with_line, systems_of(()))
    last = max(with_line["game_date"])
    days = retraining_days(max(min(with_line["game_date"]), last - dt.timedelta(days=CALIBRATION_DAYS)), last)
    trained = list(walk(earlier, played_weeks(with_line, days), systems))
    return predicted(with_line.filter(pl.col("game_date") >= days[0]), systems_of(trained))


def played_weeks(rows: pl.DataFrame, days: Sequence[dt.date]) -> list[dt.date]:
    """Return the days that have a game before the next day of `days`; a single day is always returned."""
    if len(days) == 1:
        return list(days)
    game_dates = rows["game_date"].unique().sort()
    ends = [*days[1:], dt.date.max]
    return [day for day, end in zip(days, ends, strict=True) if ((game_dates >= day) & (game_dates < end)).any()]


def systems_of(trained: Sequence[Trained]) -> tuple[System, ...]:
    """Return every system: the formulas, the systems of the given models, and the ensemble."""
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
    """Return the rows with a column of expected points for each system."""
    return rows.with_columns(system.expected_points(rows).alias(system.name) for system in systems)


def calibrators(
    rows: pl.DataFrame, system: str, days: Sequence[dt.date], market: Market = MARKETS[0]
) -> list[Calibrator]:
    """Return a system's calibrators: one for each day of `days` with enough earlier predictions.

    `rows` holds out-of-sample predictions in a column named after the system.
    """
    known = rows.with_columns(prediction=pl.col(system))
    fitted = (fit_calibrator(system, known, day, market.family) for day in days)
    return [item for item in fitted if item is not None]


def calibrated(rows: pl.DataFrame, fitted: Sequence[Calibrator]) -> pl.DataFrame:
    """Add probability_calibrated and prediction_with_line from the newest calibrator of earlier dates, otherwise NULL.

    `rows` has game_date, prediction, line, prices and points_std_last_10; their order is kept.
    """
    empty = {"probability_calibrated": pl.lit(None, pl.Float64), "prediction_with_line": pl.lit(None, pl.Float64)}
    placed = rows.with_row_index("place_")
    ordered = sorted(fitted, key=lambda item: item.as_of)
    parts = [placed.filter(pl.col("game_date") < ordered[0].as_of) if ordered else placed]
    parts = [parts[0].with_columns(**empty)]
    for place, item in enumerate(ordered):
        is_covered = pl.col("game_date") >= item.as_of
        if place + 1 < len(ordered):
            is_covered &= pl.col("game_date") < ordered[place + 1].as_of
        part = placed.filter(is_covered)
        parts.append(
            part.with_columns(
                probability_calibrated=item.probability_over(part), prediction_with_line=item.points_with_line(part)
            )
        )
    return pl.concat(parts).sort("place_").drop("place_")
