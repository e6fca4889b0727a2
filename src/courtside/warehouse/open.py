"""The engine that the settings name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from courtside.config import Settings
from courtside.errors import ConfigError
from courtside.warehouse.base import Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse

_BIGQUERY = re.compile(r"bigquery://(?P<project>[a-z][a-z0-9:.-]{2,})/(?P<dataset>\w+)")


@dataclass(frozen=True)
class BigQueryPlace:
    """A dataset of BigQuery."""

    project: str
    dataset: str

    def __str__(self) -> str:
        return f"bigquery://{self.project}/{self.dataset}"


@dataclass(frozen=True)
class DuckDBPlace:
    """A DuckDB file."""

    path: Path

    def __str__(self) -> str:
        return f"duckdb:{self.path}"


Place = BigQueryPlace | DuckDBPlace


def place_of(text: str) -> Place:
    """Return the place that `duckdb:PATH` or `bigquery://project/dataset` names.

    Raises:
        ConfigError: where it names neither.
    """
    if found := _BIGQUERY.fullmatch(text):
        return BigQueryPlace(found["project"], found["dataset"])
    scheme, _, path = text.partition(":")
    if scheme == "duckdb" and path:
        return DuckDBPlace(Path(path))
    raise ConfigError(f"warehouse {text!r}: write `duckdb:PATH` or `bigquery://project/dataset`")


def open_place(
    place: Place, *, read_only: bool = False, patience: float = 10.0, threads: int | None = None
) -> Warehouse:
    """Open the warehouse at `place`.

    Raises:
        ConfigError: where the engine is not installed, or the place cannot be reached.
        WarehouseBusyError: where another process is writing the file.
    """
    if isinstance(place, DuckDBPlace):
        return DuckDBWarehouse(place.path, read_only=read_only, patience=patience, threads=threads)
    try:
        from courtside.warehouse.bigquery import BigQueryWarehouse
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"warehouse {place}: {error.name} is not installed. `pip install 'courtside[bigquery]'`"
        ) from error
    return BigQueryWarehouse(place.project, place.dataset)


def open_warehouse(settings: Settings, *, read_only: bool = False) -> Warehouse:
    """Open the warehouse of an installation: `duckdb:PATH`, `bigquery://project/dataset`, or the file in its home.

    Raises:
        ConfigError: where the setting names no engine, or the place cannot be reached.
        WarehouseBusyError: where another process is writing the file.
    """
    place = place_of(settings.warehouse or f"duckdb:{settings.home / 'warehouse.duckdb'}")
    return open_place(
        place,
        read_only=read_only,
        patience=settings.lock_patience_seconds,
        threads=settings.threads or None,
    )
