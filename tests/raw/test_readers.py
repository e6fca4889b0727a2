"""Readers return a value of the column's type, or NULL."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.clock import parse_game_id, season_of
from courtside.raw.readers import (
    as_written,
    compact_date,
    game_id,
    iso_date,
    month_first_date,
    real_number,
    trimmed,
    truth,
    utc_instant,
    whole_number,
)
from courtside.raw.rules import season_window


def values(reader, *cells):
    return pl.DataFrame({"cell": cells}, schema={"cell": pl.String}).select(reader(pl.col("cell")))["cell"].to_list()


@given(st.from_regex(r"\A[ ]?[0-9]{0,11}[ ]?\Z") | st.text(max_size=12))
def test_game_ids_are_parsed_like_parse_game_id(text):
    try:
        expected = parse_game_id(text) if text.isascii() else None
    except ValueError:
        expected = None
    assert values(game_id, text) == [expected]


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_survives_a_round_trip_through_text(number):
    assert values(whole_number, str(number), f" {number} ") == [number, number]


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        (whole_number, "26.0", 26),
        (whole_number, "26.5", None),
        (whole_number, "26:31", None),
        (whole_number, "1e300", None),
        (whole_number, "nan", None),
        (whole_number, str(2**63), None),
        (real_number, "22.5", 22.5),
        (real_number, "inf", None),
        (real_number, "NaN", None),
        (truth, "TRUE", True),
        (truth, "0", False),
        (truth, "yes", None),
        (iso_date, "2024-10-22", dt.date(2024, 10, 22)),
        (iso_date, "2024-10-22T00:00:00Z", dt.date(2024, 10, 22)),
        (iso_date, "2024-10-22 00:00:00.000000", dt.date(2024, 10, 22)),
        (iso_date, "2024-10-22T19:30:00", None),
        (iso_date, "2024-02-30", None),
        (iso_date, "10/22/2024", None),
        (month_first_date, "10-22-2024", dt.date(2024, 10, 22)),
        (month_first_date, "22-10-2024", None),
        (compact_date, "20241022", dt.date(2024, 10, 22)),
        (compact_date, "2024-10-22", None),
        (utc_instant, "2024-10-22T23:30:00Z", dt.datetime(2024, 10, 22, 23, 30)),
        (utc_instant, "2024-10-22T23:30:00.250", dt.datetime(2024, 10, 22, 23, 30, 0, 250_000)),
        (utc_instant, "2024-10-22 19:30:00-04:00", dt.datetime(2024, 10, 22, 23, 30)),
        (utc_instant, "2024-10-22", None),
        (as_written, "  Bogdan ", "  Bogdan "),
        (as_written, "   ", None),
        (trimmed, "  LAL ", "LAL"),
    ],
)
def test_a_reader_gives_the_value_or_null(reader, cell, value):
    assert values(reader, cell, None) == [value, None]


@pytest.mark.parametrize(
    ("game", "first", "last"),
    [
        ("0022400001", dt.date(2024, 10, 1), dt.date(2025, 7, 31)),
        ("0012400001", dt.date(2024, 9, 1), dt.date(2025, 7, 31)),
        ("0041900401", dt.date(2019, 10, 1), dt.date(2020, 10, 31)),
        ("0042000401", dt.date(2020, 10, 1), dt.date(2021, 7, 31)),
        ("0029900001", dt.date(1999, 10, 1), dt.date(2000, 7, 31)),
    ],
)
def test_a_season_runs_from_october_to_july_except_the_pre_season_and_2019_20(game, first, last):
    assert season_window(game) == (first, last)
    assert season_of(game).startswith(str(first.year))
