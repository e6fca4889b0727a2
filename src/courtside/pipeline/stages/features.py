"""Stage `features`: the feature rows of a slate, and the readiness verdict on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Sequence
from dataclasses import dataclass

import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.features.known import Known, features_of, player_history, slate_of
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.history import History, history_of, is_gap
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

GAP = "box_scores.ended"


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
        playing, history = frozenset(teams["game_date"]), history_of(context, teams)
        required, outcomes = history.recent, _outcomes(dates, playing, rows, history)
        intended = dict(rows.group_by("game_date").len().rows())
        changes = [Change(PLAYER_FEATURES, rows, required), Change(GATE_VERDICTS, verdicts, playing)]
        validation = PostWrite(context, dates, intended, required)
        context.warehouse.replace_dates(changes, dates, validation.recorder(record(outcomes)))
        validation.tell({day for day, outcome in outcomes.items() if is_gap(outcome.reason)})
        _alert_of_gap(context, outcomes)
        return outcomes


def _outcomes(
    dates: Sequence[dt.date], playing: Container[dt.date], rows: pl.DataFrame, history: History
) -> dict[dt.date, Outcome]:
    """Return the state of each date: held where no row can be used because box scores have ended."""
    ready = frozenset(rows.filter("is_quality_ready")["game_date"])
    outcomes = {}
    for day in dates:
        if day not in playing:
            outcomes[day] = Outcome("empty", "no games scheduled")
        elif day in history.gaps and day not in ready:
            outcomes[day] = Outcome("held", history.gaps[day])
        else:
            outcomes[day] = Outcome()
    return outcomes


def _alert_of_gap(context: Context, outcomes: Outcomes) -> None:
    """Alert once while box scores have ended; recover when no date is held for that any more."""
    alerts = notifier(context.settings, context.clock)
    held = {day: cell.reason or "" for day, cell in context.ledger.cells("features").items() if is_gap(cell.reason)}
    if held:
        newest = held[max(held)]
        body = f"{newest}\n{len(held)} dates are held, from {min(held)} to {max(held)}."
        alerts.send(Alert(GAP, Severity.ERROR, newest.partition(" (")[0], body))
    elif outcomes:
        alerts.recover(GAP, "box scores are there again")


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
