"""Box scores of LeagueGameLog become rows of the two box tables, in every encoding."""

from __future__ import annotations

import datetime as dt

import pytest

from courtside.raw.columns import SUPERSEDED, TWICE
from courtside.raw.sheets import RAGGED
from tests.raw.builders import (
    GSW,
    LAL,
    as_csv,
    as_result_sets,
    player_row,
    read,
    schedule_game,
    team_game,
    team_row,
)


def players(*rows):
    parsed = read(as_csv(list(rows)))
    return parsed.frames["raw_player_box"], parsed.refused


def test_a_player_row_is_read_column_by_column():
    frame, refused = players(player_row())
    row = frame.row(0, named=True)
    assert refused == {}
    assert (row["game_id"], row["game_date"]) == ("0022400061", dt.date(2024, 10, 22))
    assert (row["player_id"], row["player_name"], row["team_id"]) == (9000001, "Đorđe Šarić", LAL)
    assert (row["matchup"], row["minutes"], row["points"], row["plus_minus"]) == ("LAL vs. GSW", 31, 20, -4)
    assert (row["fga"], row["fg3m"], row["blk"], row["tov"], row["pf"]) == (15, 2, 0, 2, 3)
    assert (row["start_position"], row["comment"]) == (None, None)


def test_a_player_log_gives_no_schedule_rows():
    assert set(read(as_csv([player_row()])).frames) == {"raw_player_box"}


def test_the_order_of_columns_and_extra_columns_change_nothing():
    rows = [player_row(), player_row(PLAYER_ID=9000002, PTS=0, MIN=3)]
    shuffled = [dict(sorted((row | {"EXTRA": "x"}).items())) for row in rows]
    assert read(as_csv(shuffled)).frames["raw_player_box"].equals(players(*rows)[0])


def test_json_and_csv_of_the_same_rows_give_the_same_result():
    rows = [player_row(), player_row(PLAYER_ID=9000002, FT_PCT=None, PLUS_MINUS=None)]
    assert read(as_result_sets(rows)).frames["raw_player_box"].equals(players(*rows)[0])


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("0", 0), ("0:23", 0), ("0:31", 1), ("34:30", 35), ("34.000000:12", 34), ("PT34M12.00S", 34)]
    + [(zero, None) for zero in ("", "0:00", "00:00", "0.000000:00", "PT00M00.00S")],
)
def test_minutes_are_read_with_seconds_and_a_clock_at_zero_is_null(written, minutes):
    frame, refused = players(player_row(MIN=written))
    assert refused == {}
    assert frame["minutes"].to_list() == [minutes]


def test_a_flattened_playoff_box_keeps_starters_and_comments():
    rows = [
        {
            "": 0,
            **player_row(GAME_ID="0042400101", GAME_DATE="2025-04-19"),
            "START_POSITION": "F",
            "COMMENT": "",
        },
        {
            "": 1,
            **player_row(GAME_ID="0042400101", GAME_DATE="2025-04-19", PLAYER_ID=2, MIN="", PTS=""),
            "START_POSITION": "",
            "COMMENT": "DNP - Coach's Decision",
        },
    ]
    for row in rows:
        del row["SEASON_ID"], row["TEAM_NAME"]
    frame, refused = players(*rows)
    assert refused == {}
    assert frame["start_position"].to_list() == ["F", None]
    assert frame["comment"].to_list() == [None, "DNP - Coach's Decision"]
    assert frame["minutes"].to_list() == [31, None]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GAME_ID": "1022400061"}, "row of another league"),
        ({"GAME_ID": "2022400061", "TEAM_ID": 1612709890}, "row of another league"),
        ({"GAME_ID": "0092400061"}, "GAME_ID is not an NBA game id"),
        ({"GAME_ID": "LAL-GSW"}, "GAME_ID is not an NBA game id"),
        ({"GAME_ID": ""}, "GAME_ID is empty"),
        ({"GAME_DATE": "2024-09-30"}, "GAME_DATE lies outside the season of the game id"),
        ({"GAME_DATE": "2025-08-01"}, "GAME_DATE lies outside the season of the game id"),
        ({"GAME_DATE": "2023-10-22"}, "GAME_DATE lies outside the season of the game id"),
        ({"GAME_DATE": "22.10.2024"}, "GAME_DATE is not a date"),
        ({"TEAM_ID": 1610616834}, "not an NBA team"),
        ({"TEAM_ID": "LAL"}, "TEAM_ID is not a team id"),
        ({"MATCHUP": "LAL - GSW"}, "MATCHUP is not `LAL vs. GSW` or `LAL @ GSW`"),
        ({"PLAYER_ID": "x7"}, "PLAYER_ID is not a player id"),
        ({"PLAYER_ID": ""}, "PLAYER_ID is empty"),
        ({"MIN": -1}, "MIN is below 0"),
        ({"MIN": 91}, "MIN is above 90"),
        ({"MIN": "31:75"}, "MIN is not a whole number, or minutes and seconds"),
        ({"PTS": "twenty"}, "PTS is not a whole number"),
        ({"PTS": 151}, "PTS is above 150"),
        ({"PLAYER_NAME": "  "}, "PLAYER_NAME is empty"),
        ({"PLAYER_NAME": "x" * 101}, "PLAYER_NAME is longer than 100 characters"),
        ({"PLAYER_NAME": "Nikola\x00Vule"}, "PLAYER_NAME holds control characters"),
    ],
)
def test_an_unusable_row_is_refused_with_its_reason_and_the_rest_is_kept(changes, reason):
    frame, refused = players(player_row(**changes), player_row(PLAYER_ID=9000002))
    assert refused == {reason: 1}
    assert frame["player_id"].to_list() == [9000002]


