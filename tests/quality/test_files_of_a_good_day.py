"""Check 7.1: a good day is clean whatever its timing, and a file that is too old is found."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from tests import homes
from tests.quality.stores import DAY


@pytest.fixture
def home(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    return homes.copy_of(run_home, tmp_path / "home")


def _check(home: Path) -> tuple[str, int]:
    """Return the status of check 7.1, and how many checks failed, in `courtside check daily`."""
    result = CliRunner().invoke(app, ["check", "daily", "--date", str(DAY), "--json", "--home", str(home)])
    report = json.loads(result.stdout)
    found = {item["number"]: item for item in report["checks"]}
    return found["7.1"]["status"], report["failed"]


def _publish_at(home: Path, instant: dt.datetime, *more: str) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(f"UPDATE publications SET published_at = '{instant}' WHERE game_date = '{DAY}'")
        for statement in more:
            connection.execute(statement)


def _written_at(home: Path) -> dt.datetime:
    stated = json.loads((home / "public" / "v1" / "picks" / f"{DAY}.json").read_bytes())["generated_at"]
    return dt.datetime.fromisoformat(stated).replace(tzinfo=None)


def test_picks_and_file_of_the_same_second_are_clean(home: Path) -> None:
    _publish_at(home, _written_at(home) + dt.timedelta(microseconds=999_999))
    assert _check(home)[0] == "passed"


def test_a_file_of_the_second_before_is_found(home: Path) -> None:
    _publish_at(home, _written_at(home) + dt.timedelta(seconds=1))
    assert _check(home)[0] == "failed"


NEW_VERSION = (
    "INSERT INTO publications SELECT * REPLACE "
    "(version + 1 AS version, published_at + INTERVAL 1 HOUR AS published_at)"
    f" FROM publications WHERE game_date = '{DAY}'",
    f"INSERT INTO published_picks SELECT * REPLACE (version + 1 AS version, price - 5 AS price)"
    f" FROM published_picks WHERE game_date = '{DAY}'",
)


def test_a_version_that_changes_a_price_only_leaves_the_file_as_it_is(home: Path) -> None:
    _publish_at(home, _written_at(home), *NEW_VERSION)
    assert _check(home)[0] == "passed"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE published_picks SET line = line + 1 WHERE game_date = '{DAY}' AND version = 2",
        f"DELETE FROM published_picks WHERE game_date = '{DAY}' AND version = 2 AND subset_key = 'all_picks'",
        f"UPDATE publications SET signal = NULL WHERE game_date = '{DAY}' AND version = 1",
    ],
)
def test_a_version_that_changes_what_the_file_shows_asks_for_a_newer_one(home: Path, change: str) -> None:
    _publish_at(home, _written_at(home), *NEW_VERSION, change)
    assert _check(home)[0] == "failed"
