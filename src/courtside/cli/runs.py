"""`courtside runs`: the run log."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from courtside.cli.common import AsJson, Home, console, print_json, reading, settings_of, styled
from courtside.cli.output import show_table
from courtside.operations.metrics import prometheus
from courtside.operations.runs import RunLine, held_by, recent_runs, run_events


def runs_command(
    run_id: Annotated[
        str, typer.Argument(help="Id of a run, or its first characters. Default: list the last runs.")
    ] = "",
    count: Annotated[int, typer.Option(min=1, help="Number of runs to list.")] = 20,
    as_json: AsJson = False,
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
            print_json([vars(line) for line in lines]) if as_json else _show_runs(lines)
            return
        events = run_events(context.warehouse, run_id)
        held = held_by(context.warehouse, events[0]["run_id"])
    if as_json:
        print_json({"events": events, "held": held})
    else:
        _show_events(events)
        _show_held(held)


def _show_runs(lines: list[RunLine]) -> None:
    rows = []
    for line in lines:
        seconds = "-" if line.seconds is None else f"{line.seconds:.1f}"
        outcome = f"{line.failures} failed" if line.failures else line.outcome
        at, style = f"{line.at:%Y-%m-%d %H:%M}", "red" if line.failures else None
        rows.append((line.run_id, at, line.what, f"{line.rows:,}", seconds, styled(outcome, style)))
    show_table(("run", "at (UTC)", "what", "rows", "seconds", "outcome"), rows, drop=("seconds", "rows"))


def _show_events(events: list[dict[str, Any]]) -> None:
    console.print(f"run {events[0]['run_id']}, {events[0]['at']:%Y-%m-%d}; times are UTC")
    rows = []
    for event in events:
        seconds = "-" if event["seconds"] is None else f"{event['seconds']:.2f}"
        dates = f"{event['first_date']} to {event['last_date']}" if event["dates"] else "-"
        style = "red" if event["event"] == "failed" else None
        cells = (f"{event['at']:%H:%M:%S}", event["stage"], styled(event["event"], style), dates, event["dates"])
        rows.append((*cells, f"{event['rows']:,}", seconds, event["detail"] or ""))
    heads = ("at", "stage", "event", "dates", "n", "rows", "seconds", "detail")
    show_table(heads, rows, drop=("n",), sentence="detail")


def _show_held(held: list[dict[str, Any]]) -> None:
    for cell in held:
        console.print(
            f"{cell['game_date']} {cell['stage']}: {cell['state']} after {cell['attempts']} attempts: {cell['reason']}"
        )
