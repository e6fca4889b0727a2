"""A run: every stage in the order of the flow, for the cells of the grid that need it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courtside.clock import date_range
from courtside.errors import ConfigError, SchemaDriftError, StorageError, WarehouseBusyError, WriteRefusedError
from courtside.logs import bound
from courtside.pipeline.context import Closing, Context, Stage
from courtside.pipeline.inputs import lookback_start
from courtside.pipeline.ledger import SETTLED, Cell, Outcome
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stored import Damage, withdraw_damaged, withdrawn_before
from courtside.pipeline.tip_offs import require_trusted_clock
from courtside.warehouse.base import Upsert

log = logging.getLogger(__name__)

IN_MEMORY = ("features",)
"""Stages that hold the history of their dates in memory, and so work a season at a time on every engine."""

SAME_FOR_ALL = (ConfigError, SchemaDriftError, WarehouseBusyError)
"""Errors that do not depend on the dates: fewer dates raise them again."""

HOPELESS_AFTER = 3
"""Dates tried alone before a stage that has not worked for any is given up for the rest."""


class Observer(Protocol):
    """Is told how a run goes on; shows it, or does not."""

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """A stage begins, with so many cells to work and so many left alone."""

    def cells_done(self, stage: str, cells: int) -> None:
        """So many cells of a stage have been worked."""

    def stage_ends(self, summary: StageSummary) -> None:
        """A stage has ended."""


class Silent:
    """Shows nothing."""

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """Show nothing."""

    def cells_done(self, stage: str, cells: int) -> None:
        """Show nothing."""

    def stage_ends(self, summary: StageSummary) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class StageSummary:
    """What a stage did in a run: cells worked, cells left alone, states of the worked ones, and the time taken."""

    stage: str
    worked: int
    skipped: int
    states: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class RunSummary:
    """What a run did, and the cells of its range that are neither complete nor empty for a reason."""

    run_id: str
    start: dt.date
    end: dt.date
    stages: tuple[StageSummary, ...]
    open_cells: tuple[tuple[dt.date, str, Cell], ...] = field(default=())
    damaged: tuple[Damage, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether every cell is complete, empty for a reason, or waits for games that are not final yet."""
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
    """Work the cells from `start` to `end` that are not settled or whose inputs changed, stage by stage.

    Without `resume` every cell of the range is worked. Dates whose stored rows are not those that the grid recorded are
    computed again, where reading them all is not billed; `courtside repair` does it on every engine. A date whose stage
    raises is marked failed with the error; the rest go on. Running it again does nothing where nothing changed.

    Raises:
        WarehouseBusyError: where another run holds the lease.
        ClockError: where the clock is fixed ahead of the machine's.
    """
    require_trusted_clock(context)
    watcher = observer or Silent()
    context.ledger.acquire(context.settings.lease_seconds)
    try:
        begun = context.ledger.event("run", "started", [start, end], 0, detail=f"{start} to {end}")
        context.warehouse.upsert([begun])
        damaged = () if context.warehouse.prefers_whole_ranges else tuple(withdraw_damaged(context, start, end))
        summaries = tuple(
            _told(
                context,
                stage,
                [*withdrawn_before(context, stage.name, start), *date_range(start, end)],
                resume,
                watcher,
            )
            for stage in stages
        )
        cells = tuple(_open_cells(context, start, end, stages))
        summary = RunSummary(context.ledger.run_id, start, end, summaries, cells, damaged)
        ended = context.ledger.event(
            "run", "finished", [start, end], 0, seconds=sum(item.seconds for item in summaries)
        )
        context.warehouse.upsert([ended])
        for stage in stages:
            if isinstance(stage, Closing):
                stage.close(context)
    finally:
        context.ledger.release()
    return summary


def _told(context: Context, stage: Stage, dates: Sequence[dt.date], resume: bool, observer: Observer) -> StageSummary:
    with bound(run_id=context.ledger.run_id, stage=stage.name, dates=f"{dates[0]} to {dates[-1]}"):
        summary = _stage(context, stage, dates, resume, observer)
        log.info("%d dates worked, %d left alone: %s", summary.worked, summary.skipped, summary.states)
    return summary


