"""Lines of players: the canonical CSV, and event odds of The Odds API as JSON and flattened."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.errors import PayloadRefusedError
from courtside.raw.columns import SUPERSEDED, TWICE
from courtside.raw.tables import RAW_LINES
from courtside.raw.versions import with_row_hash
from tests.raw.builders import as_csv, event, flat_row, line_row, outcome, read


def lines(content):
    parsed = read(content)
    return parsed.frames["raw_lines"], parsed.refused


def odds(*events):
    return lines(json.dumps(events[0] if len(events) == 1 else list(events)).encode())


def test_a_canonical_line_is_read_column_by_column():
    frame, refused = lines(as_csv([line_row()]))
    assert refused == {}
    assert frame.to_dicts() == [
        {
            "source": "the_odds_api",
            "game_date": dt.date(2024, 2, 22),
            "snapshot_at": dt.datetime(2024, 2, 22, 23, 55, 7),
            "commence_at": dt.datetime(2024, 2, 23, 0, 10),
            "event_id": "e1",
            "home_team": "Boston Celtics",
            "away_team": "Los Angeles Lakers",
            "opponent": None,
            "player_name": "Đorđe Šarić",
            "book": "draftkings",
            "line": 22.5,
            "over_price": -110.0,
            "under_price": -120.0,
            "market": "points",
        }
    ]


def test_a_line_without_snapshot_tip_off_and_prices_is_kept():
    blank = dict.fromkeys(("snapshot_utc", "commence_utc", "event_id", "over_price", "under_price"), "")
    frame, refused = lines(as_csv([line_row(**blank)]))
    assert refused == {}
    assert frame.select("snapshot_at", "commence_at", "event_id", "over_price").row(0) == (None,) * 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"line": "about 20"}, "line is not a number"),
        ({"line": ""}, "line is empty"),
        ({"line": "-3.5"}, "line is below 0"),
        ({"line": "101"}, "line is above 100"),
        ({"line": "nan"}, "line is not a number"),
        ({"over_price": "-99"}, "over_price is not American odds"),
        ({"under_price": "1.91"}, "under_price is not American odds"),
        ({"game_date": "2024-02-23"}, "game_date is not the ET date of the tip-off"),
        ({"game_date": "2024-08-05", "commence_utc": ""}, "game_date lies outside every season"),
        ({"game_date": "Feb 22"}, "game_date is not a date"),
        ({"snapshot_utc": "late"}, "snapshot_utc is not an instant"),
        ({"source": ""}, "source is empty"),
        ({"book": ""}, "book is empty"),
        ({"player_name": ""}, "player_name is empty"),
        ({"player_name": "x" * 101}, "player_name is longer than 100 characters"),
        ({"player_name": "a\tb"}, "player_name holds control characters"),
        ({"player_name": "a\u202eb"}, "player_name holds control characters"),
    ],
)
def test_an_unusable_line_is_refused_with_its_reason(changes, reason):
    frame, refused = lines(as_csv([line_row(**changes), line_row(player_name="Other")]))
    assert refused == {reason: 1}
    assert frame["player_name"].to_list() == ["Other"]


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "'; DROP TABLE raw_lines; --", "x" * 100, " Bogdan", "robertwilliams-c"],
)
def test_a_hostile_or_unusual_name_is_kept_as_text(name):
    assert lines(as_csv([line_row(player_name=name)]))[0]["player_name"].to_list() == [name]
    assert odds(event(outcome("Over", -110, player=name)))[0]["player_name"].to_list() == [name]


def test_lines_in_the_summer_of_2020_are_accepted():
    assert lines(as_csv([line_row(game_date="2020-08-05", commence_utc="")]))[0].height == 1


def test_the_last_of_several_lines_with_one_key_is_kept():
    rows = [line_row(), line_row(), line_row(over_price="-115")]
    frame, refused = lines(as_csv(rows))
    assert refused == {TWICE: 1, SUPERSEDED: 1}
    assert frame["over_price"].to_list() == [-115.0]


PAIR = (outcome("Over", -110), outcome("Under", -120))
SHAPES = {
    "event": event(*PAIR),
    "list": [event(*PAIR)],
    "wrapped event": {"timestamp": "2024-02-22T23:55:40Z", "data": event(*PAIR)},
    "wrapped list": {"timestamp": "2024-02-22T23:55:40Z", "data": [event(*PAIR)]},
}


@pytest.mark.parametrize("document", SHAPES.values(), ids=SHAPES.keys())
def test_event_odds_give_the_canonical_row_in_each_wrapper(document):
    frame, refused = lines(json.dumps(document).encode())
    assert refused == {}
    assert frame.equals(lines(as_csv([line_row()]))[0])


def test_flattened_odds_give_the_same_row():
    rows = [flat_row(), flat_row(outcomes_name="Under", outcomes_price=-120)]
    assert lines(as_csv(rows))[0].equals(lines(as_csv([line_row()]))[0])


@given(st.permutations([(side, line) for side in ("Over", "Under") for line in (20.5, 21.5, 22.5)]))
def test_over_and_under_are_paired_in_any_order(order):
    prices = {"Over": -110, "Under": 150}
    frame, refused = odds(event(*(outcome(side, prices[side] - int(line), line) for side, line in order)))
    assert refused == {}
    paired = frame.sort("line").select("line", "over_price", "under_price").rows()
    assert paired == [(20.5, -130.0, 130.0), (21.5, -131.0, 129.0), (22.5, -132.0, 128.0)]


def test_a_one_sided_line_is_kept_with_the_other_price_unknown():
    frame, refused = odds(event(outcome("Over", 150, 30)))
    assert frame.select("over_price", "under_price").rows() == [(150.0, None)]
    assert refused == {}


def test_a_line_that_moved_within_a_payload_is_two_rows():
    rows = [flat_row(), flat_row(**{"bookmakers.markets.last_update": "2024-02-22T23:57:07Z"})]
    assert lines(as_csv(rows))[0].height == 2


def test_the_last_price_of_a_repeated_outcome_is_used():
    frame, refused = odds(event(*PAIR, PAIR[0], outcome("Under", -125)))
    assert frame.select("over_price", "under_price").rows() == [(-110.0, -125.0)]
    assert refused == {TWICE: 1, SUPERSEDED: 1}


def test_decimal_prices_become_american():
    frame, refused = odds(event(outcome("Over", 1.5), outcome("Under", 2.6)))
    assert frame.select("over_price", "under_price").row(0) == pytest.approx((-200.0, 160.0))
    assert refused == {}


def test_prices_of_an_ambiguous_format_are_refused():
    with pytest.raises(PayloadRefusedError, match="may be decimal or American"):
        odds(event(outcome("Over", 1.5), outcome("Under", 150)))


def test_a_wrong_price_among_american_prices_refuses_only_its_row():
    frame, refused = odds(event(*PAIR, outcome("Over", 50, player="Other")))
    assert (frame.height, refused) == (1, {"over_price is not American odds": 1})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (event(outcome("Yes", -110)), "outcomes_name is neither Over nor Under"),
        (event(outcome("Over", "x")), "outcomes_price is not a number"),
        (event(outcome("Over", -110, None)), "outcomes_point is empty"),
        (event(outcome("Over", -110), commence_time=None), "commence_time is empty"),
        (
            event(outcome("Over", -110), commence_time="2024-08-23T00:10:00Z"),
            "game_date lies outside every season",
        ),
        (event(outcome("Over", -110), sport_key="basketball_wnba"), "row of another league"),
        (event(outcome("Over", -110, player="")), "outcomes_description is empty"),
        (event(outcome("Over", -110), market="player_steals"), "unknown market player_steals"),
    ],
)
def test_an_unusable_outcome_is_refused_with_its_reason(changed, reason):
    frame, refused = odds(event(*PAIR), changed)
    assert (frame.height, refused) == (1, {reason: 1})


def test_odds_without_a_known_market_are_refused_and_their_markets_named():
    content = json.dumps(event(outcome("Over", 1.9, 220.5), market="totals")).encode()
    with pytest.raises(PayloadRefusedError, match=r"without a known market.*totals.*player_points"):
        read(content)


def market_row(market: str, **changes):
    row = line_row(**{"source": "hourly_books", "market": market, "line": "12.5", **changes})
    return {name: value for name, value in row.items() if name not in ("commence_utc", "event_id")}


def test_lines_of_several_markets_are_read_and_unknown_ones_are_counted_by_name():
    rows = [market_row(name) for name in ("player_points", "player_threes", "Pts + Reb + Ast", "player_steals", "")]
    frame, refused = lines(as_csv(rows))
    assert frame["market"].to_list() == ["points", "threes", "pra"]
    assert refused == {"unknown market (empty)": 1, "unknown market player_steals": 1}
    assert frame.select("event_id", "commence_at").row(0) == (None, None)


def test_the_largest_line_depends_on_the_market():
    rows = [market_row("player_threes", line="20.5"), market_row("player_assists", line="20.5")]
    frame, refused = lines(as_csv(rows))
    assert (frame["market"].to_list(), refused) == (["assists"], {"line is above 20": 1})


def test_the_row_hash_of_points_lines_does_not_depend_on_the_market_column():
    points, _ = lines(as_csv([line_row()]))
    before = replace(RAW_LINES, columns=tuple(c for c in RAW_LINES.columns if c.name != "market"), key=("game_date",))
    hashes = [with_row_hash(table, points)["row_hash"][0] for table in (RAW_LINES, before)]
    others = with_row_hash(RAW_LINES, points.with_columns(market=pl.lit("threes")))["row_hash"][0]
    assert hashes[0] == hashes[1] != others
