"""Documents built from columns obey their contract, and expressions return what the functions of one value return."""

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.league.odds import real_price
from courtside.picks.side_values import verdict_expr, verdict_of
from courtside.publishing.contracts import Document, OneDecimal, Shape, UtcInstant, documents, one_decimal, render
from courtside.publishing.exporters.rows import one_decimal_expr, price_expr, share_expr

NUMBERS = st.floats(-1000, 1000, allow_nan=False)


class Part(Shape):
    """A nested part."""

    value: OneDecimal | None


class Example(Document):
    """A document with nested parts."""

    date: dt.date
    at: UtcInstant
    name: str
    parts: tuple[Part, ...]


def frame(values, name='Dončić "77"', **more):
    parts = pl.Series([[{"value": value} for value in values]], dtype=pl.List(pl.Struct({"value": pl.Float64})))
    columns = {"date": [dt.date(2026, 2, 7)], "at": ["2026-02-07T12:00:00Z"], "name": [name], "parts": parts}
    return pl.DataFrame(columns | more)


def test_documents_of_columns_hold_the_same_bytes_as_documents_of_objects():
    ((document, content),) = documents(Example, frame([24.0, 0.3, None, -0.0]))
    parts = tuple(Part(value=value) for value in (24.0, 0.3, None, -0.0))
    at = dt.datetime(2026, 2, 7, 12, tzinfo=dt.UTC)
    assert (
        content == render(document) == render(Example(date=dt.date(2026, 2, 7), at=at, name='Dončić "77"', parts=parts))
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_cannot_hold_is_refused_wherever_it_is_nested(value):
    with pytest.raises(ValueError, match="NaN or infinite"):
        list(documents(Example, frame([1.0, value])))


@pytest.mark.parametrize("planted", [frame([24.25]), frame([1.0], name=None), frame([1.0], extra=[1])])
def test_a_row_that_breaks_the_contract_is_refused(planted):
    with pytest.raises(ValueError, match="validation error"):
        list(documents(Example, planted))


@pytest.mark.parametrize(
    "planted", [frame([1.0]).select("name", "date", "at", "parts"), frame([1.0], at=["2026-02-07T12:00:00+00:00"])]
)
def test_columns_that_give_other_bytes_than_the_contract_are_refused(planted):
    with pytest.raises(ValueError, match="do not give the bytes of its contract"):
        list(documents(Example, planted))


def test_rows_without_a_number_are_documents():
    ((document, content),) = documents(Example, frame([]))
    assert document.parts == ()
    assert content == render(document)
    assert list(documents(Example, frame([]).clear())) == []


def rounded_share(value):
    return None if value is None else one_decimal(100 * value)


def price_of(value):
    price = real_price(value)
    return None if price is None else round(price)


def same(left, right):
    return left == right and (left is None or math.copysign(1, left) == math.copysign(1, right))


@given(st.lists(st.one_of(st.none(), NUMBERS, st.integers(-4000, 4000).map(lambda n: n / 40)), min_size=1))
def test_expressions_round_as_their_functions_do(values):
    rows = pl.DataFrame({"value": values}, schema={"value": pl.Float64})
    found = rows.select(
        one=one_decimal_expr(pl.col("value")), share=share_expr("value"), price=price_expr("value")
    ).rows()
    for value, (one, share, price) in zip(values, found, strict=True):
        assert same(one, None if value is None else one_decimal(value))
        assert same(share, rounded_share(value))
        assert price == price_of(value)


@given(st.lists(st.tuples(st.one_of(st.none(), NUMBERS), st.one_of(st.none(), NUMBERS)), min_size=1))
def test_a_verdict_is_the_same_for_columns_and_for_one_value(pairs):
    rows = pl.DataFrame(pairs, schema={"ev": pl.Float64, "ev_low": pl.Float64}, orient="row")
    assert rows.select(verdict_expr()).to_series().to_list() == [verdict_of(*pair) for pair in pairs]
