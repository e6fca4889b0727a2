"""Stage `picks`: the signal and the eight subsets of a slate, frozen in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.picks.ledger import plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import load_definitions, qualified
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.inputs import combined, content_hashes
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.pipeline.tip_offs import tip_offs
from courtside.predictions.champion import of_published_champion
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Upsert
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class PicksStage:
    """Published picks: appended to, never changed."""

    name: str = "picks"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the predictions of each date and the champion they are read from."""
        clock, now = tip_offs(context, dates), context.clock.now()
        champion = {day: context.settings.champion + clock.input_of(day, now) for day in dates}
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

        known = tip_offs(context, dates)
        standing, stored = read(PUBLICATIONS), read(PREDICTIONS)
        predictions = of_published_champion(stored, context.settings.champion, standing).filter("gate_passed")
        signals = daily_signals(predictions)
        playing = set(known.games["game_date"])
        quoted = set(stored.filter(pl.col("line").is_not_null())["game_date"])
        publishable = playing & (quoted | set(standing["game_date"]))
        publications, picks = plan_publications(
            qualified(predictions, signals, load_definitions()),
            signals,
            sorted(publishable - set(known.problems)),
            standing,
            read(PUBLISHED_PICKS),
            now=context.clock.now(),
            tips=known.games.select("game_id", "game_date", "tip_at"),
            begun=known.begun,
        )
        published = set(standing["game_date"]) | set(publications["game_date"])
        outcomes = {
            day: Outcome("held", known.problems[day])
            if day in known.problems and day in publishable
            else _outcome(day in playing, day in published)
            for day in dates
        }
        appended = [
            Upsert(table, table.conform(rows))
            for table, rows in ((PUBLICATIONS, publications), (PUBLISHED_PICKS, picks))
            if rows.height
        ]
        recorder = record(outcomes)
        warehouse.replace_dates(
            [],
            dates,
            lambda contents: [*recorder(contents), *_changes(context, publications)],
            append=appended,
            read_back=(PUBLICATIONS, PUBLISHED_PICKS),
        )
        return outcomes


def _changes(context: Context, publications: pl.DataFrame) -> list[Upsert]:
    """Return an event for each date whose published picks changed, for `courtside runs`."""
    return [
        context.ledger.event(
            "picks", "wrote", [], 0, detail=f"{row['game_date']}: version {row['version']} published: {row['reason']}"
        )
        for row in publications.filter(pl.col("version") > 1).to_dicts()
    ]


def _outcome(is_playing: bool, is_published: bool) -> Outcome:
    """Return the state of a date; before a prediction has a line there is nothing to freeze."""
    if is_published:
        return Outcome()
    return Outcome("empty", "no prediction has a line" if is_playing else "no games scheduled")
