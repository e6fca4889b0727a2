"""`courtside repair --fetch`: requests exactly the dates that lack box scores, and completes the season."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli import live
from courtside.cli.main import app
from courtside.clock import FixedClock
from courtside.config import Settings
from courtside.sources.http import Client, Policy
from courtside.sources.request import Request
from courtside.sources.transport import Limits, Response
from tests import homes

pytest.importorskip("nba_api", reason="courtside[live] is not installed")


def test_a_lost_log_is_fetched_and_the_season_is_complete_again(
    gap_home: Path, run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, requested = homes.logs_of(homes.LOST), []

    def transport(request: Request, _: Limits) -> Response:
        requested.append(str(request))
        if "leaguegamelog" not in request.url:
            return Response(404, {}, b"")
        assert request.params["DateFrom"] == f"{homes.LOST:%m/%d/%Y}"
        return Response(200, {}, logs[request.params["PlayerOrTeam"]].content)

    def client(_: Settings) -> Client:
        return Client(FixedClock(homes.NOW), transport, Policy(least_pace=0.0, pace={}))

    home = homes.copy_of(gap_home, tmp_path / "home")
    monkeypatch.setattr(live, "client_for", client)
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    result = CliRunner().invoke(app, ["repair", "--fetch", "--json", "--home", str(home)])
    report = json.loads(result.stdout)
    assert (result.exit_code, report["is_whole"]) == (0, True), result.output
    assert len(requested) == 3, "the schedule, and the game logs of one date"
    repaired, whole = homes.contents(home), homes.contents(run_home)
    for table in ("player_games", "player_features", "outcomes"):
        assert repaired[table] == whole[table], table


def test_a_complete_home_sends_no_requests(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unasked(_: Settings) -> Client:
        raise AssertionError("a source was requested")

    home = homes.copy_of(run_home, tmp_path / "home")
    monkeypatch.setattr(live, "client_for", unasked)
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    result = CliRunner().invoke(app, ["repair", "--fetch", "--home", str(home)])
    assert result.exit_code == 0, result.output
