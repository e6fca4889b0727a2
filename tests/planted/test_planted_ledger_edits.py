"""Published picks, publications and grades that were changed in the warehouse are never exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.picks.tables import PUBLICATIONS
from tests import homes
from tests.planted.live_day import DAY, NEXT_DAY, RANGE, invoke, public, stored

EDITS = {
    "a changed line": "UPDATE published_picks SET line = line + 2 WHERE game_date = '{day}' AND rank = 1",
    "a changed prediction": "UPDATE published_picks SET prediction = prediction + 0.1 WHERE game_date = '{day}'",
    "a changed kind": "UPDATE published_picks SET kind = 'BACKTEST' WHERE game_date = '{day}' AND rank = 1",
    "a deleted pick": "DELETE FROM published_picks WHERE game_date = '{day}' AND subset_key = 'top_pick'",
    "an inserted pick": "INSERT INTO published_picks "
    "SELECT * REPLACE (player_id + 1 AS player_id) FROM published_picks "
    "WHERE game_date = '{day}' AND subset_key = 'top_pick'",
    "a changed signal": "UPDATE publications SET signal = 'RED', skew = 'balanced' WHERE game_date = '{day}'",
    "a changed time": "UPDATE publications SET published_at = published_at - INTERVAL 1 HOUR WHERE game_date = '{day}'",
    "an inserted version": "INSERT INTO publications SELECT * REPLACE (2 AS version, 0 AS picks) FROM publications "
    "WHERE game_date = '{day}'",
    "a deleted date": "DELETE FROM published_picks WHERE game_date = '{day}'; "
    "DELETE FROM publications WHERE game_date = '{day}'",
    "a removed hash": "UPDATE publications SET content_hash = NULL WHERE game_date = '{day}'",
    "a changed grade": "UPDATE graded_picks SET result = 'hit' WHERE game_date = '{day}' AND result = 'miss'",
    "a deleted grade": "DELETE FROM graded_picks WHERE game_date = '{day}' AND result = 'miss'",
    "a graded line": "UPDATE graded_picks SET line = line - 3 WHERE game_date = '{day}'",
    "an inserted grade": "INSERT INTO graded_picks SELECT * REPLACE (player_id + 1 AS player_id) FROM graded_picks "
    "WHERE game_date = '{day}' AND subset_key = 'top_pick'",
}


def edit(home: Path, sql: str) -> None:
    with homes.opened(home) as context:
        for statement in sql.format(day=DAY).split("; "):
            context.warehouse._execute(statement)


@pytest.mark.parametrize("what", EDITS)
def test_changed_rows_stop_the_export_and_keep_the_good_file(what, graded_home, tmp_path):
    home = homes.copy_of(graded_home, tmp_path / "home")
    edit(home, EDITS[what])
    code, output = invoke(home, NEXT_DAY, "export", "--date", str(DAY))
    assert code == 1, output
    assert str(DAY) in output and "`courtside " in output
    assert public(home) == public(graded_home)


@pytest.mark.parametrize("what", ["a changed line", "a deleted date"])
def test_changed_rows_fail_a_run_without_work_and_the_daily_check(what, graded_home, tmp_path):
    home = homes.copy_of(graded_home, tmp_path / "home")
    edit(home, EDITS[what])
    code, output = invoke(home, NEXT_DAY, "run", *RANGE)
    assert code == 1 and str(DAY) in output
    assert public(home) == public(graded_home)
    checks = CliRunner().invoke(
        app, ["check", "daily", "--date", str(DAY), "--json", "--home", str(home)], env={"COURTSIDE_NOW": NEXT_DAY}
    )
    assert checks.exit_code == 1
    assert "6.2" in checks.output


def test_a_home_without_hashes_is_migrated(graded_home, tmp_path):
    home = homes.copy_of(graded_home, tmp_path / "home")
    hashes = stored(home, PUBLICATIONS)["content_hash"]
    edit(home, "ALTER TABLE publications DROP COLUMN content_hash")
    code, output = invoke(home, NEXT_DAY, "export", "--date", str(DAY))
    assert code != 0 and "courtside migrate" in output
    assert invoke(home, NEXT_DAY, "migrate")[0] == 0
    assert stored(home, PUBLICATIONS)["content_hash"].equals(hashes)
    assert invoke(home, NEXT_DAY, "export", "--date", str(DAY))[0] == 0


@pytest.mark.parametrize("graded", ["-137", "NULL"])
def test_picks_at_a_fantasy_book_s_number_are_published_again_after_a_migration(graded, graded_home, tmp_path):
    home = homes.copy_of(graded_home, tmp_path / "home")
    edit(
        home,
        "UPDATE published_picks SET price = -137, book = 'prizepicks' WHERE game_date = '{day}'; "
        f"UPDATE graded_picks SET price = {graded} WHERE game_date = '{{day}}'; "
        "ALTER TABLE publications DROP COLUMN content_hash",
    )
    assert invoke(home, NEXT_DAY, "migrate")[0] == 0
    code, output = invoke(home, NEXT_DAY, "export", "--date", str(DAY))
    assert code == 0, output
