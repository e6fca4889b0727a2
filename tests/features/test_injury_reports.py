"""Feature 10: the last injury report before tip-off, and players whom it does not list."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import polars as pl
import pytest

from courtside.analytics.injuries import last_reports, placed_reports
from courtside.analytics.tables import INJURY_REPORTS
from courtside.features.known import features_of
from courtside.raw.tables import RAW_INJURIES
from tests.features.league import START, Game, League, player_of

NOON, EVENING, TIP = dt.time(17), dt.time(22), dt.time(23, 30)


def _league() -> tuple[League, Game]:
    league = League()
    for step in range(8):
        league.play(START + dt.timedelta(3 * step), 1, 2)
    return league, league.play(START + dt.timedelta(30), 1, 2)


def _report(
    game: Game, at: dt.time, team: int, *statuses: tuple[int, str], state: str = "submitted"
) -> list[dict[str, Any]]:
    own = {"game_id": game.game_id, "game_date": game.date, "team_id": team}
    own |= {"report_at": dt.datetime.combine(game.date, at), "is_before_tip": at < TIP}
    rows = [own | {"player_name": "", "player_id": None, "state": state, "status": None, "reason": None}]
    for player, status in statuses:
        rows.append(
            own | {"player_name": f"P{player}", "player_id": player, "state": "listed", "status": status, "reason": "-"}
        )
    return rows


def _risk(league: League, game: Game, rows: list[dict[str, Any]], player: int) -> tuple[float | None, str]:
    known = dataclasses.replace(league.known(), injury_reports=pl.DataFrame(rows, schema=INJURY_REPORTS.polars_schema))
    row = features_of(known, [game.date]).filter(player_id=player).to_dicts()[0]
    return row["injury_risk"], row["injury_risk_origin"]


@pytest.mark.parametrize(
    ("status", "risk"), [("Available", 0), ("Probable", 1), ("Questionable", 2), ("Doubtful", 3), ("Out", 3)]
)
def test_a_listed_player_has_the_risk_of_his_status(status: str, risk: int) -> None:
    league, tonight = _league()
    assert _risk(league, tonight, _report(tonight, NOON, 1, (player_of(1, 0), status)), player_of(1, 0)) == (
        risk,
        "computed",
    )


def test_an_unlisted_player_has_risk_0_only_where_his_team_has_submitted() -> None:
    league, tonight = _league()
    rows = [*_report(tonight, NOON, 1), *_report(tonight, NOON, 2, state="not_submitted")]
    assert _risk(league, tonight, rows, player_of(1, 3)) == (0, "computed")
    assert _risk(league, tonight, rows, player_of(2, 3)) == (None, "missing")
    assert _risk(league, tonight, [], player_of(1, 3)) == (None, "unavailable")


def test_the_newest_report_before_tip_off_is_used() -> None:
    league, tonight = _league()
    star = player_of(1, 0)
    rows = _report(tonight, NOON, 1, (star, "Probable")) + _report(tonight, EVENING, 1, (star, "Doubtful"))
    assert _risk(league, tonight, rows, star) == (3, "computed")
    assert _risk(league, tonight, rows + _report(tonight, dt.time(23, 45), 1, (star, "Available")), star)[0] == 3
    assert _risk(league, tonight, rows + _report(tonight, dt.time(23), 1), star) == (0, "computed")


@pytest.mark.parametrize(
    ("status", "at", "expected"),
    [("Questionable", NOON, 1), ("Available", NOON, 1), ("Out", NOON, 0), ("Questionable", dt.time(23, 45), 0)],
)
def test_a_player_whom_his_new_team_lists_before_tip_off_has_a_row_for_it_unless_he_is_out(
    status: str, at: dt.time, expected: int
) -> None:
    league, tonight = _league()
    newcomer = player_of(3, 0)
    league.play(START, 3, 4)
    known = dataclasses.replace(
        league.known(),
        injury_reports=pl.DataFrame(_report(tonight, at, 1, (newcomer, status)), schema=INJURY_REPORTS.polars_schema),
    )
    rows = features_of(known, [tonight.date]).filter(player_id=newcomer)
    assert rows["team_id"].to_list() == [1] * expected


def test_one_player_under_two_spellings_has_one_row() -> None:
    league, tonight = _league()
    star = player_of(1, 0)
    rows = _report(tonight, NOON, 1, (star, "Probable"), (star, "Doubtful"))
    rows[-1]["player_name"] = "P. Hundred"
    assert _risk(league, tonight, rows, star) == (3, "computed")


def test_reports_are_matched_to_games_and_an_unknown_name_to_no_player() -> None:
    at = dt.datetime(2024, 12, 1, 18)
    own = {"game_date": at.date(), "report_at": at, "matchup": "BOS@NYK", "tip_at": None, "reason": None}
    own |= {"payload_id": "p", "known_at": at, "row_hash": 1}
    raw = pl.DataFrame(
        [
            own | {"team_id": 1, "player_name": "", "state": "submitted", "status": None},
            own | {"team_id": 1, "player_name": "Ann", "state": "listed", "status": "Out"},
            own | {"team_id": 1, "player_name": "Nobody", "state": "listed", "status": "Out"},
            own | {"team_id": 9, "player_name": "", "state": "submitted", "status": None},
        ],
        schema_overrides=RAW_INJURIES.polars_schema,
        infer_schema_length=None,
    )
    games = pl.DataFrame(
        {"game_id": ["g"], "game_date": [at.date()], "home_team_id": [2], "away_team_id": [1], "tip_at": [at]}
    )
    people = pl.DataFrame({"game_date": [at.date()], "player_name": ["Ann"], "team_id": [1], "player_id": [7]})
    placed = placed_reports(raw, people, games)
    assert placed.select("player_name", "player_id").rows() == [("", None), ("Ann", 7), ("Nobody", None)]
    assert not placed["is_before_tip"].any(), "a report at tip-off is not before it"
    assert last_reports(placed).is_empty()
