"""The rule of real prices, for one side and for the lines of a date."""

from __future__ import annotations

import math

import polars as pl
import pytest

from courtside.league.odds import FANTASY_BOOKS, market_over_expr, real_price, real_price_expr, with_real_prices
from courtside.picks.grading import grade_picks, grade_predictions
from tests.publishing.season import graded_season

CASES = [
    (-115.0, -105.0, "fanduel", True),
    (-115.0, -115.0, "fanduel", True),
    (-200.0, 160.0, "fanduel", True),
    (-137.0, 112.0, "fanduel", True),
    (-137.0, None, "fanduel", True),
    (-137.0, -137.0, "fanduel", False),
    (-10000.0, -10000.0, "new_book", False),
    (-4000.0, 100.0, "consensus", False),
    (100.0, -4000.0, "consensus", False),
    (-134.0, -134.5, "new_book", True),
    *((-137.0, -137.0, book, False) for book in sorted(FANTASY_BOOKS)),
    (-115.0, -105.0, "prizepicks", False),
    (100.0, 100.0, "underdog", False),
    (-137.0, None, "prizepicks", False),
    (50.0, -110.0, "fanduel", False),
    (math.nan, -110.0, "fanduel", False),
    (None, -110.0, "fanduel", False),
    (-115.0, -105.0, None, True),
]


@pytest.mark.parametrize(("price", "other", "book", "is_real"), CASES)
def test_function_and_expression_agree_on_real_prices(price, other, book, is_real):
    frame = pl.DataFrame(
        {"price": [price], "other": [other], "book": [book]},
        schema={"price": pl.Float64, "other": pl.Float64, "book": pl.String},
    )
    expected = price if is_real else None
    assert real_price(price, other, book) == expected
    assert frame.select(real_price_expr("price", "other", "book")).item() == expected


def _lines(over, under, book="new_fantasy_book"):
    count = len(over)
    return pl.DataFrame(
        {"game_date": [1] * count, "source": ["x"] * count, "book": [book] * count}
        | {"over_price": over, "under_price": under},
        schema_overrides={"over_price": pl.Float64, "under_price": pl.Float64},
    )


def test_a_book_that_shows_one_number_on_every_side_has_no_prices():
    constant = with_real_prices(_lines([-119.0] * 10, [-119.0] * 9 + [None]))
    assert constant["over_price"].null_count() == constant["under_price"].null_count() == 10
    assert constant.select(market_over_expr()).to_series().null_count() == 10


@pytest.mark.parametrize(
    ("over", "under"),
    [
        ([-115.0] * 9, [-115.0] * 9),
        ([-115.0] * 11 + [-120.0], [-115.0] * 11 + [-110.0]),
        ([-115.0] * 12, [-105.0] * 12),
    ],
)
def test_a_sportsbook_keeps_its_prices(over, under):
    lines = _lines(over, under, "fanduel")
    assert with_real_prices(lines).equals(lines)


def test_picks_without_a_real_price_are_paid_at_minus_110():
    _, standing, _ = graded_season([(1, 32.5)])
    outcomes = pl.DataFrame(
        {"game_id": ["0022500000"], "player_id": [1], "revision": [1], "game_date": standing["game_date"][:1]}
        | {"actual_points": [40], "outcome": ["played"], "graded_at": standing["published_at"][:1]}
        | {"market": ["points"]}
    )
    fantasy = standing.filter(pl.col("player_id") == 1).with_columns(book=pl.lit("prizepicks"), price=pl.lit(-137.0))
    graded = grade_picks(fantasy, outcomes)
    assert graded.height
    assert set(graded["price"]) == {None}
    assert set(graded["units"].round(4)) == {0.9091}


def test_predictions_without_a_real_price_are_graded_without_a_price():
    row = {
        **{"game_id": "1", "player_id": 1, "system": "ewma", "prediction": 20.0, "line": 15.5, "direction": "OVER"},
        **{"book": "fanduel", "over_price": -137.0, "under_price": -137.0, "model_code": "210M"},
        "market": "points",
    }
    outcome = {
        **{"game_id": "1", "player_id": 1, "revision": 1, "actual_points": 20, "outcome": "played"},
        "market": "points",
    }
    day, now = pl.date(2025, 11, 1), pl.datetime(2025, 11, 2)
    predictions = pl.DataFrame([row]).with_columns(game_date=day)
    outcomes = pl.DataFrame([outcome]).with_columns(game_date=day, graded_at=now)
    assert grade_predictions(predictions, outcomes)["price"].to_list() == [None]
