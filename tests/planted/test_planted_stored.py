"""Stored rows that were changed outside the pipeline: commands find them, and a run or a repair computes them again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline import stored
from courtside.pipeline.stages import STAGES
from tests import homes
from tests.quality.stores import engine

DAY = dt.date(2025, 11, 5)
RANGE = ("run", "--start-date", str(homes.FIRST), "--end-date", str(homes.LAST))
MONTH = "game_date >= '2025-11-01'"
OWN_MINUTES = (
    "UPDATE player_features f SET minutes_avg_last_10 = g.minutes FROM player_games g "
    "WHERE g.game_id = f.game_id AND g.player_id = f.player_id AND g.did_play AND minutes_avg_last_10 IS NOT NULL"
)
OWN_POINTS = (
    "UPDATE player_features f SET points_avg_last_10 = points_avg_last_10 + g.points FROM player_games g "
    "WHERE g.game_id = f.game_id AND g.player_id = f.player_id"
)
EQUALS_MISSING = " = 'missing'"
REQUIRED = [item for item in FEATURES if item.is_required]

FEATURE_PLANTS = {
    "the game's own minutes": (OWN_MINUTES,),
    "the game's own points": (OWN_POINTS,),
    "one value of one row": (
        f"UPDATE player_features SET pace_score = pace_score + 0.001 WHERE rowid = "
        f"(SELECT max(rowid) FROM player_features WHERE game_date = '{DAY}' AND pace_score < 2)",
    ),
    "one player": (
        "UPDATE player_features SET points_avg_season = points_avg_season * 2 WHERE player_id = "
        f"(SELECT max(player_id) FROM player_features WHERE game_date = '{DAY}' AND points_avg_season > 1)",
    ),
    "a constant column": ("UPDATE player_features SET pace_score = 0 WHERE pace_score IS NOT NULL",),
    "constants for half of the players": (
        "UPDATE player_features SET opponent_def_rating = 112, opponent_def_rating_origin = 'computed', "
        "team_win_pct = 0.5, team_win_pct_origin = 'computed' WHERE player_id % 2 = 0",
    ),
    "values emptied for a month, counts left": (
        f"UPDATE player_features SET {', '.join(f'{item.name} = NULL' for item in REQUIRED)} WHERE {MONTH}",
    ),
    "origins missing for a month, counts left": (
        f"UPDATE player_features SET {', '.join(item.origin_column + EQUALS_MISSING for item in REQUIRED)} "
        f"WHERE {MONTH}",
    ),
    "counts of one row": (
        f"UPDATE player_features SET required_default_count = required_default_count + 1 WHERE rowid = "
        f"(SELECT max(rowid) FROM player_features WHERE game_date = '{DAY}')",
    ),
}
TABLE_PLANTS = {
    "a week of player games deleted": (
        "player_games",
        "DELETE FROM player_games WHERE game_date BETWEEN '2025-11-01' AND '2025-11-07'",
    ),
    "all lines deleted": ("player_lines", "DELETE FROM player_lines"),
    "one team game changed": (
        "team_games",
        "UPDATE team_games SET points = points + 1 WHERE rowid = "
        f"(SELECT max(rowid) FROM team_games WHERE game_date = '{DAY}')",
    ),
    "a date of predictions emptied": ("predictions", f"DELETE FROM predictions WHERE game_date = '{DAY}'"),
    "a grade turned": (
        "graded_predictions",
        f"UPDATE graded_predictions SET actual = actual + 30 WHERE game_date = '{DAY}' AND actual IS NOT NULL",
    ),
    "a row that no run wrote": (
        "gate_verdicts",
        "INSERT INTO gate_verdicts SELECT * REPLACE (DATE '2025-01-01' AS game_date) FROM gate_verdicts LIMIT 1",
    ),
}
ALL = {name: ("player_features", *sql) for name, sql in FEATURE_PLANTS.items()} | TABLE_PLANTS
TOGETHER = {
    "every damage of features": list(FEATURE_PLANTS),
    "every damage before features": ["a week of player games deleted", "all lines deleted", "one team game changed"],
    "every damage after features": ["a date of predictions emptied", "a grade turned", "a row that no run wrote"],
}


@pytest.fixture
def home(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    return homes.copy_of(run_home, tmp_path / "home")


def call(home: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words, "--home", str(home)])
    return result.exit_code, result.stdout


def plant(home: Path, statements: Sequence[str]) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def failed(home: Path, *words: str) -> tuple[int, dict[str, str | None]]:
    code, text = call(home, "check", *words, "--json")
    return code, {item["number"]: item["detail"] for item in json.loads(text)["checks"] if item["status"] == "failed"}


def test_a_clean_home_has_no_damage(home: Path) -> None:
    found = failed(home, "features")[1]
    assert not {"15", "26", "29", "30"} & set(found), found
    assert "0.4" not in failed(home, "daily", "--date", str(homes.LAST))[1]
    assert call(home, "check", "training-data", "--threshold", "50")[0] == 0
    assert call(home, "repair", "--dry-run")[0] == 0


@pytest.mark.parametrize("name", list(ALL))
def test_damage_is_named_with_its_table_and_dates(name: str, home: Path) -> None:
    before = homes.contents(home)
    table, *statements = ALL[name]
    plant(home, statements)
    changed = {
        (other, day)
        for other, days in homes.contents(home).items()
        for day in {*days, *before[other]}
        if days.get(day) != before[other].get(day)
    }
    code, found = failed(home, "daily", "--date", str(homes.LAST))
    assert code == 1
    assert table in str(found["0.4"])
    code, text = call(home, "repair", "--dry-run", "--json")
    offered = {(item["what"].split()[0], dt.date.fromisoformat(item["date"])) for item in json.loads(text)}
    assert (code, offered) == (1, changed)


def test_every_damage_is_also_repaired() -> None:
    assert sorted(name for names in TOGETHER.values() for name in names) == sorted(ALL)


@pytest.mark.parametrize("names", TOGETHER.values(), ids=TOGETHER)
def test_a_run_repairs_damage(names: Sequence[str], home: Path) -> None:
    before = homes.contents(home)
    for name in names:
        plant(home, ALL[name][1:])
    code, text = call(home, *RANGE)
    assert (code, "stored rows differed from what was recorded" in text) == (0, True)
    assert call(home, "repair")[0] == 0
    assert homes.contents(home) == before
    assert "0.4" not in failed(home, "daily", "--date", str(homes.LAST))[1]


@pytest.mark.parametrize(
    "name",
    [
        *(name for name in FEATURE_PLANTS),
        "a week of player games deleted",
        "one team game changed",
        "all lines deleted",
    ],
)
def test_the_monitor_is_not_clean_over_damaged_rows(name: str, home: Path) -> None:
    plant(home, ALL[name][1:])
    code, text = call(home, "check", "training-data", "--threshold", "50")
    assert code == 1, text
    assert "Clean" not in text


def test_check_features_finds_a_wrong_value_and_leaks_that_the_grid_records(home: Path) -> None:
    plant(home, FEATURE_PLANTS["one value of one row"])
    code, found = failed(home, "features")
    assert code == 1
    assert found["15"] == f"player_features: {DAY}"
    plant(home, (OWN_MINUTES,))
    _record_what_is_stored(home)
    code, found = failed(home, "features")
    assert (code, "15" in found) == (1, False)
    assert "minutes_avg_last_10" in str(found["29"])
    assert "minutes_avg_last_10" in str(found["30"])


def test_repair_computes_wrong_features_again_that_the_grid_records(home: Path) -> None:
    before = homes.contents(home)
    plant(home, FEATURE_PLANTS["one value of one row"])
    _record_what_is_stored(home)
    code, text = call(home, "repair", "--dry-run", "--json")
    assert (code, [(item["date"], item["state"]) for item in json.loads(text)]) == (1, [(str(DAY), "damaged")])
    assert call(home, "repair", "--json")[0] == 0
    assert homes.contents(home) == before


def test_damage_before_the_range_of_a_run_is_repaired_before_features_read_it(home: Path) -> None:
    before = homes.contents(home)
    plant(home, ALL["a week of player games deleted"][1:])
    assert call(home, "run", "--start-date", str(homes.LAST), "--end-date", str(homes.LAST))[0] == 0
    assert homes.contents(home) == before


def test_changed_picks_are_named_and_not_computed_again(home: Path) -> None:
    plant(home, ("UPDATE published_picks SET line = line + 1",))
    before = homes.contents(home)["published_picks"]
    assert failed(home, "daily", "--date", str(homes.LAST))[0] == 1
    assert call(home, "repair")[0] == 1
    assert homes.contents(home)["published_picks"] == before


def test_hashes_of_another_engine_are_not_compared(home: Path) -> None:
    plant(home, ("UPDATE grid SET content_hash = 'other@bigquery' WHERE content_hash <> ''",))
    assert "0.4" not in failed(home, "daily", "--date", str(homes.LAST))[1]


def test_every_stage_with_its_own_cells_is_compared() -> None:
    assert {stage.name for stage in STAGES} - {"publishing"} == {*stored.REPLACED, *stored.APPENDED}


def _record_what_is_stored(home: Path) -> None:
    with homes.opened(home) as context:
        contents = context.warehouse.contents(PLAYER_FEATURES)
        for day, cell in context.run_log.cells("features").items():
            if day in contents:
                verdicts = cell.content_hash.partition(":")[2]
                engine(context)._execute(
                    f"UPDATE grid SET content_hash = '{contents[day].content_hash}:{verdicts}' "
                    f"WHERE stage = 'features' AND game_date = '{day}'"
                )
