"""Prediction of slates: run the active models on gated rows and compare each prediction with the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from courtside.league.markets import MARKETS, Market
from courtside.predictions.active_models import ActiveModels
from courtside.predictions.distribution import INPUTS
from courtside.predictions.inputs import features_hashes
from courtside.predictions.probability import with_probability
from courtside.predictions.reasons import LEAST_PICK_EDGE, reasons
from courtside.predictions.sanity import is_refused, refused_models
from courtside.predictions.systems import System
from courtside.predictions.tables import PREDICTIONS

LEAST_EDGE = 1.0
"""Smallest edge, in points, at which a side is taken; other markets scale it by their spread."""


USED_AFTER_MODELS = frozenset((*PREDICTIONS.column_names, *INPUTS))
"""Columns that the calibration and the table of predictions need; the other inputs are not copied for each system."""


@dataclass(frozen=True)
class Predictions:
    """Rows of `PREDICTIONS` for some slates, and the refused models: model id to reason."""

    rows: pl.DataFrame
    refused: dict[str, str]


def predict(
    features: pl.DataFrame,
    lines: pl.DataFrame,
    games: pl.DataFrame,
    readiness: pl.DataFrame,
    models: ActiveModels,
    codes: Mapping[str, str],
    now: dt.datetime,
    market: Market = MARKETS[0],
    explained: str = "",
) -> Predictions:
    """Return predictions for the feature rows, each with line, edge, side and probability of over.

    A row that the quality gate blocked keeps its prediction, with the reason and without a side. A row without the
    values that a system needs has no prediction of that system. Dates whose readiness verdict is absent or `not_ready`
    have no predictions. Models whose predictions lie too far from the line on average are refused, and their
    predictions are left out. The probability of over is calibrated where a calibrator of earlier dates is stored;
    otherwise it is the market's, or NULL without prices.

    Args:
        features: rows of `PLAYER_FEATURES` with recent form, gate_passed and gate_reason.
        lines: the frame of `analytics.lines.consensus`.
        games: game_id and tip_at.
        readiness: game_date and verdict of every date.
        models: the active systems and their calibrators.
        codes: public code name by system name.
        now: time of the prediction, UTC.
        market: the market that form, lines and models belong to.
        explained: the system whose predictions get reasons; see `reasons`.
    """
    allowed = readiness.filter(pl.col("verdict") != "not_ready").select("game_date")
    rows = (
        features.join(allowed, on="game_date", how="semi")
        .join(lines, on=["game_id", "player_id"], how="left")
        .join(games.select("game_id", "tip_at"), on="game_id", how="left")
    )
    rows = rows.with_columns(
        features_hash=features_hashes(rows), prediction_made_before_game=(pl.col("tip_at") > now).fill_null(False)
    )
    predictions_by_system = [
        _with_reasons(system, _predicted(system, rows, codes[system.name], explained), explained, market)
        for system in models.systems
    ]
    refused = refused_models(
        pl.concat(predictions_by_system).select("model_id", "prediction", "consensus_line"), market
    )
    calibrated_by_system = [
        models.second_stage(system.name, part.filter(~is_refused(refused)))
        for system, part in zip(models.systems, predictions_by_system, strict=True)
    ]
    return Predictions(
        PREDICTIONS.conform(_with_edge(pl.concat(calibrated_by_system), market.from_points(LEAST_EDGE))).sort(
            PREDICTIONS.key
        ),
        refused,
    )


def _predicted(system: System, rows: pl.DataFrame, code: str, explained: str) -> pl.DataFrame:
    """Return the rows that a system predicts; only the system that is explained keeps its inputs."""
    predicted = rows.with_columns(
        system=pl.lit(system.name),
        model_code=pl.lit(code),
        prediction=system.expected_points(rows),
        model_id=system.model_ids(rows),
    )
    chosen = predicted if system.name == explained else _without_inputs(predicted)
    return chosen.filter(pl.col("prediction").is_not_null())


def _without_inputs(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(name for name in rows.columns if name in USED_AFTER_MODELS)


def _with_reasons(system: System, rows: pl.DataFrame, explained: str, market: Market) -> pl.DataFrame:
    if system.name != explained:
        return rows.with_columns(reasons=pl.lit(None, pl.String))
    return _without_inputs(rows.with_columns(reasons(system, rows, market.from_points(LEAST_PICK_EDGE))))


def edge_and_side(least_edge: float) -> dict[str, pl.Expr]:
    """Return the columns `edge` (prediction − line) and `direction` of rows with prediction, line and gate_passed.

    The side is NULL without a line, and PASS below `least_edge` or where the quality gate blocks the player.
    """
    edge = pl.col("prediction") - pl.col("line")
    side = (
        pl.when(pl.col("line").is_null())
        .then(None)
        .when(~pl.col("gate_passed") | (edge.abs() < least_edge))
        .then(pl.lit("PASS"))
        .when(edge > 0)
        .then(pl.lit("OVER"))
        .otherwise(pl.lit("UNDER"))
    )
    return {"edge": edge, "direction": side}


def _with_edge(rows: pl.DataFrame, least_edge: float = LEAST_EDGE) -> pl.DataFrame:
    return (
        with_probability(rows)
        .with_columns(**edge_and_side(least_edge))
        .with_columns(
            confidence=pl.when(pl.col("edge") >= 0)
            .then(pl.col("probability_over"))
            .otherwise(1 - pl.col("probability_over"))
        )
    )
