"""The command line: each command is in a module of its own, which is imported only when the command is run."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

import courtside
from courtside import logs
from courtside.cli.examples import with_examples
from courtside.cli.guard import EXIT_CODES, GuardedGroup
from courtside.cli.output import console
from courtside.errors import ConfigError

COMMANDS = {
    "ingest": ("live:app", "Ingest payloads: from the live sources, from files, or from a simulated league."),
    "check": ("check:app", "Check stored data: training data, one day, feature rows."),
    "train": (
        "train:train_command",
        "Train the models that predict from a date on, on earlier dates only, and fit their calibrators.",
    ),
    "models": ("models:app", "List, show, measure, promote and retire stored models."),
    "evaluate": (
        "evaluate:evaluate_command",
        "Evaluate the systems walk-forward on past dates: train weekly on earlier dates only, "
        "and compare with the line.",
    ),
    "run": (
        "run:run_command",
        "Run every stage over a range of dates; a second run processes only what is not settled or has changed.",
    ),
    "daily": (
        "daily:daily_command",
        "Run the day: ingest waiting payloads, grade final games, predict and publish the slate, and fill gaps.",
    ),
    "today": (
        "today:today_command",
        "Show tonight on one screen: games, published picks with their best prices, and what is missing.",
    ),
    "watch": (
        "watch:watch_command",
        "Follow a date: show what `courtside today` shows, and again whenever the stored state changes, until Ctrl-C.",
    ),
    "status": (
        "run:status_command",
        "Show the grid: the number of dates of each stage that are complete, empty, held, failed, expected or missing.",
    ),
    "explain": (
        "explain:explain_command",
        "Show a player's feature row: each value with its origin, the games of its window, lines and predictions.",
    ),
    "fair": (
        "fair:fair_command",
        "Show the probability of over, push and under and the fair odds of a player at any line.",
    ),
    "prices": (
        "prices:prices_command",
        "Show the best price of each side that a prediction takes, and its expected value with an interval.",
    ),
    "runs": (
        "runs:runs_command",
        "List the last runs, or show what one run did, stage by stage, and the cells that it left held or failed.",
    ),
    "repair": (
        "repair:repair_command",
        "List what is missing, late or damaged, ingest what has arrived, and compute exactly the affected cells again.",
    ),
    "rebuild": (
        "rebuild:rebuild_command",
        "Build a lost warehouse again from the payloads in `raw/` and the copy of the ledger in `ledger/`, then run.",
    ),
    "migrate": (
        "migrate:migrate_command",
        "Change a warehouse to the shape of this version: add columns, and empty tables that can be computed again.",
    ),
    "copy": (
        "copy:copy_command",
        "Copy a warehouse with its ledger, then compare every row; a second run continues where the first one stopped.",
    ),
    "export": (
        "publish:export_command",
        "Write the public files of some dates; a file whose content is unchanged is not written.",
    ),
    "export-training": (
        "export_training:export_training_command",
        "Write the rows that `courtside train` uses to a file: keys, inputs, target and lines.",
    ),
    "mcp": (
        "mcp:mcp_command",
        "Serve picks, records, explanations and training quality to an assistant (Model Context Protocol, on stdio).",
    ),
    "serve": ("publish:serve_command", "Serve the site and the public files until interrupted."),
    "config": ("settings:config_command", "Print every setting, its value and the place that set it."),
    "demo": (
        "demo:demo_command",
        "Simulate a past season and the current one up to 2026-02-07, train models, and publish the current one.",
    ),
}
"""Each command: its module and the function or group in it, and its help, which a test compares with that of both."""

PANELS = {
    "Every day": ("today", "watch", "daily", "status", "explain", "prices", "fair"),
    "Data": ("ingest", "run", "repair"),
    "Checks": ("check", "runs"),
    "Models": ("train", "models", "evaluate", "export-training"),
    "Publish": ("export", "serve", "mcp"),
    "Administration": ("demo", "config", "migrate", "copy", "rebuild"),
}
"""The commands by what they are for, as `courtside --help` shows them."""


ANYWHERE = ("--quiet", "-q", "--verbose", "-v")
"""Options of every command."""


class LazyGroup(GuardedGroup):
    """The root group. Listing the commands imports no module of a command; running one imports its own."""

    def __init__(self, **options: Any) -> None:
        stubs = {
            name: TyperCommand(name, help=COMMANDS[name][1], rich_help_panel=panel)
            for panel, names in PANELS.items()
            for name in names
        }
        super().__init__(**options | {"commands": stubs})

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        """Accept `--quiet` and `--verbose` anywhere on the line, also after the command."""
        end = args.index("--") if "--" in args else len(args)
        first = [word for word in args[:end] if word in ANYWHERE]
        others = [word for word in args[:end] if word not in ANYWHERE]
        return super().parse_args(context, [*first, *others, *args[end:]])

    def resolve_command(self, context: Any, arguments: list[str]) -> Any:
        """Return name, command and other arguments, with the command loaded."""
        name, command, others = super().resolve_command(context, arguments)
        return name, command and loaded(str(name)), others


def loaded(name: str) -> Any:
    """Return a command with its options, or a group with its commands."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    target = getattr(import_module(f"courtside.cli.{module}"), attribute)
    group = target if isinstance(target, typer.Typer) else typer.Typer()
    if group is not target:
        group.command(name)(target)
    command = typer.main.get_group(group)
    command.name = name
    return with_examples(name, command if group is target else command.commands[name])


app = typer.Typer(
    name="courtside",
    cls=LazyGroup,
    epilog=EXIT_CODES,
    help="An NBA player-props platform that records the origin of every value.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(is_given: bool) -> None:
    if is_given:
        typer.echo(courtside.__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print errors only, and JSON where --json is given.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what each step does.")] = False,
) -> None:
    """An NBA player-props platform that records the origin of every value."""
    if quiet and verbose:
        raise ConfigError("--quiet and --verbose exclude each other; give one")
    console.quiet = quiet
    logs.configure(level="ERROR" if quiet else "INFO" if verbose else None)
