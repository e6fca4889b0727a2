"""Check 7.1 passes on a good day, whatever the time of its files, and finds a file that is too old."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.picks.integrity import with_content_hash
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.warehouse.base import Upsert
from tests import homes
from tests.quality.stores import DAY, engine, recorded_anew

YOUNG = {"0.487"}
"""Checks that a season of three weeks fails: too few games are played for every required feature."""


@pytest.fixture
def home(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    return homes.copy_of(run_home, tmp_path / "home")


def _failed(home: Path) -> set[str]:
    """Return the numbers of the checks that failed in `courtside check daily`, less those that a young season fails."""
    result = CliRunner().invoke(app, ["check", "daily", "--date", str(DAY), "--json", "--home", str(home)])
    report = json.loads(result.stdout)
    failed = {item["number"] for item in report["checks"] if item["status"] != "passed"}
    assert report["failed"] == len(failed)
    return failed - YOUNG


def _publish_at(home: Path, instant: dt.datetime, *more: str) -> None:
    """Publish the day at another instant, and change it further by statements, recorded as the picks stage does."""
    with homes.opened(home) as context:
        warehouse = engine(context)
        for statement in (f"UPDATE publications SET published_at = '{instant}' WHERE game_date = '{DAY}'", *more):
            warehouse._execute(statement)
        publications, picks = (warehouse.collect(warehouse.scan(table)) for table in (PUBLICATIONS, PUBLISHED_PICKS))
        warehouse.upsert([Upsert(PUBLICATIONS, PUBLICATIONS.conform(with_content_hash(publications, picks)))])
        recorded_anew(context, "picks")


def _written_at(home: Path) -> dt.datetime:
    stated = json.loads((home / "public" / "v1" / "picks" / f"{DAY}.json").read_bytes())["generated_at"]
    return dt.datetime.fromisoformat(stated).replace(tzinfo=None)


def test_picks_and_file_of_the_same_second_pass(home: Path) -> None:
    _publish_at(home, _written_at(home) + dt.timedelta(microseconds=999_999))
    assert _failed(home) == set()


def test_a_file_of_the_second_before_is_found(home: Path) -> None:
    _publish_at(home, _written_at(home) + dt.timedelta(seconds=1))
    assert _failed(home) == {"7.1"}


NEW_VERSION = (
    "INSERT INTO publications SELECT * REPLACE "
    "(version + 1 AS version, published_at + INTERVAL 1 HOUR AS published_at)"
    f" FROM publications WHERE game_date = '{DAY}'",
    f"INSERT INTO published_picks SELECT * REPLACE (version + 1 AS version, price - 5 AS price)"
    f" FROM published_picks WHERE game_date = '{DAY}'",
)


def test_a_version_that_changes_only_a_price_needs_no_new_file(home: Path) -> None:
    _publish_at(home, _written_at(home), *NEW_VERSION)
    assert _failed(home) == set()


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE published_picks SET line = line + 1 WHERE game_date = '{DAY}' AND version = 2",
        f"DELETE FROM published_picks WHERE game_date = '{DAY}' AND version = 2 AND subset_key = 'all_picks'",
        f"UPDATE publications SET signal = NULL WHERE game_date = '{DAY}' AND version = 1",
    ],
)
def test_a_version_that_changes_what_the_file_shows_needs_a_new_file(home: Path, change: str) -> None:
    _publish_at(home, _written_at(home), *NEW_VERSION, change)
    assert "7.1" in _failed(home)
