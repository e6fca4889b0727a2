"""Export of the public files of some dates, and of `status.json` with stage states and the last runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import narwhals as nw

from courtside.alerts import Alert, Severity
from courtside.clock import Clock
from courtside.config import Settings
from courtside.errors import CourtsideError
from courtside.league.markets import market_named
from courtside.picks.integrity import LedgerBrokenError
from courtside.picks.tables import GRADED_PICKS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS, GrainError
from courtside.picks.verification import verify_published
from courtside.pipeline.ledger_copy import FOLDER, keep_copy
from courtside.pipeline.reporting import last_runs, stage_states
from courtside.pipeline.stage import Recovery
from courtside.pipeline.tables import GRID
from courtside.predictions.champion import system_in_use
from courtside.publishing.exporter import NAMES, FileReport, export, refresh_status
from courtside.publishing.stores import open_store, target_of
from courtside.publishing.stores.base import Store
from courtside.warehouse.base import Reader, Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse

CAUSE, CHANGED = "publishing.kept", "publishing.ledger"
LEDGER = "published picks"
LEDGER_TABLES = (PUBLICATIONS, PUBLISHED_PICKS, GRADED_PICKS, OUTCOMES)
SHOWN_PROBLEMS = 5


def export_files(
    reader: Reader,
    store: Store,
    dates: Sequence[dt.date],
    settings: Settings,
    clock: Clock,
    stages: Sequence[str],
    only: Sequence[str] = NAMES,
) -> list[FileReport]:
    """Write the files of `dates` and `status.json`, and return the result for each file.

    Write nothing where published picks or grades were changed outside Courtside.
    """
    if error := ledger_error(reader):
        return [FileReport(LEDGER, "failed", str(error))]
    return export(
        reader,
        store,
        dates,
        now=clock.now(),
        champion=system_in_use(reader, settings.champion),
        only=only,
        stages=stage_states(reader, clock.today(), stages),
        runs=last_runs(reader),
        markets=[market_named(name) for name in settings.markets],
    )


def ledger_error(reader: Reader) -> CourtsideError | None:
    """Return an error that names how stored publications, picks or grades differ from what was written, or None."""
    cells = reader.scan(GRID).filter(nw.col("stage") == "picks").select("game_date", "rows")
    tables = (reader.scan(table) for table in LEDGER_TABLES)
    try:
        verify_published(*reader.collect_all([*tables, cells]))
    except (LedgerBrokenError, GrainError) as error:
        return error
    return None


def changed_ledger(error: object) -> Alert:
    """Return the alert about published picks that were changed outside Courtside."""
    return Alert(
        CHANGED, Severity.CRITICAL, "published picks were changed outside Courtside; nothing is exported", str(error)
    )


def keep_ledger(warehouse: Warehouse, settings: Settings) -> None:
    """Copy the ledger to a folder beside a DuckDB warehouse; BigQuery keeps its own copies."""
    if isinstance(warehouse, DuckDBWarehouse):
        keep_copy(warehouse, settings.home / FOLDER)


def write_status(reader: Reader, settings: Settings, clock: Clock, stages: Sequence[str]) -> FileReport:
    """Write `status.json` again after the cells and the run that it reports are recorded."""
    states = stage_states(reader, clock.today(), stages)
    store = open_store(target_of(settings))
    return refresh_status(reader, store, now=clock.now(), stages=states, runs=last_runs(reader))


def notices_of(reports: Sequence[FileReport], *, is_all: bool) -> list[Alert | Recovery]:
    """Return the alert about files that could not be written, or the recovery where every file was written."""
    if broken := [report for report in reports if report.path == LEDGER]:
        return [changed_ledger(broken[0].reason)]
    unchanged = Recovery(CHANGED, "published picks and grades match what was written")
    stale = sorted(
        (report for report in reports if report.is_problem), key=lambda report: report.path.startswith("v1/")
    )
    problems = [f"{report.path}: {report.reason}" for report in stale]
    if problems:
        more = [f"and {len(problems) - SHOWN_PROBLEMS} more"] if len(problems) > SHOWN_PROBLEMS else []
        title = f"{len(problems)} public files could not be written and are out of date"
        return [unchanged, Alert(CAUSE, Severity.ERROR, title, "\n".join([*problems[:SHOWN_PROBLEMS], *more]))]
    return [unchanged, Recovery(CAUSE, "every public file was written again")] if is_all else [unchanged]
