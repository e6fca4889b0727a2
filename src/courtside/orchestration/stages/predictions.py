"""Stage `predictions`: every system's expected points for the rows of a slate, beside the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.lines import consensus
from courtside.analytics.tables import GAMES, PLAYER_LINES
from courtside.features.tables import PLAYER_FEATURES
from courtside.orchestration.context import Context, Record, span
from courtside.orchestration.history import dates_with_history
from courtside.orchestration.inputs import combined, content_hashes, slate_hashes
from courtside.orchestration.ledger import Outcome, Outcomes
from courtside.predictions.coordinator import predict
from courtside.predictions.systems import SYSTEMS
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.codenames import CODE_OF_SYSTEM
from courtside.quality.gate import RunMode, gated
from courtside.quality.tables import GATE_VERDICTS
from courtside.warehouse.base import Change


@dataclass(frozen=True)
class PredictionsStage:
    """Predictions of every system."""

    name: str = "predictions"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the features, the lines and the slate of each date, and the systems asked."""
        cells = context.ledger.cells
        asked = dict.fromkeys(dates, ",".join(system.name for system in SYSTEMS))
        return combined(
            dates,
            content_hashes(cells("features"), dates),
            content_hashes(cells("lines"), dates),
            slate_hashes(context, dates),
            asked,
        )

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Predict the slates of `dates` in one call of each system."""
        warehouse = context.warehouse
        first, last = span(dates)
        rows = gated(warehouse.scan(PLAYER_FEATURES, start=first, end=last), _mode(context, last))
        features = _of(dates, warehouse.collect(rows))
        lines = consensus(_of(dates, warehouse.collect(warehouse.scan(PLAYER_LINES, start=first, end=last))))
        games = warehouse.collect(warehouse.scan(GAMES, start=first, end=last))
        verdicts = warehouse.collect(warehouse.scan(GATE_VERDICTS, start=first, end=last))
        predictions = predict(features, lines, games, verdicts, SYSTEMS, CODE_OF_SYSTEM)
        sides = pl.concat([games.select("game_date", team_id=f"{side}_team_id") for side in ("home", "away")])
        outcomes = _outcomes(dates, features, predictions, verdicts, dates_with_history(context, sides))
        warehouse.replace_dates([Change(PREDICTIONS, predictions)], dates, record(outcomes))
        return outcomes


def _mode(context: Context, last: dt.date) -> RunMode:
    return RunMode.FIRST if last >= context.clock.today() else RunMode.BACKFILL


def _of(dates: Sequence[dt.date], rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("game_date").is_in(pl.Series(dates).implode()))


def _outcomes(
    dates: Sequence[dt.date],
    features: pl.DataFrame,
    predictions: pl.DataFrame,
    verdicts: pl.DataFrame,
    with_history: frozenset[dt.date],
) -> dict[dt.date, Outcome]:
    """Return the state of each date; one that nobody could have been predicted for is empty, not held."""
    predicted = set(predictions["game_date"])
    incomplete = set(features.filter(pl.col("missing_game_ids") != "")["game_date"])
    prepared = set(features["game_date"])
    playing = {row["game_date"]: row for row in verdicts.to_dicts()}
    outcomes = {}
    for day in dates:
        if day not in playing:
            outcomes[day] = Outcome("empty", "no games scheduled")
        elif day in predicted:
            outcomes[day] = Outcome()
        elif day in incomplete:
            outcomes[day] = Outcome("held", "quality gate: box scores are missing behind every row")
        elif day in prepared or day not in with_history:
            outcomes[day] = Outcome("empty", "no player has enough games behind him yet")
        else:
            outcomes[day] = Outcome("held", f"readiness gate: {playing[day]['reason']}")
    return outcomes
