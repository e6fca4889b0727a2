"""`courtside ingest nba|schedule|odds|injuries|live`: fetch from the live sources and ingest the payloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.table import Table

from courtside.cli.common import PROBLEM, Home, console, reading, settings_of, styled
from courtside.cli.ingest import app, parse_date_option
from courtside.clock import COUNTED_TYPES, GameType
from courtside.config import Settings
from courtside.errors import ConfigError
from courtside.operations.ingest import Report
from courtside.operations.intake import FINE, Step, fetch, games_on, ingest_waiting, sketch
from courtside.operations.plans import (
    GamesOn,
    Plan,
    day_plan,
    every_plan,
    injuries_plan,
    nba_plan,
    odds_plan,
    repair_plan,
    schedule_plan,
)
from courtside.pipeline.context import opened
from courtside.sources import nba
from courtside.sources.http import Client
from courtside.sources.injuries import issues_until
from courtside.sources.odds import DailyBudget
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore

Date = Annotated[str, typer.Option(help="Game date, as 2026-02-07. Default: today.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Print the requests and send none.")]
STYLES = {"fetched": "green", "absent": "dim", "not_yet": "yellow"}


def nba_command(
    date: Date = "",
    season: Annotated[str, typer.Option(help="Fetch a whole season instead of a date, as 2024-25.")] = "",
    details: Annotated[
        bool, typer.Option(help="Also fetch the box score and play-by-play of each game of the date.")
    ] = False,
    dry_run: Dry = False,
    home: Home = None,
) -> None:
    """Fetch the game logs of stats.nba.com, for yesterday unless a date or a season is given."""
    settings = settings_of(home)
    if date and season:
        raise ConfigError(f"--date {date} and --season {season}: give one of them")
    if season:
        plan = nba_plan(season, COUNTED_TYPES, index=True)
    else:
        yesterday = settings.clock.today() - dt.timedelta(days=1)
        day = parse_date_option(date, "--date") if date else yesterday
        plan = day_plan(day, games_of(settings), details=details)
    _run(settings, [plan], dry_run)


def schedule_command(
    season: Annotated[str, typer.Option(help="Season, as 2024-25. Default: the current season.")] = "",
    dry_run: Dry = False,
    home: Home = None,
) -> None:
    """Fetch the schedule of the current season from the CDN, or of another season from stats.nba.com."""
    _run(settings_of(home), [schedule_plan(season or None)], dry_run)


def odds_command(
    date: Date = "",
    at: Annotated[str, typer.Option(help="Fetch historical lines as of this time, as 2024-01-25T23:00 (UTC).")] = "",
    game_lines: Annotated[bool, typer.Option(help="Also fetch moneylines, spreads and totals.")] = False,
    dry_run: Dry = False,
    home: Home = None,
) -> None:
    """Fetch player-points lines from The Odds API, within the day's budget."""
    settings = settings_of(home)
    day = parse_date_option(date, "--date") if date else settings.clock.today()
    then = _instant(at) if at else None
    _run(settings, [odds_plan(day, settings.markets, at=then, game_lines=game_lines, dry=dry_run)], dry_run)


def injuries_command(
    date: Date = "",
    time: Annotated[str, typer.Option(help="Eastern time of the report, as 17:30. Default: the newest report.")] = "",
    dry_run: Dry = False,
    home: Home = None,
) -> None:
    """Fetch the official injury report."""
    settings = settings_of(home)
    if bool(date) != bool(time):
        raise ConfigError("--date and --time belong together: give both, or neither for the newest report")
    issues = issues_until(settings.clock.now())
    if date:
        issues = [(parse_date_option(date, "--date"), _time(time))]
    _run(settings, [injuries_plan(issues, dry=dry_run)], dry_run)


def live_command(dry_run: Dry = False, home: Home = None) -> None:
    """Fetch from every source: first lines and injuries, which cannot be fetched later, then schedule and game logs."""
    settings = settings_of(home)
    _run(settings, every_plan(settings.clock, games_of(settings), settings.markets, dry=dry_run), dry_run)


def games_of(settings: Settings) -> GamesOn:
    """Return a function that returns the games of a date from the stored schedule."""

    def on(day: dt.date) -> list[tuple[str, GameType]]:
        with reading(settings) as context:
            return games_on(context, day)

    return on


def client_for(settings: Settings) -> Client:
    """Return the client of an installation."""
    budget = DailyBudget(settings.home / "odds_budget.json", settings.odds_budget_per_day, settings.clock)
    return Client(settings.clock, quota=budget)


def _run(settings: Settings, plans: Sequence[Plan], dry_run: bool) -> None:
    if dry_run:
        for plan in plans:
            for request in sketch(plan):
                console.print(f"{plan.source}: {request}", soft_wrap=True)
        return
    client = client_for(settings)
    steps = _fetched(settings, plans, client)
    _show_steps(steps)
    with opened(settings) as context:
        reports = ingest_waiting(context, steps)
    _show_total(client, reports)
    if any(step.status not in FINE for step in steps) or any(report.status == "refused" for report in reports):
        raise typer.Exit(PROBLEM)


def fetch_all(settings: Settings) -> list[Step]:
    """Fetch from every source of the day and store the payloads, for the next run to ingest."""
    return _fetched(settings, every_plan(settings.clock, games_of(settings), settings.markets), client_for(settings))


def fetch_dates(settings: Settings, dates: Sequence[dt.date]) -> list[Step]:
    """Fetch the schedule and the game logs of `dates` and store the payloads, for the next run to ingest."""
    return _fetched(settings, [repair_plan(dates, games_of(settings))], client_for(settings))


def _fetched(settings: Settings, plans: Sequence[Plan], client: Client) -> list[Step]:
    nba.require_installed()
    pending = Pending(PayloadStore(settings.raw_folder))
    return [step for plan in plans for step in fetch(plan, client, pending)]


def _show_steps(steps: Sequence[Step]) -> None:
    table = Table("source", "request", "status", box=None, pad_edge=False)
    for step in steps:
        status = styled(step.status.replace("_", " "), STYLES.get(step.status, "red"))
        table.add_row(step.source, step.name, status)
    console.print(table)
    for step in steps:
        if step.reason and step.status != "absent":
            console.print(f"{step.name}: {step.reason}", soft_wrap=True)


def _show_total(client: Client, reports: Sequence[Report]) -> None:
    counts = client.counts
    console.print(
        f"{counts['requests']} requests, {counts['retries']} of them retries; {len(reports)} payloads ingested, "
        f"{sum(report.rows_new for report in reports):,} new rows"
    )


def _instant(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--at {text!r} is not a time; write it as 2024-01-25T23:00") from error


def _time(text: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--time {text!r} is not a time; write it as 17:30") from error


COMMANDS: dict[str, Callable[..., None]] = {
    "nba": nba_command,
    "schedule": schedule_command,
    "odds": odds_command,
    "injuries": injuries_command,
    "live": live_command,
}
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
