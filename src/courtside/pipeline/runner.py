"""A run: it processes every stage in the order of the flow, for the cells of the grid that need it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courtside.alerts import Alert, notifier
from courtside.clock import date_range
from courtside.errors import ConfigError, SchemaDriftError, StorageError, WarehouseBusyError, WriteRefusedError
from courtside.league.seasons import by_season
from courtside.logs import bound
from courtside.outcomes import Outcome, Outcomes
from courtside.pipeline.context import Context
from courtside.pipeline.files import changed_ledger, keep_ledger, ledger_error, notices_of, write_status
from courtside.pipeline.inputs import Inputs, UndeclaredTableError, span
from courtside.pipeline.reads import Read
from courtside.pipeline.resume import InputState, input_state
from courtside.pipeline.run_log import SETTLED, Cell, Grid
from courtside.pipeline.stage import Recovery, Result, Stage, Surroundings, writers
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.stored import Damage, withdraw_damaged, withdrawn_before
from courtside.pipeline.tip_offs import require_trusted_clock
from courtside.warehouse.base import Contents, Upsert

log = logging.getLogger(__name__)

MOST_RAW_ROWS = 500_000
"""Raw rows that a stage loads into memory at once; a season with more rows is processed in several pieces."""

WRITERS = writers(STAGES)
"""The stage that writes each table."""

SAME_FOR_ALL = (ConfigError, SchemaDriftError, WarehouseBusyError)
"""Errors that do not depend on the dates: a smaller range raises them again."""

GIVE_UP_AFTER = 3
"""Where this many dates were tried alone and none succeeded, the stage is marked failed for all other dates."""


class Observer(Protocol):
    """Receives the progress of a run, for example to show it."""

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """Called when a stage begins, with the number of cells to process and the number skipped."""

    def cells_done(self, stage: str, cells: int) -> None:
        """Called after a piece of a stage, with the number of cells that were processed in it."""

    def stage_ends(self, summary: StageSummary) -> None:
        """Called when a stage has ended."""


class NoProgress:
    """An observer that shows nothing."""

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """Do nothing."""

    def cells_done(self, stage: str, cells: int) -> None:
        """Do nothing."""

    def stage_ends(self, summary: StageSummary) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class StageSummary:
    """The result of a stage in a run: cells processed, cells skipped, states of the processed cells, and seconds."""

    stage: str
    processed: int
    skipped: int
    states: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class RunSummary:
    """The result of a run, with the cells of its range that are neither complete nor empty."""

    run_id: str
    start: dt.date
    end: dt.date
    stages: tuple[StageSummary, ...]
    open_cells: tuple[tuple[dt.date, str, Cell], ...] = field(default=())
    damaged: tuple[Damage, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether every cell is complete, empty, or waits for games that are not final yet."""
        return all(cell.state == "expected" for _, _, cell in self.open_cells)


def run(
    context: Context,
    start: dt.date,
    end: dt.date,
    *,
    resume: bool = True,
    stages: Sequence[Stage] = STAGES,
    observer: Observer | None = None,
) -> RunSummary:
    """Process the cells from `start` to `end` that are not settled or whose inputs changed, stage by stage.

    Without `resume`, every cell of the range is processed. Before the stages run, dates whose stored rows differ from
    what the grid recorded are withdrawn and then computed again; this is left to `courtside repair` on engines that
    bill for reading. A date whose stage raises is marked failed with the error, and the other dates are processed. A
    second run does nothing where nothing changed.

    Raises:
        WarehouseBusyError: where another run holds the lease.
        ClockError: where the clock is fixed ahead of the machine's.
    """
    require_trusted_clock(context)
    watcher = observer or NoProgress()
    context.run_log.acquire(context.settings.lease_seconds)
    try:
        begun = context.run_log.event("run", "started", [start, end], 0, detail=f"{start} to {end}")
        context.warehouse.upsert([begun])
        damaged = () if context.warehouse.bills_reads else tuple(withdraw_damaged(context, start, end, stages))
        summaries: list[StageSummary] = []
        grid = context.run_log.grid()
        for stage in stages:
            dates = [*withdrawn_before(grid, stage.name, start), *date_range(start, end)]
            summaries.append(_run_stage(context, stage, dates, resume, watcher, grid))
            if summaries[-1].processed:
                grid = context.run_log.grid()
        cells = tuple(_open_cells(grid, start, end, stages))
        summary = RunSummary(context.run_log.run_id, start, end, tuple(summaries), cells, damaged)
        ended = context.run_log.event(
            "run", "finished", [start, end], 0, seconds=sum(item.seconds for item in summaries)
        )
        context.warehouse.upsert([ended])
        if any(stage.publishes for stage in stages):
            _refresh_status(context, is_verified=any(map(_has_published, stages, summaries)))
    finally:
        context.run_log.release()
    return summary


