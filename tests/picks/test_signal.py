import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.picks.signal import daily_signals, public_word
from courtside.picks.tables import GrainError
from tests.picks.slates import DATE, fillers, predictions


def signal_of(over, under, passing, high_edge=0):
    rows = fillers(over, under, passing)
    sides = ["OVER"] * over + ["UNDER"] * under + ["PASS"] * passing
    for number, (row, side) in enumerate(zip(rows, sides, strict=True)):
        row |= {"direction": side, "edge": 5.0 if number < high_edge else 2.0}
    return daily_signals(predictions(*rows)).row(0, named=True)


@pytest.mark.parametrize(
    ("over", "under", "high_edge", "signal", "skew"),
    [
        (249, 751, 9, "RED", "under_heavy"),
        (250, 750, 3, "GREEN", "balanced"),
        (250, 750, 2, "YELLOW", "balanced"),
        (400, 600, 3, "GREEN", "balanced"),
        (401, 599, 3, "GREEN", "over_heavy"),
        (450, 550, 3, "GREEN", "over_heavy"),
        (451, 549, 3, "YELLOW", "over_heavy"),
        (100, 900, 0, "RED", "under_heavy"),
    ],
)
def test_each_threshold_of_the_signal_falls_on_its_side(over, under, high_edge, signal, skew):
    row = signal_of(over, under, 0, high_edge)
    assert (row["signal"], row["skew"]) == (signal, skew)


def test_a_pass_counts_as_a_prediction_with_a_line():
    row = signal_of(4, 0, 6)
    assert row["pct_over"] == 40.0
    assert row["predictions_with_line"] == 10


def test_nine_predictions_with_a_line_give_no_signal():
    rows = [*fillers(4, 3, 2), {"player_id": 1, "line": None}, {"player_id": 2, "line": None}]
    row = daily_signals(predictions(*rows)).row(0, named=True)
    assert (row["signal"], row["skew"]) == (None, None)
    assert row["predictions_with_line"] == 9


def test_a_date_without_any_line_has_a_row_without_figures():
    row = daily_signals(predictions({"line": None})).row(0, named=True)
    assert (row["signal"], row["pct_over"], row["high_edge"]) == (None, None, 0)


def test_high_edge_counts_both_sides_and_exactly_five():
    row = daily_signals(predictions(*fillers(), {"prediction": 29.5}, {"prediction": 19.5}, {"prediction": 29.4})).row(
        0, named=True
    )
    assert row["high_edge"] == 2


@settings(deadline=None)
@given(over=st.integers(0, 60), under=st.integers(0, 60), passing=st.integers(0, 60), high=st.integers(0, 5))
def test_the_signal_follows_the_rules_in_plain_python(over, under, passing, high):
    total = over + under + passing
    if total == 0:
        return
    row = signal_of(over, under, passing, min(high, total))
    pct = int(1000 * over / total + 0.5) / 10
    expected = None
    if total >= 10:
        expected = "RED" if pct < 25 else "YELLOW" if min(high, total) < 3 or pct > 45 else "GREEN"
    assert row["pct_over"] == pct
    assert row["signal"] == expected


def test_the_signal_of_a_date_depends_on_that_date_only():
    other = DATE + dt.timedelta(days=1)
    rows = predictions(*fillers(), *fillers(9, 3, 0, start=500, game_date=other, game_id="0022500002"))
    signals = daily_signals(rows)
    assert signals["game_date"].to_list() == [DATE, other]
    assert signals["pct_over"].to_list() == [33.3, 75.0]
    assert daily_signals(rows.sample(fraction=1, shuffle=True, seed=4)).equals(signals)


def test_two_models_on_one_date_are_refused():
    with pytest.raises(GrainError, match="2026-02-07 come from 2 models"):
        daily_signals(predictions({}, {"model_code": "ewma"}))


def test_public_words_and_no_signal():
    words = [public_word(signal) for signal in ("GREEN", "YELLOW", "RED", None)]
    assert words == ["favorable", "neutral", "challenging", None]
    with pytest.raises(ValueError, match="'BLUE' is not a signal"):
        public_word("BLUE")


def test_no_predictions_give_no_rows():
    assert daily_signals(predictions()).is_empty()
    assert daily_signals(predictions()).schema["pct_over"] == pl.Float64
