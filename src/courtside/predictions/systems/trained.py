"""Trained systems: each date is predicted by the newest model that was trained on earlier dates only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from courtside.predictions.inputs import MODEL_INPUTS, matrix
from courtside.predictions.learners import Learner
from courtside.predictions.systems.base import System, clamped


@dataclass(frozen=True)
class DatedModel:
    """A model, its id and the first date it may predict."""

    model_id: str
    as_of: dt.date
    model: Learner


@dataclass(frozen=True)
class TrainedSystem:
    """A system with one model per training date, oldest first."""

    name: str
    models: Sequence[DatedModel]

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return expected points, NULL before the first model and where points_ewma is NULL."""
        points = np.full(features.height, np.nan)
        known = features["points_ewma"].is_not_null().to_numpy()
        for model, chosen in self._rows_by_model(features):
            places = np.flatnonzero(chosen & known)
            if places.size:
                points[places] = model.model.predict(matrix(features[places], MODEL_INPUTS))
        predictions = pl.DataFrame({"prediction": pl.Series(points).fill_nan(None)})
        return predictions.select(clamped(pl.col("prediction")))["prediction"]

    def model_ids(self, features: pl.DataFrame) -> pl.Series:
        """Return the id of the model that predicts each row, NULL before the first one."""
        ids = np.full(features.height, None, dtype=object)
        for model, chosen in self._rows_by_model(features):
            ids[chosen] = model.model_id
        return pl.Series("model_id", ids.tolist(), dtype=pl.String)

    def _rows_by_model(self, features: pl.DataFrame) -> Iterator[tuple[DatedModel, np.ndarray]]:
        """Yield each model with a mask of the rows that it predicts."""
        days = features["game_date"]
        for place, model in enumerate(self.models):
            chosen = days >= model.as_of
            if place + 1 < len(self.models):
                chosen &= days < self.models[place + 1].as_of
            if chosen.any():
                yield model, chosen.to_numpy()


@dataclass(frozen=True)
class Ensemble:
    """The mean of the members' predictions."""

    members: Sequence[System]
    name: str = "ensemble"

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return the members' mean, NULL where a member has no prediction."""
        predictions = [member.expected_points(features) for member in self.members]
        total = predictions[0]
        for points in predictions[1:]:
            total = total + points
        return (total / len(predictions)).alias("prediction")

    def model_ids(self, features: pl.DataFrame) -> pl.Series:
        """Return the ids of the members' models for each row, joined by a plus."""
        frame = pl.DataFrame({member.name: member.model_ids(features) for member in self.members})
        return frame.select(model_id=pl.concat_str(pl.all(), separator="+"))["model_id"]
