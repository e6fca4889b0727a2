"""Daily training: it runs when it is due, on earlier days only, and a failure does not stop the daily run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations import training as daily
from courtside.operations.day import run_day
from courtside.picks.tables import PUBLICATIONS
from courtside.pipeline.context import Context
from courtside.predictions import training, walk_forward
from courtside.predictions.champion import FALLBACK, predictions_for_picks, system_in_use
from courtside.predictions.tables import MODELS, PREDICTIONS
from courtside.warehouse.schema import Table
from tests import homes
from tests.cli.widths import broken

TODAY = homes.NOW.date()
runner = CliRunner()


def _rows(context: Context, table: Table) -> pl.DataFrame:
    return context.warehouse.collect(context.warehouse.scan(table))


def _call(home: Path, *words: str) -> tuple[int, str]:
    env = {"COURTSIDE_NOW": homes.NOW.isoformat(), "COLUMNS": "200"}
    result = runner.invoke(app, [*words, "--home", str(home)], env=env)
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (daily, training, walk_forward):
        monkeypatch.setattr(module, "FEWEST_ROWS", 1000)


def test_the_fallback_predicts_under_its_own_name_before_enough_games(home: Path) -> None:
    with homes.opened(home) as context:
        assert context.settings.champion == "catboost_v9"
        assert not daily.is_due(context, TODAY)
        run_day(context, TODAY)
        assert _rows(context, MODELS).is_empty()
        codes = _rows(context, PUBLICATIONS)["model_code"].drop_nulls().unique().to_list()
        assert codes == ["210M"]
        assert system_in_use(context.warehouse, context.settings.champion) == FALLBACK


def test_daily_training_runs_once_a_week_on_earlier_days(home: Path, few_are_enough: None) -> None:
    with homes.opened(home) as context:
        assert daily.is_due(context, TODAY)
        run_day(context, TODAY)
        models = _rows(context, MODELS).filter(pl.col("kind") == "points")
        assert set(models["system"]) == {"catboost_v9", "lightgbm"}
        assert (models["window_end"] < TODAY).all()
        assert (models["as_of"] == TODAY).all()
        assert not daily.is_due(context, TODAY + dt.timedelta(days=6))
        assert daily.is_due(context, TODAY + dt.timedelta(days=7))
        predictions = predictions_for_picks(_rows(context, PREDICTIONS), "catboost_v9")
        assert set(predictions.filter(pl.col("game_date") == TODAY)["system"]) == {"catboost_v9"}
        assert set(predictions.filter(pl.col("game_date") < TODAY)["system"]) == {FALLBACK}, (
            "no model predicts its own past"
        )


def test_refused_training_does_not_stop_the_daily_run(
    home: Path, few_are_enough: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "LEAK_CORRELATION", 0.1)
    with homes.opened(home) as context:
        assert daily.train_for(context, TODAY) == []
        assert run_day(context, TODAY).summary.is_whole
        assert _rows(context, MODELS).is_empty()


def test_the_commands_train_list_show_and_retire_models(home: Path, few_are_enough: None) -> None:
    assert "No models are stored" in _call(home, "models", "list")[1]
    code, output = _call(home, "train", "--as-of", str(TODAY))
    assert code == 0, output
    code, listed = _call(home, "models", "list", "--json")
    ids = [row["model_id"] for row in json.loads(listed)]
    assert len(ids) >= 2
    champion = next(name for name in ids if name.startswith("catboost_v9-2"))
    code, output = _call(home, "models", "show", champion)
    assert code == 0
    assert "sha256" in output
    assert "gate:" in output
    again = _call(home, "train", "--as-of", str(TODAY))
    assert again[0] == 0
    assert json.loads(_call(home, "models", "list", "--json")[1]) == json.loads(listed), (
        "the same rows, the same models"
    )
    assert _call(home, "models", "retire", champion)[0] == 0
    assert champion not in _call(home, "models", "list")[1]
    code, output = _call(home, "models", "promote", champion)
    assert code == 1
    assert "retired" in output
    assert _call(home, "models", "show", "nobody")[0] == 1


def test_the_error_for_too_few_rows_names_the_next_step(home: Path) -> None:
    code, output = _call(home, "train")
    assert code == 1
    assert "Run `courtside run` over more dates first" in output


def test_evaluate_needs_rows_and_dates_in_order(tmp_path: Path) -> None:
    home = tmp_path / "empty"
    dates = ("--start-date", "2025-11-01", "--end-date", "2025-11-10")
    code, output = _call(home, "evaluate", *dates)
    assert code == 2
    assert "courtside run" in output
    code, output = _call(home, "evaluate", dates[0], dates[3], dates[2], dates[1])
    assert code == 2
    assert "is after" in output


def test_evaluate_writes_its_json_and_its_page(home: Path, few_are_enough: None, tmp_path: Path) -> None:
    page = tmp_path / "e.html"
    words = ["evaluate", "--start-date", "2025-11-10", "--end-date", "2025-11-12", "--home", str(home)]
    env = {"COURTSIDE_NOW": homes.NOW.isoformat(), "COLUMNS": "80"}
    shown = runner.invoke(app, words, env=env)
    assert shown.exit_code == 0, shown.output
    assert "BACKTEST 2025-11-10 to 2025-11-12" in shown.output
    narrow, wide = (
        result.stdout.rpartition(", ")[0]  # the last figure is the time that it took
        for result in (shown, runner.invoke(app, words, env=env | {"COLUMNS": "400"}))
    )
    assert broken(narrow, wide) == []
    found = runner.invoke(app, [*words, "--json", "--html", str(page)], env=env)
    assert json.loads(found.stdout)["kind"] == "BACKTEST"
    assert page.read_text().startswith("<!doctype html>")
    file = tmp_path / "e.json"
    filed = runner.invoke(app, [*words, "--json", str(file)], env=env)
    assert json.loads(file.read_text()) == json.loads(found.stdout)
    assert filed.stdout.rpartition(", ")[0] == narrow
    wrong = runner.invoke(app, [*words, str(file)], env=env)
    assert (wrong.exit_code, "add --json before it" in wrong.stderr) == (2, True)
