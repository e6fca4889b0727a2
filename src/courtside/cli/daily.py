"""`courtside daily`: the daily run, as a timer starts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from courtside.analytics.freshness import freshness
from courtside.cli.common import PROBLEM, Home, console, is_terminal, settings_of, show_data
from courtside.cli.ingest import parse_date_option
from courtside.cli.live import fetch_all
from courtside.cli.progress import BarProgress, PlainProgress
from courtside.cli.run import finish
from courtside.operations.day import DayReport, run_day
from courtside.operations.intake import FINE, Step
from courtside.pipeline.context import opened

SHOWN = 8


def daily_command(
    date: Annotated[str, typer.Option(help="Date to run. Default: today.")] = "",
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch from the live sources first, lines before all else.")
    ] = False,
    home: Home = None,
) -> None:
    """Run the day: ingest waiting payloads, grade final games, predict and publish the slate, and fill gaps.

    Prints the cells that wait, with their times, and the cells that are late. Exits with 1 where a cell is held, failed
    or late, where a payload was refused, or where a source did not respond.
    """
    settings = settings_of(home)
    steps = fetch_all(settings) if fetch else []
    with opened(settings) as context:
        day = parse_date_option(date, "--date") if date else context.clock.today()
        with BarProgress(console) if is_terminal() else PlainProgress(console) as progress:
            report = run_day(context, day, progress, steps)
        data, now = freshness(context.warehouse), context.clock.now()
    show_data(data, now)
    _show(report, steps)
    finish(report.summary)
    refused = any(item.status == "refused" for item in report.ingested)
    if refused or report.files.lost or report.lates or any(step.status not in FINE for step in steps):
        raise typer.Exit(PROBLEM)


def _show(report: DayReport, steps: Sequence[Step]) -> None:
    lines = [f"{step.source} {step.name}: {step.status}: {step.reason}" for step in steps if step.status not in FINE]
    lines += [str(item) for item in (*report.gaps[:SHOWN], *report.lates[:SHOWN], *report.waits[:SHOWN])]
    hidden = sum(max(0, len(items) - SHOWN) for items in (report.gaps, report.lates, report.waits))
    for line in lines:
        console.print(line, soft_wrap=True)
    if hidden:
        console.print(f"… and {hidden} more: `courtside status --json` lists them all")
    _show_files(report)
    for item in report.ingested:
        if item.status == "refused":
            console.print(f"refused: {item.name}: {item.reason}", soft_wrap=True)
    if report.ingested:
        console.print(
            f"{len(report.ingested)} payloads ingested, {sum(item.rows_new for item in report.ingested):,} new rows"
        )


def _show_files(report: DayReport) -> None:
    found = (("lost or damaged payload", report.files.lost), ("public file written again", report.files.restored))
    for what, names in found:
        for name in names[:SHOWN]:
            console.print(f"{what}: {name}", soft_wrap=True, markup=False)
        if len(names) > SHOWN:
            console.print(f"… and {len(names) - SHOWN} more: {what}")
