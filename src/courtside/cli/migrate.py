"""`courtside migrate`: bring a warehouse of an older version to this one."""

from __future__ import annotations

from typing import Annotated

import typer

from courtside.cli.common import Home, console, settings_of
from courtside.operations.migrate import migrate, plan
from courtside.pipeline.run_log import RunLog
from courtside.warehouse.open import open_warehouse


def migrate_command(
    home: Home = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
) -> None:
    """Bring a warehouse to this version: add columns, and empty the tables that stages can compute again."""
    settings = settings_of(home)
    with open_warehouse(settings) as warehouse:
        run_log = RunLog(warehouse, settings.clock)
        steps = plan(warehouse) if dry_run else migrate(warehouse, run_log)
    for step in steps:
        console.print(str(step), soft_wrap=True)
    if not steps:
        console.print("every table is as this version writes it")
    elif any(step.stage for step in steps) and not dry_run:
        console.print("`courtside daily` makes the emptied rows again")
