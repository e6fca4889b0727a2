"""The active models: formulas, and the stored models and calibrators that apply to a span of dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from courtside.predictions.calibration import Calibrator
from courtside.predictions.errors import ModelRefusedError
from courtside.predictions.stored_models import Models
from courtside.predictions.systems import FORMULAS, TRAINED, DatedModel, Ensemble, System, TrainedSystem
from courtside.predictions.tables import DISTRIBUTION
from courtside.predictions.walk_forward import calibrated

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class ActiveModels:
    """The active systems, and the calibrators of each system with their ids, oldest first.

    `refused` holds the stored models that are left out: model id to reason.
    """

    systems: Sequence[System] = FORMULAS
    calibrators: Mapping[str, Sequence[tuple[str, Calibrator]]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def second_stage(self, system: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Add probability_calibrated, prediction_with_line and calibrator_id, NULL before the first calibrator."""
        dated = self.calibrators.get(system, ())
        ids: pl.Expr = pl.lit(None, pl.String)
        for name, item in dated:
            ids = pl.when(pl.col("game_date") >= item.as_of).then(pl.lit(name)).otherwise(ids)
        return calibrated(rows, [item for _, item in dated]).with_columns(calibrator_id=ids)


def active_models(store: Models, first: dt.date, last: dt.date) -> ActiveModels:
    """Return the active models from `first` to `last`: for each date, the newest model that may predict it.

    A system without such a model makes no prediction. A model whose file is damaged is left out, with the reason in
    `refused`; the model before it, or the fallback, is used.
    """
    refused: dict[str, str] = {}
    points = _loaded(_active(store.rows("points"), first, last), store.points_model, refused)
    learned = [
        TrainedSystem(name, [DatedModel(row["model_id"], row["as_of"], model) for row, model in points[name]])
        for name in TRAINED
        if name in points
    ]
    ensemble = (Ensemble(learned),) if len(learned) == len(TRAINED) else ()
    loaded = _loaded(_active(store.rows("over"), first, last), store.calibrator, refused)
    over = {name: [(row["model_id"], item) for row, item in items] for name, items in loaded.items()}
    return ActiveModels((*FORMULAS, *learned, *ensemble), over, refused)


def _loaded(
    active: Mapping[str, Sequence[Row]], load: Callable[[Row], T], refused: dict[str, str]
) -> dict[str, list[tuple[Row, T]]]:
    """Return each system's rows with the result of `load`; add the models that `load` refuses to `refused`."""
    by_system: dict[str, list[tuple[Row, T]]] = {}
    for name, rows in active.items():
        for row in rows:
            try:
                by_system.setdefault(name, []).append((row, load(row)))
            except ModelRefusedError as error:
                refused[row["model_id"]] = str(error)
    return by_system


def active_models_by_date(store: Models, dates: Sequence[dt.date]) -> dict[dt.date, str]:
    """Return the ids of the active models and calibrators of each date; a changed id means that predictions change."""
    rows = store.rows().filter((pl.col("status") != "retired") & (pl.col("kind") != DISTRIBUTION)).to_dicts()
    ids_by_date = {}
    for day in dates:
        newest = {(row["market"], row["system"], row["kind"]): row["model_id"] for row in rows if row["as_of"] <= day}
        ids_by_date[day] = ",".join(sorted(newest.values()))
    return ids_by_date


def _active(rows: pl.DataFrame, first: dt.date, last: dt.date) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the models that are active on a date of the span, by system, oldest first."""
    usable = rows.filter((pl.col("status") != "retired") & (pl.col("as_of") <= last)).sort("as_of", "model_id")
    by_system: dict[str, list[dict[str, Any]]] = {}
    for row in usable.to_dicts():
        active = by_system.setdefault(row["system"], [])
        if active and row["as_of"] <= first:
            active.clear()
        active.append(row)
    return by_system
