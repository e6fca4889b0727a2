"""Planted leaks, damaged models and bad training rows; each is refused with its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from courtside.pipeline.model_store import ModelStore
from courtside.predictions.calibration import fit_calibrator
from courtside.predictions.errors import LeakageError, ModelRefusedError, NoModelError, TrainingRefusedError
from courtside.predictions.figures import suspicions_of, system_figures
from courtside.predictions.inputs import require_line_free
from courtside.predictions.learners import CatBoost
from courtside.predictions.promotion import GateFailedError
from courtside.predictions.sanity import refused_models
from courtside.predictions.tables import MODELS
from courtside.predictions.training import FITS, fit_on, require_trainable, split_by_date, train, trainable
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.predictions.players import FIRST, model_rows

AS_OF = FIRST + dt.timedelta(days=42)
NOW = dt.datetime(2024, 12, 3, 17, 0)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return model_rows()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ModelStore]:
    with DuckDBWarehouse(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.prepare([MODELS])
        yield ModelStore(warehouse, tmp_path / "models")


def _stored(store: ModelStore, rows: pl.DataFrame, *, measured: bool = False) -> str:
    return store.save([train("catboost_v9", trainable(rows, AS_OF), AS_OF, measured=measured)], [], NOW)[0]


def test_a_random_split_is_refused(rows: pl.DataFrame) -> None:
    shuffled = trainable(rows, AS_OF).sample(fraction=1, shuffle=True, seed=1)
    half = shuffled.height // 2
    with pytest.raises(LeakageError, match="split by date, never at random"):
        fit_on(FITS["lightgbm"], shuffled[:half], shuffled[half:])


def test_a_split_by_date_is_not_refused(rows: pl.DataFrame) -> None:
    earlier, later = split_by_date(trainable(rows, AS_OF))
    assert max(earlier["game_date"]) < min(later["game_date"])
    assert later["game_date"].n_unique() == 10, "a quarter of 42 dates"


def test_a_row_of_the_first_predicted_day_is_refused(rows: pl.DataFrame) -> None:
    with_today = rows.filter(pl.col("game_date") <= AS_OF)
    with pytest.raises(LeakageError, match=f"training rows are of {AS_OF} or later"):
        train("lightgbm", with_today, AS_OF)


def test_a_feature_that_contains_the_game_s_result_is_refused_by_name(rows: pl.DataFrame) -> None:
    leaky = trainable(rows, AS_OF).with_columns(points_avg_last_5=0.9 * pl.col("points") + 0.1 * pl.col("points_ewma"))
    with pytest.raises(LeakageError, match=r"input points_avg_last_5 correlates 0\.99"):
        train("catboost_v9", leaky, AS_OF)


@pytest.mark.parametrize("name", ["vegas_points_line", "vegas_line_move", "line", "points", "minutes"])
def test_an_input_that_is_the_line_or_the_outcome_is_refused(name: str) -> None:
    with pytest.raises(LeakageError, match=name):
        require_line_free(["points_avg_last_5", name])


def test_rows_with_required_defaults_are_refused(rows: pl.DataFrame) -> None:
    known = trainable(rows, AS_OF)
    defaulted = known.with_columns(
        required_default_count=pl.when(pl.col("player_id") == 7).then(2).otherwise("required_default_count"),
        points_avg_last_5=pl.when(pl.col("player_id") != 7).then("points_avg_last_5"),
    )
    with pytest.raises(TrainingRefusedError, match=r"42 of 3360 training rows lack a required feature.*last_5"):
        require_trainable(defaulted, AS_OF)


def test_rows_that_are_not_training_ready_are_left_out(rows: pl.DataFrame) -> None:
    unready = rows.with_columns(is_training_ready=pl.col("player_id") != 7)
    assert 7 not in trainable(unready, AS_OF)["player_id"]


def test_a_calibrator_refuses_dates_it_was_fitted_on(rows: pl.DataFrame) -> None:
    predicted = rows.with_columns(prediction="points_ewma")
    calibrator = fit_calibrator("ewma", predicted, AS_OF)
    assert calibrator is not None
    assert calibrator.fitted_through < AS_OF
    for apply in (calibrator.probability_over, calibrator.points_with_line):
        with pytest.raises(LeakageError, match="a probability is calibrated on earlier dates only"):
            apply(predicted.filter(pl.col("game_date") >= calibrator.fitted_through))
        assert apply(predicted.filter(pl.col("game_date") > calibrator.fitted_through)).is_not_null().all()


def test_a_model_file_with_one_byte_changed_is_refused(store: ModelStore, rows: pl.DataFrame) -> None:
    row = store.one(_stored(store, rows))
    path = store.folder / row["file"]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelRefusedError, match=r"was changed after it was written.*courtside train --as-of"):
        store.points_model(row)


def test_a_missing_model_file_is_refused(store: ModelStore, rows: pl.DataFrame) -> None:
    row = store.one(_stored(store, rows))
    (store.folder / row["file"]).unlink()
    with pytest.raises(ModelRefusedError, match="does not exist"):
        store.points_model(row)


def test_a_model_with_other_inputs_is_refused(store: ModelStore, rows: pl.DataFrame) -> None:
    row = store.one(_stored(store, rows)) | {"inputs": "points_avg_last_5"}
    with pytest.raises(ModelRefusedError, match="trained on other inputs"):
        store.points_model(row)


@pytest.mark.parametrize("shift", [2.0, -2.0])
def test_a_model_that_lies_far_from_the_line_is_refused(rows: pl.DataFrame, shift: float) -> None:
    slate = rows.head(160).with_columns(model_id=pl.lit("catboost_v9-x"), prediction=pl.col("line") + shift)
    (reason,) = refused_models(slate).values()
    assert f"catboost_v9-x is refused: its predictions are {shift:+.2f} points from the line" in reason
    assert "courtside models retire catboost_v9-x" in reason


def test_a_model_near_the_line_is_not_refused(rows: pl.DataFrame) -> None:
    noise = pl.Series(np.random.default_rng(2).normal(1.0, 2.0, 160))
    slate = rows.head(160).with_columns(model_id=pl.lit("catboost_v9-x"), prediction=pl.col("line") + noise)
    assert refused_models(slate) == {}


def test_a_model_with_bad_metrics_is_not_promoted(store: ModelStore, rows: pl.DataFrame) -> None:
    shifted = rows.with_columns(pl.col("vegas_points_line") + 3)
    model_id = _stored(store, shifted, measured=True)
    with pytest.raises(GateFailedError, match=r"mean distance from the line: -2\.9.* failed"):
        store.promote(model_id)
    assert store.one(model_id)["status"] == "candidate"


def test_a_model_with_good_metrics_is_promoted_and_the_old_champion_becomes_a_challenger(
    store: ModelStore, rows: pl.DataFrame
) -> None:
    first = _stored(store, rows, measured=True)
    assert all(gate.passed for gate in store.promote(first))
    later = AS_OF + dt.timedelta(days=7)
    second = store.save([train("catboost_v9", trainable(rows, later), later)], [], NOW)[0]
    store.promote(second)
    assert [store.one(name)["status"] for name in (first, second)] == ["challenger", "champion"]


def test_the_error_for_an_unknown_model_names_it(store: ModelStore) -> None:
    with pytest.raises(NoModelError, match=r"'catboost_v9-2020'.*courtside models list"):
        store.set_status("catboost_v9-2020", "retired", "")


def test_a_champion_s_file_without_its_linear_part_is_refused() -> None:
    inputs = np.random.default_rng(0).normal(size=(300, 4))
    bare = CatBoost.fit(inputs, inputs[:, 0] * 3 + 10)
    del bare.trees.get_metadata()["courtside_linear"]
    with pytest.raises(ModelRefusedError, match="is not a CatBoost model"):
        CatBoost.from_bytes(bare.to_bytes())


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (pl.col("points") + 0.3, "no larger than that of the oracle"),
        (pl.col("line") + (pl.col("points") - pl.col("line")).sign() * 2, "hits 100.0 %"),
    ],
)
def test_figures_too_good_to_be_true_are_reported_as_leakage(
    rows: pl.DataFrame, prediction: pl.Expr, reason: str
) -> None:
    measured = rows.with_columns(
        prediction=prediction,
        ewma="points_ewma",
        prediction_with_line="line",
        probability_over=pl.lit(0.5),
    )
    oracle = {"all": {"oracle": {"mean": 2.0}}}
    found = suspicions_of({"catboost_v9": system_figures(measured)}, oracle)
    assert any(reason in item for item in found), found
