"""`courtside train`: train models, each on dates before the first date that it may predict."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Annotated, Any

import typer

from courtside.cli.common import Home, complaints, console, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.cli.models import measurement
from courtside.errors import ConfigError
from courtside.operations.training import train_models
from courtside.pipeline.context import opened
from courtside.predictions.systems import TRAINED
from courtside.predictions.tables import CALIBRATION_ERROR
from courtside.predictions.walk_forward import EVERY_DAYS, retraining_days


def train_command(
    as_of: Annotated[str, typer.Option(help="First date that the models may predict. Default: today.")] = "",
    start_date: Annotated[
        str, typer.Option(help="First date of a past range; train a model for each week of it.")
    ] = "",
    end_date: Annotated[str, typer.Option(help="Last date of the range, included.")] = "",
    every: Annotated[int, typer.Option(min=1, help="Days between the models of a range.")] = EVERY_DAYS,
    system: Annotated[str, typer.Option(help="Train this system only.")] = "",
    home: Home = None,
) -> None:
    """Train the models that predict from a date on, on earlier dates only, and fit their calibrators.

    Stores each model with its hash, window, inputs, library versions and its measurements on dates that it was not
    trained on. `courtside run` then predicts again the dates that the models may predict.
    """
    begun = time.perf_counter()
    settings = settings_of(home)
    days = _days(as_of, start_date, end_date, every, settings.clock.today())
    if system and system not in TRAINED:
        raise ConfigError(f"--system {system!r} is not trained; choose one of {', '.join(TRAINED)}")
    with opened(settings) as context:
        ids = train_models(context, days, (system,) if system else TRAINED, _show_progress)
        rows = {row["model_id"]: row for row in context.models.rows().to_dicts()}
    for model_id in ids:
        row = rows[model_id]
        console.print(
            f"{model_id}: {row['rows']:,} rows, {row['window_start']} to {row['window_end']}{_measurement(row)}",
            soft_wrap=True,
        )
    console.print(f"{len(ids)} models and calibrators, {time.perf_counter() - begun:.0f} s")


def _measurement(row: dict[str, Any]) -> str:
    """Return the figures of a model or calibrator on dates that it was not trained on; empty where it has none."""
    measured = json.loads(row["metrics"])
    if row["kind"] == "points":
        return f"; {measurement(measured)}"
    return f"; calibration error {measured[CALIBRATION_ERROR]:.4f}" if CALIBRATION_ERROR in measured else ""


def _days(as_of: str, start_date: str, end_date: str, every: int, today: dt.date) -> list[dt.date]:
    if as_of and (start_date or end_date):
        raise ConfigError("--as-of and --start-date exclude each other; give one")
    if bool(start_date) != bool(end_date):
        raise ConfigError("--start-date and --end-date belong together; give both")
    if not start_date:
        return [parse_date_option(as_of, "--as-of") if as_of else today]
    start, end = parse_date_option(start_date, "--start-date"), parse_date_option(end_date, "--end-date")
    if start > end:
        raise ConfigError(f"--start-date {start} is after --end-date {end}")
    return retraining_days(start, end, every)


def _show_progress(day: dt.date, rows: int) -> None:
    complaints.print(f"{day}: trained on {rows:,} rows")
