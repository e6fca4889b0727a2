"""The same rows, seed and versions give the same model and the same predictions."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from courtside.predictions.inputs import matrix
from courtside.predictions.learners import CatBoost, Learner, LightGbm
from courtside.predictions.training import FITS, train, trainable
from courtside.predictions.walk_forward import walk
from tests.predictions.players import FIRST, model_rows

AS_OF = FIRST + dt.timedelta(days=42)
AGAIN = """
import datetime as dt, hashlib
from courtside.predictions.training import train, trainable
from tests.predictions.players import FIRST, model_rows
as_of = FIRST + dt.timedelta(days=42)
for name in ("catboost_v9", "lightgbm"):
    model = train(name, trainable(model_rows(), as_of), as_of, measured=False).model
    print(hashlib.sha256(model.to_bytes()).hexdigest())
"""


def _hash(model: Learner) -> str:
    return hashlib.sha256(model.to_bytes()).hexdigest()


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return trainable(model_rows(), AS_OF)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_model_does_not_depend_on_the_number_of_threads(rows: pl.DataFrame, fit: Callable[..., Learner]) -> None:
    points = rows["points"].cast(pl.Float64).to_numpy()
    models = [fit(matrix(rows), points, threads=count) for count in (1, 2)]
    assert len({_hash(model) for model in models}) == 1
    predictions = [model.predict(matrix(rows)) for model in models]
    assert all(np.array_equal(predictions[0], other) for other in predictions[1:])


def test_a_model_is_the_same_in_another_process(rows: pl.DataFrame) -> None:
    here = [_hash(train(name, rows, AS_OF, measured=False).model) for name in ("catboost_v9", "lightgbm")]
    found = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True)
    assert found.stdout.split() == here


def test_a_model_does_not_depend_on_the_order_of_rows() -> None:
    shuffled = trainable(model_rows().sample(fraction=1, shuffle=True, seed=3), AS_OF)
    assert _hash(train("catboost_v9", shuffled, AS_OF, measured=False).model) == _hash(
        train("catboost_v9", trainable(model_rows(), AS_OF), AS_OF, measured=False).model
    )


@pytest.mark.parametrize("kind", [CatBoost, LightGbm])
def test_a_stored_model_predicts_the_same_as_the_fitted_one(
    rows: pl.DataFrame, kind: type[CatBoost] | type[LightGbm]
) -> None:
    model = kind.fit(matrix(rows), rows["points"].cast(pl.Float64).to_numpy())
    again = kind.from_bytes(model.to_bytes())
    assert np.array_equal(again.predict(matrix(rows)), model.predict(matrix(rows)))
    assert again.to_bytes() == model.to_bytes()


def test_weeks_trained_in_parallel_equal_weeks_trained_one_by_one() -> None:
    league = model_rows()
    days = [FIRST + dt.timedelta(days=step) for step in (35, 42)]
    together = [(item.system, item.as_of, _hash(item.model)) for item in walk(league, days)]
    alone = [(item.system, item.as_of, _hash(item.model)) for day in days for item in walk(league, [day])]
    assert together == alone
    assert len(together) == 4
