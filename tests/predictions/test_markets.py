"""Markets other than points: their form, the distribution of their results, and their models."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_GAMES
from courtside.errors import ConfigError
from courtside.features.market_form import results_of
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import MARKETS, POINTS, market_named
from courtside.predictions.calibration import Calibrator, fit_calibrator
from courtside.predictions.probability import negative_binomial_sides
from courtside.predictions.rows import model_rows, with_outcomes
from tests import homes
from tests.predictions.players import model_rows as planted_rows


def test_an_unknown_market_is_refused_with_the_closest_one():
    with pytest.raises(ConfigError, match="'rebound' is not a market; the closest is rebounds"):
        market_named("rebound")


def test_settings_name_the_markets_with_points_first(tmp_path, monkeypatch):
    monkeypatch.delenv("COURTSIDE_MARKETS")
    assert homes.settings_in(tmp_path).markets == tuple(market.name for market in MARKETS)
    monkeypatch.setenv("COURTSIDE_MARKETS", "assists, points assists")
    assert homes.settings_in(tmp_path).markets == (POINTS, "assists")
    monkeypatch.setenv("COURTSIDE_MARKETS", "asists")
    with pytest.raises(ConfigError, match="closest is assists"):
        homes.settings_in(tmp_path)


@pytest.mark.parametrize("name", [market.name for market in MARKETS])
def test_the_form_of_a_market_is_that_of_its_own_results(run_home, name):
    market = market_named(name)
    with homes.opened(run_home) as context:
        rows = with_outcomes(model_rows(context.warehouse, homes.LAST, homes.LAST, market), context.warehouse, market)
        games = context.warehouse.collect(context.warehouse.scan(PLAYER_GAMES, end=homes.LAST - dt.timedelta(days=1)))
    played = games.filter(pl.col("is_counted") & pl.col("did_play") & (pl.col("box_status") == "complete"))
    newest = results_of(played, market).sort("game_date").group_by("player_id").agg(pl.col("points").tail(5))
    expected = newest.with_columns(mean=pl.col("points").list.mean(), n=pl.col("points").list.len()).filter(n=5)
    both = rows.join(expected.select("player_id", "mean"), on="player_id")
    assert both.height > 50
    assert np.allclose(both["points_avg_last_5"], both["mean"])
    assert rows.filter(pl.col("like_games_points").is_not_null()).height > 50


def test_the_form_of_points_is_what_the_features_store(run_home):
    with homes.opened(run_home) as context:
        stored = context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES, start=homes.LAST))
        rows = model_rows(context.warehouse, homes.LAST, homes.LAST)
    key = ["game_id", "player_id"]
    assert rows.select(stored.columns).sort(key).equals(stored.sort(key))


def test_sides_of_a_negative_binomial_and_the_push_sum_to_one():
    mean, spread = np.array([1.5, 5.0, 5.0, 22.0]), np.array([0.5, 3.0, 3.0, 7.0])
    over, under = negative_binomial_sides(mean, spread, np.array([1.5, 4.5, 5.0, np.nan]))
    assert over[0] == pytest.approx(1 - np.exp(-1.5) * 2.5, abs=0.01)
    assert over[1] + under[1] == pytest.approx(1)
    assert over[2] + under[2] < 1
    assert np.isnan(over[3])


def test_a_calibrator_keeps_its_family():
    rows = planted_rows().with_columns(prediction=pl.col("points_ewma"))
    for family in ("normal", "negative_binomial"):
        item = fit_calibrator("ewma", rows, dt.date(2030, 1, 1), family)
        assert item is not None
        again = Calibrator.from_text(item.as_text())
        assert (again, again.family) == (item, family)
    assert '"family"' not in fit_calibrator("ewma", rows, dt.date(2030, 1, 1)).as_text()
