"""American odds are converted by the standard formulas, in functions and in expressions."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.league.odds import (
    decimal_odds,
    decimal_odds_expr,
    implied_probability,
    implied_probability_expr,
    no_vig_over,
    no_vig_over_expr,
    profit_per_unit,
    profit_per_unit_expr,
)

PRICES = st.one_of(st.floats(100, 1e5), st.floats(-1e5, -100), st.integers(100, 5000).map(float))
ANYTHING = st.one_of(PRICES, st.none(), st.floats())
INVALID = [None, 0, 0.0, 50, -99.9, 99.9, math.nan, math.inf, -math.inf]
SCALARS = [
    (implied_probability, implied_probability_expr),
    (decimal_odds, decimal_odds_expr),
    (profit_per_unit, profit_per_unit_expr),
]


def close_to(value):
    """Return the value rounded by its last bits, in which a vectorised division may differ; None stays None."""
    return value if value is None else pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("price", "probability", "pays", "profit"),
    [
        (150, 0.4, 2.5, 1.5),
        (-200, 2 / 3, 1.5, 0.5),
        (100, 0.5, 2, 1),
        (-100, 0.5, 2, 1),
        (-110, 11 / 21, 21 / 11, 10 / 11),
    ],
)
def test_a_price_converts_by_the_standard_formulas(price, probability, pays, profit):
    assert implied_probability(price) == pytest.approx(probability)
    assert decimal_odds(price) == pytest.approx(pays)
    assert profit_per_unit(price) == pytest.approx(profit)


def test_the_vig_is_removed_in_proportion():
    assert no_vig_over(-110, -110) == 0.5
    assert no_vig_over(-120, 100) == pytest.approx((120 / 220) / (120 / 220 + 0.5))


@pytest.mark.parametrize("price", INVALID)
def test_a_number_that_is_not_a_price_converts_to_none(price):
    assert implied_probability(price) is None
    assert decimal_odds(price) is None
    assert profit_per_unit(price) is None
    assert no_vig_over(price, -110) is None
    assert no_vig_over(-110, price) is None


@given(PRICES)
def test_a_bet_at_its_implied_probability_earns_nothing(price):
    probability = implied_probability(price)
    assert 0 < probability < 1
    assert probability * decimal_odds(price) == pytest.approx(1)
    assert probability * profit_per_unit(price) == pytest.approx(1 - probability)


@given(PRICES, PRICES)
def test_probabilities_of_over_and_under_without_vig_sum_to_one(over, under):
    assert no_vig_over(over, under) + no_vig_over(under, over) == pytest.approx(1)


@given(st.lists(st.tuples(ANYTHING, ANYTHING), min_size=1, max_size=20))
def test_the_expressions_equal_the_functions(prices):
    frame = pl.DataFrame(prices, schema={"over": pl.Float64, "under": pl.Float64}, orient="row")
    for function, expression in SCALARS:
        found = frame.select(expression("over")).to_series().to_list()
        assert found == [close_to(function(over)) for over, _ in prices]
    found = frame.select(no_vig_over_expr("over", pl.col("under"))).to_series().to_list()
    assert found == [close_to(no_vig_over(over, under)) for over, under in prices]


def test_the_expressions_read_integer_prices():
    frame = pl.DataFrame({"price": [150, -200, 0, None]})
    assert frame.select(profit_per_unit_expr("price")).to_series().to_list() == [1.5, 0.5, None, None]
