"""`courtside fair` and `courtside prices` after a training: published probabilities at the quoted line, and the
distribution at every other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations.players import player_names
from courtside.predictions.tables import DISTRIBUTION, MODELS, PREDICTIONS
from courtside.warehouse.schema import Table
from tests import homes

DAY = homes.NOW.date()
SYSTEM = "catboost_v9"


def _call(home: Path, *words: str) -> tuple[int, str]:
    env = {"COURTSIDE_NOW": homes.NOW.isoformat(), "COURTSIDE_CHAMPION": SYSTEM, "COURTSIDE_MARKETS": "points"}
    result = CliRunner().invoke(app, [*words, "--home", str(home)], env=env)
    return result.exit_code, result.output


def _read(home: Path, table: Table) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table))


@pytest.fixture(scope="module")
def home(trained_home: Path) -> Path:
    assert _read(trained_home, MODELS).filter(pl.col("kind") == DISTRIBUTION).height > 0
    return trained_home


@pytest.fixture(scope="module")
def predicted(home: Path) -> dict[str, Any]:
    """A calibrated prediction of the day, with the player's name."""
    is_own = (pl.col("game_date") == DAY) & (pl.col("system") == SYSTEM) & (pl.col("market") == "points")
    rows = _read(home, PREDICTIONS).filter(is_own & (pl.col("probability_source") == "calibrated"))
    with homes.opened(home) as context:
        named = rows.join(player_names(context.warehouse), on="player_id")
    return named.sort("prediction", "player_id", descending=True).row(0, named=True)


def _fair(home: Path, predicted: dict[str, Any], *words: str) -> dict[str, Any]:
    code, output = _call(home, "fair", str(predicted["player_id"]), str(DAY), "--json", *words)
    assert code == 0, output
    return json.loads(output)


def test_at_the_quoted_line_over_has_the_published_probability(home, predicted):
    found = _fair(home, predicted, "--line", str(predicted["line"]))
    row = found["lines"][0]
    assert (found["source"], found["quoted"], found["player"]) == (
        "calibrated",
        predicted["line"],
        predicted["player_name"],
    )
    assert row["over"] / (row["over"] + row["under"]) == pytest.approx(predicted["probability_over"], abs=1e-6)


def test_over_falls_with_the_line_and_a_whole_line_can_push(home, predicted):
    found = _fair(home, predicted, *(word for line in (5.5, 10, 15.5, 20, 30.5) for word in ("--line", str(line))))
    over = [row["over"] for row in found["lines"]]
    assert over == sorted(over, reverse=True)
    assert [row["push"] > 0 for row in found["lines"]] == [False, True, False, True, False]
    assert all(row["over"] + row["push"] + row["under"] == pytest.approx(1) for row in found["lines"])
    for row in found["lines"]:
        better = max(row["over"], row["under"]) / (row["over"] + row["under"])
        assert min(row["over_price"], row["under_price"]) == pytest.approx(-100 * better / (1 - better), rel=1e-6)
    levels = list(found["quantiles"].values())
    assert levels == sorted(levels)


def test_the_table_fits_a_terminal(home, predicted):
    code, output = _call(home, "fair", str(predicted["player_id"]), str(DAY), "--line", "27.5")
    assert code == 0
    assert "27.5" in output
    assert "fair over" in output


def test_without_a_distribution_the_command_names_the_training(home, predicted, tmp_path):
    bare = homes.copy_of(home, tmp_path / "home")
    for model_id in _read(bare, MODELS).filter(pl.col("kind") == DISTRIBUTION)["model_id"]:
        assert _call(bare, "models", "retire", model_id)[0] == 0
    code, output = _call(bare, "fair", str(predicted["player_id"]), str(DAY))
    assert code == 1
    assert f"courtside train --as-of {DAY}" in " ".join(output.split())


def test_a_player_without_a_published_probability_has_no_fair_odds(home):
    rows = _read(home, PREDICTIONS).filter((pl.col("game_date") == DAY) & (pl.col("market") == "points"))
    bare = rows.filter((pl.col("system") == SYSTEM) & (pl.col("probability_source") == "none"))
    assert bare.height > 0
    code, output = _call(home, "fair", str(bare["player_id"][0]), str(DAY))
    assert code == 1
    assert "uncalibrated" in output


def test_a_changed_distribution_is_refused(home, predicted, tmp_path):
    broken = homes.copy_of(home, tmp_path / "home")
    row = (
        _read(broken, MODELS).filter((pl.col("kind") == DISTRIBUTION) & (pl.col("system") == SYSTEM)).row(0, named=True)
    )
    path = broken / "models" / row["file"]
    path.write_text(path.read_text().replace('"ratio": 0.', '"ratio": 0.9'))
    code, output = _call(broken, "fair", str(predicted["player_id"]), str(DAY))
    assert code == 1
    assert "was changed after it was written" in " ".join(output.split())


def test_a_calibrated_side_has_a_value_with_an_interval_and_a_negative_one_says_so(home):
    code, output = _call(home, "prices", str(DAY), "--json")
    assert code == 0
    sides = [side for item in json.loads(output) if item["market"] == "points" for side in item["sides"]]
    valued = [side for side in sides if side["ev"] is not None]
    assert len(valued) > 50
    assert all(side["ev_low"] <= side["ev"] <= side["ev_high"] for side in valued)
    assert {side["verdict"] for side in valued if side["ev"] < 0} == {"negative"}
    assert all(side["reason"] for side in sides if side["ev"] is None)
    bets = json.loads((home / "public" / "v1" / "best-bets" / f"{DAY}.json").read_bytes())["bets"]
    shown = [bet["value"] for bet in bets if bet["value"] and bet["value"]["ev"] is not None]
    assert shown
    assert all((value["ev"] < 0) == (value["verdict"] == "negative") for value in shown if value["ev"] != 0)
