"""The daily run: intake, training, all stages up to the day, late cells, gaps, and alerts about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import narwhals as nw

from courtside.alerts import Alert, Severity, notifier
from courtside.analytics.history import is_gap, kind_of
from courtside.clock import date_range
from courtside.operations.ingest import Report
from courtside.operations.intake import Step, ingest_waiting
from courtside.operations.schedule import Slate, slates
from courtside.operations.status import season_start
from courtside.operations.stored_files import StoredFiles, verify_files
from courtside.operations.training import is_due, set_unusable_aside, train_for
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import Cell
from courtside.pipeline.runner import Observer, RunSummary, run
from courtside.pipeline.stage import Due
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.tables import RUN_EVENTS

NO_LINES = ("no lines were ingested", "no prediction has a line")
NEVER = Cell("missing", "never run")
ALERTED_STAGES = ("lines", "predictions", "picks", "grading")
SHOWN = 5
THROUGH_FEATURES = STAGES[: STAGE_NAMES.index("features") + 1]
"""The stages that must be processed before a model is trained."""


@dataclass(frozen=True)
class Wait:
    """A cell whose inputs cannot exist yet."""

    date: dt.date
    stage: str
    until: dt.datetime
    reason: str

    def __str__(self) -> str:
        return f"{self.date} {self.stage}: not yet (until {self.until:%Y-%m-%d %H:%M} UTC): {self.reason}"


@dataclass(frozen=True)
class Late:
    """A cell that is past its deadline and not settled."""

    date: dt.date
    stage: str
    since: dt.datetime
    reason: str

    def __str__(self) -> str:
        return f"{self.date} {self.stage}: due {self.since:%Y-%m-%d %H:%M} UTC and missing: {self.reason}"


@dataclass(frozen=True)
class Gap:
    """Consecutive dates that a stage should have settled before this run and did not."""

    stage: str
    first: dt.date
    last: dt.date
    reason: str

    def __str__(self) -> str:
        dates = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"gap: {dates} {self.stage}: {self.reason}"


@dataclass(frozen=True)
class DayReport:
    """The report of a daily run: payloads ingested, the run's summary, and cells that wait, are late or were gaps."""

    ingested: Sequence[Report]
    summary: RunSummary
    gaps: Sequence[Gap]
    waits: Sequence[Wait] = field(default=())
    lates: Sequence[Late] = field(default=())
    files: StoredFiles = field(default_factory=StoredFiles)


def run_day(context: Context, day: dt.date, observer: Observer | None = None, steps: Sequence[Step] = ()) -> DayReport:
    """Ingest waiting payloads, process every stage up to `day`, and send alerts about late cells and gaps.

    Where the champion is a trained model and its newest model is a week old, new models are first trained on the days
    before `day`. Training waits while a result of these days can still arrive, because a stored model is not trained
    again. `steps` are the results of the fetches before this run; they are recorded with it.

    Raises:
        WarehouseBusyError: where another run holds the lease.
    """
    _check_clock(context)
    set_unusable_aside(context)
    ingested = ingest_waiting(context, steps)
    start = season_start(context.warehouse, day) or day
    gaps = find_gaps(context, start, day - dt.timedelta(days=1))
    if start < day and is_due(context, day):
        run(context, start, day - dt.timedelta(days=1), stages=THROUGH_FEATURES, observer=observer)
        if not dates_awaiting_results(context, day):
            train_for(context, day)
    summary = run(context, start, day, observer=observer)
    waits, lates = assess(context, start, day)
    send_alerts(context, day, lates, find_gaps(context, start, day - dt.timedelta(days=1)))
    return DayReport(ingested, summary, gaps, waits, lates, verify_files(context, day))


def dates_awaiting_results(context: Context, day: dt.date) -> list[dt.date]:
    """Return the dates of the week before `day` whose results are missing and not overdue."""
    cells, now = context.run_log.cells("analytics"), context.clock.now()
    known = slates(context, day - dt.timedelta(days=7), day - dt.timedelta(days=1))
    return [
        date
        for date, slate in sorted(known.items())
        if _missing("analytics", cells.get(date, NEVER)) and now <= slate.deadline(Due.RESULTS)
    ]


