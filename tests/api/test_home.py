"""`courtside.open`: frames whose rows are those of the platform, and that are read without disturbing it."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import courtside
from courtside.analytics.tables import PLAYER_GAMES
from courtside.api.columns import frames
from courtside.errors import ConfigError
from courtside.operations.learning import learn
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.predictions import training, walk_forward
from courtside.predictions.errors import TrainingRefusedError
from courtside.predictions.inputs import MODEL_INPUTS, matrix
from courtside.predictions.learners import LightGbm
from courtside.warehouse.duckdb import DuckDBWarehouse
from courtside.warehouse.open import open_warehouse
from tests import homes
from tests.cli.test_reading_while_writing import writing

FIRST, LAST, TONIGHT = "2025-10-22", "2025-11-12", "2025-11-13"


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small league train: it has fewer rows than a model needs otherwise."""
    monkeypatch.setattr(training, "FEWEST_ROWS", 500)
    monkeypatch.setattr(walk_forward, "FEWEST_ROWS", 500)


def test_importing_the_package_loads_no_library() -> None:
    script = "import sys, courtside; print(sorted({'polars', 'duckdb', 'pydantic', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_can_be_loaded_and_the_package_is_typed() -> None:
    assert dir(courtside) == sorted(courtside.__all__)
    assert all(getattr(courtside, name) is not None for name in courtside.__all__)
    assert (Path(courtside.__file__).parent / "py.typed").exists()
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        courtside.opne  # noqa: B018


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_the_rows_of_a_training_set_are_those_that_train_uses_byte_for_byte(
    example_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = homes.copy_of(example_folder, tmp_path / "home")
    used: list[tuple[bytes, bytes]] = []

    def fit(inputs: Any, points: Any, threads: int | None = None) -> LightGbm:
        used.append((inputs.tobytes(), points.tobytes()))
        return LightGbm.fit(inputs, points, threads)

    monkeypatch.setitem(training.FITS, "lightgbm", fit)
    settings = courtside.open(folder).settings
    with open_warehouse(settings) as warehouse:
        context = Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)
        learn(context.models, [dt.date(2025, 11, 13)], settings.clock.now(), systems=("lightgbm",))

    rows = courtside.open(folder).training_set("2021-11-14", LAST)
    assert (matrix(rows).tobytes(), rows["points"].cast(pl.Float64).to_numpy().tobytes()) in used
    shorter = courtside.open(folder).training_set("2021-11-14", "2025-11-11")
    assert (matrix(shorter).tobytes(), shorter["points"].cast(pl.Float64).to_numpy().tobytes()) not in used


def test_a_training_set_counts_what_it_leaves_out_by_reason(home: courtside.Home) -> None:
    with pytest.warns(courtside.RowsLeftOutWarning) as caught:
        chosen = home.training_set(FIRST, LAST)
    every = home.training_set(FIRST, LAST, untrainable=True)
    reasons = every["left_out"].drop_nulls().value_counts()
    assert chosen.equals(every.filter(pl.col("left_out").is_null()).drop("left_out"))
    assert f"{every.height - chosen.height:,} of {every.height:,} rows are left out" in str(caught[0].message)
    for reason, count in reasons.iter_rows():
        assert f"{count:,}: {reason}" in str(caught[0].message)
    assert chosen["points"].null_count() == 0
    assert caught[0].filename == __file__


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_a_training_row_that_is_marked_ready_and_lacks_a_required_feature_is_refused(
    example_folder: Path, tmp_path: Path
) -> None:
    folder = homes.copy_of(example_folder, tmp_path / "home")
    with DuckDBWarehouse(folder / "warehouse.duckdb") as warehouse:
        warehouse._execute("UPDATE player_features SET required_default_count = 2 WHERE game_date = '2025-11-10'")
    with pytest.raises(TrainingRefusedError, match="lack a required feature"):
        courtside.open(folder).training_set(FIRST, LAST)


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_every_frame_has_the_columns_that_are_documented_with_their_units(home: courtside.Home) -> None:
    slate = home.slate(TONIGHT)
    found = {
        "training_set": home.training_set(FIRST, LAST, origins=True, untrainable=True),
        "slate": slate,
        "features": home.features(LAST, LAST),
        "lines": home.lines(LAST, LAST),
        "predictions": home.predictions(LAST, LAST),
        "picks": home.picks(LAST, LAST),
        "record": home.record(LAST),
        "player": home.player(slate["player"][0]),
    }
    assert set(found) == set(frames())
    for name, frame in found.items():
        assert frame.height, name
        assert frame.columns == home.columns(name)["column"].to_list(), name
    units = dict(home.columns("training_set").select("column", "unit").iter_rows())
    without = {name for name in MODEL_INPUTS if not units[name]}
    assert without == {
        *("fatigue_score", "injury_risk", "recent_trend", "minutes_change", "home_away", "back_to_back"),
        *("playoff_game", "pct_paint", "pct_mid_range", "pct_three", "pct_free_throw", "team_win_pct", "dnp_rate"),
        "breakout_flag",
    }
    with pytest.raises(ConfigError, match="no frame 'slates'; there are training_set, slate"):
        home.columns("slates")


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_the_target_of_another_market_is_its_result(home: courtside.Home) -> None:
    rows = home.training_set(FIRST, LAST, market="rebounds")
    with open_warehouse(home.settings, read_only=True) as warehouse:
        games = warehouse.collect(warehouse.scan(PLAYER_GAMES))
    beside = rows.join(games, on=["game_id", "player_id"], how="left", validate="1:1", suffix="_scored")
    assert rows["points"].equals((beside["oreb"] + beside["dreb"]).alias("points"))
    assert not rows["points"].equals(beside["points_scored"].alias("points"))


