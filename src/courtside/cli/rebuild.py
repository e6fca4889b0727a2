"""`courtside rebuild`: build a lost warehouse again from the payloads and the copy of the ledger."""

from __future__ import annotations

from pathlib import Path

import typer

from courtside.cli.common import PROBLEM, Home, complaints, console, settings_of
from courtside.cli.run import finish, run_shown
from courtside.config import Settings
from courtside.errors import ConfigError
from courtside.operations.rebuild import Rebuilt, rebuild, refuse_nothing, refuse_unrestorable
from courtside.pipeline.context import Context, opened
from courtside.pipeline.ledger_copy import FOLDER
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.tables import ALL_TABLES
from courtside.warehouse.duckdb import is_lost
from courtside.warehouse.open import DuckDBPlace, open_place, place_of


def rebuild_command(home: Home = None) -> None:
    """Build a lost warehouse again from the payloads in `raw/` and the copy of the ledger in `ledger/`, then run.

    Published picks are restored exactly, and their public files stay as they are. Records of earlier runs and of checks
    are not restored. Exits with 1 where a payload is damaged, or a date is held or failed.
    """
    settings = settings_of(home)
    place = place_of(settings.warehouse or f"duckdb:{settings.home / 'warehouse.duckdb'}")
    if not isinstance(place, DuckDBPlace):
        raise ConfigError(f"warehouse {place}: only a DuckDB file is rebuilt; BigQuery keeps copies of its own")
    if not is_lost(place.path):
        raise ConfigError(
            f"a warehouse exists at {place.path}; move it to another place, then run `courtside rebuild` again"
        )
    ledger = settings.home / FOLDER
    refuse_nothing(settings.raw_folder, ledger)
    refuse_unrestorable(ledger, settings.public_folder)
    done = _rebuilt(settings, place.path, ledger)
    rows = sum(report.rows_new for report in done.reports)
    refused = [report for report in done.reports if report.status == "refused"]
    console.print(f"{len(done.reports):,} payloads ingested, {rows:,} rows; {len(refused)} refused")
    console.print("ledger: " + ", ".join(f"{count:,} rows of {name}" for name, count in done.restored.items()))
    for line in done.damaged:
        complaints.print(line, soft_wrap=True)
    if done.span:
        with opened(settings) as context:
            summary = run_shown(context, *done.span)
        finish(summary)
    if done.damaged:
        raise typer.Exit(PROBLEM)


def _rebuilt(settings: Settings, path: Path, ledger: Path) -> Rebuilt:
    """Build in a file beside the warehouse, so that an interrupted rebuild leaves no partial warehouse."""
    unfinished = path.with_name(f"{path.name}.rebuilding")
    for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
        left.unlink(missing_ok=True)
    with open_place(DuckDBPlace(unfinished), threads=settings.threads or None) as warehouse:
        warehouse.prepare(ALL_TABLES)
        context = Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)
        done = rebuild(context, ledger)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    unfinished.replace(path)
    return done
