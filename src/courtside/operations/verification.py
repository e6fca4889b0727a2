"""Verification of stored rows: against the grid's hashes, and against the features that today's code computes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from courtside.audit.leakage import differing
from courtside.features.known import Known, features_of
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.seasons import by_season, dates_of
from courtside.pipeline import stored
from courtside.pipeline.context import Context
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.resume import input_state
from courtside.pipeline.run_log import SETTLED
from courtside.pipeline.runner import WRITERS
from courtside.pipeline.stages.features import FEATURES, known_from


@dataclass
class StoredValues:
    """The stored dates of a home; each property is computed once."""

    context: Context

    @cached_property
    def damaged(self) -> pl.DataFrame:
        """The dates whose rows differ from those recorded, and the number of cells compared."""
        return stored.frame_of(stored.compared(self.context))

    @cached_property
    def settled(self) -> Sequence[dt.date]:
        """The dates with feature rows that no run would compute again."""
        cells = self.context.run_log.cells("features")
        dates = sorted(day for day, cell in cells.items() if cell.rows and cell.state in SETTLED)
        inputs = input_state(self.context, FEATURES, WRITERS, dates).hashes
        return [day for day in dates if cells[day].input_hash == inputs[day]]

    def recomputed(self, dates: Sequence[dt.date]) -> pl.DataFrame:
        """Return the feature rows of `dates`, computed from the stored tables, one season at a time."""
        parts = [features_of(self._known(own), own) for own in by_season(sorted(dates))]
        return pl.concat(parts) if parts else PLAYER_FEATURES.empty()

    def recomputed_before(self, day: dt.date) -> pl.DataFrame:
        """Return the feature rows of `day`, computed from tables without the results of that day and later ones."""
        return features_of(self._known([day]).before_games_of(day), [day])

    def _known(self, dates: Sequence[dt.date]) -> Known:
        inputs = Inputs(FEATURES.name, FEATURES.reads, self.context.warehouse, dates, self.context.as_of)
        return known_from(inputs, dates)


def wrong_dates(context: Context, start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the dates whose stored features differ from what today's code computes, one season at a time."""
    values = StoredValues(context)
    dates = [day for day in values.settled if start <= day <= end]
    wrong: set[dt.date] = set()
    for own in by_season(sorted(dates)):
        rows = context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES, start=own[0], end=own[-1]))
        rows = rows.filter(pl.col("game_date").is_in(pl.Series(own).implode()))
        wrong |= dates_of(differing(rows, values.recomputed(own).select(rows.columns))[0])
    return sorted(wrong)