@pytest.mark.parametrize(
    "changes",
    [
        {"GAME_ID": "22400061"},
        {"GAME_ID": "0012400061", "GAME_DATE": "2024-09-30"},
        {"GAME_ID": "0041900406", "GAME_DATE": "2020-10-11"},
        {"GAME_ID": "0042000406", "GAME_DATE": "2021-07-20"},
        {"PLAYER_NAME": "<img src=x onerror=alert(1)>"},
        {"PLAYER_NAME": "Robert'); DROP TABLE raw_player_box;--"},
        {"PLAYER_NAME": '=HYPERLINK("x")'},
        {"MIN": "31.0"},
    ],
)
def test_unusual_but_usable_rows_are_kept_unchanged(changes):
    frame, refused = players(player_row(**changes))
    assert (frame.height, refused) == (1, {})
    assert frame["player_name"][0] == changes.get("PLAYER_NAME", "Đorđe Šarić")
    assert len(frame["game_id"][0]) == 10


def test_a_duplicate_row_counts_once_and_the_last_version_of_a_row_is_kept():
    frame, refused = players(player_row(), player_row(), player_row(PTS=22))
    assert refused == {TWICE: 1, SUPERSEDED: 1}
    assert frame["points"].to_list() == [22]


def test_lines_of_wrong_length_are_refused_and_counted():
    whole = as_csv([player_row(PLAYER_ID=place) for place in range(1, 6)]).decode().splitlines()
    whole[2] += ",extra"
    whole[3] = whole[3].rsplit(",", 2)[0]
    parsed = read("\n".join(whole).encode())
    assert parsed.refused == {RAGGED: 2}
    assert parsed.frames["raw_player_box"]["player_id"].to_list() == [1, 4, 5]


@pytest.mark.parametrize("quote", ['"Šarić', 'Šarić"', '"Ša"rić'])
def test_a_stray_quote_affects_only_its_own_line(quote):
    content = as_csv([player_row(PLAYER_ID=place, PLAYER_NAME=f"N{place}") for place in range(1, 6)])
    parsed = read(content.replace(b"N2", quote.encode()))
    assert parsed.rows + sum(parsed.refused.values()) == 5
    assert {1, 3, 4, 5} <= set(parsed.frames["raw_player_box"]["player_id"])


def test_a_line_break_within_quotes_does_not_hide_the_lines_after_it():
    content = as_csv([player_row(PLAYER_ID=1, PLAYER_NAME="A\nB"), player_row(PLAYER_ID=2)])
    parsed = read(content)
    assert parsed.refused == {RAGGED: 2}
    assert parsed.frames["raw_player_box"]["player_id"].to_list() == [2]


def test_quoted_fields_are_read_as_their_text():
    content = as_csv([player_row(PLAYER_NAME='Jaren "JJ" Ōta, Jr.')])
    assert read(content).frames["raw_player_box"]["player_name"].to_list() == ['Jaren "JJ" Ōta, Jr.']


def test_rows_of_another_length_than_the_headers_are_also_refused_in_json():
    content = as_result_sets([player_row(), player_row(PLAYER_ID=2)]).replace(b", 31.2, 1]]", b"]]")
    parsed = read(content)
    assert (parsed.rows, parsed.refused) == (1, {RAGGED: 1})


def test_a_team_log_gives_team_boxes_and_the_schedule():
    parsed = read(as_csv(team_game()))
    box, games = parsed.frames["raw_team_box"], parsed.frames["raw_schedule"]
    assert box.select("team_id", "points", "minutes").rows() == [(LAL, 110, 240), (GSW, 101, 240)]
    assert games.to_dicts() == [
        {
            "provider": "game_log",
            "game_id": "0022400061",
            "game_date": dt.date(2024, 10, 22),
            "home_team_id": LAL,
            "away_team_id": GSW,
            "tip_at": None,
            "status": "final",
            "is_neutral": None,
            "home_points": None,
            "away_points": None,
        }
    ]


def test_the_team_log_and_the_schedule_sheet_give_the_same_row_of_a_game():
    from_log = read(as_csv(team_game())).frames["raw_schedule"]
    from_sheet = read(as_csv(schedule_game())).frames["raw_schedule"]
    assert from_log.equals(from_sheet)


def test_a_team_row_without_its_score_is_refused_and_a_single_row_gives_the_game():
    parsed = read(as_csv([team_row(PTS=""), *team_game(GAME_ID="0022400062")[1:]]))
    assert parsed.refused == {"PTS is empty": 1}
    assert parsed.frames["raw_schedule"].select("game_id", "home_team_id").rows() == [("0022400062", LAL)]


def test_a_game_without_a_winner_in_the_team_log_is_in_progress():
    parsed = read(as_csv(team_game(WL="")))
    assert parsed.frames["raw_schedule"]["status"].to_list() == ["in_progress"]


def test_an_unknown_team_is_named_and_its_box_score_is_kept():
    parsed = read(as_csv(team_game(MATCHUP="LAL vs. XYZ")[:1]))
    assert parsed.frames["raw_team_box"].height == 1
    assert parsed.refused == {"no schedule row: unknown team in MATCHUP (XYZ)": 1}
