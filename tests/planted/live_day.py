"""A date of the small season that is published LIVE before its games and graded on the next day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.picks.tables import GRADED_PICKS, PUBLICATIONS, PUBLISHED_PICKS
from courtside.warehouse.schema import Table
from tests import homes

DAY = homes.LAST
MORNING, EVENING, NEXT_DAY = f"{DAY}T17:00", f"{DAY}T21:00", "2025-11-13T17:00"
NIGHT = "2025-11-13T05:00"
RANGE = ["--start-date", str(DAY), "--end-date", str(DAY)]
TABLES = (PUBLICATIONS, PUBLISHED_PICKS, GRADED_PICKS)
DELIVERED = dt.datetime.fromisoformat(MORNING)


def invoke(home: Path, now: str, *arguments: str, champion: str = "moving_average") -> tuple[int, str]:
    env = {"COURTSIDE_NOW": now, "COURTSIDE_CHAMPION": champion, "COURTSIDE_THREADS": "2"}
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)], env=env)
    return result.exit_code, " ".join(result.output.split())


def stored(home: Path, table: Table) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table, start=DAY, end=DAY)).sort(table.key)


def public(home: Path) -> bytes:
    return (home / "public" / "v1" / "picks" / f"{DAY}.json").read_bytes()
