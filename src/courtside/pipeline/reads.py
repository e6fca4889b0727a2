"""The declaration of one table that a stage reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from courtside.warehouse.base import Reader
from courtside.warehouse.schema import Table


class Dates(Enum):
    """Dates of a table that a read covers."""

    THESE = "the dates processed"
    HISTORY = "the dates processed and the season before them"
    EARLIER = "the dates processed and every date before them"
    ALL = "every date"


Changes = Callable[[Reader, Sequence[dt.date], dt.datetime], Mapping[dt.date, str]]
"""Returns a text per date, given a time in UTC; the text changes when rows change that matter to that date."""


@dataclass(frozen=True)
class Read:
    """A table that a stage reads.

    Args:
        table: the table.
        dates: the dates that are loaded.
        changes: the changes after which a date is processed again: on the date itself (`THESE`), on a date of the
            season before it (`HISTORY`), on any date before it (`EARLIER`), several of these, or a change of what a
            function returns. The default follows `dates`.
        is_tracked: whether a change makes the stage process a date again at all.
        columns: the columns that are loaded, all where none is named; rows that agree in them are loaded once.
        is_lazy: whether the stage reads the table as a lazy frame only.
        every_version: for a raw table, load every stored version of a row instead of the current one.
    """

    table: Table
    dates: Dates = Dates.THESE
    changes: Dates | tuple[Dates, ...] | Changes | None = None
    is_tracked: bool = True
    columns: tuple[str, ...] = ()
    is_lazy: bool = False
    every_version: bool = False

    @property
    def tracked_by(self) -> tuple[Dates, ...]:
        """The dates on which a change makes the stage process a date again; empty where a function decides."""
        if callable(self.changes) or not self.is_tracked:
            return ()
        changes = self.changes or self.dates
        return changes if isinstance(changes, tuple) else (changes,)
