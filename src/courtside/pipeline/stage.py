"""A stage: a function from the tables that it declares to read to the tables that it declares to write.

The pipeline loads the declared tables, calls the stage, and validates, writes, hashes and records the result. A stage
has no access to the warehouse, so it cannot read or write a table that it does not declare. Resume hashes, Dagster's
dependencies, the cost estimate, `courtside migrate` and `docs/stages.md` all derive from the declarations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from courtside.alerts import Alert
from courtside.clock import Clock
from courtside.config import Settings
from courtside.league.markets import Market, market_named
from courtside.outcomes import Outcomes
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.reads import Read
from courtside.warehouse.base import Change, Reader, Upsert
from courtside.warehouse.schema import Table


class Due(Enum):
    """The deadline by which a stage of a game date must be settled."""

    LINES = "three hours before the first tip-off"
    SLATE = "one hour before the first tip-off"
    RESULTS = "noon Eastern on the day after"


@dataclass(frozen=True)
class Recovery:
    """The end of a cause; it is sent only where an alert about that cause was sent."""

    cause: str
    text: str


@dataclass(frozen=True)
class Verified:
    """Outcomes, rows and notices that the check of stored rows adds before the write is committed."""

    outcomes: Outcomes = field(default_factory=dict)
    rows: Sequence[Upsert] = ()
    notices: Sequence[Alert | Recovery] = ()


@dataclass(frozen=True)
class Result:
    """The result of a stage for some dates.

    `changes` replace the rows of these dates, and `appends` add rows to append-only tables. `events` are written to the
    run log in the same transaction, and `notices` are sent afterwards. `verify` checks the stored rows inside the
    transaction; where it raises, the write is rolled back.
    """

    outcomes: Outcomes = field(default_factory=dict)
    changes: Sequence[Change] = ()
    appends: Sequence[Upsert] = ()
    notices: Sequence[Alert | Recovery] = ()
    events: Sequence[str] = ()
    verify: Callable[[Reader], Verified] | None = None


@dataclass(frozen=True)
class Surroundings:
    """Other things that a stage may use: settings, clock, run id, the names of all stages, and the models folder."""

    settings: Settings
    clock: Clock
    run_id: str
    stages: Sequence[str] = ()

    @property
    def markets(self) -> tuple[Market, ...]:
        """The markets of the settings, points first."""
        return tuple(market_named(name) for name in self.settings.markets)

    @property
    def models(self) -> Path:
        """The folder that holds the files of the models."""
        return self.settings.home / "models"


Process = Callable[[Inputs, Sequence[dt.date], Surroundings], Result]
"""A function that computes a stage for some dates from its declared inputs."""


@dataclass(eq=False)
class Stage:
    """One step of the flow: a function and the declaration of the tables that it reads and writes.

    Args:
        name: the stage's name in the grid.
        sentence: a description of its output, for docs and the terminal.
        process: the function.
        reads: the tables it reads, and the changes after which it processes a date again.
        replaces: tables whose rows it replaces date by date; these rows can be computed again.
        appends: tables that it only adds rows to; these rows cannot be computed again.
        extras: tables outside the grid that it also writes, such as run statistics.
        recorded: tables of other stages whose content is recorded with its cells.
        due: when a game date must be settled.
        settings: names of the settings that its results depend on.
        version: a text that changes when the code computes other results from the same inputs.
        runs_in_warehouse: whether it works on lazy frames, so that memory does not grow with the range.
        publishes: whether it writes public files.
    """

    name: str
    sentence: str
    process: Process
    reads: tuple[Read, ...]
    replaces: tuple[Table, ...] = ()
    appends: tuple[Table, ...] = ()
    extras: tuple[Table, ...] = ()
    recorded: tuple[Table, ...] = ()
    due: Due = Due.SLATE
    settings: tuple[str, ...] = ()
    version: str = ""
    runs_in_warehouse: bool = False
    publishes: bool = False

    @property
    def writes(self) -> tuple[Table, ...]:
        """Every table that it writes."""
        return (*self.replaces, *self.appends, *self.extras)


def writers(stages: Sequence[Stage]) -> Mapping[str, str]:
    """Return the name of the stage that writes each table."""
    return {table.name: stage.name for stage in stages for table in stage.writes}
