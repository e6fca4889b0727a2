"""What every command shares: opening the warehouse, showing errors, and tables for people."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from courtside.analytics.freshness import Freshness
from courtside.config import Settings, load_settings
from courtside.errors import CourtsideError, SettingsError
from courtside.pipeline.context import Context, checked
from courtside.pipeline.ledger import Ledger
from courtside.pipeline.tables import ALL_TABLES
from courtside.warehouse.open import open_warehouse

P = ParamSpec("P")
R = TypeVar("R")

OK, PROBLEM, USAGE = 0, 1, 2

Home = Annotated[Path | None, typer.Option("--home", help="The folder that holds everything (COURTSIDE_HOME).")]

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def readable_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Show an error a user can act on as one line, and exit with 1, with 2 where a setting is wrong."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CourtsideError as error:
            complaints.print(f"[bold red]error[/]: {escape(str(error))}", soft_wrap=True)
            raise typer.Exit(USAGE if isinstance(error, SettingsError) else PROBLEM) from error

    return wrapped


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    """Open the warehouse for a run and prepare its tables."""
    with open_warehouse(settings) as warehouse:
        warehouse.prepare(ALL_TABLES)
        clock = settings.clock
        yield Context(settings, warehouse, Ledger(warehouse, clock), clock)


def settings_of(home: Path | None, **options: Any) -> Settings:
    """Return the settings with a command's options before all other places."""
    return checked(load_settings(home=home, **options))


def show_data(data: Freshness, now: dt.datetime) -> None:
    """Print whether the league is simulated and how old the data are."""
    for sentence in data.sentences(now):
        console.print(sentence, soft_wrap=True, markup=False)


def is_terminal() -> bool:
    """Tell whether a person watches the output."""
    return sys.stdout.isatty()
