"""The two gates between features and predictions.

The readiness gate informs: it says how good a slate is and its verdict is kept. The quality gate enforces: a player
without a good row gets no pick, in every run mode, with the reason.
"""

from __future__ import annotations

from enum import StrEnum

import narwhals as nw
import polars as pl

from courtside.warehouse.base import Lazy

LEAST_MATCHUP_PCT = 50
READY_WARNING_PCT = 40
LEAST_PLAYERS_A_TEAM = 8


class RunMode(StrEnum):
    """When a prediction is made; later modes accept a lower score, never a hard fault."""

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

    Reads feature_quality_score, matchup_quality_pct, required_default_count and quality_alert_level; a NULL in the
    score, the count or the alert blocks.
    """
    floor = SCORE_FLOOR[mode]
    score, required = nw.col("feature_quality_score"), nw.col("required_default_count")
    alert, matchup = nw.col("quality_alert_level"), nw.col("matchup_quality_pct")
    unknown = score.is_null() | required.is_null() | alert.is_null()
    reason = nw.coalesce(
        nw.when(unknown).then(nw.lit("quality unknown")),
        nw.when(alert == "red").then(nw.lit("red alert")),
        nw.when((matchup < LEAST_MATCHUP_PCT).fill_null(False)).then(nw.lit("matchup quality below 50")),
        nw.when(required > 0).then(nw.lit("required feature without a value")),
        nw.when(score < floor).then(nw.lit(f"quality score below {floor}")),
    )
    return rows.with_columns(gate_reason=reason).with_columns(gate_passed=nw.col("gate_reason").is_null())


def readiness(features: pl.DataFrame, slate: pl.DataFrame) -> pl.DataFrame:
    """Return the readiness verdict of each game date of `slate`.

    Args:
        features: feature rows with game_date, game_id, team_id, is_quality_ready, required_default_count.
        slate: game_date, game_id, team_id of every team that plays.

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
        pct_quality_ready=100 * pl.col("is_quality_ready").mean(),
        avg_required_defaults=pl.col("required_default_count").mean(),
    )
    few_ready = pl.col("pct_quality_ready").fill_null(0) < READY_WARNING_PCT
    has_none = pl.col("rows") == 0
    return (
        thin.join(quality, on="game_date", how="left")
        .with_columns(pl.col("rows").fill_null(0))
        .with_columns(
            verdict=pl.when(has_none)
            .then(pl.lit("not_ready"))
            .when((pl.col("thin_teams") > 0) | few_ready)
            .then(pl.lit("warning"))
            .otherwise(pl.lit("ready")),
            reason=pl.when(has_none)
            .then(pl.lit("no feature rows"))
            .when(few_ready)
            .then(pl.lit("fewer than 40 % of rows are quality ready"))
            .when(pl.col("thin_teams") > 0)
            .then(pl.format("{} teams have fewer than 8 players", "thin_teams")),
        )
        .sort("game_date")
    )
