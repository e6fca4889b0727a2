"""Stage `features`: the feature rows of a slate, and the readiness verdict on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.lines import pre_tip
from courtside.analytics.tables import PLAYER_GAMES, PLAYER_LINES, TEAM_GAMES
from courtside.features.inputs import prepare
from courtside.features.store import player_features
from courtside.features.tables import PLAYER_FEATURES
from courtside.orchestration.context import Context, Record, span
from courtside.orchestration.history import dates_with_history
from courtside.orchestration.inputs import (
    combined,
    content_hashes,
    history_hashes,
    lookback_start,
    slate_hashes,
)
from courtside.orchestration.ledger import Outcome, Outcomes
from courtside.quality.gate import readiness
from courtside.quality.tables import GATE_VERDICTS
from courtside.warehouse.base import Change, Lazy


@dataclass(frozen=True)
class FeaturesStage:
    """Player features and the readiness verdict."""

    name: str = "features"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the slate and the lines of each date, and the box scores before it."""
        history = history_hashes(context.ledger.cells("analytics"), dates)
        lines = content_hashes(context.ledger.cells("lines"), dates)
        return combined(dates, slate_hashes(context, dates), history, lines)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Compute the features of `dates` in one pass."""
        warehouse = context.warehouse
        first, last = span(dates)
        past = {"start": lookback_start(first), "end": last}
        games = warehouse.scan(TEAM_GAMES, **past)
        wanted = warehouse.lazy(pl.DataFrame({"game_date": list(dates)}))
        slate = warehouse.materialise(_slate(games).join(wanted, on="game_date", how="inner"))
        quoted = pre_tip(warehouse.collect(warehouse.scan(PLAYER_LINES, start=first, end=last)))
        lines = warehouse.lazy(quoted.select("game_id", "team_id", "player_id", "game_date").unique())
        inputs = prepare(slate, games, warehouse.scan(PLAYER_GAMES, **past), lines, warehouse)
        rows = warehouse.materialise(player_features(inputs))
        teams = warehouse.collect(slate.select("game_date", "game_id", "team_id"))
        verdicts = _verdicts(warehouse.collect(rows.select(*READ_BY_GATE)), teams)
        playing = frozenset(teams["game_date"])
        outcomes = {day: Outcome() if day in playing else Outcome("empty", "no games scheduled") for day in dates}
        changes = [Change(PLAYER_FEATURES, rows, dates_with_history(context, teams)), Change(GATE_VERDICTS, verdicts, playing)]
        warehouse.replace_dates(changes, dates, record(outcomes))
        return outcomes


READ_BY_GATE = ("game_date", "game_id", "team_id", "is_quality_ready", "required_default_count")


def _slate(games: Lazy) -> Lazy:
    """Return the team games of the dates asked for, whether they have been played or not."""
    return games.filter(nw.col("is_counted"))


def _verdicts(features: pl.DataFrame, teams: pl.DataFrame) -> pl.DataFrame:
    return GATE_VERDICTS.conform(readiness(features, teams))
