"""Stored models: files in their library's own format with a SHA-256, and one row of `models` for each.

There is one model per system and training date, so that a past date is predicted by a model trained before it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from courtside.league.markets import of_market
from courtside.predictions.calibration import Calibrator
from courtside.predictions.distribution import Distribution
from courtside.predictions.errors import ModelRefusedError, NoModelError
from courtside.predictions.inputs import MODEL_INPUTS
from courtside.predictions.learners import CatBoost, Learner, LightGbm
from courtside.predictions.tables import DISTRIBUTION, MODELS
from courtside.warehouse.base import Reader

READERS: dict[str, Callable[[bytes], Learner]] = {"catboost_v9": CatBoost.from_bytes, "lightgbm": LightGbm.from_bytes}

T = TypeVar("T")


@dataclass(frozen=True)
class Models:
    """Read access to the stored models of `market`, or of every market: files below `folder`, rows in `warehouse`."""

    warehouse: Reader
    folder: Path
    market: str | None = None

    def rows(self, kind: str | None = None) -> pl.DataFrame:
        """Return the rows of `MODELS`, oldest first."""
        models = self._stored().sort("as_of", "system", "kind", "model_id")
        return models if kind is None else models.filter(pl.col("kind") == kind)

    def one(self, model_id: str) -> dict[str, Any]:
        """Return the row of a model.

        Raises:
            NoModelError: where no model has this id.
        """
        rows = self.rows().filter(pl.col("model_id") == model_id).to_dicts()
        if not rows:
            raise NoModelError(f"no model {model_id!r} is stored; `courtside models list` shows the stored models")
        return rows[0]

    def points_model(self, row: dict[str, Any]) -> Learner:
        """Load the model of a row after its file is checked.

        Raises:
            ModelRefusedError: where the file is missing or changed, or the model was trained on other inputs.
        """
        if row["inputs"] != ",".join(MODEL_INPUTS):
            raise ModelRefusedError(
                f"model {row['model_id']} was trained on other inputs than this version computes; "
                f"`courtside train --as-of {row['as_of']}` trains it again"
            )
        content = self.content(row)
        return _readable(row, lambda: READERS[row["system"]](content))

    def calibrator(self, row: dict[str, Any]) -> Calibrator:
        """Load the calibrator of a row after its file is checked.

        Raises:
            ModelRefusedError: where the file is missing or differs from what was written.
        """
        content = self.content(row)
        return _readable(row, lambda: Calibrator.from_text(content.decode()))

    def distribution(self, row: dict[str, Any]) -> Distribution:
        """Load the distribution of a row after its file is checked.

        Raises:
            ModelRefusedError: where the file is missing or differs from what was written.
        """
        content = self.content(row)
        return _readable(row, lambda: Distribution.from_text(content.decode()))

    def distribution_on(self, system: str, day: dt.date) -> Distribution | None:
        """Return the newest distribution of a system that may be used on `day`; None before the first."""
        rows = self.rows(DISTRIBUTION).filter(
            (pl.col("system") == system) & (pl.col("as_of") <= day) & (pl.col("status") != "retired")
        )
        return self.distribution(rows.row(-1, named=True)) if rows.height else None

    def verify(self, row: dict[str, Any]) -> None:
        """Check that the file of a row can be loaded for predictions.

        Raises:
            ModelRefusedError: where the file is missing, differs from what was written, or cannot be read.
        """
        if row["kind"] == "points":
            self.points_model(row)
        elif row["kind"] == DISTRIBUTION:
            self.distribution(row)
        else:
            self.calibrator(row)

    def _stored(self) -> pl.DataFrame:
        reader = of_market(self.warehouse, self.market) if self.market else self.warehouse
        return self.warehouse.collect(reader.scan(MODELS))

    def content(self, row: dict[str, Any]) -> bytes:
        """Return the bytes of a row's file after they are checked.

        Raises:
            ModelRefusedError: where the file is missing or differs from what was written.
        """
        path = self.folder / row["file"]
        again = f"`courtside train --as-of {row['as_of']}` trains it again"
        if not path.is_file():
            raise ModelRefusedError(f"model {row['model_id']}: {path} does not exist; {again}")
        try:
            content: bytes = path.read_bytes()
        except OSError as error:
            raise ModelRefusedError(f"model {row['model_id']}: {path}: {error.strerror}; {again}") from error
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 != row["sha256"]:
            raise ModelRefusedError(
                f"model {row['model_id']}: {path} was changed after it was written: its SHA-256 is {sha256[:12]}… "
                f"and was {row['sha256'][:12]}…; {again}"
            )
        return content


def _readable(row: dict[str, Any], read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as error:
        raise ModelRefusedError(
            f"model {row['model_id']}: {row['file']} cannot be read ({type(error).__name__}); "
            f"`courtside train --as-of {row['as_of']}` trains it again"
        ) from error
