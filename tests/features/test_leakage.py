"""The leakage checks pass on clean rows, and do not pass on too few rows to judge."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from courtside.audit.leakage import correlation, failed, oracle_error, recomputation
from courtside.features.known import Known, features_of
from tests.features.league import START, round_robin

DAYS = [START + dt.timedelta(days) for days in range(30)]


@pytest.fixture(scope="module")
def known() -> Known:
    """A league of 30 days."""
    return round_robin(30).known()


def test_clean_rows_equal_the_rows_computed_from_earlier_data(known: Known) -> None:
    stored = features_of(known, DAYS)
    verdict = recomputation(stored, DAYS[8::6], lambda day: features_of(known.before_games_of(day), [day]))
    assert (verdict.passed, verdict.observed) == (True, 0)
    assert verdict.rows > 50


def test_a_changed_value_and_an_extra_or_missing_row_are_found(known: Known) -> None:
    stored = features_of(known, DAYS)
    day = stored["game_date"][-1]

    def again(date: dt.date) -> pl.DataFrame:
        return features_of(known.before_games_of(date), [date])

    player, form = (
        stored.filter(game_date=day).drop_nulls("points_avg_last_10").select("player_id", "points_avg_last_10").row(0)
    )
    nudged = stored.with_columns(
        pl.when((pl.col("player_id") == player) & (pl.col("game_date") == day))
        .then(form * (1 + 2**-52))
        .otherwise("points_avg_last_10")
        .alias("points_avg_last_10")
    )
    verdict = recomputation(nudged, [day], again)
    assert (verdict.passed, verdict.observed) == (False, 1)
    assert "points_avg_last_10" in verdict.reason
    fewer = recomputation(stored.filter(pl.col("player_id") != player), [day], again)
    assert (fewer.passed, fewer.observed) == (False, 1)
    assert not recomputation(stored, [day], lambda date: again(date).filter(pl.col("player_id") != player)).passed


def test_rows_too_few_to_judge_do_not_pass() -> None:
    few = pl.DataFrame({"points_avg_last_5": [1.0], "points": [2], "predicted_points": [1.0], "minutes": [9]})
    verdicts = [
        recomputation(pl.DataFrame(schema={"game_id": pl.String, "game_date": pl.Date}), [], lambda _: pl.DataFrame()),
        correlation(few),
        oracle_error(few.with_columns(ppm_avg_last_10=pl.lit(0.5))),
    ]
    assert failed(verdicts) == tuple(verdicts)


def test_form_that_never_varies_does_not_pass() -> None:
    flat = pl.DataFrame({"points_avg_last_5": [10.0] * 200, "points": list(range(200))})
    assert not correlation(flat).passed
