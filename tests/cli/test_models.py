"""`courtside models`: figures of every model on dates after its training, its code name and state, and promotion."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations import training as daily
from courtside.operations.models import described
from courtside.pipeline.context import Context
from courtside.predictions import training, walk_forward
from courtside.predictions.promotion import failures
from courtside.predictions.rows import model_rows, with_outcomes
from tests import homes

FIRST_MODEL = dt.date(2025, 11, 10)
TODAY = homes.NOW.date()
GOOD = {"n_with_line": 900.0, "mae_with_line": 5.1, "line_mae": 5.0, "bias": 0.1, "mean_shift": 0.1}


@contextmanager
def few_rows_are_enough() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (daily, training, walk_forward):
            patch.setattr(module, "FEWEST_ROWS", 500)
        yield


def call(home: Path, *words: str, columns: int = 80) -> tuple[int, str]:
    env = {"COURTSIDE_NOW": homes.NOW.isoformat(), "COLUMNS": str(columns)}
    result = CliRunner().invoke(app, [*words, "--home", str(home)], env=env)
    return result.exit_code, result.output


def points_models(home: Path) -> list[dict[str, Any]]:
    with homes.opened(home) as context:
        return context.models.rows("points").to_dicts()


def store_metrics(context: Context, model_id: str, **metrics: float) -> None:
    context.models.set_metrics(model_id, metrics)


@pytest.fixture(scope="module")
def trained_home(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the models of a past week; the week before has too few rows to train on."""
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("models") / "home")
    with few_rows_are_enough():
        code, output = call(home, "train", "--start-date", "2025-11-03", "--end-date", str(FIRST_MODEL))
    assert code == 0, output
    assert re.search(
        r"catboost_v9-2025-11-10-\w+: [\d,]+ rows, .*; MAE \d\.\d+, line's \d\.\d+, on \d+ player games", output
    )
    return home


