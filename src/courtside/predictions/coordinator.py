"""A slate's predictions: gate each row, ask every system, and set the result beside the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from courtside.predictions.probability import probability_over
from courtside.predictions.systems import System
from courtside.predictions.tables import PREDICTIONS

LEAST_EDGE = 1.0
"""Below this many points of edge no side is taken."""


def predict(
    features: pl.DataFrame,
    lines: pl.DataFrame,
    games: pl.DataFrame,
    readiness: pl.DataFrame,
    systems: Sequence[System],
    codes: Mapping[str, str],
) -> pl.DataFrame:
    """Return the rows of `PREDICTIONS` for gated feature rows.

    A row that the gate blocked keeps what a system says of it, for the record, with the reason and without a side.
    A row of which a system cannot say anything yields none. A date whose readiness verdict is absent or `not_ready`
    yields none.

    Args:
        features: rows of `PLAYER_FEATURES` with gate_passed and gate_reason.
        lines: the frame of `analytics.lines.consensus`.
        games: game_id and tip_at.
        readiness: game_date and verdict of every date.
        systems: the systems to ask.
        codes: public code name by system name.
    """
    allowed = readiness.filter(pl.col("verdict") != "not_ready").select("game_date")
    rows = (
        features.join(allowed, on="game_date", how="semi")
        .join(lines, on=["game_id", "player_id"], how="left")
        .join(games.select("game_id", "tip_at"), on="game_id", how="left")
    )
    asked = [
        rows.with_columns(
            system=pl.lit(system.name),
            model_code=pl.lit(codes[system.name]),
            prediction=system.expected_points(rows),
        ).filter(pl.col("prediction").is_not_null())
        for system in systems
    ]
    return PREDICTIONS.conform(_beside_the_line(pl.concat(asked))).sort(PREDICTIONS.key)


def _beside_the_line(rows: pl.DataFrame) -> pl.DataFrame:
    edge = pl.col("prediction") - pl.col("line")
    side = (
        pl.when(pl.col("line").is_null())
        .then(None)
        .when(~pl.col("gate_passed") | (edge.abs() < LEAST_EDGE))
        .then(pl.lit("PASS"))
        .when(edge > 0)
        .then(pl.lit("OVER"))
        .otherwise(pl.lit("UNDER"))
    )
    over = pl.col("probability_over")
    return rows.with_columns(edge=edge, direction=side, probability_over=probability_over(rows)).with_columns(
        confidence=pl.when(pl.col("edge") >= 0).then(over).otherwise(1 - over)
    )
