"""`courtside repair`: list what is missing, late or damaged, ingest what arrived, and compute affected cells."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from courtside.cli.common import PROBLEM, Home, complaints, console, is_terminal, opened, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.cli.live import fetch_dates
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
from courtside.pipeline.context import Context
from courtside.sources.files import files_at
from courtside.sources.payload import Payload

SHOWN, SHOWN_IDS = 20, 4


def repair_command(
    date: Annotated[str, typer.Option(help="First date to repair. Default: the first date of the grid.")] = "",
    source: Annotated[
        list[Path] | None, typer.Option("--from", help="Files or folders to ingest. Default: the inbox.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch missing box scores from the live sources.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what is missing, late or damaged, and change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = None,
) -> None:
    """List what is missing, late or damaged, ingest what has arrived, and compute exactly the affected cells again.

    Prints the state before and after. Exits with 1 where something is still missing, held or failed.
    """
    settings = settings_of(home)
    inbox = [settings.inbox] if settings.inbox else []
    with opened(settings) as context:
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
        typer.echo(json.dumps(_as_dict(done), indent=1))
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
    table = Table("", "before", "after", box=None, pad_edge=False)
    for name, before, after in _lines(done.before, done.after):
        table.add_row(name, f"{before:,}", f"{after:,}")
    table.add_row(
        "payloads missing or late, dates damaged", f"{len(done.needs_before):,}", f"{len(done.needs_after):,}"
    )
    console.print(table)
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
        typer.echo(json.dumps([_need(item) for item in found], indent=1))
        return
    if not found:
        console.print("nothing is missing, late or damaged")
        return
    table = Table("date", "source", "what", "games", "state", box=None, pad_edge=False)
    for item in found[:SHOWN]:
        more = f" and {len(item.ids) - SHOWN_IDS} more" if len(item.ids) > SHOWN_IDS else ""
        games = ", ".join(item.ids[:SHOWN_IDS]) + more
        table.add_row(str(item.game_date), item.source, item.what, games, f"{item.state}, {item.days} days")
    console.print(table)
    if len(found) > SHOWN:
        console.print(f"… and {len(found) - SHOWN} more: --json lists them all")


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
