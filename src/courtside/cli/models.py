"""`courtside models`: the stored models, their measurements and their status."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from courtside.cli.common import Home, console, opened, reading, settings_of
from courtside.predictions.promotion import gates_of

app = typer.Typer(help="List, show, promote and retire stored models.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelId = Annotated[str, typer.Argument(help="Id of the model, as `courtside models list` shows it.")]


@app.command("list")
def list_command(
    every: Annotated[bool, typer.Option("--all", help="Show retired models too.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List models and calibrators, oldest first; an id contains the first date that the model may predict."""
    with reading(settings_of(home)) as context:
        rows = context.models.rows().to_dicts()
    shown = [row for row in rows if every or row["status"] != "retired"]
    if as_json:
        typer.echo(json.dumps(shown, indent=1, default=str))
        return
    if not shown:
        console.print("No models are stored. Run `courtside train` first.")
    else:
        table = Table("model", "trained to", "rows", "MAE", "line's", "status", box=None, pad_edge=False)
        table.columns[0].no_wrap = True
        for row in shown:
            measured = json.loads(row["metrics"])
            ours, line = (str(measured.get(name, "-")) for name in ("mae_with_line", "line_mae"))
            window = (str(row["window_end"]), f"{row['rows']:,}")
            table.add_row(row["model_id"], *window, ours, line, row["status"])
        console.print(table)


@app.command("show")
def show_command(model_id: ModelId, as_json: AsJson = False, home: Home = None) -> None:
    """Show a model: its file and hash, its window, inputs and measurements; verify its file.

    Exits with 1 where the file is missing or was changed.
    """
    with reading(settings_of(home)) as context:
        store = context.models
        row = store.one(model_id)
        store.verify(row)
    if as_json:
        typer.echo(json.dumps(row, indent=1, default=str))
        return
    for name, value in row.items():
        console.print(f"{name}: {value}", soft_wrap=True)
    if row["kind"] == "points":
        for gate in gates_of(row):
            console.print(f"gate: {gate}", soft_wrap=True)


@app.command("promote")
def promote_command(model_id: ModelId, home: Home = None) -> None:
    """Make a model champion of its system where it passes the gates; exits with 1 where it does not."""
    with opened(settings_of(home)) as context:
        gates = context.models.promote(model_id)
    for gate in gates:
        console.print(f"gate: {gate}", soft_wrap=True)
    console.print(f"{model_id} is champion of its system")


@app.command("retire")
def retire_command(
    model_id: ModelId,
    reason: Annotated[str, typer.Option(help="Reason, stored with the model.")] = "retired by hand",
    home: Home = None,
) -> None:
    """Retire a model: it makes no predictions from then on, and the model before it predicts its dates."""
    with opened(settings_of(home)) as context:
        context.models.set_status(model_id, "retired", reason)
    console.print(f"{model_id} is retired; `courtside run` predicts its dates again")
