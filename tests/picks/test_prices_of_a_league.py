"""Prices of the simulated league, whose results are drawn from known expectations: expected values are unbiased, and a
book that does not move is found."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from courtside.analytics.lines import consensus
from courtside.analytics.tables import PLAYER_LINES
from courtside.league.markets import MARKETS
from courtside.league.odds import profit_per_unit_expr
from courtside.picks.book_prices import book_states, shown_before
from courtside.picks.side_values import HIGHEST_STAKE, side_values
from courtside.predictions.calibration import fit_calibrator
from courtside.predictions.measures import mean_of
from courtside.sources.simulated.market import BOOKS, quote_season
from courtside.sources.simulated.season import Season, play_seasons

PLAYER_GAME = ["game_id", "player_id"]
STALE = "betmgm"


@pytest.fixture(scope="module")
def season() -> Season:
    return next(play_seasons(5, 2024, 2024, None))


@pytest.fixture(scope="module")
def lines(season: Season) -> pl.DataFrame:
    """Every line of the season in the columns of `PLAYER_LINES`; players are numbered by seat, from 1."""
    quotes, calendar = quote_season(season, np.random.default_rng(1)), season.calendar
    seen = pl.Series(quotes.at * 1_000_000).cast(pl.Datetime("us"))
    tip = pl.Series(calendar.tip_at[quotes.game] * 1_000_000).cast(pl.Datetime("us"))
    dates = pl.Series(calendar.dates).gather(pl.Series(quotes.day))
    frame = pl.DataFrame(
        {
            "game_id": pl.Series(calendar.game_ids).gather(pl.Series(quotes.game)),
            "game_date": dates,
            "game_day": 0,
            "player_id": quotes.player + 1,
            "team_id": None,
            "source": "league",
            "book": pl.Series([key for key, _ in BOOKS]).gather(pl.Series(quotes.book)),
            "seen_at": seen,
            "line": quotes.line,
            "over_price": quotes.over.astype(float),
            "under_price": quotes.under.astype(float),
            "is_main": True,
            "tip_at": tip,
            "known_at": seen,
        }
    )
    timing = pl.when(pl.col("seen_at") < pl.col("tip_at")).then(pl.lit("pre_tip")).otherwise(pl.lit("in_game"))
    return PLAYER_LINES.conform(frame.with_columns(timing=timing))


@pytest.fixture(scope="module")
def predictions(season: Season, lines: pl.DataFrame) -> pl.DataFrame:
    """Predictions of players who played, as far from the truth as the systems are, with a calibrated probability from
    the middle of the season on."""
    played, calendar = season.played, season.calendar
    game, side, place = np.nonzero(played.played)
    truth = played.expected_points[game, side, place]
    rng = np.random.default_rng(2)
    rows = pl.DataFrame(
        {
            "game_id": pl.Series(calendar.game_ids).gather(pl.Series(game)),
            "player_id": played.player[game, side, place] + 1,
            "game_date": pl.Series(calendar.dates).gather(pl.Series(calendar.day[game])),
            "points": played.box.points[game, side, place],
            "prediction": np.maximum(truth + rng.normal(0, 1.5, truth.size), 0.5),
            "points_std_last_10": 1.6 * np.sqrt(truth),
        }
    ).join(consensus(lines), on=PLAYER_GAME)
    middle = calendar.dates[len(calendar.dates) // 2]
    calibrator = fit_calibrator("ewma", rows, middle)
    assert calibrator is not None
    assert calibrator.error is not None
    assert calibrator.error < 0.05
    later = rows.filter(pl.col("game_date") >= middle)
    edge = pl.col("prediction") - pl.col("line")
    return later.with_columns(
        calibrator.probability_over(later),
        probability_source=pl.lit("calibrated"),
        calibrator_id=pl.lit("one"),
        direction=pl.when(edge.abs() < 1)
        .then(pl.lit("PASS"))
        .when(edge > 0)
        .then(pl.lit("OVER"))
        .otherwise(pl.lit("UNDER")),
    )


@pytest.fixture(scope="module")
def values(lines: pl.DataFrame, predictions: pl.DataFrame) -> pl.DataFrame:
    """The value of both sides, and what one unit at the best price returned."""
    errors = pl.DataFrame({"calibrator_id": ["one"], "calibration_error": [0.02]})
    priced = side_values(predictions, book_states(shown_before(lines, _unpublished(lines)), MARKETS[0]), errors)
    results = priced.join(predictions.select(*PLAYER_GAME, "points"), on=PLAYER_GAME)
    is_over = pl.col("points") > pl.col("line")
    won = pl.when(pl.col("side") == "OVER").then(is_over).otherwise(~is_over)
    units = pl.when(won).then(profit_per_unit_expr("price")).otherwise(-1.0)
    return results.filter((pl.col("points") != pl.col("line")) & pl.col("ev").is_not_null()).with_columns(units=units)


def _unpublished(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select("game_id").unique().with_columns(priced_at=pl.lit(None, pl.Datetime("us")))


@pytest.mark.parametrize("chosen", ["every side", "sides taken", "positive"])
def test_the_expected_value_at_the_best_price_is_unbiased(values, chosen):
    kept = {"every side": pl.lit(True), "sides taken": pl.col("is_taken"), "positive": pl.col("ev") > 0}[chosen]
    gap = mean_of(values.filter(kept), pl.col("units") - pl.col("ev"))
    assert gap["n"] > 1000
    assert gap["low"] < 0 < gap["high"], gap


def test_a_model_that_knows_more_than_the_market_has_positive_values_and_an_uninformed_price_has_none(values):
    assert values.filter("is_taken")["ev"].mean() > values["ev"].mean()
    assert mean_of(values, pl.col("units"))["high"] < 0, "the margin is paid by whoever takes every side"


def test_the_interval_and_the_stake_follow_from_the_probability(values):
    row = values.filter(pl.col("ev") > 0).row(0, named=True)
    profit = row["price"] / 100 if row["price"] > 0 else -100 / row["price"]
    assert row["ev"] == pytest.approx(row["probability"] * profit - (1 - row["probability"]))
    assert row["ev_high"] - row["ev"] == pytest.approx(0.02 * (profit + 1))
    assert row["ev"] - row["ev_low"] == pytest.approx(0.02 * (profit + 1))
    assert values["quarter_kelly"].max() == HIGHEST_STAKE
    assert values.filter(pl.col("ev") <= 0)["quarter_kelly"].max() == 0


def test_a_book_that_did_not_move_is_stale_and_never_the_best_price(lines):
    """One book keeps its first line and prices of every game, as if its feed had stopped."""
    first = lines.filter((pl.col("book") == STALE) & (pl.col("timing") == "pre_tip")).sort("seen_at")
    frozen = first.unique(PLAYER_GAME, keep="first", maintain_order=True)
    kept = first.drop("line", "over_price", "under_price").join(
        frozen.select(*PLAYER_GAME, "line", "over_price", "under_price"), on=PLAYER_GAME
    )
    planted = pl.concat([lines.filter(pl.col("book") != STALE), kept.select(lines.columns)])
    unpublished = _unpublished(lines)
    honest = book_states(shown_before(lines, unpublished), MARKETS[0])
    stale = book_states(shown_before(planted, unpublished), MARKETS[0])
    share = {
        name: frame.filter(pl.col("book") == STALE).select((pl.col("state") == "stale").mean()).item()
        for name, frame in (("honest", honest), ("stale", stale))
    }
    others = stale.filter(pl.col("book") != STALE).select((pl.col("state") == "stale").mean()).item()
    assert share["honest"] < 0.02
    assert share["stale"] > 0.1
    assert others < 0.02
    marked = stale.filter(pl.col("state") == "stale").select(*PLAYER_GAME, book_="book")
    quoted_lines = (
        planted.select(*PLAYER_GAME, "game_date", "line")
        .unique(PLAYER_GAME)
        .with_columns(
            probability_over=0.5,
            probability_source=pl.lit("market"),
            calibrator_id=pl.lit(None, pl.String),
            direction=pl.lit("OVER"),
        )
    )
    errors = pl.DataFrame(schema={"calibrator_id": pl.String, "calibration_error": pl.Float64})
    best = side_values(quoted_lines, stale, errors).join(marked, on=PLAYER_GAME)
    assert best.height > 500
    assert best.filter((pl.col("book") == pl.col("book_")) | (pl.col("best_line_book") == pl.col("book_"))).is_empty()