def _check_clock(context: Context) -> None:
    """Send an alert where the newest event of any run lies in the future: the clock is wrong, or was wrong earlier."""
    newest = context.warehouse.collect(context.warehouse.scan(RUN_EVENTS).select(nw.col("at").max()))["at"][0]
    now, alerts = context.clock.now(), notifier(context.settings, context.clock)
    if newest is None or newest <= now:
        alerts.recover("clock", f"no event is later than {now:%Y-%m-%d %H:%M} UTC any more")
        return
    text = (
        f"The clock shows {now:%Y-%m-%d %H:%M} UTC and a run wrote at {newest:%Y-%m-%d %H:%M} UTC. Set the clock right."
    )
    alerts.send(Alert("clock", Severity.WARNING, "the clock was set back", text))
    context.warehouse.upsert([context.run_log.event("clock", "failed", [], 0, detail=text)])


def find_gaps(context: Context, start: dt.date, end: dt.date) -> list[Gap]:
    """Return the dates from `start` to `end` that a stage has not settled: never run, held or failed."""
    if start > end:
        return []
    gaps: list[Gap] = []
    grid = context.run_log.grid(start, end)
    for stage in STAGE_NAMES:
        cells = grid.cells(stage)
        for day in date_range(start, end):
            cell = cells.get(day, NEVER)
            if cell.state not in ("missing", "held", "failed"):
                continue
            reason = cell.reason or cell.state
            last = gaps[-1] if gaps else None
            is_same = last and (last.stage, kind_of(last.reason)) == (stage, kind_of(reason))
            if last and is_same and (day - last.last).days == 1:
                gaps[-1] = Gap(last.stage, last.first, day, reason)
            else:
                gaps.append(Gap(stage, day, day, reason))
    return gaps


def assess(context: Context, start: dt.date, end: dt.date) -> tuple[list[Wait], list[Late]]:
    """Return the cells of dates with games that wait for their inputs, and the cells that are late."""
    waits: list[Wait] = []
    lates: list[Late] = []
    known = slates(context, start, end)
    now, grid = context.clock.now(), context.run_log.grid(start, end)
    for stage in STAGES:
        cells = grid.cells(stage.name)
        for day, slate in sorted(known.items()):
            reason = _missing(stage.name, cells.get(day, NEVER))
            if reason is None or (day < end and stage.due is not Due.RESULTS):
                continue
            deadline = slate.deadline(stage.due)
            if now > deadline:
                lates.append(Late(day, stage.name, deadline, reason))
            else:
                waits.append(Wait(day, stage.name, _until(slate, stage.due, now), reason))
    return waits, lates


def _missing(stage: str, cell: Cell) -> str | None:
    """Return the reason why a cell of a date with games lacks its rows, or None where it has them."""
    if cell.state == "complete":
        return None
    if cell.state == "empty" and not (stage in ("lines", "picks") and cell.reason in NO_LINES):
        return None
    return cell.reason or cell.state


def _until(slate: Slate, due: Due, now: dt.datetime) -> dt.datetime:
    expected = slate.expected(due)
    return expected if expected > now else slate.deadline(due)


def send_alerts(context: Context, day: dt.date, lates: Sequence[Late], gaps: Sequence[Gap]) -> None:
    """Send alerts about each late stage and about gaps that a run could not fill, or else their recoveries.

    Late predictions or picks are critical, because they cannot be made after tip-off. Where box scores have ended,
    which has an alert of its own, no alert is sent about the stages that depend on them.
    """
    alerts = notifier(context.settings, context.clock)
    if any(is_gap(gap.reason) for gap in gaps):
        lates = [late for late in lates if late.stage == "lines"]
        gaps = [gap for gap in gaps if gap.stage in ("lines", "publishing")]
    for stage in ALERTED_STAGES:
        own = [late for late in lates if late.stage == stage]
        if own:
            severity = Severity.CRITICAL if stage in ("predictions", "picks") else Severity.ERROR
            body = "\n".join(str(late) for late in own[-SHOWN:])
            alerts.send(Alert(f"late.{stage}", severity, f"{stage} missing on {own[-1].date}", body))
        else:
            alerts.recover(f"late.{stage}", f"{stage} are stored up to {day}")
    if gaps:
        body = (
            "\n".join(str(gap) for gap in gaps[:SHOWN]) + f"\n{len(gaps)} gaps in all. Next: `courtside status --json`"
        )
        alerts.send(Alert("gaps", Severity.WARNING, f"gaps before {day}", body))
    else:
        alerts.recover("gaps", f"no gaps before {day}")
