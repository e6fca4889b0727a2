"""Warehouses for measurements: the real seasons if they are present, else a simulated league; built once per report."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.real.conftest import FIRST, LAST, NOW, SOURCES
from tests.real_data import DATA

from courtside.config import load_settings
from courtside.operations.ingest import ingest
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.sources.payload import Payload
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse

BEFORE_FEATURES = tuple(stage for stage in STAGES if stage.name in {"analytics", "lines"})


@contextmanager
def opened(home: Path) -> Iterator[Context]:
    """Open a home to measure on."""
    settings = load_settings(home=home, now=NOW)
    with DuckDBWarehouse(settings.warehouse_path) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)


@cache
def ingested() -> tuple[Path, dt.date, dt.date, str]:
    """Return a home into which every payload is ingested, before any run, its dates, and its description."""
    folder = Path(tempfile.mkdtemp(prefix="courtside-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "ingested"
    first, last, what = (FIRST, LAST, "four real seasons") if DATA else _simulated_range()
    with opened(home) as context:
        for _ in ingest(_payloads(), context.warehouse, PayloadStore(context.settings.raw_folder)):
            pass
    return home, first, last, what


@cache
def prepared() -> tuple[Path, dt.date, dt.date, str]:
    """Return a home whose analytics and lines are processed, its dates, and its description."""
    source, first, last, what = ingested()
    home = source.parent / "home"
    shutil.copytree(source, home)
    with opened(home) as context:
        run(context, first, last, stages=BEFORE_FEATURES)
    return home, first, last, what


def _simulated_range() -> tuple[dt.date, dt.date, str]:
    return dt.date(2022, 10, 22), dt.date(2025, 4, 30), "three simulated seasons (no real data beside the project)"


def _payloads() -> Iterator[Payload]:
    if DATA is None:
        yield from simulate(seasons=3, seed=3, last_season_start=2024).payloads
        return
    for path in sorted(path for pattern in SOURCES for path in DATA.glob(pattern)):
        yield Payload("files", path.name, NOW, path.read_bytes())
