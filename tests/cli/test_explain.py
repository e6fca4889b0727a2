"""`courtside explain`: a feature row with its values, origins, games and lines."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.explain import NoSuchRowError, explain
from courtside.operations.players import player_names
from tests import homes
from tests.cli.test_commands import call


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def _last_row(home: Path) -> dict[str, object]:
    with homes.opened(home) as context:
        rows = context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES))
    return rows.filter(pl.col("games_used_l10") >= 5).sort("game_date", "player_id").row(-1, named=True)


def test_explain_shows_every_feature_with_its_origin_and_window(home: Path) -> None:
    row = _last_row(home)
    with homes.opened(home) as context:
        found = explain(context.warehouse, str(row["player_id"]), row["game_date"])  # type: ignore[arg-type]
    assert [item["number"] for item in found.features] == [feature.number for feature in FEATURES]
    assert {item["origin"] for item in found.features} <= {
        "computed",
        "partial",
        "fallback",
        "early",
        "missing",
        "unavailable",
    }
    assert len(found.window) == row["games_used_l10"]
    newest_five = [game["points"] for game in found.window[:5]]
    assert row["points_avg_last_5"] == pytest.approx(sum(newest_five) / len(newest_five))
    assert all(game["game_date"] < row["game_date"] for game in found.window)


def test_the_command_prints_text_and_json(home: Path) -> None:
    row = _last_row(home)
    code, output = call("explain", str(row["player_id"]), str(row["game_date"]), home=home)
    assert code == 0
    assert "points_avg_last_5" in output
    assert "last-10 window" in output
    _, output = call("explain", str(row["player_id"]), str(row["game_date"]), "--json", home=home)
    assert json.loads(output)["row"]["game_id"] == row["game_id"]


def test_an_unknown_player_is_named(home: Path) -> None:
    with homes.opened(home) as context, pytest.raises(NoSuchRowError, match="No player's name contains"):
        explain(context.warehouse, "<img src=x>'; DROP TABLE games", homes.LAST)
    code, output = call("explain", "a", str(homes.LAST), home=home)
    assert code == 1
    assert "Give the full name" in " ".join(output.split())


def test_a_misspelled_name_is_answered_with_close_names(home: Path) -> None:
    with homes.opened(home) as context:
        name = player_names(context.warehouse)["player_name"][0]
    code, output = call("explain", name[:-2] + name[-1], str(homes.LAST), home=home)
    assert code == 1
    assert f"Close names: {name}" in output


def test_a_computed_date_without_a_row_of_the_player_is_explained_with_the_reason(home: Path) -> None:
    row, day = _last_row(home), homes.LAST - dt.timedelta(days=3)
    player = str(row["player_id"])
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM player_features WHERE player_id = ? AND game_date >= ?", [player, day])
        dates = {found for (found,) in connection.execute("SELECT game_date FROM games").fetchall()}
        teams = "SELECT game_date FROM team_games WHERE team_id = ?"
        own = {found for (found,) in connection.execute(teams, [row["team_id"]]).fetchall()}

    def reason(date: dt.date) -> str:
        code, output = call("explain", player, str(date), home=home)
        assert code == 1
        return " ".join(output.split())

    free = max(date for date in dates - own if date <= homes.LAST)
    assert f"{TRICODE_OF_ID[row['team_id']]} had no game. The nearest dates with a row: " in reason(free)
    assert "the row is expected and not stored. Run `courtside repair`" in reason(max(own))
    assert "the date is not computed. Run `courtside run --start-date 2026-03-01" in reason(dt.date(2026, 3, 1))
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM player_games WHERE player_id = ? AND game_date < ?", [player, max(own)])
    assert "it was the player's first game in the league" in reason(max(own))
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        change = (
            "UPDATE grid SET state = 'held', reason = 'a planted reason' WHERE stage = 'features' AND game_date = ?"
        )
        connection.execute(change, [max(own)])
    assert "the date is held: a planted reason" in reason(max(own))


def test_stored_text_is_printed_unchanged(home: Path) -> None:
    row = _last_row(home)
    name = "Bob [/x] [bold]:smile: \x1b[2J\u202e"
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE raw_player_box SET player_name = ? WHERE player_id = ?", [name, row["player_id"]])
        connection.execute("UPDATE run_events SET detail = ?", [name])
        connection.execute("UPDATE grid SET reason = ?, state = 'held'", [name])
    run_id = json.loads(call("runs", "--json", home=home)[1])[0]["run_id"]
    for words in (("explain", str(row["player_id"]), str(row["game_date"])), ("runs", run_id), ("status",)):
        code, output = call(*words, home=home)
        assert code == 0, output
        assert "Bob [/x] [bold]:smile: \\x1b[2J\\u202e" in output
        assert "\x1b" not in output