def test_no_input_of_a_training_set_holds_a_line_or_the_outcome(home: courtside.Home) -> None:
    inputs = home.columns("training_set")["column"].to_list()
    assert not set(MODEL_INPUTS) & {"points", "minutes", "line", "consensus_line", "vegas_points_line"}
    assert not {"minutes", "vegas_points_line", "vegas_opening_line"} & set(inputs)


def test_the_lines_of_a_slate_are_those_known_now(example_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = courtside.open(example_folder).slate(TONIGHT)
    assert now["line"].drop_nulls().len()
    monkeypatch.setenv("COURTSIDE_NOW", "2025-11-12T12:00")
    assert courtside.open(example_folder).slate(TONIGHT)["line"].drop_nulls().is_empty()


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_reading_changes_no_byte_of_the_home(example_folder: Path) -> None:
    def state() -> dict[str, str]:
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(example_folder.rglob("*"))
            if path.is_file()
        }

    before, home = state(), courtside.open(example_folder)
    player = home.slate(TONIGHT)["player"][0]
    home.training_set(FIRST, LAST)
    home.record()
    home.check(FIRST, LAST)
    home.explain(player, TONIGHT).to_json()
    assert state() == before


def test_a_home_reads_the_last_commit_while_a_process_writes_and_warns_with_its_time(
    example_folder: Path, tmp_path: Path
) -> None:
    folder = homes.copy_of(example_folder, tmp_path / "home")
    home = courtside.open(folder)
    before = home.features(LAST, LAST)
    with (
        writing(folder / "warehouse.duckdb") as process,
        pytest.warns(courtside.ReadDuringWriteWarning, match=rf"PID {process.pid}\) is writing .* last commit, of 20"),
    ):
        assert home.features(LAST, LAST).equals(before)


def test_results_print_as_text_show_as_html_and_save_as_json(home: courtside.Home, tmp_path: Path) -> None:
    found = home.explain(home.slate(TONIGHT)["player"][0], TONIGHT)
    assert "points_avg_last_10" in repr(found)
    assert found._repr_html_().strip().startswith('<div class="courtside">')
    assert found.to_json(tmp_path / "explained.json") == (tmp_path / "explained.json").read_text()
    quality = home.check(FIRST, LAST)
    assert quality.verdict in str(quality).lower()
    assert "2025-11" in quality._repr_html_()


def test_wrong_arguments_are_named(home: courtside.Home, tmp_path: Path) -> None:
    for call, complaint in {
        lambda: home.features("2025-11-31", LAST): "'2025-11-31' is not a date",
        lambda: home.features(LAST, FIRST): f"start {LAST} is after end {FIRST}",
        lambda: home.training_set("2020-01-01", "2020-02-01"): "no feature rows from 2020-01-01 to 2020-02-01",
        lambda: home.training_set(FIRST, LAST, market="steals"): "'steals' is not a market",
        lambda: home.slate("2020-01-01"): "no feature rows of 2020-01-01",
        lambda: home.predictions(LAST, LAST, system="oracle"): "choose one of",
        lambda: courtside.open(tmp_path / "nothing"): "no warehouse there",
        lambda: courtside.open("sqlite:file"): "write `duckdb:PATH`",
    }.items():
        with pytest.raises(ConfigError, match=complaint):
            call()
    assert not (tmp_path / "nothing").exists()
