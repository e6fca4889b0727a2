"""Stage `publishing`: the public files of each date, and those of the season."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.analytics.tables import GAMES
from courtside.errors import CourtsideError
from courtside.picks.integrity import LedgerBrokenError
from courtside.picks.tables import GRADED_PICKS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS, GrainError
from courtside.picks.verification import verify_published
from courtside.pipeline.context import Context, Record
from courtside.pipeline.inputs import combined, content_hashes, history_hashes
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.pipeline.ledger_copy import FOLDER, keep_copy
from courtside.pipeline.tables import GRID, RUN_EVENTS
from courtside.predictions.champion import leading_system
from courtside.publishing.exporter import NAMES, FileReport, export, refresh_status
from courtside.publishing.exporters.rows import utc
from courtside.publishing.exporters.status import LastSuccess, RunStatus, StageStatus
from courtside.publishing.stores import open_store, target_of
from courtside.publishing.stores.base import DryRun, Store
from courtside.warehouse.duckdb import DuckDBWarehouse

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})\.json$")
SHOWN_RUNS = 10
SHOWN_PROBLEMS = 5
GOOD = ("complete", "empty")
CAUSE, CHANGED = "publishing.kept", "publishing.ledger"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishingStage:
    """Public files in the configured store."""

    name: str = "publishing"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the lines, features, predictions and picks of each date, and all grades until then."""
        cells = context.ledger.cells
        grading = cells("grading")
        own = [content_hashes(cells(stage), dates) for stage in ("lines", "features", "predictions", "picks")]
        return combined(
            dates,
            *own,
            content_hashes(grading, dates),
            history_hashes(grading, dates),
            dict.fromkeys(dates, f"{context.settings.publish} {context.settings.champion}"),
        )

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Write the files that changed; a file that could not be written leaves its date failed."""
        _keep_ledger(context)
        reports = export_files(context, open_store(target_of(context.settings)), dates)
        outcomes = _outcomes(dates, reports)
        context.warehouse.replace_dates([], dates, record(outcomes), read_back=(PUBLISHED_PICKS, GRADED_PICKS))
        return outcomes

    def close(self, context: Context) -> None:
        """Write `status.json` again, now that the cells and the run that it tells of are recorded."""
        _keep_ledger(context)
        store = open_store(target_of(context.settings))
        report = refresh_status(
            context.warehouse, store, now=context.clock.now(), stages=stage_states(context), runs=last_runs(context)
        )
        if report.is_problem:
            log.error("%s: %s: %s", report.path, report.status, report.reason)
            _tell(context, [report], is_all=False)
        if broken := ledger_problem(context):
            raise broken


def _keep_ledger(context: Context) -> None:
    """Copy the ledger beside a warehouse that is a file; BigQuery keeps copies of its own."""
    if isinstance(context.warehouse, DuckDBWarehouse):
        keep_copy(context.warehouse, context.settings.home / FOLDER)


def export_files(
    context: Context, store: Store, dates: Sequence[dt.date], only: Sequence[str] = NAMES
) -> list[FileReport]:
    """Write the files of `dates` with the state of the grid in `status.json`, and return what became of each.

    Nothing is written where published picks or grades were changed outside Courtside. An alert is sent about a file
    that could not be written and stays as it was, and when all are written again.
    """
    if broken := ledger_problem(context):
        return [FileReport("published picks", "failed", str(broken))]
    reports = export(
        context.warehouse,
        store,
        dates,
        now=context.clock.now(),
        champion=leading_system(context.warehouse, context.settings.champion),
        only=only,
        stages=stage_states(context),
        runs=last_runs(context),
    )
    if not isinstance(store, DryRun):
        _tell(context, reports, is_all=set(only) >= set(NAMES))
    return reports


def ledger_error(context: Context) -> CourtsideError | None:
    """Return how stored publications, picks and grades differ from what was written; None where they do not."""
    scan = context.warehouse.scan
    cells = scan(GRID).filter(nw.col("stage") == "picks").select("game_date", "rows")
    tables = (scan(table) for table in (PUBLICATIONS, PUBLISHED_PICKS, GRADED_PICKS, OUTCOMES))
    try:
        verify_published(*context.warehouse.collect_all([*tables, cells]))
    except (LedgerBrokenError, GrainError) as error:
        return error
    return None


def ledger_problem(context: Context) -> CourtsideError | None:
    """Return as `ledger_error`, and alert about it."""
    error, alerts = ledger_error(context), notifier(context.settings, context.clock)
    if error:
        alerts.send(Alert(CHANGED, Severity.CRITICAL, "published picks were changed; nothing is exported", str(error)))
    else:
        alerts.recover(CHANGED, "published picks and grades are as they were stored")
    return error


def _tell(context: Context, reports: Sequence[FileReport], *, is_all: bool) -> None:
    alerts = notifier(context.settings, context.clock)
    stale = sorted(
        (report for report in reports if report.is_problem), key=lambda report: report.path.startswith("v1/")
    )
    problems = [f"{report.path}: {report.reason}" for report in stale]
    if problems:
        more = [f"and {len(problems) - SHOWN_PROBLEMS} more"] if len(problems) > SHOWN_PROBLEMS else []
        title = f"{len(problems)} public files are older than they should be"
        alerts.send(Alert(CAUSE, Severity.ERROR, title, "\n".join([*problems[:SHOWN_PROBLEMS], *more])))
    elif is_all:
        alerts.recover(CAUSE, "every public file could be written again")


def stage_states(context: Context) -> list[StageStatus]:
    """Return each stage's state on the newest date it was due for, as the grid has it."""
    from courtside.pipeline.stages import STAGES

    today = context.clock.today()
    cells = context.warehouse.collect(context.warehouse.scan(GRID, end=today))
    days = context.warehouse.collect(
        context.warehouse.scan(GAMES).filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
    )["game_date"].unique()
    due = max((day for day in days if day <= today), default=None)
    ahead = min((day for day in days if day > today), default=None)
    return [_stage_state(stage.name, cells.filter(pl.col("stage") == stage.name), due, ahead) for stage in STAGES]


