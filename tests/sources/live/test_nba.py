"""Requests to stats.nba.com and the CDN equal those of `nba_api` and of the league's own pages."""

from __future__ import annotations

import datetime as dt

import pytest

from courtside.clock import GameType
from courtside.raw import parse
from courtside.sources import cdn, nba
from courtside.sources.http import Client
from courtside.sources.injuries import issues_until, report_at
from courtside.sources.request import Body
from tests.real_data import DATA, needs_real_data
from tests.sources.live.loopback import Provider, Reply
from tests.sources.live.payloads import LOG_PATH, game_log

needs_nba_api = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("nba_api") is None, reason="courtside[live] is not installed"
)


@needs_nba_api
def test_game_logs_of_a_date_are_requested_teams_first_with_the_headers_of_nba_api(
    provider: Provider, client: Client
) -> None:
    provider.on(LOG_PATH, game_log("T"), game_log("P"))
    for request in nba.game_logs("2023-24", GameType.REGULAR, dt.date(2024, 2, 22)):
        assert parse(client.fetch(request)).rows
    first, second = provider.requests
    assert (first.query["PlayerOrTeam"], second.query["PlayerOrTeam"]) == ("T", "P")
    assert first.query == {
        "Counter": "0", "DateFrom": "02/22/2024", "DateTo": "02/22/2024", "Direction": "ASC", "LeagueID": "00",
        "PlayerOrTeam": "T", "Season": "2023-24", "SeasonType": "Regular Season", "Sorter": "DATE",
    }  # fmt: skip
    assert first.headers["Referer"] == "https://www.nba.com/"
    assert "br" not in first.headers["Accept-Encoding"].split(", ")
    assert first.headers["Host"].startswith("127.0.0.1")


@needs_nba_api
@pytest.mark.parametrize(
    ("game_type", "words"),
    [(GameType.REGULAR, "Regular Season"), (GameType.PLAYOFFS, "Playoffs"), (GameType.PLAY_IN, "PlayIn")],
)
def test_each_counted_type_has_the_provider_s_name(game_type: GameType, words: str) -> None:
    assert {item.params["SeasonType"] for item in nba.game_logs("2023-24", game_type)} == {words}


@needs_nba_api
def test_the_schedule_and_the_players_of_a_season_have_their_own_requests() -> None:
    assert nba.season_schedule("2023-24").url == "https://stats.nba.com/stats/scheduleleaguev2"
    assert nba.player_index("2023-24").params["Season"] == "2023-24"


@pytest.mark.parametrize(
    ("day", "season"),
    [(dt.date(2024, 10, 22), "2024-25"), (dt.date(2025, 6, 22), "2024-25"), (dt.date(2025, 8, 1), "2025-26")],
)
def test_a_season_lasts_until_july(day: dt.date, season: str) -> None:
    assert nba.season_on(day) == season


def test_a_game_has_a_box_score_and_a_play_by_play() -> None:
    assert [request.url.rpartition("/")[2] for request in cdn.game_details("0022300799")] == [
        "boxscore_0022300799.json",
        "playbyplay_0022300799.json",
    ]


def test_reports_have_every_file_name_that_the_league_has_used() -> None:
    names = [request.name for request in report_at(dt.date(2025, 12, 30), dt.time(17, 30))]
    assert names == ["Injury-Report_2025-12-30_05_30PM.pdf", "Injury-Report_2025-12-30_05PM.pdf"]
    (only,) = report_at(dt.date(2025, 12, 30), dt.time(9, 15))
    assert (only.body, only.absent) == (Body.PDF, {403, 404})


def test_the_last_reports_go_back_in_quarters_of_an_hour_across_midnight() -> None:
    assert issues_until(dt.datetime(2025, 12, 30, 5, 20), 3) == [
        (dt.date(2025, 12, 30), dt.time(0, 15)),
        (dt.date(2025, 12, 30), dt.time(0, 0)),
        (dt.date(2025, 12, 29), dt.time(23, 45)),
    ]


@pytest.mark.real
@needs_real_data
@needs_nba_api
def test_recorded_game_logs_and_schedules_are_parsed(provider: Provider, client: Client) -> None:
    assert DATA is not None
    logs = DATA / "payloads" / "jordan_koch_fixtures" / "league_game_log"
    recorded = {
        grain: next(logs.glob(f"season=2024-25/grain={grain}/*/*/payload.json")).read_bytes()
        for grain in ("team", "player")
    }
    provider.on(LOG_PATH, recorded["team"], recorded["player"])
    rows = [parse(client.fetch(request)).rows for request in nba.game_logs("2024-25", GameType.REGULAR)]
    assert rows[1] == 218
    empty = (logs / "_error_cases" / "empty-response-impossible-season.json").read_bytes()
    provider.on(LOG_PATH, empty)
    request = next(iter(nba.game_logs("2099-00", GameType.REGULAR)))
    assert parse(client.fetch(request)).rows == 0
    schedule = next((DATA / "payloads" / "provider_samples" / "nbac_schedule_api").glob("*.gz")).read_bytes()
    provider.on("/static/json/staticData/scheduleLeagueV2.json", Reply(schedule, headers={"Content-Encoding": "gzip"}))
    assert parse(client.fetch(cdn.current_schedule())).rows > 1200
