"""The command line: one module per command group; each parses options, calls other rooms and prints the result."""

from __future__ import annotations

from typing import Annotated

import typer

import courtside
from courtside import logs
from courtside.cli import (
    check,
    copy,
    daily,
    demo,
    evaluate,
    explain,
    ingest,
    live,
    migrate,
    models,
    publish,
    rebuild,
    repair,
    run,
    runs,
    settings,
    train,
)
from courtside.cli.guard import EXIT_CODES, GuardedGroup

app = typer.Typer(
    name="courtside",
    cls=GuardedGroup,
    epilog=EXIT_CODES,
    help="An NBA player-points prop platform that records the origin of every value.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
live.register(ingest.app)
app.add_typer(ingest.app, name="ingest")
app.add_typer(check.app, name="check")
app.command("train")(train.train_command)
app.add_typer(models.app, name="models")
app.command("evaluate")(evaluate.evaluate_command)
app.command("run")(run.run_command)
app.command("daily")(daily.daily_command)
app.command("status")(run.status_command)
app.command("explain")(explain.explain_command)
app.command("runs")(runs.runs_command)
app.command("repair")(repair.repair_command)
app.command("rebuild")(rebuild.rebuild_command)
app.command("migrate")(migrate.migrate_command)
app.command("copy")(copy.copy_command)
app.command("export")(publish.export_command)
app.command("serve")(publish.serve_command)
app.command("config")(settings.config_command)
app.command("demo")(demo.demo_command)


def _version(is_given: bool) -> None:
    if is_given:
        typer.echo(courtside.__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An NBA player-points prop platform that records the origin of every value."""
    logs.configure()