def _stage_state(name: str, cells: pl.DataFrame, due: dt.date | None, ahead: dt.date | None) -> StageStatus:
    own = cells.filter(pl.col("game_date") == due).to_dicts() if due else []
    cell: dict[str, Any] = own[0] if own else {"state": "expected", "reason": "not worked yet"}
    good = cells.filter(pl.col("state").is_in(GOOD) & (pl.col("rows") > 0)).sort("game_date").tail(1).to_dicts()
    failed = cell["state"] == "failed"
    return StageStatus(
        name=name,
        date=due,
        state=cell["state"],
        reason="failed; the run's log says why" if failed else cell["reason"],
        last_success=LastSuccess(date=good[0]["game_date"], at=utc(good[0]["updated_at"])) if good else None,
        next_expected=ahead if cell["state"] in GOOD else due,
    )


def last_runs(context: Context) -> list[RunStatus]:
    """Return the last finished runs that worked a cell, newest first; a run that found nothing to do is no news."""
    events = context.warehouse.collect(context.warehouse.scan(RUN_EVENTS)).sort("run_id", "seq")
    is_run = pl.col("stage") == "run"
    begun = events.filter(is_run & (pl.col("event") == "started")).select(
        "run_id", "first_date", "last_date", started_at="at"
    )
    ended = events.filter(is_run & (pl.col("event") == "finished")).select("run_id", "seconds")
    work = (
        events.filter(~is_run)
        .group_by("run_id")
        .agg(
            cells=pl.col("dates").filter(pl.col("event") == "wrote").sum(),
            failed=(pl.col("event") == "failed").sum(),
        )
    )
    rows = begun.join(ended, on="run_id").join(work, on="run_id").filter((pl.col("cells") > 0) | (pl.col("failed") > 0))
    rows = rows.sort("started_at", "run_id", descending=True)
    return [
        RunStatus(
            started_at=utc(row["started_at"]),
            first_date=row["first_date"],
            last_date=row["last_date"],
            seconds=row["seconds"] and round(row["seconds"], 1),
            cells=row["cells"],
            failed=row["failed"],
        )
        for row in rows.head(SHOWN_RUNS).iter_rows(named=True)
    ]


def _outcomes(dates: Sequence[dt.date], reports: Sequence[FileReport]) -> dict[dt.date, Outcome]:
    """Return the state of each date: failed where one of its files, or a file of no date, could not be written."""
    problems: dict[str, list[FileReport]] = {}
    published = set()
    for report in reports:
        found = _DATED.search(report.path)
        day = found.group(1) if found else ""
        if report.is_problem:
            problems.setdefault(day, []).append(report)
        elif "/picks/" in report.path:
            published.add(day)
    outcomes = {}
    for day in dates:
        own = [*problems.get(str(day), []), *problems.get("", [])]
        if own:
            outcomes[day] = Outcome("failed", "; ".join(f"{item.path}: {item.reason}" for item in own))
        else:
            outcomes[day] = Outcome() if str(day) in published else Outcome("empty", "nothing was published")
    return outcomes
