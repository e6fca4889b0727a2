"""Models that a kill left incomplete or that were damaged on disk: the next daily run recovers without help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations import training as daily
from courtside.picks.tables import PUBLICATIONS
from courtside.pipeline.tables import RUN_EVENTS
from courtside.predictions import training, walk_forward
from courtside.predictions.tables import MODELS
from courtside.warehouse.base import Upsert
from courtside.warehouse.schema import Table
from tests import homes

runner = CliRunner()
ENV = {"COURTSIDE_NOW": homes.NOW.isoformat(), "COLUMNS": "200"}

KILLED = """
import os, signal, sys
from courtside.cli.main import app
from courtside.operations import learning, training as daily
from courtside.predictions import training, walk_forward
for module in (daily, training, walk_forward):
    module.FEWEST_ROWS = 1000
learning.calibrators = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
app(["daily", "--home", sys.argv[1]])
"""


def call(home: Path, *words: str) -> tuple[int, str]:
    result = runner.invoke(app, [*words, "--home", str(home)], env=ENV)
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def rows(home: Path, table: Table) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table))


def fewest_rows(patch: pytest.MonkeyPatch, rows: int) -> None:
    for module in (daily, training, walk_forward):
        patch.setattr(module, "FEWEST_ROWS", rows)


@pytest.fixture(scope="module")
def trained(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which `courtside train` has run once for all tests of this module."""
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("trained") / "home")
    with pytest.MonkeyPatch.context() as patch:
        fewest_rows(patch, 1000)
        assert call(home, "train")[0] == 0
    return home


@pytest.fixture
def home(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fewest_rows(monkeypatch, 1000)
    return homes.copy_of(trained, tmp_path / "home")


def test_a_kill_between_models_and_calibrators_leaves_no_model_and_the_next_day_trains(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewest_rows(monkeypatch, 1000)
    home = homes.copy_of(run_home, tmp_path / "home")
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(home)], env=os.environ | ENV, capture_output=True, check=False
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert list((home / "models").rglob("*.cbm"))
    assert rows(home, MODELS).is_empty()
    code, output = call(home, "daily")
    assert code == 0, output
    assert set(rows(home, MODELS).filter(pl.col("kind") == "points")["status"]) <= {"candidate", "retired"}
    assert rows(home, MODELS).height >= 2


@pytest.mark.parametrize("damage", ["gone", "unreadable"])
def test_a_damaged_model_is_not_used_and_the_fallback_predicts(
    home: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (home / "models").rglob("*.cbm"):
        path.unlink()
        if damage == "unreadable":
            path.mkdir()
    fewest_rows(monkeypatch, 10**9)  # no new model can be trained
    code, output = call(home, "daily")
    assert code == 0, output
    models = rows(home, MODELS).filter(pl.col("system") == "catboost_v9")
    assert set(models.filter(pl.col("kind") == "points")["status"]) == {"retired"}
    assert models.filter(pl.col("kind") == "points")["status_reason"].str.starts_with("damaged").all()
    assert_damage_recorded(home)
    assert rows(home, PUBLICATIONS).sort("game_date", "version")["model_code"].drop_nulls()[-1] == "210M"


def assert_damage_recorded(home: Path) -> None:
    events = rows(home, RUN_EVENTS).filter(pl.col("stage") == "models")
    assert events["detail"].str.contains("trains it again").any()


def test_a_changed_model_is_trained_again_where_there_are_enough_rows(home: Path) -> None:
    whole = {path: path.read_bytes() for path in (home / "models").rglob("*.cbm")}
    for path in whole:
        path.write_bytes(b"no model")
    assert call(home, "daily")[0] == 0
    assert {path: path.read_bytes() for path in whole} == whole
    assert_damage_recorded(home)
    mine = rows(home, MODELS).filter((pl.col("system") == "catboost_v9") & (pl.col("kind") == "points"))
    assert set(mine["status"]) == {"candidate"}


def test_a_run_predicts_without_a_damaged_model(home: Path) -> None:
    for path in (home / "models").rglob("*.cbm"):
        path.write_bytes(b"no model")
    day = str(homes.LAST)
    code, output = call(home, "run", "--start-date", day, "--end-date", day, "--no-resume")
    assert code == 0, output


def test_a_candidate_that_fails_a_gate_after_a_kill_is_retired(home: Path) -> None:
    with homes.opened(home) as context:
        row = context.models.rows("points").to_dicts()[0]
        bad = '{"n_with_line": 900, "mae_with_line": 9.0, "line_mae": 5.0, "bias": 0.0, "mean_shift": 0.1}'
        left = row | {"metrics": bad, "status": "candidate", "status_reason": None}
        frame = MODELS.conform(pl.DataFrame([left], schema=MODELS.polars_schema))
        context.warehouse.upsert([Upsert(MODELS, frame)])
    assert call(home, "daily")[0] == 0
    found = rows(home, MODELS).filter(pl.col("model_id") == row["model_id"])
    assert found["status"].to_list() == ["retired"]