def _stage(context: Context, stage: Stage, dates: Sequence[dt.date], resume: bool, observer: Observer) -> StageSummary:
    begun = time.perf_counter()
    context.ledger.acquire(context.settings.lease_seconds)
    inputs = stage.inputs(context, dates)
    before = context.ledger.cells(stage.name)
    wanted = [day for day in dates if not (resume and _is_settled(before.get(day), inputs[day]))]
    observer.stage_begins(stage.name, len(wanted), len(dates) - len(wanted))
    states: Counter[str] = Counter()
    for chunk in _chunks(context, stage, wanted):
        outcomes = _attempt(context, stage, chunk, inputs)
        states.update(outcome.state for outcome in outcomes.values())
        context.warehouse.release()
        observer.cells_done(stage.name, len(chunk))
    summary = StageSummary(stage.name, len(wanted), len(dates) - len(wanted), dict(states), time.perf_counter() - begun)
    if wanted:
        context.warehouse.upsert([_ended(context, summary, wanted)])
    observer.stage_ends(summary)
    return summary


def _ended(context: Context, summary: StageSummary, dates: Sequence[dt.date]) -> Upsert:
    states = ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items()))
    detail = f"{states}; {summary.skipped} left alone"
    return context.ledger.event(summary.stage, "finished", dates, 0, seconds=summary.seconds, detail=detail)


def _is_settled(cell: Cell | None, input_hash: str) -> bool:
    return cell is not None and cell.state in SETTLED and cell.input_hash == input_hash


def _chunks(context: Context, stage: Stage, dates: Sequence[dt.date]) -> list[list[dt.date]]:
    if context.warehouse.prefers_whole_ranges and stage.name not in IN_MEMORY:
        return [list(dates)] if dates else []
    return _by_season(dates)


def _by_season(dates: Sequence[dt.date]) -> list[list[dt.date]]:
    """Split dates so that each chunk looks back on the same history, which bounds the memory of a long range."""
    chunks: dict[dt.date, list[dt.date]] = {}
    for day in dates:
        chunks.setdefault(lookback_start(day), []).append(day)
    return list(chunks.values())


def _attempt(
    context: Context, stage: Stage, dates: Sequence[dt.date], inputs: dict[dt.date, str]
) -> dict[dt.date, Outcome]:
    """Compute a stage for `dates`; where it raises, halve them until the dates that fail stand alone.

    An error that names its dates fails those and leaves the rest to one more attempt. An error that no smaller range
    can avoid fails all. Where the first few dates tried alone all fail and nothing has worked, the fault is not in the
    dates: the rest are marked failed without being tried one by one.
    """
    outcomes: dict[dt.date, Outcome] = {}
    waiting = [list(dates)]
    while waiting:
        batch = waiting.pop()
        try:
            outcomes |= stage.work(context, batch, lambda found: context.ledger.recorder(stage.name, inputs, found))
        except StorageError:
            raise  # the disk or the file fails, whichever dates are tried
        except Exception as error:  # noqa: BLE001 - whatever a stage raises becomes the state of its cells
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
            if len(outcomes) >= HOPELESS_AFTER and all(item.state == "failed" for item in outcomes.values()):
                rest = [day for left in waiting for day in left]
                return outcomes | dict.fromkeys(rest, _failed(context, stage, rest, inputs, error))
    return outcomes


def _failed(
    context: Context, stage: Stage, dates: Sequence[dt.date], inputs: dict[dt.date, str], error: Exception
) -> Outcome:
    log.error("%s failed for %d dates: %s: %s", stage.name, len(dates), type(error).__name__, error)
    context.ledger.fail(stage.name, dates, inputs, error)
    return Outcome("failed", str(error))


def _open_cells(
    context: Context, start: dt.date, end: dt.date, stages: Sequence[Stage]
) -> list[tuple[dt.date, str, Cell]]:
    return [
        (day, stage.name, cell)
        for stage in stages
        for day, cell in sorted(context.ledger.cells(stage.name).items())
        if start <= day <= end and cell.state not in ("complete", "empty")
    ]
