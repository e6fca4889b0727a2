"""Stage `picks`: the signal and the eight subsets of a slate, frozen in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.tables import GAMES
from courtside.picks.ledger import plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import load_definitions, qualified
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.inputs import combined, content_hashes
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.predictions.champion import speaking
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Upsert
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class PicksStage:
    """Published picks: appended to, never changed."""

    name: str = "picks"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the predictions of each date and the champion they are read from."""
        champion = dict.fromkeys(dates, context.settings.champion)
        predictions = content_hashes(context.ledger.cells("predictions"), dates)
        return combined(dates, predictions, champion)

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Publish what the champion's predictions yield, as far as it may still be decided."""
        warehouse = context.warehouse
        first, last = span(dates)
        days = pl.Series(dates).implode()

        def read(table: Table) -> pl.DataFrame:
            frame = warehouse.collect(warehouse.scan(table, start=first, end=last))
            return frame.filter(pl.col("game_date").is_in(days))

        games = read(GAMES).filter(pl.col("is_counted") & (pl.col("status") != "postponed"))
        predictions = speaking(read(PREDICTIONS), context.settings.champion).filter(pl.col("gate_passed"))
        signals = daily_signals(predictions)
        playing = set(games["game_date"])
        standing = read(PUBLICATIONS)
        quoted = set(read(PREDICTIONS).filter(pl.col("line").is_not_null())["game_date"])
        publications, picks = plan_publications(
            qualified(predictions, signals, load_definitions()),
            signals,
            sorted(playing & (quoted | set(standing["game_date"]))),
            standing,
            read(PUBLISHED_PICKS),
            now=context.clock.now(),
            tips=games.select("game_id", "game_date", "tip_at"),
        )
        published = set(standing["game_date"]) | set(publications["game_date"])
        outcomes = {day: _outcome(day in playing, day in published) for day in dates}
        appended = [
            Upsert(table, table.conform(rows))
            for table, rows in ((PUBLICATIONS, publications), (PUBLISHED_PICKS, picks))
            if rows.height
        ]
        warehouse.replace_dates([], dates, record(outcomes), append=appended, read_back=(PUBLICATIONS, PUBLISHED_PICKS))
        return outcomes


def _outcome(is_playing: bool, is_published: bool) -> Outcome:
    """Return the state of a date; before a prediction has a line there is nothing to freeze."""
    if is_published:
        return Outcome()
    return Outcome("empty", "no prediction has a line" if is_playing else "no games scheduled")
