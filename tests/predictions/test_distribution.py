"""The distribution of results: probabilities that sum to one, fitted on earlier dates, the same bytes each time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from courtside.predictions.distribution import (
    Distribution,
    anchored,
    fit_distribution,
    negative_binomial,
    quantiles,
    sides,
)
from courtside.predictions.distribution_figures import distribution_figures, normal_crps
from courtside.predictions.errors import LeakageError

FIRST, AS_OF = dt.date(2024, 1, 1), dt.date(2024, 3, 1)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Results of 6,000 player games: one in seven is short, and all others are Poisson with an extra spread."""
    rng = np.random.default_rng(5)
    count = 6000
    prediction = rng.uniform(4, 28, count)
    is_short = rng.random(count) < 1 / 7
    rate = np.where(is_short, 0.25, (1 - 0.25 / 7) / (6 / 7)) * prediction * rng.gamma(12, 1 / 12, count)
    day = rng.integers(0, 90, count)
    return pl.DataFrame(
        {
            "game_id": [f"{place:010d}" for place in range(count)],
            "player_id": rng.integers(1, 300, count),
            "game_date": [FIRST + dt.timedelta(days=int(step)) for step in day],
            "season": "2023-24",
            "prediction": prediction,
            "points": rng.poisson(rate),
            "minutes": np.where(is_short, 8, 30),
            "line": np.floor(prediction) + 0.5,
            "points_std_last_10": rng.uniform(3, 8, count),
            "minutes_half_life_15": 30.0,
            "minutes_half_life_5": rng.uniform(25, 35, count),
            "team_games_missed": rng.integers(0, 3, count).astype(float),
        }
    )


@pytest.fixture(scope="module")
def fitted(rows: pl.DataFrame) -> Distribution:
    found = fit_distribution("ewma", rows, AS_OF)
    assert found is not None
    return found


def test_the_chances_sum_to_one_and_their_mean_is_the_prediction(rows, fitted):
    later = rows.filter(pl.col("game_date") >= AS_OF)
    chances = fitted.chances(later, 200)
    assert chances.sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    mean = chances @ np.arange(201)
    assert mean == pytest.approx(later["prediction"].to_numpy(), abs=0.05)


def test_it_is_fitted_on_earlier_dates_only(rows, fitted):
    assert fitted.fitted_through < AS_OF
    wild = rows.with_columns(points=pl.when(pl.col("game_date") >= AS_OF).then(99).otherwise("points"))
    assert fit_distribution("ewma", wild, AS_OF) == fitted
    with pytest.raises(LeakageError, match="fitted on dates to"):
        fitted.chances(rows, 60)
    assert fit_distribution("ewma", rows.head(1500), AS_OF) is None
    assert fit_distribution("ewma", rows.with_columns(minutes=30), AS_OF) is None, "no short game"


def test_the_same_rows_in_any_order_give_the_same_text(rows, fitted):
    again = fit_distribution("ewma", rows.sample(fraction=1.0, shuffle=True, seed=3), AS_OF)
    assert again is not None
    assert again.as_text() == fitted.as_text()
    assert Distribution.from_text(fitted.as_text()) == fitted


def test_it_is_closer_to_the_results_than_the_normal_and_its_tenths_hold_a_tenth_each(rows, fitted):
    all_rows, quoted = distribution_figures(rows.filter(pl.col("game_date") >= AS_OF), [fitted])
    assert all_rows["n"] == quoted["n"] > 1500
    assert all_rows["crps_above_normal"]["high"] < 0
    assert all(7 < share < 13 for share in all_rows["pit"])
    assert sum(all_rows["pit"]) == pytest.approx(100, abs=0.5)


def test_a_missing_input_has_a_usual_value(rows, fitted):
    bare = (
        rows.filter(pl.col("game_date") >= AS_OF)
        .head(5)
        .with_columns(
            points_std_last_10=None, minutes_half_life_15=None, minutes_half_life_5=float("nan"), team_games_missed=None
        )
    )
    assert np.isfinite(fitted.chances(bare, 60)).all()


def test_over_push_and_under_of_a_whole_and_of_a_half_line():
    chances = negative_binomial(np.array([3.0, 3.0]), np.array([3.0, 3.0]), 40)
    over, push, under = sides(chances, np.array([3.0, 3.5]))
    assert over + push + under == pytest.approx(1.0)
    assert push == pytest.approx([0.2240, 0.0], abs=5e-3)
    assert under[1] == pytest.approx(under[0] + push[0])


def test_anchored_chances_give_the_probability_at_the_line_and_keep_the_push():
    chances = negative_binomial(np.array([12.0]), np.array([30.0]), 80)
    line = np.array([12.0])
    tilted = anchored(chances, line, np.array([0.4]))
    over, push, under = sides(tilted, line)
    assert over / (over + under) == pytest.approx(0.4)
    assert push == pytest.approx(sides(chances, line)[1])
    assert tilted.sum() == pytest.approx(1.0, abs=1e-6)


def test_quantiles_are_the_lowest_results_that_reach_a_level():
    chances = np.array([[0.1, 0.2, 0.4, 0.3]])
    assert quantiles(chances, (0.1, 0.25, 0.5, 0.9)).tolist() == [[0, 1, 2, 3]]


def test_the_score_of_the_normal_is_that_of_its_definition():
    grid = np.linspace(-60, 90, 300_001)
    mean, spread, points = 14.0, 6.0, 21.0
    below = 0.5 * (1 + np.vectorize(__import__("math").erf)((grid - mean) / spread / np.sqrt(2)))
    expected = np.square(below - (grid >= points)).sum() * (grid[1] - grid[0])
    assert normal_crps(np.array([points]), np.array([mean]), np.array([spread]))[0] == pytest.approx(expected, abs=1e-3)
