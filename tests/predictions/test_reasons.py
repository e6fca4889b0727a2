"""The largest reasons of a prediction."""

import datetime as dt

import polars as pl
import pytest

from courtside.predictions.inputs import MODEL_INPUTS
from courtside.predictions.reasons import GROUPS, parsed, reasons

DAY = dt.date(2026, 2, 7)


class Sum:
    """Expected points: 20, 0.5 for each point of the EWMA, 1 for each minute of the last game, −2 for the opponent."""

    name = "sum"

    def expected_points(self, features):
        points = 0.5 * pl.col("points_ewma") + pl.col("minutes_last_game") - 2 * pl.col("opponent_pace")
        return features.select(prediction=20 + points)["prediction"]


def rows(*players, line=5.0, day=DAY, gate_passed=True):
    names = ("points_ewma", "minutes_last_game", "opponent_pace")
    frame = pl.DataFrame(
        [dict(zip(names, values, strict=True)) for values in players],
        schema=dict.fromkeys(names, pl.Float64),
    ).with_columns(pl.lit(0.0).alias(name) for name in MODEL_INPUTS if name not in names)
    full = frame.with_columns(game_date=pl.lit(day), line=pl.lit(line), gate_passed=pl.lit(gate_passed))
    return full.with_columns(Sum().expected_points(full))


def test_every_input_of_the_models_is_in_exactly_one_group():
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(MODEL_INPUTS)


def test_a_reason_is_the_change_from_the_average_player_of_the_date_largest_first():
    first, second = reasons(Sum(), rows((30.0, 4.0, 1.0), (10.0, 2.0, 2.0)))
    assert parsed(first) == [("scoring", 5.0), ("minutes", 1.0), ("opponent", 1.0)]
    assert parsed(second) == [("scoring", -5.0), ("minutes", -1.0), ("opponent", -1.0)]


def test_each_date_has_its_own_average():
    both = pl.concat([rows((30.0, 4.0, 1.0), (10.0, 2.0, 2.0)), rows((50.0, 9.0, 9.0), day=DAY + dt.timedelta(days=1))])
    assert reasons(Sum(), both).to_list()[:2] == reasons(Sum(), both.head(2)).to_list()
    assert reasons(Sum(), both)[2] == "", "the only player of a date is its average"


@pytest.mark.parametrize("changes", [{"line": 36.0}, {"line": None}, {"gate_passed": False}])
def test_a_prediction_that_cannot_be_a_pick_has_no_reasons(changes):
    assert reasons(Sum(), rows((30.0, 4.0, 1.0), (10.0, 2.0, 2.0), **changes))[0] is None


def test_a_stored_text_comes_back_as_groups_and_points():
    assert parsed("scoring:6.1,opponent:-0.8") == [("scoring", 6.1), ("opponent", -0.8)]
    assert parsed(None) == parsed("") == []
