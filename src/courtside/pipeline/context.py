"""What every stage is handed: the warehouse, the ledger, the settings and the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from courtside.clock import Clock
from courtside.config import Settings
from courtside.errors import ConfigError, SettingsError
from courtside.pipeline.ledger import Ledger, Outcomes
from courtside.predictions.model_store import ModelStore
from courtside.predictions.systems import require_system
from courtside.raw.current import current
from courtside.warehouse.base import Lazy, Recorder, Warehouse
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class Context:
    """One run's surroundings; `as_of` limits what is known to payloads fetched until then."""

    settings: Settings
    warehouse: Warehouse
    ledger: Ledger
    clock: Clock
    as_of: dt.datetime | None = None

    @property
    def models(self) -> ModelStore:
        """The models of this home."""
        return ModelStore(self.warehouse, self.settings.home / "models")

    def raw(self, table: Table) -> Lazy:
        """Return the current rows of a raw table, as known at `as_of`."""
        return current(self.warehouse.scan(table), table, self.as_of)


Record = Callable[[Outcomes], Recorder]
"""Turns the outcomes of a stage into what records its write in the ledger."""


class Stage(Protocol):
    """One step of the flow, worked for a set of dates at once."""

    @property
    def name(self) -> str:
        """Name of the stage in the grid."""
        ...

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Return, per date, a hash of everything the stage would read for it."""
        ...

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Do the stage for `dates`, write and record it in one transaction, and return the outcomes."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A stage that has a last word to say once the run and all its cells are recorded."""

    def close(self, context: Context) -> None:
        """Say it."""
        ...


def checked(settings: Settings) -> Settings:
    """Return the settings, whose champion must be a prediction system.

    Raises:
        SettingsError: naming the systems there are.
    """
    try:
        require_system(settings.champion)
    except ConfigError as error:
        raise SettingsError(f"settings: {error}") from error
    return settings


def span(dates: Iterable[dt.date]) -> tuple[dt.date, dt.date]:
    """Return the first and the last of `dates`."""
    ordered = sorted(dates)
    return ordered[0], ordered[-1]
