"""`courtside models`: the stored models, their measurements and their status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from courtside.cli.common import PROBLEM, AsJson, Home, console, print_json, reading, settings_of, styled
from courtside.cli.output import show_table
from courtside.league.markets import market_named
from courtside.operations.models import described, measure_model, unmeasured
from courtside.pipeline.context import opened
from courtside.predictions.promotion import FEWEST_MEASURED, gates_of, is_measured
from courtside.predictions.tables import CALIBRATION_ERROR
from courtside.publishing.codenames import public_code

app = typer.Typer(help="List, show, measure, promote and retire stored models.", no_args_is_help=True)
STYLES = {"champion": "bold green", "retired": "dim"}
ModelId = Annotated[str, typer.Argument(help="Id of the model, as `courtside models list` shows it.")]


@app.command("list")
def list_command(
    every: Annotated[bool, typer.Option("--all", help="Show retired models too.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List models and calibrators, oldest first; an id contains the first date that the model may predict.

    The errors are those of the model and of the line on the same player games, on dates that it was not trained on.
    """
    settings = settings_of(home)
    with reading(settings) as context:
        rows = [described(row, settings.champion) for row in context.models.rows().to_dicts()]
    shown = [row for row in rows if every or row["state"] != "retired"]
    if as_json:
        print_json(shown)
        return
    if not shown:
        console.print("No models are stored. Run `courtside train` first.")
        return
    for market in dict.fromkeys(row["market"] for row in shown):
        show_market(market, [row for row in shown if row["market"] == market])
    console.print(
        f"Picks are made from {settings.champion} (code name {public_code(settings.champion)}), on each date from its "
        "newest model that may predict it."
    )
    if any(row["kind"] == "points" and row["state"] != "retired" and not is_measured(row) for row in shown):
        console.print(
            f"Some are not measured on {FEWEST_MEASURED} player games with a line. Run `courtside models measure`."
        )


def show_market(market: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print the models of a market beside the line, and its calibrators."""
    models: list[tuple[Any, ...]] = []
    fitted: list[tuple[Any, ...]] = []
    for row in rows:
        words = (row["model_id"], row["code_name"], styled(row["state"], STYLES.get(row["state"])))
        measured = json.loads(row["metrics"])
        if row["kind"] == "points":
            errors = (measured.get(name) for name in ("mae_with_line", "line_mae"))
            count = int(measured.get("n_with_line", 0))
            models.append((*words, *("-" if error is None else f"{error:.3f}" for error in errors), f"{count:,}"))
        else:
            error = measured.get(CALIBRATION_ERROR) if row["kind"] == "over" else None
            fitted.append((*words, "-" if error is None else f"{error:.4f}"))
    label = market_named(market).label
    if models:
        show_table((f"model ({label})", "code", "state", "MAE", "line's", "n"), models, drop=("n", "code"))
        console.print()
    if fitted:
        show_table((f"calibrator ({label})", "code", "state", "error"), fitted, drop=("code",))
        console.print()


@app.command("measure")
def measure_command(
    model_id: Annotated[str, typer.Argument(help="Id of the model. Default: every model that is not measured.")] = "",
    home: Home = None,
) -> None:
    """Measure models beside the line on the first four weeks that they may predict, and store the figures.

    Exits with 1 where a model cannot be measured yet.
    """
    is_whole = True
    with opened(settings_of(home)) as context:
        names = [model_id] if model_id else unmeasured(context)
        for name in names:
            measured = measure_model(context, name)
            is_whole &= "mae_with_line" in measured
            console.print(f"{name}: {measurement(measured)}", soft_wrap=True)
    if not names:
        console.print("Every model is measured.")
    if not is_whole:
        raise typer.Exit(PROBLEM)


def measurement(measured: Mapping[str, Any]) -> str:
    """Return a sentence about the measurements of a model."""
    if not measured:
        return (
            "not measured, because no results of its first four weeks are stored. Run `courtside daily` after its games"
        )
    days = f"{measured['first_date']} to {measured['last_date']}"
    if "mae_with_line" not in measured:
        return f"no lines are stored from {days}. `courtside ingest odds` or `courtside ingest FILE` stores lines"
    errors = f"MAE {measured['mae_with_line']:.3f}, line's {measured['line_mae']:.3f}"
    return f"{errors}, on {measured['n_with_line']:,.0f} player games with a line, {days}"


@app.command("show")
def show_command(model_id: ModelId, as_json: AsJson = False, home: Home = None) -> None:
    """Show a model: its file and hash, its window, inputs and measurements; verify its file.

    Exits with 1 where the file is missing or was changed.
    """
    settings = settings_of(home)
    with reading(settings) as context:
        store = context.models
        row = store.one(model_id)
        store.verify(row)
    row = described(row, settings.champion)
    if as_json:
        print_json(row)
        return
    for name, value in row.items():
        console.print(f"{name}: {str(value).replace(',', ', ') if name == 'inputs' else value}")
    if row["kind"] == "points":
        for gate in gates_of(row):
            console.print(f"gate: {gate}")


@app.command("promote")
def promote_command(model_id: ModelId, home: Home = None) -> None:
    """Make a model champion of its system where it passes the gates; exits with 1 where it does not."""
    settings = settings_of(home)
    with opened(settings) as context:
        gates = context.models.promote(model_id)
        state = described(context.models.one(model_id), settings.champion)["state"]
    for gate in gates:
        console.print(f"gate: {gate}", soft_wrap=True)
    console.print(f"{model_id} is champion of its system")
    if state != "champion":
        console.print(
            f"Picks are still made from {settings.champion}; the setting `champion` selects the system.", soft_wrap=True
        )


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
