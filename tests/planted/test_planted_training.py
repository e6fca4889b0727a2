"""Training on damaged rows is refused with the reason, and nothing is stored."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from courtside.features.tables import PLAYER_FEATURES
from courtside.operations import learning
from courtside.operations import training as daily
from courtside.operations.day import run_day
from courtside.operations.learning import learn
from courtside.predictions import soundness, training, walk_forward
from courtside.predictions.errors import LeakageError, TrainingRefusedError
from courtside.predictions.rows import with_outcomes
from courtside.predictions.tables import MODELS
from tests import homes
from tests.planted.test_planted_stored import ALL, OWN_MINUTES, call, home, plant

__all__ = ["home"]
TODAY = homes.NOW.date()


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (daily, training, walk_forward):
        monkeypatch.setattr(module, "FEWEST_ROWS", 1000)


def _models(home: Path) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(MODELS))


@pytest.mark.parametrize("name", ["one value of one row", "a week of player games deleted", "counts of one row"])
def test_train_refuses_damaged_rows_and_stores_nothing(name: str, home: Path) -> None:
    plant(home, ALL[name][1:])
    code, _ = call(home, "train", "--as-of", str(TODAY))
    assert code == 1
    assert _models(home).is_empty()


def test_learn_refuses_form_that_correlates_with_the_game_itself(home: Path) -> None:
    plant(home, (OWN_MINUTES,))
    with homes.opened(home) as context:
        with pytest.raises(LeakageError, match="minutes_avg_last_10 correlates with minutes of the same game"):
            learn(context.models, [TODAY], context.clock.now())
        assert daily.train_for(context, TODAY) == []
    assert _models(home).is_empty()


def test_daily_training_repairs_damaged_rows_first(home: Path) -> None:
    before = homes.contents(home)["player_features"]
    plant(home, (OWN_MINUTES,))
    with homes.opened(home) as context:
        run_day(context, TODAY)
    after = homes.contents(home)["player_features"]
    assert {day: after[day] for day in before} == before
    assert not _models(home).is_empty()


def test_train_refuses_a_model_below_the_oracle_and_stores_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_if_it_knew(system: str, measured: dict[str, float]) -> None:
        soundness.require_error_above_oracle(system, measured | {"mae": measured["oracle_mae"]})

    monkeypatch.setattr(learning, "require_error_above_oracle", as_if_it_knew)
    assert call(home, "train", "--as-of", str(TODAY))[0] == 1
    assert _models(home).is_empty()


def test_each_structural_test_passes_clean_rows_and_catches_its_violation(home: Path) -> None:
    with homes.opened(home) as context:
        warehouse = context.warehouse
        rows = with_outcomes(warehouse.collect(warehouse.scan(PLAYER_FEATURES)), warehouse)
    soundness.require_sound(rows)
    points, is_even = pl.col("points"), pl.col("player_id") % 2 == 0
    leaks = {
        "points_avg_last_10": pl.col("points_avg_last_10") + points.fill_null(0),
        "points_avg_last_5": pl.coalesce(points.cast(pl.Float64), "points_avg_last_5"),
        "points_avg_season": pl.coalesce(points.cast(pl.Float64), "points_avg_season"),
        "minutes_avg_last_10": pl.coalesce(pl.col("minutes").cast(pl.Float64), "minutes_avg_last_10"),
    }
    for name, leaky in leaks.items():
        with pytest.raises(LeakageError, match=name):
            soundness.require_sound(rows.with_columns(leaky.alias(name)))
    many = pl.concat([rows.with_columns(games_used_l10=pl.lit(10, pl.Int64))] * 2)
    for name, value in (("opponent_def_rating", 112.0), ("team_win_pct", 0.5), ("pace_score", 0.0)):
        halved = many.with_columns(
            pl.when(is_even | pl.lit(name == "pace_score")).then(value).otherwise(name).alias(name)
        )
        with pytest.raises(TrainingRefusedError, match=f"{name} is {value:g}"):
            soundness.require_sound(halved)
    emptied = rows.with_columns(pl.lit(None, pl.Float64).alias("pace_score"))
    with pytest.raises(TrainingRefusedError, match="default counts"):
        soundness.require_sound(emptied)


def test_a_model_is_compared_with_the_oracle_only_on_enough_rows() -> None:
    below = {"n": 1000.0, "mae": 4.0, "oracle_mae": 4.0}
    with pytest.raises(LeakageError, match="oracle"):
        soundness.require_error_above_oracle("lightgbm", below)
    soundness.require_error_above_oracle("lightgbm", below | {"mae": 4.1})
    soundness.require_error_above_oracle("lightgbm", below | {"n": 100.0})
