"""Accuracy and calibration on the simulated league, whose true expected points are known."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from courtside.operations.day import THROUGH_FEATURES
from courtside.operations.ingest import ingest
from courtside.pipeline.runner import run
from courtside.predictions import measures
from courtside.predictions.evaluation import KEPT, second_stage
from courtside.predictions.rows import model_rows, with_outcomes
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.walk_forward import predicted, retraining_days, systems_of, walk
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from tests import homes

pytestmark = pytest.mark.slow

FIRST, MODELS, MEASURED, LAST = (
    dt.date(2025, 10, 22),
    dt.date(2025, 11, 24),
    dt.date(2025, 12, 15),
    dt.date(2026, 1, 18),
)


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The predictions of every system for the players of a simulated league, with their true expected points."""
    home = tmp_path_factory.mktemp("truth") / "home"
    league = simulate(seasons=1, seed=23, until=LAST)
    with homes.opened(home, dt.datetime.combine(LAST, dt.time(17)) + dt.timedelta(days=1)) as context:
        list(ingest(league.payloads, context.warehouse, PayloadStore(context.settings.raw_folder)))
        assert run(context, FIRST, LAST, stages=THROUGH_FEATURES).is_whole
        rows = with_outcomes(model_rows(context.warehouse, FIRST, LAST), context.warehouse)
    systems = systems_of(list(walk(rows, retraining_days(MODELS, LAST, 14))))
    predictions = predicted(rows.with_columns(gate_passed=pl.col("is_quality_ready"), gate_reason=None), systems)
    truth = league.truth.players.filter(pl.col("status") == "played").select("game_id", "player_id", "expected_points")
    kept = (
        predictions.filter("gate_passed")
        .select(*KEPT, *SYSTEM_NAMES)
        .join(truth, on=["game_id", "player_id"], how="left")
    )
    return kept.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in SYSTEM_NAMES))


@pytest.fixture(scope="module")
def measured(predictions: pl.DataFrame) -> pl.DataFrame:
    return predictions.filter((pl.col("game_date") >= MEASURED) & pl.col("points").is_not_null())


def test_trained_systems_are_unbiased(measured: pl.DataFrame) -> None:
    bias = {
        name: measures.mean_of(measured, pl.col(name) - pl.col("expected_points"))
        for name in ("catboost_v9", "lightgbm", "ensemble")
    }
    assert abs(bias["catboost_v9"]["mean"]) <= 0.1, bias
    assert all(one["high"] >= -0.1 and one["low"] <= 0.1 for one in bias.values()), bias


def test_systems_with_more_information_have_smaller_errors(measured: pl.DataFrame) -> None:
    quoted = measured.filter(pl.col("line").is_not_null())
    off = {
        name: quoted.select((pl.col(name) - pl.col("expected_points")).abs().mean()).item()
        for name in (*SYSTEM_NAMES, "consensus_line")
    }
    learned = [off.pop(name) for name in ("catboost_v9", "lightgbm", "ensemble")]
    line = off.pop("consensus_line")
    assert line < min(learned), "the books know the injuries"
    assert max(learned) < min(off.values()), "models beat form alone"


def test_a_calibrated_probability_is_wrong_only_by_chance(predictions: pl.DataFrame, measured: pl.DataFrame) -> None:
    quoted = measured.filter(pl.col("line").is_not_null())
    staged = second_stage(predictions, quoted, "catboost_v9", [MEASURED])
    assert staged["probability_calibrated"].is_not_null().all()
    found = measures.probability(staged)
    far = [abs(one["stated_pct"] - one["observed_pct"]) / (100 * (0.25 / one["n"]) ** 0.5) for one in found["bins"]]
    assert max(far) < 3.5, far
    assert found["ece"] < 2.5 * found["ece_of_noise"]


def test_expected_points_with_the_line_are_no_worse_than_the_line(
    predictions: pl.DataFrame, measured: pl.DataFrame
) -> None:
    quoted = measured.filter(pl.col("line").is_not_null())
    staged = (
        second_stage(predictions, quoted, "ensemble", [MEASURED]).rename({"ewma": "form"}).with_columns(ewma="form")
    )
    above = measures.errors(staged, "prediction_with_line")["above_line"]
    assert above["low"] <= 0, above
