"""`courtside export-training`: write the training set to a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from courtside.cli.common import Home, api_of, console
from courtside.cli.ingest import parse_date_option
from courtside.league.markets import POINTS


class Format(StrEnum):
    """A file format."""

    PARQUET = "parquet"
    CSV = "csv"


def export_training_command(
    start_date: Annotated[str, typer.Option(help="First game date, as 2021-10-19.")],
    end_date: Annotated[str, typer.Option(help="Last game date, included.")],
    file_format: Annotated[Format, typer.Option("--format", help="Format of the file.")] = Format.PARQUET,
    output: Annotated[Path | None, typer.Option(help="The file; training_START_END.FORMAT where not given.")] = None,
    market: Annotated[str, typer.Option(help="The market.")] = POINTS,
    origins: Annotated[bool, typer.Option("--origins", help="Add the origin of each feature.")] = False,
    untrainable: Annotated[
        bool, typer.Option("--untrainable", help="Keep rows that may not be trained on, with the reason.")
    ] = False,
    home: Home = None,
) -> None:
    """Write the rows that `courtside train` uses to a file: keys, inputs, target and lines.

    Rows that may not be trained on are left out and counted by reason. docs/python.md describes the columns.
    """
    start, end = parse_date_option(start_date, "--start-date"), parse_date_option(end_date, "--end-date")
    path = output or Path(f"training_{start}_{end}.{file_format}")
    with api_of(home) as opened:
        rows = opened.training_set(start, end, market=market, origins=origins, untrainable=untrainable)
    unfinished = path.with_name(f".{path.name}.unfinished")
    write = rows.write_parquet if file_format is Format.PARQUET else rows.write_csv
    write(unfinished)
    unfinished.replace(path)
    console.print(f"{path}: {rows.height:,} rows, {rows.width} columns", soft_wrap=True)