@pytest.fixture
def home(trained_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(trained_home, tmp_path / "home")


def test_every_model_is_measured_at_training_on_dates_that_it_was_not_trained_on(trained_home: Path) -> None:
    rows = points_models(trained_home)
    assert [row["system"] for row in rows] == ["catboost_v9", "lightgbm"]
    for row in rows:
        metrics = json.loads(row["metrics"])
        assert row["window_end"] < row["as_of"] == FIRST_MODEL
        assert (metrics["first_date"], metrics["last_date"]) == (str(FIRST_MODEL), str(homes.LAST))
        assert metrics["n_with_line"] > 0


def test_the_list_shows_errors_code_names_and_states_in_80_columns(home: Path) -> None:
    with homes.opened(home) as context:
        context.models.set_status(context.models.rows("points")["model_id"][1], "retired", "planted")
    code, output = call(home, "models", "list", "--all")
    assert code == 0
    assert max(map(len, output.splitlines()[:-2])) <= 80
    assert "…" not in output
    for row in points_models(home):
        (line,) = [line.split() for line in output.splitlines() if line.startswith(row["model_id"])]
        metrics = json.loads(row["metrics"])
        assert line[1:3] == (["926A", "champion"] if row["system"] == "catboost_v9" else ["835C", "retired"])
        assert line[3:5] == [f"{metrics[name]:.3f}" for name in ("mae_with_line", "line_mae")]
    assert "Picks are made from catboost_v9 (code name 926A)" in output


def test_the_longest_name_of_a_market_s_model_fits_80_columns(home: Path) -> None:
    with homes.opened(home) as context:
        row = context.models.rows("points").to_dicts()[0]
        long = row | {"model_id": "catboost_v9-rebounds-2025-12-15-5cdcd2de", "market": "rebounds"}
        longest = long | {
            "model_id": "moving_average-distribution-rebounds-2025-12-15-60857c5a",
            "kind": "distribution",
        }
        context.models._upsert([long | {"metrics": json.dumps(GOOD)}, longest])
    _, output = call(home, "models", "list")
    assert "model (rebounds)" in output
    for item in (long, longest):
        assert f"{item['model_id']}  926A  champion" in output
    assert "5.100   5.000  900" in output


def test_a_model_without_figures_is_measured_by_the_command_that_the_list_names(home: Path) -> None:
    row = points_models(home)[0]
    with homes.opened(home) as context:
        store_metrics(context, row["model_id"])
    code, output = call(home, "models", "list")
    assert code == 0
    assert "Run `courtside models measure`." in " ".join(output.split())
    code, output = call(home, "models", "promote", row["model_id"])
    assert code == 1
    assert "player games with a line measured: not measured (at least 200): failed" in output
    assert f"`courtside models measure {row['model_id']}`" in output
    code, output = call(home, "models", "measure", row["model_id"])
    assert code == 0, output
    assert "MAE " in output
    assert "line's " in output
    again = next(item for item in points_models(home) if item["model_id"] == row["model_id"])
    assert again == row, "the same figures as at training"


def test_a_model_whose_first_games_are_not_played_cannot_be_measured_yet(home: Path) -> None:
    with homes.opened(home) as context:
        row = context.models.rows("points").to_dicts()[0]
        name = row["model_id"]
        context.models._upsert([row | {"as_of": TODAY, "metrics": "{}"}])
    code, output = call(home, "models", "measure", name)
    assert code == 1
    assert "not measured, because no results of its first four weeks are stored. Run `courtside daily`" in output
    code, output = call(home, "models", "measure", "nobody")
    assert code == 1
    assert "`courtside models list`" in output


def test_measure_without_an_id_measures_only_what_is_not_measured(home: Path) -> None:
    with homes.opened(home) as context:
        for row in context.models.rows("points").to_dicts():
            store_metrics(context, row["model_id"], **GOOD)
    assert call(home, "models", "measure") == (0, "Every model is measured.\n")


def test_promotion_states_what_was_found_what_passes_and_the_next_command(home: Path) -> None:
    name = points_models(home)[0]["model_id"]
    with homes.opened(home) as context:
        store_metrics(context, name, **(GOOD | {"mae_with_line": 5.6, "bias": -0.7}))
    code, output = call(home, "models", "promote", name)
    assert code == 1
    assert "mean absolute error above the line's: 0.6 (at most 0.3): failed" in output
    assert "bias: -0.7 (within ±0.5): failed" in output
    assert "`courtside train` trains a model on newer dates" in output
    assert points_models(home)[0]["status"] == "candidate"


def test_promotion_of_another_system_than_the_champion_states_what_picks_are_made_from(home: Path) -> None:
    for system, is_used in (("lightgbm", False), ("catboost_v9", True)):
        name = next(row["model_id"] for row in points_models(home) if row["system"] == system)
        with homes.opened(home) as context:
            store_metrics(context, name, **GOOD)
        code, output = call(home, "models", "promote", name)
        assert code == 0, output
        assert f"{name} is champion of its system" in output
        assert ("Picks are still made from catboost_v9" not in output) == is_used
        state = "champion" if is_used else "promoted"
        assert f"state: {state}" in call(home, "models", "show", name)[1]


@pytest.mark.parametrize(
    ("system", "status", "champion", "state"),
    [
        ("catboost_v9", "candidate", "catboost_v9", "champion"),
        ("catboost_v9", "candidate", "ensemble", "champion"),
        ("catboost_v9", "retired", "catboost_v9", "retired"),
        ("lightgbm", "champion", "catboost_v9", "promoted"),
        ("lightgbm", "challenger", "catboost_v9", "candidate"),
        ("lightgbm", "candidate", "moving_average", "candidate"),
    ],
)
def test_the_state_of_a_model_is_its_use_for_picks(system: str, status: str, champion: str, state: str) -> None:
    assert described({"system": system, "status": status}, champion)["state"] == state


def test_a_model_is_never_retired_for_its_results_on_dates_that_it_predicts(home: Path) -> None:
    row = points_models(home)[0] | {"as_of": FIRST_MODEL}
    bad = GOOD | {"mae_with_line": 9.0}
    for last_date, is_retired in (("2025-11-09", True), (str(FIRST_MODEL), False)):
        measured = row | {"metrics": json.dumps(bad | {"last_date": last_date})}
        assert bool(failures(measured)) == is_retired


def test_figures_do_not_depend_on_dates_before_the_first_or_after_four_weeks(home: Path) -> None:
    row = points_models(home)[0]
    with homes.opened(home) as context:
        model = context.models.points_model(row)
        stored = with_outcomes(model_rows(context.warehouse, homes.FIRST, homes.LAST), context.warehouse)
    expected = training.measure_after_training(model, stored, FIRST_MODEL)
    later = stored.filter(pl.col("game_date") >= FIRST_MODEL).with_columns(pl.col("game_date") + dt.timedelta(days=28))
    outside = pl.concat([stored.filter(pl.col("game_date") < FIRST_MODEL), later]).with_columns(pl.col("points") + 30)
    planted = pl.concat([stored.filter(pl.col("game_date") >= FIRST_MODEL), outside])
    assert training.measure_after_training(model, planted, FIRST_MODEL) == expected
    assert training.measure_after_training(model, stored, TODAY) == {}
