"""`courtside ingest`: ingest files, or a simulated league."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from courtside.cli.common import PROBLEM, Home, console, is_terminal, settings_of, styled
from courtside.clock import parse_game_date
from courtside.errors import ConfigError
from courtside.operations.ingest import Report, ingest, unread_report
from courtside.pipeline.context import opened
from courtside.sources.files import files_at
from courtside.sources.simulated import Faults, simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.base import Warehouse

app = typer.Typer(
    help="Ingest payloads: from the live sources, from files, or from a simulated league.", no_args_is_help=True
)
STYLES = {"ingested": "green", "already_there": "dim", "empty": "yellow", "refused": "red"}


@app.command("files")
def files(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders whose files are all ingested.")],
    home: Home = None,
) -> None:
    """Ingest files as their providers publish them; the kind of each is recognised by its content.

    Player and team box scores (LeagueGameLog: CSV, Parquet, JSON), schedules (CSV, CDN JSON), lines (canonical CSV, The
    Odds API flat or JSON) and shot charts (zipped CSV). A file that cannot be parsed is refused with the reason, and so
    is a path that is absent, unreadable or not a regular file; the other files are ingested, and the exit code is 1.
    """
    settings = settings_of(home)
    with opened(settings) as context:
        unread: list[Report] = []
        payloads = files_at(paths, settings.clock.now(), lambda name, why: unread.append(unread_report(name, why)))
        reports = watched(ingest(payloads, context.warehouse, PayloadStore(settings.raw_folder)))
    reports += unread
    _show_each(reports)
    if any(report.status == "refused" or report.rows_refused for report in reports):
        raise typer.Exit(PROBLEM)


@app.command("simulate")
def simulated(
    seasons: Annotated[int, typer.Option(min=1, help="Number of seasons; the last is the current one.")] = 2,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same bytes.")] = 7,
    until: Annotated[str, typer.Option(help="Last game date with results, as 2026-02-07.")] = "",
    faults: Annotated[str, typer.Option(help="Faults to plant, as `missing_box_share=0.02,missing_line_days=3`.")] = "",
    truth: Annotated[
        Path | None, typer.Option(help="Folder for the true values of the simulation; no command reads them.")
    ] = None,
    home: Home = None,
) -> None:
    """Ingest a simulated league: fictional players, in the formats of the real providers."""
    settings = settings_of(home)
    with opened(settings) as context:
        simulate_into(
            context.warehouse,
            PayloadStore(settings.raw_folder),
            seasons=seasons,
            seed=seed,
            until=parse_date_option(until, "--until") if until else None,
            faults=Faults.parse(faults) if faults else Faults(),
            truth=truth,
        )


def simulate_into(
    warehouse: Warehouse,
    store: PayloadStore,
    *,
    seasons: int,
    seed: int,
    until: dt.date | None,
    faults: Faults,
    truth: Path | None = None,
    other_markets_from: dt.date = dt.date.min,
    every_round_from: dt.date = dt.date.min,
) -> None:
    """Simulate the league, ingest its payloads, and print the result."""
    league = simulate(
        seasons=seasons,
        seed=seed,
        until=until,
        faults=faults,
        other_markets_from=other_markets_from,
        every_round_from=every_round_from,
    )
    reports = watched(ingest(league.payloads, warehouse, store))
    if truth:
        league.truth.write(truth)
    _show_kinds(reports)


def watched(reports: Iterable[Report]) -> list[Report]:
    """Return all reports; on a terminal, show the number of payloads and rows meanwhile."""
    found: list[Report] = []
    progress = Progress(
        SpinnerColumn(),
        TextColumn("ingest       {task.completed:,} payloads, {task.fields[rows]:,} new rows"),
        TimeElapsedColumn(),
        console=console,
        disable=not is_terminal(),
    )
    with progress:
        task, rows = progress.add_task("ingest", total=None, rows=0), 0
        for report in reports:
            found.append(report)
            rows += report.rows_new
            progress.update(task, advance=1, rows=rows)
    return found


def parse_date_option(value: str, option: str) -> dt.date:
    """Return the date that an option gives.

    Raises:
        ConfigError: where it is not a date; the message names the option and its value.
    """
    try:
        return parse_game_date(value)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error


def _show_each(reports: list[Report]) -> None:
    table = Table("file", "kind", "status", "new rows", "known", "refused", box=None, pad_edge=False)
    for report in reports:
        table.add_row(
            Path(report.name).name,
            report.kind or "-",
            styled(report.status.replace("_", " "), STYLES[report.status]),
            f"{report.rows_new:,}",
            f"{report.rows_known:,}",
            f"{report.rows_refused:,}",
        )
    console.print(table)
    for report in reports:
        if report.reason and report.status != "already_there":
            reason = report.reason.removeprefix(f"{report.name}: ")
            console.print(f"{Path(report.name).name}: {reason}", soft_wrap=True)
    _show_total(reports)


def _show_kinds(reports: list[Report]) -> None:
    table = Table("kind", "payloads", "new rows", "known", "refused", box=None, pad_edge=False)
    for kind in sorted({report.kind or "already there" for report in reports}):
        own = [report for report in reports if (report.kind or "already there") == kind]
        counts = (len(own), *(sum(getattr(r, f"rows_{n}") for r in own) for n in ("new", "known", "refused")))
        table.add_row(kind, *(f"{count:,}" for count in counts))
    console.print(table)
    _show_total(reports)


def _show_total(reports: list[Report]) -> None:
    refused = sum(report.status == "refused" for report in reports)
    console.print(
        f"{len(reports):,} payloads: {sum(report.rows_new for report in reports):,} new rows, "
        f"{sum(report.rows_known for report in reports):,} already stored, "
        f"{sum(report.rows_refused for report in reports):,} refused; {refused} payloads refused"
    )
