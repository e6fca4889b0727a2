"""Training of stored models, for one day or every week of a range, and of their calibrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import narwhals as nw
import polars as pl

from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import MARKETS, POINTS, Market
from courtside.pipeline.model_store import ModelStore
from courtside.predictions.active_models import active_models
from courtside.predictions.distribution_figures import distributions
from courtside.predictions.errors import TrainingRefusedError
from courtside.predictions.promotion import failure_reason, failures
from courtside.predictions.rows import PLAYER_GAME, model_rows, with_outcomes
from courtside.predictions.soundness import measure_points, require_error_above_oracle, require_sound
from courtside.predictions.systems import TRAINED
from courtside.predictions.training import MEASURED_DAYS, Trained, measure_after_training
from courtside.predictions.walk_forward import calibrators, out_of_sample, predicted, spaced, systems_of, walk

WINDOW_DAYS = 4 * 365
"""Days of game dates that a model is trained on: four years."""

WITH_CALIBRATOR = frozenset((*TRAINED, "ensemble"))
"""Systems whose out-of-sample predictions of earlier dates can be computed for calibrators."""


def learn(
    store: ModelStore,
    days: Sequence[dt.date],
    now: dt.datetime,
    *,
    market: Market = MARKETS[0],
    systems: Sequence[str] = TRAINED,
    progress: Callable[[dt.date, int], None] | None = None,
) -> list[str]:
    """Train models of `market` for `days`, store them with the calibrators of the same days, and return all ids.

    A model of a day is trained on earlier dates only. A calibrator is fitted on out-of-sample predictions of earlier
    dates.

    The model of a single day is measured on the newest dates of its window: a model that is trained without them
    predicts them. A model that fails a promotion gate is stored as retired and is not used for predictions. Where there
    are too few stored predictions, models of earlier weeks are trained to fit the calibrators; they are not stored.

    The models of several days are measured on the four weeks from their day on. Their calibrators and distributions are
    fitted every fourth week.

    All rows are written in one transaction. A market other than points without any line has no models, because it has
    no predictions.

    Nothing is stored where the rows or a model fail a soundness test.

    Raises:
        TrainingRefusedError: where no day has enough rows before it, or rows must not be used for training.
        LeakageError: where an input holds the game's own result, or a model's error is at or below the oracle's.
    """
    store, warehouse = store.of(market.name).staged(), store.warehouse
    first = warehouse.collect(warehouse.scan(PLAYER_FEATURES).select(nw.col("game_date").min()))["game_date"][0]
    if first is None:
        raise TrainingRefusedError("No feature rows are stored. Run `courtside run` first.")
    is_single = len(days) == 1
    last = max(days) if is_single else max(days) + dt.timedelta(days=MEASURED_DAYS)
    known_and_later = with_outcomes(model_rows(warehouse, first, last, market), warehouse, market)
    rows = known_and_later.filter(pl.col("game_date") <= max(days))
    if market.name != POINTS and rows["line"].null_count() == rows.height:
        return []
    require_sound(rows, market)
    trained = list(walk(rows, days, systems, window_days=WINDOW_DAYS, measured=is_single, progress=progress))
    if not trained:
        raise TrainingRefusedError(
            f"no model could be trained for {days[0]} to {days[-1]}: fewer than 2,000 training-ready rows lie before "
            "each of these dates, or no games are played on them. Run `courtside run` over more dates first"
        )
    if not is_single:
        trained = [
            replace(item, metrics=measure_after_training(item.model, known_and_later, item.as_of)) for item in trained
        ]
    if market.name == POINTS:
        _require_above_oracle(rows, trained, systems)
    ids = store.save(trained, (), now)
    for model_id in ids:
        if failed := failures(store.one(model_id)):
            store.set_status(model_id, "retired", failure_reason(failed))
    active = active_models(store, first, max(days))
    known = predicted(rows, active.systems)
    names = [system.name for system in active.systems]
    short = [name for name in names if is_single and not calibrators(known, name, days, market)]
    if WITH_CALIBRATOR & set(short):
        earlier = out_of_sample(rows, days[0], [name for name in systems if name in names])
        known = _filled(known, earlier, [name for name in short if name in WITH_CALIBRATOR])
    fitted = [item for name in names for item in calibrators(known, name, spaced(days), market)]
    around = [item for name in names for item in distributions(known, name, spaced(days))]
    ids += store.save((), fitted, now, around)
    store.commit()
    return ids


def _require_above_oracle(rows: pl.DataFrame, trained: Sequence[Trained], systems: Sequence[str]) -> None:
    """Refuse models whose out-of-sample error is at or below that of the oracle that knows minutes.

    A model of one day is measured on the newest dates of its window, which it was not trained on. Models of a range are
    measured on the dates after their training.

    Raises:
        LeakageError: naming the system and both errors.
    """
    for item in trained:
        require_error_above_oracle(item.system, item.metrics)
    if len({item.as_of for item in trained}) > 1:
        learned = [system for system in systems_of(trained) if system.name in systems]
        known = predicted(rows, learned)
        for system in learned:
            measured = known.filter(pl.col("points").is_not_null() & pl.col(system.name).is_not_null())
            errors = measure_points(measured.with_columns(prediction=pl.col(system.name)))
            require_error_above_oracle(system.name, errors)


def _filled(known: pl.DataFrame, earlier: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return `known` with its NULLs in the columns `names` filled from `earlier`."""
    found = earlier.select(*PLAYER_GAME, *(pl.col(name).alias(f"{name}_earlier") for name in names))
    both = known.join(found, on=PLAYER_GAME, how="left", validate="1:1", maintain_order="left")
    filled = both.with_columns(pl.coalesce(name, f"{name}_earlier").alias(name) for name in names)
    return filled.select(known.columns)
