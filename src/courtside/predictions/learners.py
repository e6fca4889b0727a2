"""Learners: a ridge regression, CatBoost and LightGBM, each saved in its library's own format.

Seeds are fixed, and times, ids and thread counts are left out of the files. The same rows therefore give the same
bytes, whatever the number of threads.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from courtside.errors import ConfigError
from courtside.predictions.errors import ModelRefusedError
from courtside.predictions.inputs import Floats

SEED = 926
MAX_THREADS = 2
MAX_DEVIATIONS = 5.0
"""Inputs of the linear part are clipped at this many standard deviations from the mean."""

STEPS_PER_DEVIATION = 1024
"""Inputs of the linear part are rounded to 1/1024 of a standard deviation."""


class Learner(Protocol):
    """A fitted model that predicts expected points and can be saved as bytes."""

    def predict(self, inputs: Floats) -> Floats:
        """Return expected points, one value per row of inputs."""
        ...

    def to_bytes(self) -> bytes:
        """Return the model in its library's own format."""
        ...


@dataclass(frozen=True)
class Linear:
    """A ridge regression on standardised inputs; a missing value counts as the mean."""

    means: Floats
    scales: Floats
    weights: Floats
    intercept: float

    @classmethod
    def fit(cls, inputs: Floats, points: Floats, penalty: float = 200.0) -> Self:
        """Fit by least squares with `penalty` on the squared weights."""
        counts = np.maximum((~np.isnan(inputs)).sum(axis=0), 1)
        means = np.nansum(inputs, axis=0) / counts
        filled = np.where(np.isnan(inputs), means, inputs)
        scales = filled.std(axis=0)
        model = cls(means, np.where(scales > 0, scales, 1.0), np.zeros(inputs.shape[1]), float(points.mean()))
        steps = model._steps(inputs)
        gram = steps.T @ steps / STEPS_PER_DEVIATION**2 + penalty * np.eye(inputs.shape[1])
        target = (steps.T @ points - steps.sum(axis=0) * model.intercept) / STEPS_PER_DEVIATION
        weights: Floats = np.asarray(np.round(np.linalg.solve(gram, target), 9), dtype=np.float64)
        return cls(means, model.scales, weights, model.intercept)

    def predict(self, inputs: Floats) -> Floats:
        """Return expected points."""
        return np.asarray((self._steps(inputs) / STEPS_PER_DEVIATION * self.weights).sum(axis=1) + self.intercept)

    def as_text(self) -> str:
        """Return the regression as JSON."""
        parts = {name: getattr(self, name).tolist() for name in ("means", "scales", "weights")}
        return json.dumps(parts | {"intercept": self.intercept}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the regression from the JSON that `as_text` returned."""
        parts = json.loads(text)
        means, scales, weights = (np.array(parts[name], dtype=np.float64) for name in ("means", "scales", "weights"))
        return cls(means, scales, weights, float(parts["intercept"]))

    def _steps(self, inputs: Floats) -> Floats:
        """Return standardised inputs as whole steps, so that sums of products are exact in any order."""
        filled = np.where(np.isnan(inputs), self.means, inputs)
        return np.asarray(
            np.rint(np.clip((filled - self.means) / self.scales, -MAX_DEVIATIONS, MAX_DEVIATIONS) * STEPS_PER_DEVIATION)
        )


@dataclass(frozen=True)
class CatBoost:
    """The mean of CatBoost's trees and a ridge regression on the same inputs.

    The regression is saved in the metadata of the CatBoost file.
    """

    trees: Any
    linear: Linear

    PARAMETERS = {  # noqa: RUF012 - read only
        "loss_function": "RMSE",
        "iterations": 150,
        "learning_rate": 0.06,
        "depth": 5,
        "l2_leaf_reg": 50,
        "border_count": 64,
        "bootstrap_type": "Bernoulli",
        "subsample": 0.7,
        "boosting_type": "Plain",
        "random_seed": SEED,
    }

    @classmethod
    def fit(cls, inputs: Floats, points: Floats, threads: int | None = None) -> Self:
        """Fit the trees and the regression."""
        count = threads or thread_count()
        trees = _catboost().CatBoostRegressor(
            **cls.PARAMETERS, thread_count=count, verbose=False, allow_writing_files=False
        )
        trees.fit(inputs.astype(np.float32), points)
        linear = Linear.fit(inputs, points)
        _clear_metadata(trees)["courtside_linear"] = linear.as_text()
        return cls(trees, linear)

    def predict(self, inputs: Floats) -> Floats:
        """Return expected points."""
        boosted = self.trees.predict(inputs.astype(np.float32), thread_count=thread_count())
        return np.asarray((boosted + self.linear.predict(inputs)) / 2)

    def to_bytes(self) -> bytes:
        """Return the model as CatBoost's `cbm`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.cbm"
            self.trees.save_model(str(path), format="cbm")
            return path.read_bytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the model from the bytes that `to_bytes` returned.

        Raises:
            ModelRefusedError: where the bytes hold no such model.
        """
        library = _catboost()
        trees = library.CatBoostRegressor()
        try:
            trees.load_model(blob=content)
            return cls(trees, Linear.from_text(trees.get_metadata()["courtside_linear"]))
        except (library.CatBoostError, KeyError) as error:
            raise ModelRefusedError(f"the file is not a CatBoost model with a linear part: {error}") from error


@dataclass(frozen=True)
class LightGbm:
    """A LightGBM model."""

    trees: Any

    ROUNDS = 100
    PARAMETERS = {  # noqa: RUF012 - read only
        "objective": "l2",
        "learning_rate": 0.06,
        "num_leaves": 15,
        "min_data_in_leaf": 200,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 10,
        "max_bin": 63,
        "deterministic": True,
        "force_row_wise": True,
        "seed": SEED,
        "verbosity": -1,
    }

    @classmethod
    def fit(cls, inputs: Floats, points: Floats, threads: int | None = None) -> Self:
        """Fit the trees, on one thread by default, which is the fastest for this amount of data."""
        library = _lightgbm()
        parameters = cls.PARAMETERS | {"num_threads": threads or 1}
        trees = library.train(parameters, library.Dataset(inputs.astype(np.float32), points), cls.ROUNDS)
        return cls.from_bytes(trees.model_to_string().encode())

    def predict(self, inputs: Floats) -> Floats:
        """Return expected points."""
        return np.asarray(self.trees.predict(inputs.astype(np.float32), num_threads=1))

    def to_bytes(self) -> bytes:
        """Return the model as LightGBM text, without the parameters that depend on the run."""
        trees, end, rest = self.trees.model_to_string().partition("end of trees")
        kept = re.sub(r"\nparameters:.*?end of parameters\n", "\n", rest, flags=re.DOTALL)
        lines = [line for line in kept.splitlines() if line]
        return "\n".join([f"{trees}{end}", *lines, ""]).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the model from the bytes that `to_bytes` returned.

        Raises:
            ModelRefusedError: where the bytes hold no such model.
        """
        library = _lightgbm()
        try:
            return cls(library.Booster(model_str=content.decode()))
        except (library.basic.LightGBMError, UnicodeDecodeError) as error:
            raise ModelRefusedError(f"the file is not a LightGBM model: {error}") from error


def thread_count() -> int:
    """Return the number of threads to train and predict with; results do not depend on it."""
    return min(MAX_THREADS, os.cpu_count() or 1)


def library_versions() -> str:
    """Return the versions of the libraries that fit models, as `catboost 1.2.10, lightgbm 4.7.0, numpy 2.4.6`."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("catboost", "lightgbm", "numpy"))


def _clear_metadata(trees: Any) -> Any:
    """Remove the metadata of the run, such as its time, and return the empty metadata."""
    metadata_of_run = trees.get_metadata()
    for name in list(metadata_of_run.keys()):
        del metadata_of_run[name]
    return metadata_of_run


def _catboost() -> Any:
    try:
        import catboost
    except ImportError as error:
        raise ConfigError("catboost is not installed; run `pip install catboost lightgbm`") from error
    return catboost


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise ConfigError("lightgbm is not installed; run `pip install catboost lightgbm`") from error
    return lightgbm
