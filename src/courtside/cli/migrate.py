"""`courtside migrate`: change a warehouse of an older version to the shape of this version."""

from __future__ import annotations

from typing import Annotated

import typer

from courtside.cli.common import Home, console, settings_of
from courtside.operations.migrate import migrate, plan
from courtside.pipeline.run_log import RunLog
from courtside.warehouse.open import open_warehouse


def migrate_command(
    home: Home = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and change nothing.")] = False,
) -> None:
    """Change a warehouse to the shape of this version: add columns, and empty tables that can be computed again."""
    settings = settings_of(home)
    with open_warehouse(settings, read_only=dry_run) as warehouse:
        run_log = RunLog(warehouse, settings.clock)
        steps = plan(warehouse) if dry_run else migrate(warehouse, run_log)
    for step in steps:
        console.print(str(step), soft_wrap=True)
    if not steps:
        console.print("Every table already has the shape of this version.")
    elif any(step.stage for step in steps) and not dry_run:
        console.print("Next: `courtside run` over your dates computes the emptied rows again.")
