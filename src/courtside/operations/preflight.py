"""Before a run: the stages that are selected, whether they can run, and what they would process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
from rapidfuzz import process

from courtside.clock import date_range
from courtside.errors import AnswerError, ConfigError
from courtside.league.seasons import lookback_start
from courtside.pipeline.context import Context
from courtside.pipeline.reads import Dates
from courtside.pipeline.resume import input_state, upstream
from courtside.pipeline.runner import WRITERS, dates_to_process
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.stored import damage, dates_text, withdrawn_before
from courtside.pipeline.tables import ALL_TABLES
from courtside.raw.tables import PAYLOAD_LOG

SHOWN_STAGES = 3


class UpstreamError(AnswerError):
    """A stage was selected whose inputs from earlier stages are missing, failed or out of date; nothing was run."""


@dataclass(frozen=True)
class Planned:
    """The dates that a run would process in a stage, and the number of dates that are settled and unchanged."""

    stage: str
    dates: tuple[dt.date, ...]
    unchanged: int


def stages_named(names: Sequence[str]) -> tuple[Stage, ...]:
    """Return the stages of comma-separated names, in the order of the flow; every stage where none is named.

    Raises:
        ConfigError: where a name is no stage; the message names the closest.
    """
    wanted = {name.strip() for text in names for name in text.split(",")} - {""}
    if unknown := sorted(wanted - set(STAGE_NAMES)):
        closest = process.extractOne(unknown[0], STAGE_NAMES)[0]
        raise ConfigError(
            f"stage {unknown[0]!r} does not exist; the closest is {closest}. Stages: {', '.join(STAGE_NAMES)}"
        )
    return tuple(stage for stage in STAGES if stage.name in wanted) if wanted else STAGES


def preflight(context: Context, start: dt.date, end: dt.date, stages: Sequence[Stage]) -> str:
    """Check that `stages` can run from `start` to `end`, and return what was found as one line.

    Opening the warehouse has already shown that it answers and that its tables have the shape of this version. Stages
    that feed the selected ones and are not selected must be settled, with unchanged inputs and undamaged rows.

    Raises:
        ConfigError: where no payload is ingested.
        UpstreamError: where an earlier stage is not settled; the message names its dates and the next command.
    """
    payloads = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select(n=nw.len()))["n"].item()
    if not payloads:
        raise ConfigError("Preflight failed: no payloads are ingested. Run `courtside ingest live` or `courtside demo`")
    names = stages_before(stages)
    if found := _unsettled(context, stages, names, start, end):
        parts = [f"{name} on {dates_text(days)}" for name, days in found.items()]
        more = f" and {len(parts) - SHOWN_STAGES} later stages" if len(parts) > SHOWN_STAGES else ""
        first = min(day for days in found.values() for day in days)
        raise UpstreamError(
            f"Preflight failed: earlier stages are missing, failed or out of date: {'; '.join(parts[:SHOWN_STAGES])}"
            f"{more}. Run `courtside run --start-date {first} --end-date {end} --stages {','.join(found)}` first"
        )
    earlier = f"; earlier stages are settled: {', '.join(names)}" if names else ""
    return f"Preflight: the warehouse answers, {len(ALL_TABLES)} tables match, {payloads:,} payloads{earlier}."


def stages_before(stages: Sequence[Stage]) -> tuple[str, ...]:
    """Return the stages whose results `stages` depend on, directly or through others, without `stages` themselves."""
    found = {stage.name for stage in stages}
    for stage in reversed(STAGES):
        if stage.name in found:
            found.update(upstream(stage, WRITERS))
    return tuple(name for name in STAGE_NAMES if name in found - {stage.name for stage in stages})


def stages_after(stages: Sequence[Stage]) -> tuple[str, ...]:
    """Return the stages that depend on the results of `stages`, without `stages` themselves."""
    found = {stage.name for stage in stages}
    for stage in STAGES:
        if found.intersection(upstream(stage, WRITERS)):
            found.add(stage.name)
    return tuple(name for name in STAGE_NAMES if name in found - {stage.name for stage in stages})


def plan(
    context: Context, start: dt.date, end: dt.date, stages: Sequence[Stage], *, resume: bool = True
) -> list[Planned]:
    """Return what a run would process now; a date that an earlier stage changes is added only during the run."""
    damaged = _damaged(context, start, end, stages)
    found = []
    grid = context.run_log.grid()
    for stage in stages:
        dates = [*withdrawn_before(grid, stage.name, start), *date_range(start, end)]
        wanted, _ = dates_to_process(context, stage, dates, resume, grid)
        chosen = sorted({*wanted, *damaged.get(stage.name, ())})
        found.append(Planned(stage.name, tuple(chosen), len({*dates, *chosen}) - len(chosen)))
    return found


def _unsettled(
    context: Context, selected: Sequence[Stage], names: Sequence[str], start: dt.date, end: dt.date
) -> dict[str, tuple[dt.date, ...]]:
    """Return the dates, by stage of `names`, that have no cell, failed, have changed inputs, or hold damaged rows.

    Where a selected stage looks back, the stored dates of the season before are included.
    """
    earlier = [stage for stage in STAGES if stage.name in names]
    damaged = _damaged(context, start, end, earlier) if earlier else {}
    found = {}
    grid = context.run_log.grid()
    for stage in earlier:
        cells = grid.cells(stage.name, lookback_start(start) if _looks_back(selected, stage.name) else start, end)
        days = sorted({*cells, *date_range(start, end)})
        hashes = input_state(context, stage, WRITERS, days, grid).hashes
        settled = {
            day for day, cell in cells.items() if cell.state != "failed" and cell.input_hash == hashes[day]
        } - damaged.get(stage.name, set())
        if unsettled := tuple(day for day in days if day not in settled):
            found[stage.name] = unsettled
    return found


def _looks_back(stages: Sequence[Stage], upstream_name: str) -> bool:
    """Return whether a stage depends on other dates of a stage than the dates that it processes."""
    return any(
        WRITERS.get(read.table.name) == upstream_name and set(read.tracked_by) - {Dates.THESE}
        for stage in stages
        for read in stage.reads
    )


def _damaged(context: Context, start: dt.date, end: dt.date, stages: Sequence[Stage]) -> Mapping[str, set[dt.date]]:
    """Return the dates, by stage, that a run would withdraw first; engines that bill for reading are not compared."""
    found: dict[str, set[dt.date]] = {}
    for item in () if context.warehouse.bills_reads else damage(context, lookback_start(start), end, stages):
        if item.can_be_computed:
            found.setdefault(item.stage, set()).add(item.game_date)
    return found
