"""`courtside export` and `courtside serve`: write the public files, and serve them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from courtside.cli.common import PROBLEM, Home, complaints, console, reading, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.clock import date_range
from courtside.errors import ConfigError
from courtside.operations.exporting import export_dates
from courtside.pipeline.context import opened
from courtside.publishing.exporter import NAMES, FileReport
from courtside.publishing.exporters import EXPORTERS
from courtside.publishing.exporters.status import STATUS
from courtside.publishing.stores import BUCKET_SCHEME, open_store, target_of
from courtside.publishing.stores.base import DryRun


def export_command(
    date: Annotated[str, typer.Option(help="Date to export, as 2026-02-07.")] = "",
    start_date: Annotated[str, typer.Option(help="First date of a range.")] = "",
    end_date: Annotated[str, typer.Option(help="Last date of a range, included.")] = "",
    only: Annotated[str, typer.Option(help="Types of file to export, comma-separated; --list shows them.")] = "",
    target: Annotated[
        str, typer.Option(help="Folder or gs://bucket/prefix to write to, instead of the setting `publish`.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and write nothing.")] = False,
    list_types: Annotated[bool, typer.Option("--list", help="List the types of file and exit.")] = False,
    home: Home = None,
) -> None:
    """Write the public files of some dates; a file whose content is unchanged is not written."""
    if list_types:
        _show_types()
        return
    dates, names = _dates(date, start_date, end_date), _names(only)
    settings = settings_of(home)
    place = target or target_of(settings)
    store = open_store(place)
    with (reading if dry_run else opened)(settings) as context:
        reports = export_dates(context, DryRun(store) if dry_run else store, dates, names)
    _show(reports, place, dry_run)
    if any(report.is_problem for report in reports):
        raise typer.Exit(PROBLEM)


def _dates(date: str, start_date: str, end_date: str) -> list[dt.date]:
    first, last = (date, date) if date else (start_date, end_date)
    if not first or not last:
        raise ConfigError("No dates: give --date, or --start-date and --end-date")
    return list(date_range(parse_date_option(first, "first date"), parse_date_option(last, "last date")))


def _names(only: str) -> list[str]:
    names = [name.strip() for name in only.split(",") if name.strip()] or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        raise ConfigError(f"--only {', '.join(unknown)}: no such type of file; the types are {', '.join(NAMES)}")
    return names


def _show_types() -> None:
    table = Table("type", "path", "cached for", box=None, pad_edge=False)
    kinds = [(exporter.name, kind) for exporter in EXPORTERS for kind in exporter.kinds]
    for name, kind in [*kinds, ("always", STATUS)]:
        table.add_row(name, f"v1/{kind.template}", f"{kind.max_age} s")
    console.print(table)


def _show(reports: Sequence[FileReport], place: str, dry_run: bool) -> None:
    for report in reports:
        if report.is_problem:
            complaints.print(f"{report.path}: {report.status}: {report.reason}", soft_wrap=True)
        elif dry_run and report.status == "written":
            console.print(f"would write {report.path}", soft_wrap=True)
    counts = Counter("would be written" if dry_run and r.status == "written" else r.status for r in reports)
    summary = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing is published yet"
    console.print(f"{len(reports)} files in {place}: {summary}", soft_wrap=True)


def serve_command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; with 0, a free port.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    home: Home = None,
) -> None:
    """Serve the site and the public files until interrupted."""
    place = target_of(settings_of(home))
    if place.startswith(BUCKET_SCHEME):
        raise ConfigError(
            f"{place} is a bucket, and `courtside serve` serves a folder. Set COURTSIDE_PUBLISH to a folder."
        )
    from courtside.publishing.server import serve  # Only this command needs a web server.

    serve(Path(place), host, port, say=partial(console.print, soft_wrap=True))
