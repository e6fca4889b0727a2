"""`courtside repair`: list what is missing, late or damaged, ingest what arrived, and compute affected cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from courtside.cli.common import (
    PROBLEM,
    AsJson,
    Home,
    complaints,
    console,
    is_terminal,
    print_json,
    reading,
    settings_of,
)
from courtside.cli.ingest import parse_date_option
from courtside.cli.live import fetch_dates
from courtside.cli.output import show_table
from courtside.cli.progress import BarProgress, PlainProgress
from courtside.operations.intake import ingest_waiting
from courtside.operations.repair import (
    STORED,
    Need,
    RangeState,
    Repair,
    missing_dates,
    needs,
    needs_of_values,
    processed_cells,
    repair,
    span_of_grid,
)
from courtside.pipeline.context import Context, opened
from courtside.sources.files import files_at
from courtside.sources.payload import Payload

SHOWN, SHOWN_IDS = 20, 2


def repair_command(
    date: Annotated[str, typer.Option(help="First date to repair. Default: the first date of the grid.")] = "",
    source: Annotated[
        list[Path] | None, typer.Option("--from", help="Files or folders to ingest. Default: the inbox.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch missing box scores from the live sources.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what is missing, late or damaged, and change nothing.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List what is missing, late or damaged, ingest what has arrived, and compute exactly the affected cells again.

    Prints the state before and after. Exits with 1 where something is still missing, held or failed.
    """
    settings = settings_of(home)
    inbox = [settings.inbox] if settings.inbox else []
    with (reading if dry_run else opened)(settings) as context:
        start, end = span_of_grid(context, parse_date_option(date, "--date") if date else None)
        if dry_run:
            found = needs(context, start, end)
            if not any(item.source == STORED for item in found):
                found += needs_of_values(context, start, end)
            _show_needs(found, as_json)
            raise typer.Exit(PROBLEM if found else 0)
        missing = missing_dates(needs(context, start, end)) if fetch else ()
    steps = fetch_dates(settings, missing) if missing else []
    with opened(settings) as context:
        ingest_waiting(context, steps)
        unread: list[str] = []
        payloads = files_at(
            source or inbox, context.clock.now(), lambda name, reason: unread.append(f"{name}: {reason}")
        )
        done = _repair_shown(context, payloads, start, end, quiet=as_json)
    if as_json:
        print_json(_as_dict(done))
    else:
        _show(done)
    for line in unread:
        complaints.print(line, soft_wrap=True)
    if unread or not done.is_whole:
        raise typer.Exit(PROBLEM)


def _repair_shown(
    context: Context, payloads: Iterable[Payload], start: dt.date, end: dt.date, *, quiet: bool
) -> Repair:
    if quiet:
        return repair(context, payloads, start, end)
    progress = BarProgress(console) if is_terminal() else PlainProgress(console)
    with progress:
        return repair(context, payloads, start, end, progress)


def _show(done: Repair) -> None:
    _show_needs(done.needs_before, False)
    taken = [report for report in done.reports if report.status != "already_there"]
    rows = sum(report.rows_new for report in done.reports)
    refused = sum(report.status == "refused" for report in done.reports)
    console.print(f"ingested: {len(taken)} payloads, {rows:,} new rows, {refused} refused")
    console.print(
        "processed again: " + ", ".join(f"{stage} {cells}" for stage, cells in processed_cells(done.summary).items())
    )
    counts = [
        *_lines(done.before, done.after),
        ("payloads missing or late, dates damaged", len(done.needs_before), len(done.needs_after)),
    ]
    show_table(("", "before", "after"), [(name, f"{before:,}", f"{after:,}") for name, before, after in counts])
    if done.needs_after:
        console.print("still needed:")
        _show_needs(done.needs_after, False)


def _lines(before: RangeState, after: RangeState) -> list[tuple[str, int, int]]:
    states = sorted(set(before.cells) | set(after.cells))
    cells = [(f"cells {state}", before.cells.get(state, 0), after.cells.get(state, 0)) for state in states]
    return [
        *cells,
        ("feature rows", before.rows, after.rows),
        ("rows without a required feature", before.contaminated, after.contaminated),
        ("rows whose windows lack a game", before.with_gaps, after.with_gaps),
    ]


def _show_needs(found: Sequence[Need], as_json: bool) -> None:
    if as_json:
        print_json([_need(item) for item in found])
        return
    if not found:
        console.print("nothing is missing, late or damaged")
        return
    rows = [
        (item.game_date, item.source, item.what, _games(item.ids), f"{item.state}, {item.days:,} days")
        for item in found[:SHOWN]
    ]
    show_table(("date", "source", "what", "games", "state"), rows, drop=("games",))
    if len(found) > SHOWN:
        console.print(f"… and {len(found) - SHOWN} more: --json lists them all")


def _games(ids: Sequence[str]) -> str:
    """Return up to two ids, or the first and the number of the others."""
    return ", ".join(ids) if len(ids) <= SHOWN_IDS else f"{ids[0]} and {len(ids) - 1} more"


def _need(item: Need) -> dict[str, Any]:
    return {
        "date": str(item.game_date),
        "source": item.source,
        "what": item.what,
        "games": list(item.ids),
        "state": item.state,
        "days": item.days,
    }


def _as_dict(done: Repair) -> dict[str, Any]:
    return {
        "needs_before": [_need(item) for item in done.needs_before],
        "needs_after": [_need(item) for item in done.needs_after],
        "rows_ingested": sum(report.rows_new for report in done.reports),
        "processed": processed_cells(done.summary),
        "before": done.before.as_dict(),
        "after": done.after.as_dict(),
        "is_whole": done.is_whole,
    }
