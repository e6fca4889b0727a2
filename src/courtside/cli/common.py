"""Helpers of all commands: settings, opening the warehouse, and output."""

from __future__ import annotations

import datetime as dt
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.text import Text

import courtside
from courtside import errors
from courtside.analytics.freshness import Freshness
from courtside.cli import guard, output
from courtside.cli.output import printable
from courtside.config import Settings, load_settings
from courtside.pipeline.context import Context, checked, opened_for_reading
from courtside.warehouse.base import Warehouse

PROBLEM = errors.PROBLEM

P = ParamSpec("P")
R = TypeVar("R")

Home = Annotated[Path | None, typer.Option("--home", help="Folder of the installation (COURTSIDE_HOME).")]

MarketOption = Annotated[str, typer.Option("--market", help="Market, as points, rebounds, assists, threes or pra.")]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

console, complaints, used_settings = output.console, output.complaints, guard.used_settings


def styled(text: object, style: str | None) -> Text:
    """Return a value as text in a style; markup in the value is not interpreted."""
    return Text(printable(str(text)), style=style or "")


@contextmanager
def reading(settings: Settings, *, is_noticed: bool = True) -> Iterator[Context]:
    """Open the warehouse for a command that only reads; where a run is writing, print which state is read."""
    with opened_for_reading(settings) as context:
        if is_noticed:
            show_notice(context.warehouse)
        yield context


@contextmanager
def api_of(home: Path | None) -> Iterator[courtside.Home]:
    """Yield the Python API's view of an installation, and print its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield courtside.Home(settings_of(home))
        finally:
            for item in caught:
                complaints.print(str(item.message), soft_wrap=True)


def show_notice(warehouse: Warehouse) -> None:
    """Print the sentence about the state that is read, where another process is writing."""
    if warehouse.notice:
        complaints.print(warehouse.notice, soft_wrap=True)


def settings_of(home: Path | None, **options: Any) -> Settings:
    """Return the settings; a command's options take precedence over all other places."""
    used_settings.append(load_settings(home=home, **options))
    return checked(used_settings[-1])


def print_json(value: Any) -> None:
    """Print a result as JSON, for a script; dates and times are ISO texts."""
    typer.echo(as_json_text(value), nl=False)


def as_json_text(value: Any) -> str:
    """Return a result as JSON text; dates and times are ISO texts."""
    return json.dumps(value, indent=1, default=str, ensure_ascii=False) + "\n"


def show_data(data: Freshness, now: dt.datetime) -> None:
    """Print whether the league is simulated, and the age of the data."""
    for sentence in data.sentences(now):
        console.print(sentence)


def is_terminal() -> bool:
    """Return whether the output goes to a terminal."""
    return sys.stdout.isatty()
