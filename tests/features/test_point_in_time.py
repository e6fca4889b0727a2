"""Rows depend only on what was known before their day, whatever other rows are computed with them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.features.known import Known, features_of
from courtside.features.registry import FEATURES
from tests.features.league import START, changed, round_robin

KEY = ["game_id", "player_id"]
DAYS = [START + dt.timedelta(days) for days in range(40)]
LATE = DAYS[10:]


@pytest.fixture(scope="module")
def known() -> Known:
    """A league of 40 days with lines in its last week."""
    league = round_robin()
    for game in league.games[-8:]:
        for team in (game.home, game.away):
            player = game.rosters[team][0]
            noon = dt.datetime.combine(game.date, dt.time(16))
            quotes = [("fanduel", noon, 20.5), ("fanduel", noon + dt.timedelta(hours=2), 21.5), ("betmgm", None, 19.5)]
            league.quoted[game.game_id, player] = quotes
    return league.known()


@pytest.fixture(scope="module")
def rows(known: Known) -> pl.DataFrame:
    """Every row of the league, computed at once."""
    return features_of(known, DAYS).sort(KEY)


def _on(rows: pl.DataFrame, days: list[dt.date]) -> pl.DataFrame:
    return rows.filter(pl.col("game_date").is_in(days)).sort(KEY)


def test_the_league_of_these_tests_gives_every_feature_a_value(rows: pl.DataFrame) -> None:
    without = [feature.name for feature in FEATURES if rows[feature.name].null_count() == rows.height]
    assert without == ["injury_risk"]


def test_one_slate_gives_the_same_rows_as_a_back_fill(known: Known, rows: pl.DataFrame) -> None:
    for day in DAYS[::4]:
        assert features_of(known, [day]).sort(KEY).equals(_on(rows, [day])), day


@settings(max_examples=12, deadline=None)
@given(day=st.sampled_from(LATE))
def test_data_of_the_day_or_later_changes_nothing(known: Known, rows: pl.DataFrame, day: dt.date) -> None:
    assert features_of(known.before_games_of(day), [day]).sort(KEY).equals(_on(rows, [day]))


@settings(max_examples=8, deadline=None)
@given(day=st.sampled_from(LATE), shift=st.integers(1, 30))
def test_other_later_games_give_the_same_rows(known: Known, rows: pl.DataFrame, day: dt.date, shift: int) -> None:
    is_future = pl.col("game_date") >= day
    later = {
        name: (
            lambda frame, name=name: frame.with_columns(  # type: ignore[misc]
                pl.when(is_future & pl.col(column).is_not_null())
                .then(pl.col(column) + shift)
                .otherwise(column)
                .alias(column)
                for column in {
                    "player_games": ("points", "minutes", "fga", "ftm"),
                    "team_games": ("points", "minutes"),
                }[name]
            )
        )
        for name in ("player_games", "team_games")
    }
    past = [date for date in DAYS if date <= day]
    assert _on(features_of(changed(known, **later), DAYS), past).equals(_on(rows, past))


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_input_rows_does_not_matter(known: Known, rows: pl.DataFrame, seed: int) -> None:
    names = ("games", "team_games", "player_games", "player_shots", "player_lines")
    mixed = changed(
        known, **{name: (lambda frame: frame.sample(fraction=1, shuffle=True, seed=seed)) for name in names}
    )
    assert features_of(mixed, DAYS).sort(KEY).equals(rows)


def test_a_value_exists_exactly_where_its_origin_has_one(rows: pl.DataFrame) -> None:
    for feature in FEATURES:
        valued = rows[feature.origin_column].is_in(["computed", "partial", "fallback"])
        assert (rows[feature.name].is_not_null() == valued).all(), feature.name


def test_every_value_lies_in_its_range(rows: pl.DataFrame) -> None:
    loose = {"team_pace", "opponent_pace", "team_off_rating", "opponent_def_rating"}
    for feature in FEATURES:
        if feature.name not in loose:
            outside = rows.filter((pl.col(feature.name) < feature.minimum) | (pl.col(feature.name) > feature.maximum))
            assert outside.is_empty(), feature.name
