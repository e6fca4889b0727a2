"""`courtside copy`: copy a whole warehouse, with its ledger, to another place."""

from __future__ import annotations

from typing import Annotated

import typer

from courtside.cli.common import console, show_notice
from courtside.errors import ConfigError
from courtside.pipeline.tables import ALL_TABLES
from courtside.warehouse.copying import copied
from courtside.warehouse.open import open_place, place_of


def copy_command(
    source: Annotated[
        str, typer.Option("--from", help="Warehouse to copy: `duckdb:PATH` or `bigquery://project/dataset`.")
    ],
    target: Annotated[str, typer.Option("--to", help="Target of the copy, in the same form.")],
) -> None:
    """Copy a warehouse with its ledger, then compare every row; a second run continues where the first one stopped."""
    origin, goal = place_of(source), place_of(target)
    if origin == goal:
        raise ConfigError(f"--from and --to both name {origin}; name two warehouses")
    with open_place(origin, read_only=True) as have, open_place(goal) as want:
        show_notice(have)
        have.prepare(ALL_TABLES)
        want.prepare(ALL_TABLES)
        total = 0
        for done in copied(have, want, ALL_TABLES):
            total += done.rows
            console.print(f"{done.table}: {done.rows:,} rows, {done.written:,} written, {done.content_hash}")
    console.print(f"{total:,} rows are the same in {origin} and {goal}", soft_wrap=True)