def _run_stage(
    context: Context, stage: Stage, dates: Sequence[dt.date], resume: bool, observer: Observer, grid: Grid
) -> StageSummary:
    with bound(run_id=context.run_log.run_id, stage=stage.name, dates=f"{dates[0]} to {dates[-1]}"):
        summary = _process_stage(context, stage, dates, resume, observer, grid)
        log.info("%d dates processed, %d unchanged: %s", summary.processed, summary.skipped, summary.states)
    return summary


def _process_stage(
    context: Context, stage: Stage, dates: Sequence[dt.date], resume: bool, observer: Observer, grid: Grid
) -> StageSummary:
    begun = time.perf_counter()
    context.run_log.acquire(context.settings.lease_seconds)
    wanted, inputs = dates_to_process(context, stage, dates, resume, grid)
    observer.stage_begins(stage.name, len(wanted), len(dates) - len(wanted))
    states: Counter[str] = Counter()
    for piece in _pieces(stage, wanted, inputs):
        outcomes = _attempt(context, stage, piece, inputs.hashes)
        states.update(outcome.state for outcome in outcomes.values())
        context.warehouse.release()
        observer.cells_done(stage.name, len(piece))
    skipped = len(dates) - len(wanted)
    summary = StageSummary(stage.name, len(wanted), skipped, dict(states), time.perf_counter() - begun)
    if wanted:
        context.warehouse.upsert([_ended(context, summary, wanted)])
    observer.stage_ends(summary)
    return summary


def dates_to_process(
    context: Context, stage: Stage, dates: Sequence[dt.date], resume: bool, grid: Grid
) -> tuple[list[dt.date], InputState]:
    """Return the dates that are not settled or whose inputs changed, or all without `resume`; and the inputs' state."""
    inputs = input_state(context, stage, WRITERS, dates, grid)
    before = grid.cells(stage.name, *span(dates)) if resume else {}
    wanted = [day for day in dates if not _is_settled(before.get(day), inputs.hashes[day])]
    return wanted, inputs


def _ended(context: Context, summary: StageSummary, dates: Sequence[dt.date]) -> Upsert:
    states = ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items()))
    detail = f"{states}; {summary.skipped} unchanged"
    return context.run_log.event(summary.stage, "finished", dates, 0, seconds=summary.seconds, detail=detail)


def _is_settled(cell: Cell | None, input_hash: str) -> bool:
    return cell is not None and cell.state in SETTLED and cell.input_hash == input_hash


def takes_whole_range(stage: Stage) -> bool:
    """Return whether a stage processes a range of any length in one piece.

    A stage that publishes holds one season at a time by itself. A stage that runs in the warehouse holds no rows.
    """
    return stage.publishes or stage.runs_in_warehouse


def _pieces(stage: Stage, dates: Sequence[dt.date], inputs: InputState) -> list[list[dt.date]]:
    """Split dates by season, and by the number of their raw rows, so that a long range needs bounded memory."""
    if takes_whole_range(stage):
        return [list(dates)] if dates else []
    pieces: list[list[dt.date]] = []
    for season in by_season(dates):
        piece: list[dt.date] = []
        rows = 0
        for day in season:
            rows += inputs.raw_rows[day]
            if piece and rows > MOST_RAW_ROWS:
                pieces.append(piece)
                piece, rows = [], inputs.raw_rows[day]
            piece.append(day)
        pieces.append(piece)
    return pieces


