"""`courtside watch`: follow a date; its state is shown again whenever the stored state changes."""

from __future__ import annotations

import datetime as dt
import time
from typing import Annotated

import typer

from courtside.cli.common import Home, MarketOption, console, reading, settings_of, show_data, styled
from courtside.cli.ingest import parse_date_option
from courtside.cli.today import show_today
from courtside.clock import EASTERN
from courtside.config import Settings
from courtside.league.markets import POINTS, market_named
from courtside.operations.today import Today, today_of

pause = time.sleep
"""Wait between two reads of the stored state; a test replaces it."""


def watch_command(
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07; today where not given.")] = "",
    interval: Annotated[float, typer.Option(min=1, help="Seconds between two reads of the stored state.")] = 30,
    market: MarketOption = POINTS,
    home: Home = None,
) -> None:
    """Follow a date: show what `courtside today` shows, and again whenever the stored state changes, until Ctrl-C.

    A run may write meanwhile; each read returns its last commit.
    """
    settings, chosen = settings_of(home), market_named(market)
    shown = None
    try:
        while True:
            found, notice = _read(settings, date, chosen.name)
            if (found, bool(notice)) != shown:
                shown = found, bool(notice)
                _draw(found, notice, chosen.label, settings)
            pause(interval)
    except KeyboardInterrupt:
        console.print("Watching has ended.")


def _read(settings: Settings, date: str, market: str) -> tuple[Today, str]:
    """Return the stored state of the date, and the sentence about a run that writes meanwhile."""
    with reading(settings, is_noticed=False) as context:
        day = parse_date_option(date, "DATE") if date else context.clock.today()
        return today_of(context.warehouse, day, market), context.warehouse.notice


def _draw(found: Today, notice: str, label: str, settings: Settings) -> None:
    console.clear()
    now = settings.clock.now()
    show_data(found.data, now)
    show_today(found, label)
    at = now.replace(tzinfo=dt.UTC).astimezone(EASTERN)
    console.print(styled(f"\n{notice or 'No run is writing.'} Shown at {at:%H:%M:%S} ET; Ctrl-C ends.", "dim"))
