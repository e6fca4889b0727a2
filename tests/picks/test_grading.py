import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.picks.grading import (
    grade_picks,
    grade_predictions,
    grading_coverage,
    latest_outcomes,
    result_of,
    revise_outcomes,
    with_units,
)
from courtside.picks.ledger import counted, plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import qualified
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, GrainError
from tests.picks.slates import (
    DATE,
    DAY_AFTER,
    DEFINITIONS,
    MORNING,
    TIP,
    empty_ledger,
    outcomes,
    predictions,
    tips,
)

GAME = "0022500001"


def counted_picks(*rows):
    frame = predictions(*rows)
    signals = daily_signals(frame)
    candidates = qualified(frame, signals, DEFINITIONS)
    ledger = plan_publications(candidates, signals, [DATE], *empty_ledger(), now=MORNING, tips=tips((GAME, TIP)))
    return counted(*ledger)


def oracle(direction, line, actual, outcome):
    if direction not in ("OVER", "UNDER") or line is None or outcome is None:
        return None
    if outcome == "did_not_play":
        return "void"
    if actual is None:
        return None
    difference = (actual - line) * (1 if direction == "OVER" else -1)
    return "push" if difference == 0 else "hit" if difference > 0 else "miss"


SIDES = st.sampled_from(["OVER", "UNDER", "PASS", None])
LINES = st.none() | st.integers(0, 90).map(lambda halves: halves / 2)
POINTS = st.none() | st.integers(0, 60)
STATES = st.sampled_from(["played", "did_not_play", None])


@settings(deadline=None)
@given(SIDES, LINES, POINTS, STATES)
def test_every_result_equals_the_reference_implementation(direction, line, actual, outcome):
    assert result_of(direction, line, actual, outcome) == oracle(direction, line, actual, outcome)


@settings(deadline=None)
@given(LINES.filter(lambda line: line is not None), POINTS, STATES)
def test_over_and_under_of_one_line_never_both_win_or_both_lose(line, actual, outcome):
    over, under = (result_of(side, line, actual, outcome) for side in ("OVER", "UNDER"))
    mirror = {"hit": "miss", "miss": "hit"}
    assert under == mirror.get(over, over)


@settings(deadline=None)
@given(st.lists(st.tuples(SIDES, LINES, POINTS), max_size=25))
def test_graded_predictions_equal_the_reference_row_by_row(rows):
    frame = predictions(*({"direction": side, "line": line, "player_id": n} for n, (side, line, _) in enumerate(rows)))
    known = outcomes(*((GAME, n, points) for n, (_, _, points) in enumerate(rows)))
    graded = grade_predictions(frame, known)
    expected = [
        oracle(side, line, points, "did_not_play" if points is None else "played") for side, line, points in rows
    ]
    assert graded.sort("player_id")["result"].to_list() == expected


@pytest.mark.parametrize(
    ("price", "result", "units"),
    [
        (-110.0, "hit", 100 / 110),
        (150.0, "hit", 1.5),
        (None, "hit", 100 / 110),
        (0.0, "hit", 100 / 110),
        (150.0, "miss", -1.0),
        (None, "push", 0.0),
        (-200.0, "void", 0.0),
        (-110.0, None, None),
    ],
)
def test_units_are_paid_at_the_stored_price_else_at_minus_110(price, result, units):
    frame = pl.DataFrame({"price": [price], "result": [result]}, schema={"price": pl.Float64, "result": pl.String})
    assert with_units(frame)["units"].to_list() == [pytest.approx(units)]


def test_a_pick_is_graded_by_its_own_line_and_price_in_every_subset():
    picks = counted_picks({"player_id": 1, "prediction": 32.5})
    graded = grade_picks(picks, outcomes((GAME, 1, 25)))
    assert graded.height == picks.height == 4
    assert set(graded["result"]) == {"hit"}
    assert graded.select("line", "price", "kind").unique().rows() == [(24.5, -110.0, "LIVE")]
    GRADED_PICKS.conform(graded)


def test_a_game_that_is_not_final_is_not_graded():
    picks = counted_picks({"player_id": 1, "prediction": 32.5})
    assert grade_picks(picks, OUTCOMES.empty()).is_empty()
    assert grade_predictions(predictions({}), OUTCOMES.empty()).schema == GRADED_PREDICTIONS.polars_schema


def test_a_pick_of_a_postponed_game_is_void():
    later = outcomes((GAME, 1, 40)).with_columns(game_date=DATE + dt.timedelta(days=30))
    graded = grade_picks(counted_picks({"player_id": 1, "prediction": 32.5}), later)
    assert graded.select("result", "actual", "units").unique().rows() == [("void", None, 0.0)]


def test_a_graded_prediction_has_its_error_and_the_line_s():
    frame = predictions({"player_id": 1, "prediction": 30.5}, {"player_id": 2, "line": None}, {"player_id": 3})
    graded = grade_predictions(frame, outcomes((GAME, 1, 26), (GAME, 2, 20), (GAME, 3, None)))
    rows = graded.select("absolute_error", "line_absolute_error", "result").rows()
    assert rows == [(4.5, 1.5, "hit"), (10.5, None, None), (None, None, "void")]


def observed(*rows):
    return outcomes(*rows).select("game_id", "player_id", "game_date", "actual_points", "outcome")


def test_a_stat_correction_adds_a_revision_and_keeps_the_earlier_one():
    first = revise_outcomes(OUTCOMES.empty(), observed((GAME, 1, 24), (GAME, 2, 10)), DAY_AFTER)
    assert first["revision"].to_list() == [1, 1]
    week_later = DAY_AFTER + dt.timedelta(days=7)
    second = revise_outcomes(first, observed((GAME, 1, 25), (GAME, 2, 10)), week_later)
    assert second.select("player_id", "revision", "actual_points").rows() == [(1, 2, 25)]
    both = pl.concat([first, second])
    picks = counted_picks({"player_id": 1, "prediction": 32.5})
    assert set(grade_picks(picks, first)["result"]) == {"miss"}
    assert grade_picks(picks, both).select("result", "graded_at", "revision").unique().rows() == [
        ("hit", week_later, 2)
    ]


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(1, 4), POINTS), unique_by=lambda row: row[0]), max_size=8))
def test_a_revision_is_added_only_where_the_outcome_changed(runs):
    ledger, known, now = OUTCOMES.empty(), {}, DAY_AFTER
    for run in runs:
        now += dt.timedelta(days=1)
        new = revise_outcomes(ledger, observed(*((GAME, player, points) for player, points in run)), now)
        assert set(new["player_id"]) == {
            player for player, points in run if player not in known or known[player] != points
        }
        known.update(dict(run))
        ledger = pl.concat([ledger, new])
        latest = latest_outcomes(ledger)
        assert dict(latest.select("player_id", "actual_points").iter_rows()) == known


def test_an_outcome_observed_twice_is_refused():
    with pytest.raises(GrainError, match="observed outcomes"):
        revise_outcomes(OUTCOMES.empty(), observed((GAME, 1, 24), (GAME, 1, 25)), DAY_AFTER)


def test_coverage_counts_the_gradable_picks_that_are_graded():
    picks = counted_picks({"player_id": 1, "prediction": 32.5}, {"player_id": 2, "prediction": 32.5})
    graded = grade_picks(picks, outcomes((GAME, 1, 25)))
    assert grading_coverage(picks, graded).rows() == [(DATE, 8, 4, 50.0)]
