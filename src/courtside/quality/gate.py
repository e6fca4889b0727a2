"""The two gates between features and predictions.

The readiness gate stores a verdict on the quality of a slate. The quality gate blocks every player without a good row:
he gets no pick in any run mode, and the reason is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy

LEAST_MATCHUP_PCT = 50
READY_WARNING_PCT = 40
LEAST_PLAYERS_A_TEAM = 8
KNOWN_ALERTS = ("green", "yellow", "red")
PLAYER_GAME = ("game_id", "player_id")


class RunMode(StrEnum):
    """The kind of run that predicts. Later modes accept a lower score; every other rule is the same in all modes."""

    FIRST = "first"
    RETRY = "retry"
    FINAL_RETRY = "final_retry"
    LAST_CALL = "last_call"
    BACKFILL = "backfill"


SCORE_FLOOR: dict[RunMode, int] = {
    RunMode.FIRST: 85,
    RunMode.RETRY: 85,
    RunMode.FINAL_RETRY: 80,
    RunMode.LAST_CALL: 70,
    RunMode.BACKFILL: 70,
}


def gated(rows: Lazy, mode: RunMode) -> Lazy:
    """Add gate_passed and gate_reason (NULL where passed) to feature rows.

    The gate uses feature_quality_score, matchup_quality_pct, required_default_count, default_feature_count and
    quality_alert_level. A value that is NULL, NaN or outside its scale blocks the row, because its quality is unknown.
    Missing values of optional features never block a row.
    """
    floor = SCORE_FLOOR[mode]
    required, alert = nw.col("required_default_count"), nw.col("quality_alert_level")
    matchup = nw.col("matchup_quality_pct")
    is_known = (
        _on_scale(nw.col("feature_quality_score"))
        & _on_scale(matchup)
        & (required >= 0).fill_null(False)
        & (nw.col("default_feature_count") >= required).fill_null(False)
        & alert.is_in(list(KNOWN_ALERTS)).fill_null(False)
    )
    reason = nw.coalesce(
        nw.when(~is_known).then(nw.lit("quality unknown")),
        nw.when(alert == "red").then(nw.lit("red alert")),
        nw.when(matchup < LEAST_MATCHUP_PCT).then(nw.lit("matchup quality below 50")),
        nw.when(required > 0).then(nw.lit("required feature without a value")),
        nw.when(nw.col("feature_quality_score") < floor).then(nw.lit(f"quality score below {floor}")),
    )
    return rows.with_columns(gate_reason=reason).with_columns(gate_passed=nw.col("gate_reason").is_null())


def blocks(gated_rows: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Return game_date, game_id, player_id and reason of every player who gets no pick.

    Args:
        gated_rows: the rows of `gated`.
        expected: game_date, game_id, player_id of players who should have a row, such as those with a line.
    """
    blocked = gated_rows.filter(~pl.col("gate_passed")).select("game_date", *PLAYER_GAME, reason="gate_reason")
    without_row = (
        expected.select("game_date", *PLAYER_GAME)
        .unique(PLAYER_GAME, keep="first", maintain_order=True)
        .join(gated_rows.select(PLAYER_GAME), on=PLAYER_GAME, how="anti")
        .with_columns(reason=pl.lit("no feature row"))
    )
    return pl.concat([blocked, without_row]).sort(PLAYER_GAME)


def _on_scale(score: nw.Expr) -> nw.Expr:
    return ((score >= 0) & (score <= 100)).fill_null(False)


def readiness(
    features: pl.DataFrame, slate: pl.DataFrame, constant: Mapping[object, str] | None = None
) -> pl.DataFrame:
    """Return the readiness verdict of each game date of `slate`.

    Args:
        features: feature rows with game_date, game_id, team_id, is_quality_ready, required_default_count.
        slate: game_date, game_id, team_id of every team that plays.
        constant: by game date, the features that must vary but have the same value on all of 50 or more rows.

    Returns:
        game_date, verdict (`ready`, `warning`, `not_ready`), rows, pct_quality_ready, avg_required_defaults,
        thin_teams (teams with fewer than 8 players), reason (NULL where ready).
    """
    players = slate.select("game_date", "game_id", "team_id").join(
        features.group_by("game_id", "team_id").agg(players=pl.len()), on=["game_id", "team_id"], how="left"
    )
    thin = players.group_by("game_date").agg(
        thin_teams=(pl.col("players").fill_null(0) < LEAST_PLAYERS_A_TEAM).sum().cast(pl.Int64)
    )
    quality = features.group_by("game_date").agg(
        rows=pl.len().cast(pl.Int64),
        pct_quality_ready=100 * pl.col("is_quality_ready").fill_null(False).mean(),
        avg_required_defaults=pl.col("required_default_count").mean(),
    )
    return (
        thin.join(quality, on="game_date", how="left")
        .with_columns(
            pl.col("rows").fill_null(0),
            constant=pl.col("game_date").replace_strict(constant or {}, default=None, return_dtype=pl.String),
        )
        .with_columns(verdict=_verdict(), reason=_reason())
        .drop("constant")
        .sort("game_date")
    )


def _few_ready() -> pl.Expr:
    return pl.col("pct_quality_ready").fill_null(0) < READY_WARNING_PCT


def _verdict() -> pl.Expr:
    return (
        pl.when((pl.col("rows") == 0) | pl.col("constant").is_not_null())
        .then(pl.lit("not_ready"))
        .when((pl.col("thin_teams") > 0) | _few_ready())
        .then(pl.lit("warning"))
        .otherwise(pl.lit("ready"))
    )


def _reason() -> pl.Expr:
    return (
        pl.when(pl.col("rows") == 0)
        .then(pl.lit("no feature rows"))
        .when(pl.col("constant").is_not_null())
        .then(pl.format("the same value on every row: {}", pl.col("constant").fill_null("")))
        .when(_few_ready())
        .then(pl.lit("fewer than 40 % of rows are quality ready"))
        .when(pl.col("thin_teams") > 0)
        .then(pl.format("{} teams have fewer than 8 players", "thin_teams"))
    )
