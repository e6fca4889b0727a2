"""Shot charts: a season's CSV, and ShotChartDetail of stats.nba.com."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.raw.builders import LAL, as_csv, as_result_sets, detail_row, read, shot_row, zipped


def shots(*rows):
    parsed = read(zipped({"shots.csv": as_csv(list(rows))}))
    return parsed.frames["raw_shots"], parsed.refused


def test_a_shot_is_read_column_by_column():
    frame, refused = shots(shot_row())
    assert refused == {}
    assert frame.to_dicts() == [
        {
            "game_id": "0022400061",
            "game_date": dt.date(2024, 10, 22),
            "player_id": 9000001,
            "team_id": LAL,
            "period": 1,
            "seconds_left": 680,
            "shot_type": "3PT",
            "zone": "Left Corner 3",
            "distance": 24,
            "is_made": True,
            "x": 23.4,
            "y": 12.95,
            "seq": 0,
        }
    ]


def test_shot_chart_detail_gives_the_same_shot():
    frame = read(as_result_sets([detail_row()], "Shot_Chart_Detail")).frames["raw_shots"]
    assert frame.drop("x", "y").equals(shots(shot_row())[0].drop("x", "y"))
    assert frame.select("x", "y").row(0) == pytest.approx((23.4, 12.95))


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=25))
def test_shots_of_one_player_at_one_second_are_numbered_in_the_order_of_the_payload(taken):
    frame, refused = shots(
        *(
            shot_row(PLAYER_ID=player, SECS_LEFT=second, SHOT_DISTANCE=place)
            for place, (player, second) in enumerate(taken)
        )
    )
    assert refused == {}
    expected = {(place, taken[:place].count(shot)) for place, shot in enumerate(taken)}
    assert set(frame.select("distance", "seq").iter_rows()) == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GAME_ID": "1022400061"}, "row of another league"),
        ({"GAME_ID": "x"}, "GAME_ID is not an NBA game id"),
        ({"GAME_DATE": "2024-10-22"}, "GAME_DATE is not a date written 10-22-2024"),
        ({"GAME_DATE": "10-22-2025"}, "GAME_DATE lies outside the season of the game id"),
        ({"TEAM_ID": 1}, "not an NBA team"),
        ({"SHOT_TYPE": "4PT Field Goal"}, "SHOT_TYPE is not `2PT Field Goal` or `3PT Field Goal`"),
        ({"SHOT_MADE": "maybe"}, "SHOT_MADE is not true or false"),
        ({"QUARTER": 0}, "QUARTER is below 1"),
        ({"SECS_LEFT": 75}, "SECS_LEFT is not between 0 and 59"),
        ({"MINS_LEFT": -1}, "MINS_LEFT is not between 0 and 12"),
        ({"MINS_LEFT": ""}, "MINS_LEFT is not a whole number"),
        ({"SHOT_DISTANCE": 101}, "SHOT_DISTANCE is above 100"),
        ({"LOC_X": "left"}, "LOC_X is not a number"),
        ({"BASIC_ZONE": ""}, "BASIC_ZONE is empty"),
    ],
)
def test_an_unusable_shot_is_refused_with_its_reason(changes, reason):
    frame, refused = shots(shot_row(**changes), shot_row(PLAYER_ID=2))
    assert refused == {reason: 1}
    assert frame["player_id"].to_list() == [2]
