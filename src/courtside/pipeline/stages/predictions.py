"""Stage `predictions`: the prediction of every system for the feature rows of a slate, with the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from courtside.analytics.history import history_of
from courtside.analytics.lines import consensus, pre_tip
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, TEAM_GAMES
from courtside.features.market_form import with_form
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS, Market
from courtside.league.seasons import dates_of
from courtside.picks.tables import PUBLICATIONS
from courtside.pipeline.inputs import Inputs, span
from courtside.pipeline.markets import merged, with_rows
from courtside.pipeline.prediction_notices import missing_predictions, refused_models
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.slate import slate_changes
from courtside.pipeline.stage import Result, Stage, Surroundings
from courtside.pipeline.tables import RUN_EVENTS
from courtside.pipeline.tip_offs import CLOCK_READS, clock_changes, tip_offs
from courtside.predictions.active_models import active_models, active_models_by_date
from courtside.predictions.coordinator import predict
from courtside.predictions.slates import keep_after_tip_off, pass_gate, prediction_outcomes
from courtside.predictions.stored_models import Models
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.tables import MODELS, PREDICTIONS
from courtside.publishing.codenames import CODE_OF_SYSTEM
from courtside.quality.gate import blocks
from courtside.quality.tables import GATE_BLOCKS, GATE_VERDICTS
from courtside.warehouse.base import Change, Reader

WITHOUT_ORIGINS = tuple(
    name for name in PLAYER_FEATURES.column_names if name not in {item.origin_column for item in FEATURES}
)
"""The columns of feature rows that models and the gate read; the gate reads the counts of origins."""


def _active_models(reader: Reader, dates: Sequence[dt.date], now: dt.datetime) -> Mapping[dt.date, str]:
    """Return, per date, the models and calibrators that predict it."""
    return active_models_by_date(Models(reader, Path()), dates)


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Predict the slates of `dates` in each market; a market other than points on the dates on which it has a line."""
    gated = pass_gate(inputs.take(PLAYER_FEATURES), inputs[INJURY_REPORTS], at.clock.today())
    begun = tip_offs(inputs, dates, at.clock.now()).begun
    results: dict[Market, Result] = {}
    for market in with_rows(inputs, at.markets, PLAYER_LINES):
        own = inputs.of_market(market.name)
        on = sorted(dates if market.name == POINTS else dates_of(own[PLAYER_LINES]) & set(dates))
        if on:
            is_of_all = market.name == POINTS
            rows = gated if is_of_all else gated.filter(pl.col("game_date").is_in(pl.Series(on).implode()))
            results[market] = _predict(own, market, on, rows, begun, at)
    return merged(results)


def _predict(
    inputs: Inputs,
    market: Market,
    dates: Sequence[dt.date],
    gated: pl.DataFrame,
    begun: frozenset[str],
    at: Surroundings,
) -> Result:
    """Predict the gated rows of `dates` in one market, with one call of each system."""
    games, verdicts, lines = inputs[GAMES], inputs[GATE_VERDICTS], inputs[PLAYER_LINES]
    features = with_form(gated, inputs[PLAYER_GAMES], inputs[TEAM_GAMES], market)
    active = active_models(Models(inputs, at.models), *span(dates))
    made = predict(
        features,
        consensus(lines),
        games,
        verdicts,
        active,
        CODE_OF_SYSTEM,
        at.clock.now(),
        market,
        at.settings.champion,
    )
    predictions = keep_after_tip_off(inputs[PREDICTIONS], made.rows, begun)
    sides = pl.concat([games.select("game_date", team_id=f"{side}_team_id") for side in ("home", "away")])
    outcomes = prediction_outcomes(dates, features, predictions, verdicts, history_of(inputs[TEAM_GAMES], sides))
    blocked = GATE_BLOCKS.conform(blocks(features, pre_tip(lines)))
    return Result(
        outcomes=outcomes,
        changes=[Change(PREDICTIONS, predictions), Change(GATE_BLOCKS, blocked)],
        notices=[*missing_predictions(outcomes, predictions, at), *refused_models({**active.refused, **made.refused})],
    )


PREDICTIONS_STAGE = Stage(
    name="predictions",
    sentence="Every system's expected points and probability of over, and the players that the gate blocks.",
    process=process,
    reads=(
        Read(PLAYER_FEATURES, columns=WITHOUT_ORIGINS),
        Read(GATE_VERDICTS),
        Read(PLAYER_LINES),
        Read(INJURY_REPORTS),
        Read(GAMES, changes=slate_changes),
        Read(PLAYER_GAMES, Dates.HISTORY),
        Read(TEAM_GAMES, Dates.HISTORY),
        Read(MODELS, Dates.ALL, changes=_active_models),
        Read(PREDICTIONS),
        Read(PUBLICATIONS, Dates.ALL, is_tracked=False, is_lazy=True),
        Read(RUN_EVENTS, Dates.ALL, changes=clock_changes, is_lazy=True),
        *CLOCK_READS,
    ),
    replaces=(PREDICTIONS, GATE_BLOCKS),
    settings=("markets",),
    version=",".join(SYSTEM_NAMES),
)