def _attempt(
    context: Context, stage: Stage, dates: Sequence[dt.date], inputs: Mapping[dt.date, str]
) -> dict[dt.date, Outcome]:
    """Process `dates` in one call; where the stage raises, halve them until each failing date is alone.

    Where an error names dates, these fail and the rest is tried once more. Where an error does not depend on the dates,
    all fail. Where the first few dates that were tried alone all fail, and no date succeeded, the remaining dates are
    marked failed without a try.
    """
    outcomes: dict[dt.date, Outcome] = {}
    waiting = [list(dates)]
    while waiting:
        batch = waiting.pop()
        try:
            outcomes |= _process(context, stage, batch, inputs)
        except StorageError:
            raise  # A disk or file error affects every date.
        except Exception as error:  # noqa: BLE001 - any error of a stage becomes the state of its cells
            named = error.dates & set(batch) if isinstance(error, WriteRefusedError) else set()
            failed = batch if isinstance(error, SAME_FOR_ALL) else sorted(named)
            if len(failed) and len(batch) > 1:
                outcomes |= dict.fromkeys(failed, _failed(context, stage, failed, inputs, error))
                waiting += [rest] if (rest := [day for day in batch if day not in set(failed)]) else []
                continue
            if len(batch) > 1:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
                continue
            outcomes[batch[0]] = _failed(context, stage, batch, inputs, error)
            if len(outcomes) >= GIVE_UP_AFTER and all(item.state == "failed" for item in outcomes.values()):
                rest = [day for left in waiting for day in left]
                return outcomes | dict.fromkeys(rest, _failed(context, stage, rest, inputs, error))
    return outcomes


def _process(context: Context, stage: Stage, dates: Sequence[dt.date], hashes: Mapping[dt.date, str]) -> Outcomes:
    """Load a stage's declared tables, call it, and write, verify and record its result in one transaction."""
    warehouse, run_log = context.warehouse, context.run_log
    if stage.publishes:
        keep_ledger(warehouse, context.settings)
    result = stage.process(
        Inputs(stage.name, stage.reads, warehouse, dates, context.as_of).load(),  # No name keeps it during the write.
        dates,
        Surroundings(context.settings, context.clock, run_log.run_id, STAGE_NAMES),
    )
    _refuse_undeclared(stage, result)
    outcomes, notices = dict(result.outcomes), list(result.notices)

    def record(contents: Contents) -> Sequence[Upsert]:
        rows: Sequence[Upsert] = ()
        if result.verify:
            own = [Read(table) for table in stage.writes]
            verified = result.verify(Inputs(stage.name, own, warehouse, dates))
            outcomes.update(verified.outcomes)
            notices.extend(verified.notices)
            rows = verified.rows
        events = [run_log.event(stage.name, "wrote", [], 0, detail=event) for event in result.events]
        return [*run_log.recorder(stage.name, hashes, outcomes)(contents), *rows, *events]

    read_back = (*stage.recorded, *(table for table in stage.appends if not stage.replaces))
    warehouse.replace_dates(result.changes, dates, record, append=result.appends, read_back=read_back)
    send(context, notices)
    return outcomes


def _refuse_undeclared(stage: Stage, result: Result) -> None:
    declared = {table.name for table in (*stage.replaces, *stage.appends)}
    for name in [*(change.table.name for change in result.changes), *(row.table.name for row in result.appends)]:
        if name not in declared:
            raise UndeclaredTableError(
                f"stage {stage.name} writes table {name}, which it does not declare. "
                "Add it to the stage's `replaces` or `appends`."
            )


def send(context: Context, notices: Sequence[Alert | Recovery]) -> None:
    """Send the alerts and recoveries of a stage."""
    alerts = notifier(context.settings, context.clock)
    for notice in notices:
        if isinstance(notice, Alert):
            alerts.send(notice)
        else:
            alerts.recover(notice.cause, notice.text)


def _has_published(stage: Stage, summary: StageSummary) -> bool:
    """Return whether a stage has just written public files, before which it verified the published picks."""
    return stage.publishes and summary.processed > summary.states.get("failed", 0)


def _refresh_status(context: Context, *, is_verified: bool) -> None:
    keep_ledger(context.warehouse, context.settings)
    report = write_status(context.warehouse, context.settings, context.clock, STAGE_NAMES)
    if report.is_problem:
        log.error("%s: %s: %s", report.path, report.status, report.reason)
        send(context, notices_of([report], is_all=False))
    if not is_verified and (error := ledger_error(context.warehouse)):
        send(context, [changed_ledger(error)])
        raise error


def _failed(
    context: Context, stage: Stage, dates: Sequence[dt.date], inputs: Mapping[dt.date, str], error: Exception
) -> Outcome:
    log.error("%s failed for %d dates: %s: %s", stage.name, len(dates), type(error).__name__, error)
    context.run_log.fail(stage.name, dates, inputs, error)
    return Outcome("failed", str(error))


def _open_cells(grid: Grid, start: dt.date, end: dt.date, stages: Sequence[Stage]) -> list[tuple[dt.date, str, Cell]]:
    return [
        (day, stage.name, cell)
        for stage in stages
        for day, cell in sorted(grid.cells(stage.name, start, end).items())
        if cell.state not in ("complete", "empty")
    ]
