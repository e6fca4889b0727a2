"""Opens the warehouse that the settings name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from courtside.config import Settings
from courtside.errors import ConfigError, StorageError, WarehouseBusyError
from courtside.warehouse.base import Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse, is_lost
from courtside.warehouse.writer import note_writer, writer_in

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
    """Return the place for `duckdb:PATH` or `bigquery://project/dataset`.

    Raises:
        ConfigError: where the text has neither form.
    """
    if found := _BIGQUERY.fullmatch(text):
        return BigQueryPlace(found["project"], found["dataset"])
    scheme, _, path = text.partition(":")
    if scheme == "duckdb" and path:
        return DuckDBPlace(Path(path))
    raise ConfigError(f"warehouse {text!r} has neither form: write `duckdb:PATH` or `bigquery://project/dataset`")


def open_place(
    place: Place, *, read_only: bool = False, patience: float = 10.0, threads: int | None = None
) -> Warehouse:
    """Open the warehouse at `place`; with `read_only`, without waiting for a process that writes.

    Raises:
        ConfigError: where the engine is not installed, or the place cannot be reached.
        WarehouseBusyError: where another process uses the file that is to be written.
    """
    if isinstance(place, DuckDBPlace):
        return DuckDBWarehouse(place.path, read_only=read_only, patience=patience, threads=threads)
    try:
        from courtside.warehouse.bigquery import BigQueryWarehouse
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"warehouse {place}: {error.name} is not installed. `pip install 'courtside[bigquery]'`"
        ) from error
    return BigQueryWarehouse(place.project, place.dataset, read_only=read_only)


def open_warehouse(settings: Settings, *, read_only: bool = False, patience: float | None = None) -> Warehouse:
    """Open the warehouse of an installation: `duckdb:PATH`, `bigquery://project/dataset`, or the file in its home.

    With `read_only`, opening never waits, and the `notice` of the warehouse names a process that is writing. `patience`
    replaces the seconds of the setting `lock_patience_seconds`.

    Raises:
        ConfigError: where the setting names no engine, or the place cannot be reached.
        WarehouseBusyError: where another process uses the file that is to be written.
    """
    place = place_of(settings.warehouse or f"duckdb:{settings.home / 'warehouse.duckdb'}")
    if isinstance(place, DuckDBPlace):
        _refuse_lost(place.path, settings)
    try:
        warehouse = open_place(
            place,
            read_only=read_only,
            patience=settings.lock_patience_seconds if patience is None else patience,
            threads=settings.threads or None,
        )
    except WarehouseBusyError as error:
        raise WarehouseBusyError(f"{error}.{writer_in(settings.home, str(error))}") from error
    if isinstance(place, DuckDBPlace) and not read_only:
        note_writer(settings.home, settings.clock.now())
    return warehouse


def _refuse_lost(path: Path, settings: Settings) -> None:
    """Refuse to create a new warehouse where ingested payloads or published files show that one is lost."""
    if not is_lost(path):
        return
    waiting = {note.stem.rpartition("-")[2] for note in settings.raw_folder.glob("pending/*.json")}
    payloads = sum(stored.stem[:16] not in waiting for stored in settings.raw_folder.glob("??/*.zst"))
    files = 0 if "://" in settings.publish else sum(1 for _ in settings.public_folder.glob("v1/**/*.json"))
    if payloads or files:
        raise StorageError(
            f"there is no warehouse at {path}, but {payloads:,} payloads are in {settings.raw_folder} and {files:,} "
            f"public files in {settings.public_folder}. Put a copy of the warehouse back, or run `courtside rebuild`, "
            "which builds it again from the payloads and the copy of the ledger"
        )
