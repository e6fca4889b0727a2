"""`courtside runs`: the run log."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from courtside.cli.common import Home, console, reading, settings_of
from courtside.operations.metrics import prometheus
from courtside.operations.runs import RunLine, held_by, recent_runs, run_events


def runs_command(
    run_id: Annotated[
        str, typer.Argument(help="Id of a run, or its first characters. Default: list the last runs.")
    ] = "",
    count: Annotated[int, typer.Option(min=1, help="Number of runs to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_metrics: Annotated[
        bool,
        typer.Option("--prometheus", help="Print metrics of the last run and the grid in Prometheus' text format."),
    ] = False,
    home: Home = None,
) -> None:
    """List the last runs, or show what one run did, stage by stage, and the cells that it left held or failed."""
    with reading(settings_of(home)) as context:
        if as_metrics:
            typer.echo(prometheus(context.warehouse), nl=False)
            return
        if not run_id:
            lines = recent_runs(context.warehouse, count)
            _print_json([vars(line) for line in lines]) if as_json else _show_runs(lines)
            return
        events = run_events(context.warehouse, run_id)
        held = held_by(context.warehouse, events[0]["run_id"])
    if as_json:
        _print_json({"events": events, "held": held})
    else:
        _show_events(events)
        _show_held(held)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, default=str))


def _show_runs(lines: list[RunLine]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("run", "at (UTC)", "what", "rows", "seconds", "outcome"):
        table.add_column(name, no_wrap=name != "what")
    for line in lines:
        seconds = "-" if line.seconds is None else f"{line.seconds:.1f}"
        outcome = f"{line.failures} failed" if line.failures else line.outcome
        table.add_row(line.run_id, f"{line.at:%Y-%m-%d %H:%M}", line.what, f"{line.rows:,}", seconds, outcome)
    console.print(table)


def _show_events(events: list[dict[str, Any]]) -> None:
    table = Table("#", "at (UTC)", "stage", "event", "dates", "rows", "seconds", "detail", box=None, pad_edge=False)
    for event in events:
        dates = f"{event['first_date']} to {event['last_date']} ({event['dates']})" if event["dates"] else "-"
        seconds = "-" if event["seconds"] is None else f"{event['seconds']:.2f}"
        cells = (str(event["seq"]), f"{event['at']:%m-%d %H:%M:%S}", event["stage"], event["event"], dates)
        table.add_row(*cells, f"{event['rows']:,}", seconds, event["detail"] or "")
    console.print(table)


def _show_held(held: list[dict[str, Any]]) -> None:
    for cell in held:
        console.print(
            f"{cell['game_date']} {cell['stage']}: {cell['state']} after {cell['attempts']} attempts: {cell['reason']}",
            soft_wrap=True,
        )
