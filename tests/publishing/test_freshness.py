"""Whether the league is simulated and the age of the data, on the terminal and in `status.json`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.analytics.freshness import Freshness, freshness, freshness_of
from courtside.cli.main import app
from courtside.publishing.exporter import _stale_before
from courtside.publishing.stores.local import LocalStore
from tests import homes

NEXT_NOON = dt.datetime(2025, 11, 14, 17, 0)
"""Noon Eastern after the game date that follows the newest results."""


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def _call(home: Path, *words: str, now: dt.datetime = homes.NOW) -> str:
    env = {"COURTSIDE_NOW": now.isoformat(), "COLUMNS": "200"}
    return CliRunner().invoke(app, [*words, "--home", str(home)], env=env).output


def test_the_age_of_the_data_is_computed_from_stored_rows(home: Path) -> None:
    with homes.opened(home) as context:
        found = freshness(context.warehouse)
    assert (found.is_simulated, found.newest_results, found.results_due) == (True, homes.LAST, NEXT_NOON)
    assert found.as_of is not None
    assert found.as_of.date() >= homes.LAST
    status = json.loads((home / "public/v1/status.json").read_bytes())
    assert status["is_simulated"] is True
    assert status["data"]["newest_results"] == str(homes.LAST)
    assert status["data"]["results_due"] == "2025-11-14T17:00:00Z"


def test_one_simulated_payload_marks_the_league_as_simulated(home: Path) -> None:
    for statement, expected in (
        ("UPDATE payload_log SET source = 'files'", False),
        ("UPDATE payload_log SET source = 'simulated' WHERE seq = 3", True),
        ("UPDATE payload_log SET status = 'refused' WHERE seq = 3", False),
    ):
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            connection.execute(statement)
        with homes.opened(home) as context:
            assert freshness(context.warehouse).is_simulated is expected


@pytest.mark.parametrize(("now", "is_old"), [(NEXT_NOON, False), (NEXT_NOON + dt.timedelta(minutes=1), True)])
def test_the_terminal_shows_the_age_of_the_data(home: Path, now: dt.datetime, is_old: bool) -> None:
    output = _call(home, "status", now=now)
    assert "SIMULATED LEAGUE" in output
    assert f"Newest results: {homes.LAST}, 2 days old" in output
    assert ("DATA ARE OLDER THAN EXPECTED: newer results were due 2025-11-14 17:00 UTC" in output) is is_old
    report = json.loads(_call(home, "status", "--json", now=now))
    assert (report["is_simulated"], report["is_stale"]) == (True, is_old)


def test_the_daily_command_shows_the_age_of_the_data(home: Path) -> None:
    output = _call(home, "daily")
    assert "SIMULATED LEAGUE" in output
    assert f"Newest results: {homes.LAST}, 1 day old. The next are due 2025-11-14 17:00 UTC." in output


def _frames(newest: dt.date | None, *scheduled: tuple[str, dt.date]) -> Freshness:
    return freshness_of(
        pl.DataFrame({"source": ["files"], "as_of": [dt.datetime(2025, 6, 23)]}),
        pl.DataFrame({"day": [newest]}, schema={"day": pl.Date}),
        pl.DataFrame(scheduled, schema={"game_id": pl.String, "game_date": pl.Date}, orient="row"),
    )


def test_data_are_not_outdated_in_summer_and_outdated_after_it() -> None:
    final = _frames(dt.date(2025, 6, 22))
    assert not final.is_stale(dt.datetime(2025, 9, 30))
    assert final.is_stale(dt.datetime(2025, 12, 1))
    assert _frames(None).sentences(homes.NOW) == ["No results are stored yet."]


def test_a_status_file_of_an_older_version_keeps_its_stale_files(tmp_path: Path) -> None:
    stale = {"path": "v1/tonight/all-players.json", "reason": "It could not be built.", "since": "2025-11-12T09:30:00Z"}
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1/status.json").write_text(json.dumps({"generated_at": "2025-11-12T09:30:00Z", "stale": [stale]}))
    assert [item.path for item in _stale_before(LocalStore(tmp_path))] == [stale["path"]]


def test_games_that_do_not_count_have_no_due_results() -> None:
    found = _frames(dt.date(2025, 2, 13), ("0032400001", dt.date(2025, 2, 16)), ("0022400800", dt.date(2025, 2, 19)))
    assert found.results_due == dt.datetime(2025, 2, 20, 17, 0)
