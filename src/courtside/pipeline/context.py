"""The settings, warehouse, run log and clock of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from courtside.clock import Clock
from courtside.config import Settings
from courtside.errors import ConfigError
from courtside.pipeline.model_store import ModelStore
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.tables import ALL_TABLES
from courtside.predictions.systems import require_system
from courtside.raw.current import current
from courtside.warehouse.base import Lazy, Warehouse
from courtside.warehouse.open import open_warehouse
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class Context:
    """The settings, warehouse, run log and clock of a run; `as_of` limits raw rows to payloads fetched until then."""

    settings: Settings
    warehouse: Warehouse
    run_log: RunLog
    clock: Clock
    as_of: dt.datetime | None = None

    @property
    def models(self) -> ModelStore:
        """The model store of this home."""
        return ModelStore(self.warehouse, self.settings.home / "models")

    def raw(self, table: Table) -> Lazy:
        """Return the current rows of a raw table, as known at `as_of`."""
        return current(self.warehouse.scan(table), table, self.as_of)


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    """Open the warehouse of an installation for a run, with a run log of its own, and prepare its tables."""
    with open_warehouse(settings) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock, home=settings.home), settings.clock)


@contextmanager
def opened_for_reading(settings: Settings) -> Iterator[Context]:
    """Open the warehouse to read its last commit; this never waits for a writer and creates nothing."""
    with open_warehouse(settings, read_only=True) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)


def checked(settings: Settings) -> Settings:
    """Return the settings after checking that their champion is a prediction system.

    Raises:
        ConfigError: where the champion is no system; the message names the systems that exist.
    """
    try:
        require_system(settings.champion)
    except ConfigError as error:
        raise ConfigError(f"settings: {error}") from error
    return settings
