"""Grading of picks and predictions: hit, miss, push or void, by one function."""

from __future__ import annotations

import datetime as dt
from typing import cast

import polars as pl

from courtside.league.odds import profit_at_stake, real_price_expr
from courtside.picks.tables import (
    GRADED_PICKS,
    GRADED_PREDICTIONS,
    OUTCOMES,
    PUBLISHED_PICKS,
    SIDES,
    require_grain,
)

PLAYER_GAME = ("game_id", "player_id")


def result_expr(direction: pl.Expr, line: pl.Expr, actual: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Return hit, miss, push or void for a side and a line; NULL where there is no grade yet.

    OVER hits where `actual` > `line`, UNDER where `actual` < `line`; equal is a push; the `outcome` did_not_play is
    void. The result is NULL for PASS, without a line, and where the game is not final.
    """
    is_bet = direction.is_in(SIDES) & line.is_not_null()
    wins = pl.when(direction == "OVER").then(actual > line).otherwise(actual < line)
    return (
        pl.when(~is_bet.fill_null(False))
        .then(pl.lit(None, dtype=pl.String))
        .when(outcome == "did_not_play")
        .then(pl.lit("void"))
        .when((outcome != "played").fill_null(True) | actual.is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(actual == line)
        .then(pl.lit("push"))
        .when(wins)
        .then(pl.lit("hit"))
        .otherwise(pl.lit("miss"))
    )


def result_of(direction: str | None, line: float | None, actual: int | None, outcome: str | None) -> str | None:
    """Return the result of one side, as `result_expr` does.

    >>> result_of('OVER', 24.5, 25, 'played'), result_of('UNDER', 24.5, 25, 'played')
    ('hit', 'miss')
    >>> result_of('OVER', 25.0, 25, 'played'), result_of('OVER', 24.5, None, 'did_not_play')
    ('push', 'void')
    >>> result_of('PASS', 24.5, 25, 'played') is None
    True
    """
    values = (
        pl.lit(direction, dtype=pl.String),
        pl.lit(line, dtype=pl.Float64),
        pl.lit(actual, dtype=pl.Int64),
        pl.lit(outcome, dtype=pl.String),
    )
    return cast("str | None", pl.select(result_expr(*values)).item())


def with_units(graded: pl.DataFrame) -> pl.DataFrame:
    """Return `graded` (result, price) with units: the gain or loss for one unit staked; NULL without a result.

    A hit pays at the price, or at −110 without a price. A miss costs one unit. A push or void returns the stake.
    """
    result = pl.col("result")
    return graded.with_columns(
        units=pl.when(result == "hit")
        .then(profit_at_stake(pl.col("price")))
        .when(result == "miss")
        .then(-1.0)
        .when(result.is_not_null())
        .then(0.0)
    )


def revise_outcomes(existing: pl.DataFrame, observed: pl.DataFrame, now: dt.datetime) -> pl.DataFrame:
    """Return the revisions to append to `outcomes`: player games that are new or whose outcome changed.

    `observed` holds the player games of final games: game_id, player_id, game_date, actual_points (NULL where the
    player did not play) and outcome (played, did_not_play). A player game that is absent from it keeps its outcome.

    Raises:
        GrainError: where a player game is in `observed` twice, or a revision exists twice.
    """
    require_grain(observed, PLAYER_GAME, "observed outcomes")
    content = ["actual_points", "outcome", "game_date"]
    rows = (
        observed.select(*PLAYER_GAME, *content)
        .join(latest_outcomes(existing), on=PLAYER_GAME, how="left", validate="1:1", suffix="_before")
        .with_columns(
            pl.col("revision").fill_null(0) + 1,
            graded_at=pl.lit(now, dtype=pl.Datetime("us")),
            is_changed=pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in content),
        )
    )
    return OUTCOMES.conform(rows.filter("is_changed")).sort(OUTCOMES.key)


def latest_outcomes(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the latest revision of each (game_id, player_id), sorted by key.

    Raises:
        GrainError: where a revision exists twice.
    """
    require_grain(outcomes, OUTCOMES.key, "outcomes")
    return outcomes.sort(OUTCOMES.key).unique(PLAYER_GAME, keep="last", maintain_order=True)


def grade_picks(counted: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return `graded_picks`: the `counted` picks of final games, each with its result and units.

    A pick of a game that was postponed to another date is void. `graded_at` is that of the outcome's revision. Prices
    that `league.odds.real_price` does not accept become NULL.

    Raises:
        GrainError: where a pick, or a revision of an outcome, exists twice.
    """
    require_grain(counted, GRADED_PICKS.key, "counted picks")
    picks = counted.select(PUBLISHED_PICKS.column_names).with_columns(price=real_price_expr("price", book="book"))
    graded = with_units(_with_outcome(picks, outcomes))
    return GRADED_PICKS.conform(graded.filter(pl.col("result").is_not_null())).sort(GRADED_PICKS.key)


def grade_predictions(predictions: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return `graded_predictions`: every prediction of a final game, with its error and the line's error.

    `predictions` holds one row per (game_id, player_id, system). The errors are NULL where the player did not play.

    Raises:
        GrainError: where a prediction, or a revision of an outcome, exists twice.
    """
    require_grain(predictions, GRADED_PREDICTIONS.key, "predictions")
    is_over, is_under = pl.col("direction") == "OVER", pl.col("direction") == "UNDER"
    over, under = (
        real_price_expr(*sides, "book") for sides in (("over_price", "under_price"), ("under_price", "over_price"))
    )
    price = pl.when(is_over).then(over).when(is_under).then(under)
    graded = _with_outcome(predictions.with_columns(price=price), outcomes).with_columns(
        absolute_error=(pl.col("prediction") - pl.col("actual")).abs(),
        line_absolute_error=(pl.col("line") - pl.col("actual")).abs(),
    )
    return GRADED_PREDICTIONS.conform(graded).sort(GRADED_PREDICTIONS.key)


def grading_coverage(gradable: pl.DataFrame, graded: pl.DataFrame) -> pl.DataFrame:
    """Return gradable, graded and coverage_pct for each game_date.

    `gradable` holds the counted picks whose games are over. Both frames have the grain of `graded_picks`.
    """
    key = list(GRADED_PICKS.key)
    require_grain(gradable, key, "gradable picks")
    require_grain(graded, key, "graded picks")
    marked = gradable.select(key).join(graded.select(*key, "result"), on=key, how="left", validate="1:1")
    return (
        marked.group_by("game_date")
        .agg(pl.len().cast(pl.Int64).alias("gradable"), pl.col("result").count().cast(pl.Int64).alias("graded"))
        .with_columns(coverage_pct=100 * pl.col("graded") / pl.col("gradable"))
        .sort("game_date")
    )


def _with_outcome(rows: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the `rows` whose player game has an outcome, with actual, result, revision and graded_at."""
    latest = latest_outcomes(outcomes).rename({"game_date": "played_on"})
    is_postponed = pl.col("played_on") != pl.col("game_date")
    return (
        rows.join(latest, on=PLAYER_GAME, validate="m:1", maintain_order="left")
        .with_columns(
            outcome=pl.when(is_postponed).then(pl.lit("did_not_play")).otherwise("outcome"),
            actual=pl.when(~is_postponed).then("actual_points"),
        )
        .with_columns(result=result_expr(pl.col("direction"), pl.col("line"), pl.col("actual"), pl.col("outcome")))
    )
