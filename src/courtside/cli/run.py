"""`courtside run` and `courtside status`: process the grid, and show it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Annotated

import typer

from courtside.analytics.history import kind_of
from courtside.cli.common import (
    PROBLEM,
    AsJson,
    Home,
    console,
    is_terminal,
    print_json,
    reading,
    settings_of,
    show_data,
    styled,
)
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import bar, show_table
from courtside.cli.progress import BarProgress, PlainProgress
from courtside.config import Settings
from courtside.errors import ConfigError, SchemaDriftError
from courtside.operations.cost import StageCost, costs
from courtside.operations.preflight import Planned, plan, preflight, stages_after, stages_named
from courtside.operations.status import Status, status_of
from courtside.pipeline.context import Context, opened
from courtside.pipeline.run_log import Cell
from courtside.pipeline.runner import RunSummary, run
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stored import dates_text, sentence

SHOWN = 12
DONE = ("complete", "empty")
STYLES = {"held": "yellow", "failed": "red", "missing": "red"}


def run_command(
    start_date: Annotated[str, typer.Option(help="First game date, as 2024-10-22.")],
    end_date: Annotated[str, typer.Option(help="Last game date, included.")],
    resume: Annotated[bool, typer.Option(help="Skip settled cells; --no-resume processes them all.")] = True,
    as_of: Annotated[
        str, typer.Option(help="Use only payloads fetched up to this time, as 2026-02-07T15:00 (UTC).")
    ] = "",
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", "--stages", help="Run these stages alone, with commas between. Default: every stage."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the dates that each stage would process, and change nothing.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Estimate the bytes that each stage would read, and run nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry-run or --estimate: print JSON.")] = False,
    home: Home = None,
) -> None:
    """Run every stage over a range of dates; a second run processes only what is not settled or has changed.

    First checks that the warehouse answers, that its tables match this version, and that earlier stages are settled
    where stages are selected. Exits with 1 where a date is held or failed, which are listed, or an earlier stage is not
    settled, and with 2 where another check fails.
    """
    start, end = parse_date_option(start_date, "--start-date"), parse_date_option(end_date, "--end-date")
    if start > end:
        raise ConfigError(f"--start-date {start} is after --end-date {end}")
    if as_json and not (dry_run or estimate):
        raise ConfigError("--json belongs to --dry-run or --estimate; `courtside runs ID --json` prints what a run did")
    settings, stages = settings_of(home), stages_named(stage or ())
    is_absent = not settings.warehouse and not settings.warehouse_path.exists()
    with _checked(reading if dry_run or estimate or is_absent else opened, settings) as opened_context:
        context = _as_of(opened_context, as_of)
        if estimate:
            show_costs(costs(context.warehouse, start, end, stages), as_json)
            return
        found = preflight(context, start, end, stages)
        if dry_run:
            _show_plan(found, plan(context, start, end, stages, resume=resume), as_json)
            return
        console.print(found)
        summary = run_shown(context, start, end, resume=resume, stages=stages)
    if later := stages_after(stages):
        console.print(f"Later stages were not run: {', '.join(later)}. `courtside run` processes what has changed.")
    finish(summary)


@contextmanager
def _checked(way: Callable[[Settings], AbstractContextManager[Context]], settings: Settings) -> Iterator[Context]:
    """Open the warehouse; tables of another shape are a failed preflight, in which nothing was run."""
    with ExitStack() as stack:
        try:
            context = stack.enter_context(way(settings))
        except SchemaDriftError as error:
            raise ConfigError(f"Preflight failed: {error}") from error
        yield context


def _show_plan(found: str, planned: Sequence[Planned], as_json: bool) -> None:
    if as_json:
        print_json([dataclasses.asdict(item) for item in planned])
        return
    console.print(found)
    rows = [
        (item.stage, f"{len(item.dates):,}", f"{item.unchanged:,}", dates_text(item.dates) or "-") for item in planned
    ]
    show_table(("stage", "to process", "unchanged", "dates"), rows, sentence="dates")
    console.print("Nothing was run. A run also processes the dates that these changes affect in later stages.")


def status_command(
    as_json: AsJson = False,
    season: Annotated[str, typer.Option(help="Season to show, as 2025-26. Default: the newest season.")] = "",
    home: Home = None,
) -> None:
    """Show the grid: the number of dates of each stage that are complete, empty, held, failed, expected or missing."""
    with reading(settings_of(home)) as context:
        status = status_of(context.warehouse, context.clock, season or None)
    if as_json:
        print_json(status.as_dict())
    else:
        _show_status(status)


def show_costs(found: Sequence[StageCost], as_json: bool) -> None:
    """Print the bytes that each stage would read, as the warehouse estimates them."""
    if as_json:
        print_json([dataclasses.asdict(cost) for cost in found])
        return
    if not found:
        console.print("Nothing is billed: the warehouse is a file. On BigQuery this estimates the bytes of each stage.")
        return
    largest = {cost.stage: max(cost.tables.items(), key=lambda item: item[1]) for cost in found}
    rows = [
        (cost.stage, f"{cost.bytes / 1e6:,.1f}", largest[cost.stage][0], f"{largest[cost.stage][1] / 1e6:,.1f}")
        for cost in found
    ]
    show_table(("stage", "MB read", "largest table", "its MB"), rows)
    total = sum(cost.bytes for cost in found) / 1e6
    console.print(f"Estimated {total:,.1f} MB, counting each table once per stage. Nothing was run.")


def run_shown(
    context: Context, start: dt.date, end: dt.date, *, resume: bool = True, stages: Sequence[Stage] = STAGES
) -> RunSummary:
    """Run a range with progress: bars on a terminal, plain lines elsewhere."""
    progress = BarProgress(console) if is_terminal() else PlainProgress(console)
    with progress:
        return run(context, start, end, resume=resume, stages=stages, observer=progress)


def finish(summary: RunSummary) -> None:
    """Print the open cells of a run, and exit with 1 where a cell is held or failed."""
    if summary.damaged:
        console.print(f"stored rows differed from what was recorded: {sentence(summary.damaged)}", markup=False)
    unsettled = [item for item in summary.open_cells if item[2].state != "expected"]
    waiting = len(summary.open_cells) - len(unsettled)
    _show_grouped(unsettled)
    console.print(
        f"run {summary.run_id}: {summary.start} to {summary.end}, "
        f"{len({day for day, _, _ in unsettled})} dates held or failed, {waiting} waiting, "
        f"{sum(stage.seconds for stage in summary.stages):.1f} s"
    )
    if not summary.is_whole:
        raise typer.Exit(PROBLEM)


def _grouped(unsettled: Sequence[tuple[dt.date, str, Cell]]) -> list[str]:
    """Return a line per stage, state and kind of reason, with the newest reason."""
    found: dict[tuple[str, str, str], list[tuple[dt.date, str]]] = {}
    for day, stage, cell in unsettled:
        reason = cell.reason or ""
        found.setdefault((stage, cell.state, kind_of(reason)), []).append((day, reason))
    lines = []
    for (stage, state, _), own in found.items():
        first, (last, reason) = own[0][0], own[-1]
        dates = str(first) if len(own) == 1 else f"{first} to {last} ({len(own)} dates)"
        lines.append(f"{dates} {stage}: {state}: {reason}")
    return lines


def _as_of(context: Context, text: str) -> Context:
    if not text:
        return context
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--as-of {text!r} is not a time; write it as 2026-02-07T15:00") from error
    return Context(context.settings, context.warehouse, context.run_log, context.clock, instant)


def _show_status(status: Status) -> None:
    show_data(status.data, status.now)
    console.print(f"season {status.season}: {status.start} to {status.end}")
    rows = []
    for stage, counts in status.stages.items():
        share = sum(counts.get(state, 0) for state in DONE) / max(1, sum(counts.values()))
        numbers = (
            styled(counts.get(state, 0), STYLES.get(state) if counts.get(state) else "dim") for state in status.states
        )
        rows.append((stage, styled(bar(share), "green"), *numbers))
    show_table(("stage", "done", *status.states), rows, drop=("done",))
    _show_grouped(
        [
            (dt.date.fromisoformat(item["date"]), item["stage"], Cell(item["state"], item["reason"]))
            for item in status.open
        ]
    )


def _show_grouped(cells: Sequence[tuple[dt.date, str, Cell]]) -> None:
    lines = _grouped(cells)
    for line in lines[:SHOWN]:
        console.print(line)
    if len(lines) > SHOWN:
        console.print(f"… and {len(lines) - SHOWN} more: `courtside status --json` lists them all")
