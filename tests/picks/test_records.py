import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.picks.records import (
    daily_results,
    hit_rate,
    hit_rate_expr,
    records_before,
    records_through,
    wilson_interval,
)
from tests.picks.slates import DEFINITIONS, graded_rows

STARTS = [dt.date(2024, 10, 22), dt.date(2025, 10, 21)]
KEYS = DEFINITIONS.keys
TARGET = dt.date(2026, 2, 7)
"""A Saturday."""


def of(records, window, key="top_pick"):
    row = records.filter(window=window, subset_key=key).row(0, named=True)
    return row["wins"], row["losses"], row["pct"]


def on(*days_and_results):
    return graded_rows(
        *(
            (dt.date.fromisoformat(day), "top_pick", player, result)
            for player, (day, result) in enumerate(days_and_results)
        )
    )


def test_season_month_and_week_start_on_their_first_day_and_exclude_the_date():
    graded = on(
        ("2025-10-20", "hit"),
        ("2025-10-21", "hit"),
        ("2026-01-31", "miss"),
        ("2026-02-01", "hit"),
        ("2026-02-02", "miss"),
        ("2026-02-06", "hit"),
        ("2026-02-07", "hit"),
    )
    records = records_before(graded, [TARGET], STARTS, KEYS)
    assert of(records, "season") == (3, 2, 60.0)
    assert of(records, "month") == (2, 1, 66.7)
    assert of(records, "week") == (1, 1, 50.0)
    through = records_through(graded, [TARGET], STARTS, KEYS)
    assert [of(through, window) for window in ("season", "month", "week")] == [
        (4, 2, 66.7),
        (3, 1, 75.0),
        (2, 1, 66.7),
    ]


def test_the_record_is_empty_on_the_first_of_a_month_and_on_a_monday():
    graded = on(("2026-01-31", "hit"), ("2026-02-01", "hit"))
    assert of(records_before(graded, [dt.date(2026, 2, 1)], STARTS, KEYS), "month") == (0, 0, None)
    assert of(records_before(graded, [dt.date(2026, 2, 2)], STARTS, KEYS), "week") == (0, 0, None)
    assert of(records_through(graded, [dt.date(2026, 2, 1)], STARTS, KEYS), "week") == (2, 0, 100.0)


def test_pushes_and_voids_are_counted_but_not_in_the_hit_rate():
    graded = on(("2026-02-01", "hit"), ("2026-02-01", "push"), ("2026-02-01", "void"))
    row = records_before(graded, [TARGET], STARTS, KEYS).filter(window="season", subset_key="top_pick")
    assert row.select("wins", "losses", "pushes", "voids", "pct").rows() == [(1, 0, 1, 1, 100.0)]


def test_every_date_has_every_subset_and_window_even_without_a_pick():
    records = records_before(on(), [TARGET, STARTS[0]], STARTS, KEYS)
    assert records.height == 2 * 8 * 3
    assert set(records["wins"]) == {0}
    assert records["pct"].null_count() == records.height


def test_before_any_season_the_season_record_is_empty():
    graded = on(("2024-10-05", "hit"))
    records = records_before(graded, [dt.date(2024, 10, 8)], STARTS, KEYS)
    assert of(records, "season") == (0, 0, None)
    assert of(records, "month") == (1, 0, 100.0)


def by_hand(graded, target, start, key, *, through):
    results = [
        result
        for date, subset, result in graded.select("game_date", "subset_key", "result").iter_rows()
        if subset == key and start is not None and start <= date and (date < target or (through and date == target))
    ]
    wins, losses = results.count("hit"), results.count("miss")
    exact = None if wins + losses == 0 else int(1000 * wins / (wins + losses) + 0.5) / 10
    return wins, losses, exact


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.dates(dt.date(2024, 10, 1), dt.date(2026, 3, 1)),
            st.sampled_from(KEYS[:3]),
            st.integers(1, 9),
            st.sampled_from(["hit", "miss", "push", "void"]),
        ),
        max_size=60,
        unique_by=lambda row: row[:3],
    ),
    targets=st.lists(st.dates(dt.date(2024, 9, 25), dt.date(2026, 3, 10)), min_size=1, max_size=6),
    through=st.booleans(),
)
def test_every_record_equals_a_count_of_the_picks(rows, targets, through):
    graded = graded_rows(*rows)
    records = (records_through if through else records_before)(graded, targets, STARTS, KEYS)
    assert records.height == len(set(targets)) * len(KEYS) * 3
    for row in records.iter_rows(named=True):
        target = row["game_date"]
        start = {
            "season": max((day for day in STARTS if day <= target), default=None),
            "month": target.replace(day=1),
            "week": target - dt.timedelta(days=target.weekday()),
        }[row["window"]]
        expected = by_hand(graded, target, start, row["subset_key"], through=through)
        assert (row["wins"], row["losses"], row["pct"]) == expected


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_the_hit_rate_is_one_function_in_python_and_on_columns(wins, losses):
    frame = pl.DataFrame({"wins": [wins], "losses": [losses]})
    assert frame.select(hit_rate_expr(pl.col("wins"), pl.col("losses"))).item() == hit_rate(wins, losses)


@pytest.mark.parametrize(
    ("wins", "losses", "rate"),
    [(42, 18, 70.0), (8, 3, 72.7), (3, 1, 75.0), (1, 15, 6.3), (0, 4, 0.0), (0, 0, None), (1, 2, 33.3)],
)
def test_the_hit_rate_has_one_decimal_half_rounded_up(wins, losses, rate):
    assert hit_rate(wins, losses) == rate


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_contains_the_rate_and_stays_within_0_and_100(wins, losses):
    interval = wilson_interval(wins, losses)
    if wins + losses == 0:
        assert interval is None
        return
    low, high = interval
    assert 0 <= low <= 100 * wins / (wins + losses) + 1e-9
    assert 100 * wins / (wins + losses) - 1e-9 <= high <= 100


def test_the_interval_of_sixty_percent_on_a_hundred_picks():
    assert wilson_interval(60, 40) == (pytest.approx(50.20, abs=0.01), pytest.approx(69.06, abs=0.01))


def test_daily_results_sum_units_by_day():
    rows = daily_results(on(("2026-02-01", "hit"), ("2026-02-01", "miss"), ("2026-02-02", "push")))
    assert rows.select("wins", "losses", "pushes").rows() == [(1, 1, 0), (0, 0, 1)]
    assert rows["units"].to_list() == [pytest.approx(100 / 110 - 1), 0.0]
