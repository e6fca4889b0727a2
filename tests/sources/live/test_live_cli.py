"""`courtside ingest nba|schedule|odds|injuries|live` and `courtside runs`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from courtside.cli import live
from courtside.cli.main import app
from courtside.config import Settings
from courtside.sources.http import Client
from tests.sources.live.conftest import KEY
from tests.sources.live.loopback import Provider, Reply
from tests.sources.live.payloads import EVENTS_PATH, NOW, ODDS_PATH, event_odds, events
from tests.sources.live.test_intake import stock

pytest.importorskip("nba_api", reason="courtside[live] is not installed")
pytest.importorskip("pypdf", reason="courtside[live] is not installed")


@pytest.fixture(autouse=True)
def _fixed(provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_loopback(_: Settings) -> Client:
        return client

    monkeypatch.setattr(live, "client_for", on_loopback)
    monkeypatch.setenv("COURTSIDE_NOW", NOW.isoformat())
    monkeypatch.setenv("COLUMNS", "200")


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_live_ingests_every_source_and_prints_the_cost(provider: Provider, tmp_path: Path, key: str) -> None:
    stock(provider)
    result = call("ingest", "live", "--home", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert "6 requests, 0 of them retries; 5 payloads ingested" in result.output
    again = call("ingest", "odds", "--home", str(tmp_path))
    assert "1 payloads ingested, 0 new rows" in again.output


def test_a_failing_source_gives_exit_code_1_and_is_shown_in_the_runs(
    provider: Provider, tmp_path: Path, key: str
) -> None:
    stock(provider)
    provider.on(ODDS_PATH, Reply(b"{}", 401))
    result = call("ingest", "live", "--home", str(tmp_path))
    assert result.exit_code == 1
    assert "the key was refused" in result.output
    assert KEY not in result.output
    listed = json.loads(call("runs", "--json", "--home", str(tmp_path)).output)
    assert (listed[0]["failures"], listed[0]["outcome"]) == (1, "failed")
    shown = call("runs", listed[0]["run_id"][:6], "--home", str(tmp_path))
    assert "ingest odds" in shown.output
    assert "stopped" in shown.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nba", "--date", "2024-02-21"), "DateFrom=02/21/2024"),
        (("nba", "--season", "2023-24"), "SeasonType=Playoffs"),
        (("schedule",), "GET https://cdn.nba.com/static/json/staticData/scheduleLeagueV2.json"),
        (("schedule", "--season", "2022-23"), "scheduleleaguev2"),
        (("odds", "--game-lines"), "markets=h2h,spreads,totals"),
        (("odds", "--at", "2024-01-25T23:00"), "/v4/historical/"),
        (("injuries", "--date", "2024-01-04", "--time", "12:30"), "Injury-Report_2024-01-04_12PM.pdf"),
    ],
)
def test_a_dry_run_prints_requests_without_a_key_and_sends_none(
    provider: Provider, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    result = call("ingest", *words, "--dry-run", "--home", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert says in result.output
    assert not provider.requests


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nba", "--date", "2024-02-21", "--season", "2023-24"), "give one of them"),
        (("nba", "--date", "yesterday"), "--date: 'yesterday' is not a date"),
        (("odds", "--at", "noon"), "--at 'noon' is not a time"),
        (("injuries", "--date", "2024-01-04"), "--date and --time belong together"),
        (("injuries", "--date", "2024-01-04", "--time", "soon"), "--time 'soon' is not a time"),
    ],
)
def test_an_invalid_argument_is_named(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    result = call("ingest", *words, "--home", str(tmp_path))
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    result = call("runs", "feed", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "0 runs have an id that begins with this text" in result.output


@pytest.mark.parametrize("count", ["inf", "-inf", "nan", "²", "-5", "9" * 400, "1e9", ""])
def test_an_invalid_count_of_credits_is_ignored(provider: Provider, tmp_path: Path, key: str, count: str) -> None:
    stock(provider)
    headers = {"x-requests-last": count, "x-requests-remaining": count}
    provider.on(ODDS_PATH, Reply(event_odds(), headers=headers))
    result = call("ingest", "odds", "--home", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "odds_budget.json").read_text())["spent"] == 1


@pytest.mark.parametrize("when", ["soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 7, None])
def test_an_event_with_an_invalid_time_is_a_failed_step_with_a_reason(
    provider: Provider, tmp_path: Path, key: str, when: object
) -> None:
    stock(provider)
    listed = json.loads(events())
    listed[0]["commence_time"] = when
    provider.on(EVENTS_PATH, json.dumps(listed).encode())
    result = call("ingest", "live", "--home", str(tmp_path))
    assert result.exit_code in (0, 1), result.output
    assert "Traceback" not in result.output
    assert "leaguegamelog" in result.output, "the other sources are still fetched"
