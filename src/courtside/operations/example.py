"""A small simulated league in a home of its own, for documentation, examples and tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from courtside.config import FILE_NAME, Settings, load_settings
from courtside.errors import ConfigError
from courtside.operations.ingest import ingest
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.sources.payload import Payload
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.open import open_warehouse

FIRST, LAST = dt.date(2025, 10, 22), dt.date(2025, 11, 12)
"""First and last date with results; the games of the next day have lines and predictions."""

NOW = dt.datetime(2025, 11, 13, 17, 0)
SEED = 11


def build_example(home: Path) -> Settings:
    """Simulate three weeks of a season in `home`, run every stage but publishing, and return its settings.

    The settings fix the clock to the day after the last results.
    """
    fix_clock(home, NOW)
    settings = load_settings(home=home)
    with open_warehouse(settings) as warehouse:
        warehouse.prepare(ALL_TABLES)
        for _ in ingest(_payloads(), warehouse, PayloadStore(settings.raw_folder)):
            pass
        context = Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)
        stages = [stage for stage in STAGES if stage.name != "publishing"]
        run(context, FIRST, settings.clock.today(), stages=stages)
    return settings


def fix_clock(home: Path, now: dt.datetime) -> None:
    """Write a fixed time (UTC) into the settings file of a simulated league's home, for later commands.

    Raises:
        ConfigError: where the home holds another installation, whose clock must not be fixed.
    """
    file = home / FILE_NAME
    if (home / "warehouse.duckdb").exists() and not file.exists():
        raise ConfigError(f"{home} holds another installation. Name another folder for the simulated league")
    home.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# The simulated league of this home ends at this time (UTC).\nnow = {now:%Y-%m-%dT%H:%M:%S}\n")


def _payloads() -> list[Payload]:
    """Return schedule, box scores, each date's closing lines, and the next date's lines of the morning."""
    names = ("schedule", "leaguegamelog")
    tomorrow = LAST + dt.timedelta(days=1)
    return [
        payload
        for payload in simulate(seasons=1, seed=SEED, until=LAST).payloads
        if payload.name.startswith(names) or "_close" in payload.name or f"{tomorrow}_morning" in payload.name
    ]
