"""`courtside today` shows games, picks, prices and what is missing, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from tests import homes

POINTS_PICKS = "(SELECT * FROM published_picks WHERE market = 'points')"


def today(home: Path, *words: str) -> str:
    env = {"COURTSIDE_NOW": "2025-11-13T17:00", "COLUMNS": "80"}
    result = CliRunner().invoke(app, ["today", *words, "--home", str(home)], env=env)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def test_a_played_date_shows_each_game_with_its_score_and_picks(home: Path) -> None:
    found = json.loads(today(home, str(homes.LAST), "--json"))
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        for name, column, table in (("games", "game_id", "games"), ("picks", "player_id", POINTS_PICKS)):
            query = f"SELECT count(DISTINCT {column}) FROM {table} WHERE game_date = ?"
            assert connection.execute(query, [homes.LAST]).fetchone() == (len(found[name]),)
    assert all(game["away_points"] for game in found["games"])
    text = today(home, str(homes.LAST))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count(" @ ") == len(found["games"])
    assert f"{found['games'][0]['away']} @ {found['games'][0]['home']}  final" in text


def test_a_stage_that_failed_is_named_with_its_reason(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "UPDATE grid SET state = 'failed', reason = 'a planted reason' WHERE stage = 'picks' AND game_date = ?",
            [homes.LAST],
        )
    assert "picks is failed: a planted reason" in today(home, str(homes.LAST))


def test_a_date_without_picks_names_the_command_that_publishes_them(home: Path) -> None:
    assert "`courtside daily` publishes them" in today(home, "2026-07-01")
