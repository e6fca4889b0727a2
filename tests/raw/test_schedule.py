"""Schedules from a game log, with two rows per game, and from the league's CDN."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.clock import eastern_date
from courtside.league.teams import TEAMS
from tests.raw.builders import BOS, GSW, HOU, LAL, OKC, as_csv, cdn, cdn_game, read, schedule_game


def games(content):
    parsed = read(content)
    return parsed.frames["raw_schedule"], parsed.refused


@given(st.permutations(TEAMS).map(lambda teams: teams[:2]), st.booleans(), st.booleans())
def test_home_and_away_are_found_from_either_row_in_either_order(teams, is_reversed, is_lone):
    home, away = teams
    rows = schedule_game()
    rows[0] |= {"MATCHUP": f"{home.tricode} vs. {away.tricode}"}
    rows[1] |= {"MATCHUP": f"{away.tricode} @ {home.tricode}"}
    rows = rows[::-1] if is_reversed else rows
    frame, refused = games(as_csv(rows[:1] if is_lone else rows))
    assert refused == {}
    assert frame.select("home_team_id", "away_team_id").rows() == [(home.team_id, away.team_id)]
    assert frame["is_neutral"].to_list() == [None]


@pytest.mark.parametrize(
    ("first", "second", "home", "away"),
    [
        ("HOU @ OKC", "OKC @ HOU", OKC, HOU),
        ("OKC @ HOU", "HOU @ OKC", HOU, OKC),
        ("HOU vs. OKC", "OKC vs. HOU", HOU, OKC),
    ],
)
def test_the_first_row_decides_the_home_team_on_a_neutral_court(first, second, home, away):
    rows = schedule_game()
    rows[0] |= {"MATCHUP": first}
    rows[1] |= {"MATCHUP": second}
    frame, refused = games(as_csv(rows))
    assert frame.select("home_team_id", "away_team_id", "is_neutral").rows() == [(home, away, True)]
    assert refused == {}


def test_a_game_without_a_winner_is_scheduled():
    frame, _ = games(as_csv(schedule_game(WL="")))
    assert frame["status"].to_list() == ["scheduled"]


def test_a_game_log_gives_no_score():
    frame, _ = games(as_csv(schedule_game()))
    assert frame.select("home_points", "away_points").rows() == [(None, None)]


@pytest.mark.parametrize("changes", [{"MATCHUP": "BOS @ NYK"}, {"GAME_DATE": "2024-10-23"}], ids=["teams", "date"])
def test_contradicting_rows_of_a_game_give_no_schedule_row(changes):
    rows = schedule_game()
    rows[1] |= changes
    frame, refused = games(as_csv(rows))
    assert frame.is_empty()
    assert refused == {"no schedule row: the rows of the game differ in date or teams": 1}


def test_a_cdn_game_has_the_eastern_date_the_tip_off_in_utc_and_the_score():
    frame, refused = games(cdn(cdn_game()))
    assert refused == {}
    assert frame.to_dicts() == [
        {
            "provider": "cdn",
            "game_id": "0022400625",
            "game_date": dt.date(2025, 1, 23),
            "home_team_id": LAL,
            "away_team_id": BOS,
            "tip_at": dt.datetime(2025, 1, 24, 3),
            "status": "final",
            "is_neutral": False,
            "home_points": 117,
            "away_points": 96,
        }
    ]
    assert eastern_date(frame["tip_at"][0]) == frame["game_date"][0]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"gameStatus": 1, "gameStatusText": "10:00 pm ET"}, "scheduled"),
        ({"gameStatus": 1, "gameStatusText": "TBD"}, "scheduled"),
        ({"gameStatus": 2, "gameStatusText": "Q3 5:12"}, "in_progress"),
        ({"gameStatus": 3, "gameStatusText": "Final/OT"}, "final"),
        ({"gameStatus": 3, "gameStatusText": "Final", "postponedStatus": "Y"}, "final"),
        ({"gameStatus": 1, "gameStatusText": "PPD"}, "postponed"),
        ({"gameStatus": 3, "gameStatusText": "PPD"}, "postponed"),
        ({"gameStatus": 1, "gameStatusText": "Postponed"}, "postponed"),
        ({"gameStatus": 1, "gameStatusText": "Cancelled"}, "postponed"),
        ({"gameStatus": 1, "gameStatusText": "", "postponedStatus": "Y"}, "postponed"),
        ({"gameStatus": 1, "gameStatusText": "7:30 pm ET", "postponedStatus": "Y"}, "scheduled"),
    ],
)
def test_the_state_of_a_cdn_game_depends_on_its_status_and_its_text(changes, status):
    frame, refused = games(cdn(cdn_game(**changes)))
    assert (frame["status"].to_list(), refused) == ([status], {})
    is_final = status == "final"
    assert frame["home_points"].to_list() == [117 if is_final else None]
    assert frame["away_points"].to_list() == [96 if is_final else None]


def test_a_tip_off_to_be_determined_is_null_and_not_midnight():
    midnight = {"gameStatus": 1, "gameStatusText": "TBD", "gameDateTimeUTC": "2025-01-23T05:00:00Z"}
    assert games(cdn(cdn_game(**midnight)))[0]["tip_at"].to_list() == [None]
    assert games(cdn(cdn_game(gameDateTimeUTC="")))[0]["tip_at"].to_list() == [None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"homeTeam": {"teamId": 0, "score": 0}}, "teams not known yet"),
        (
            {"homeTeam": {"teamId": 15020, "score": 0}, "awayTeam": {"teamId": 0, "score": 0}},
            "teams not known yet",
        ),
        ({"awayTeam": {"teamId": 15020, "teamName": "Breakers", "score": 80}}, "not an NBA team"),
        ({"gameId": "0032400011", "homeTeam": {"teamId": 1610616855, "score": 40}}, "not an NBA team"),
        ({"gameId": "1022400011"}, "row of another league"),
        ({"gameId": None}, "gameId is empty"),
        ({"gameStatus": 9}, "gameStatus is not 1 (scheduled), 2 (in progress) or 3 (final)"),
        ({"gameDateEst": "2025-08-23T00:00:00Z"}, "gameDateEst lies outside the season of the game id"),
        ({"gameDateTimeUTC": "soon"}, "gameDateTimeUTC is not an instant"),
        ({"homeTeam": None}, "homeTeam.teamId is empty"),
    ],
)
def test_an_unusable_cdn_game_is_refused_with_its_reason(changes, reason):
    frame, refused = games(
        cdn(cdn_game(gameId="0022400001", homeTeam={"teamId": GSW, "score": 1}), cdn_game(**changes))
    )
    assert frame["game_id"].to_list() == ["0022400001"]
    assert refused == {reason: 1}
