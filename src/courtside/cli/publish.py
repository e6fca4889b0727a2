"""`courtside export` and `courtside serve`: write the public files, and look at them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from courtside.cli.common import PROBLEM, Home, complaints, console, opened, readable_errors, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.clock import date_range
from courtside.errors import ConfigError
from courtside.publishing.exporter import EXPORTERS, export
from courtside.publishing.server import serve
from courtside.publishing.stores.local import LocalStore


@readable_errors
def export_command(
    date: Annotated[str, typer.Option(help="Date to export, as 2026-02-07.")] = "",
    start_date: Annotated[str, typer.Option(help="First date of a range.")] = "",
    end_date: Annotated[str, typer.Option(help="Last date of a range, included.")] = "",
    only: Annotated[str, typer.Option(help=f"Types to export, of {','.join(EXPORTERS)}.")] = "",
    home: Home = None,
) -> None:
    """Write the public files from the ledger; a file whose content is the same is left alone."""
    first, last = (date, date) if date else (start_date, end_date)
    if not first or not last:
        raise ConfigError("give --date, or --start-date and --end-date")
    names = [name.strip() for name in only.split(",") if name.strip()] or list(EXPORTERS)
    if unknown := [name for name in names if name not in EXPORTERS]:
        raise ConfigError(f"--only {', '.join(unknown)}: no such type; there are {', '.join(EXPORTERS)}")
    dates = list(date_range(parse_date_option(first, "first date"), parse_date_option(last, "last date")))
    settings = settings_of(home)
    with opened(settings) as context:
        store = LocalStore(settings.public_folder)
        reports = export(context.warehouse, store, dates, now=context.clock.now(), only=names)
    for report in reports:
        if report.status == "failed":
            complaints.print(f"{report.path}: {report.reason}", soft_wrap=True, markup=False)
    counts = Counter(report.status for report in reports)
    console.print(
        f"{len(reports)} files in {settings.public_folder}: "
        + (", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing published yet")
    )
    if counts["failed"]:
        raise typer.Exit(PROBLEM)


@readable_errors
def serve_command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on; loopback unless told otherwise.")] = "127.0.0.1",
    home: Home = None,
) -> None:
    """Serve the site and the public files until interrupted."""
    serve(settings_of(home).public_folder, host, port, say=console.print)
