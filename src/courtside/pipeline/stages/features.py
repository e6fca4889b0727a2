"""Stage `features`: the feature rows of a slate, and the readiness verdict on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.features.known import Known, features_of, player_history, slate_of
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.history import dates_with_history
from courtside.pipeline.inputs import (
    combined,
    content_hashes,
    history_hashes,
    lookback_start,
    slate_hashes,
)
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.pipeline.post_write import PostWrite
from courtside.quality.gate import readiness
from courtside.quality.post_write import constant_features
from courtside.quality.tables import GATE_VERDICTS
from courtside.warehouse.base import Change
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class FeaturesStage:
    """Player features and the readiness verdict."""

    name: str = "features"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the slate and the lines of each date, and all box scores and shots before it."""
        history = history_hashes(context.ledger.cells("analytics"), dates, is_whole=True)
        lines = content_hashes(context.ledger.cells("lines"), dates)
        return combined(dates, slate_hashes(context, dates), history, lines)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Compute the features of `dates` in one pass."""
        known = known_for(context, dates)
        rows, teams = features_of(known, dates), slate_of(known, dates).select("game_date", "game_id", "team_id")
        constant = constant_features(rows, FEATURES)
        verdicts = GATE_VERDICTS.conform(readiness(rows, teams, constant))
        playing, required = frozenset(teams["game_date"]), dates_with_history(context, teams)
        outcomes = {day: Outcome() if day in playing else Outcome("empty", "no games scheduled") for day in dates}
        intended = dict(rows.group_by("game_date").len().rows())
        changes = [Change(PLAYER_FEATURES, rows, required), Change(GATE_VERDICTS, verdicts, playing)]
        validation = PostWrite(context, dates, intended, required)
        context.warehouse.replace_dates(changes, dates, validation.recorder(record(outcomes)))
        validation.tell()
        return outcomes


def known_for(context: Context, dates: Sequence[dt.date]) -> Known:
    """Read what the features of `dates` may look at."""
    first, last = span(dates)

    def rows(table: Table, start: dt.date) -> pl.DataFrame:
        return context.warehouse.collect(context.warehouse.scan(table, start=start, end=last))

    past = lookback_start(first)
    return Known(
        games=rows(GAMES, first),
        team_games=rows(TEAM_GAMES, past),
        player_games=context.warehouse.collect(
            player_history(context.warehouse.scan(PLAYER_GAMES, end=last), past).select(*PLAYER_GAMES.column_names)
        ),
        player_shots=rows(PLAYER_SHOTS, past),
        player_lines=rows(PLAYER_LINES, first),
        injury_reports=rows(INJURY_REPORTS, first),
    )
