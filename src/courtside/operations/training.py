"""Weekly training as part of the daily run: new models for a trained champion, from rows before the day only."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

import narwhals as nw
import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.audit.checks import SPOT_CHECKS
from courtside.audit.checks.base import Status, run_checks
from courtside.audit.checks.rows import damaged_dates, dates_by_table
from courtside.audit.monitor import INPUT_TABLES
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS, market_named, of_market
from courtside.operations.checking import catalogue_of, season_window
from courtside.operations.learning import learn
from courtside.picks.tables import GRADED_PREDICTIONS
from courtside.pipeline.context import Context
from courtside.predictions.calibration import FEWEST_ROWS as FEWEST_PREDICTIONS
from courtside.predictions.errors import LeakageError, TrainingRefusedError
from courtside.predictions.promotion import failure_reason, failures
from courtside.predictions.systems import TRAINED, trained_members
from courtside.predictions.training import FEWEST_ROWS
from courtside.predictions.walk_forward import EVERY_DAYS

log = logging.getLogger(__name__)
REFUSED, DAMAGED = "training.refused", "models.damaged"
VERIFIED_BY = ("29", "30")
"""Checks of stored rows that must pass before a model is trained."""


def is_due(context: Context, day: dt.date) -> bool:
    """Return whether a model of a trained champion is a week old or lacks its calibrator, and enough rows exist."""
    wanted = trained_members(context.settings.champion)
    if not wanted:
        return False
    begun, calibrated = _newest(context, "points", day), _newest(context, "over", day)
    is_old = any(begun.get(name, dt.date.min) <= day - dt.timedelta(days=EVERY_DAYS) for name in wanted)
    uncalibrated = [name for name in wanted if calibrated.get(name, dt.date.min) < begun.get(name, dt.date.min)]
    is_due = is_old or any(_graded_rows(context, name, day) >= FEWEST_PREDICTIONS for name in uncalibrated)
    return is_due and _ready_rows(context, day) >= FEWEST_ROWS


def set_unusable_aside(context: Context) -> None:
    """Retire models whose files are damaged, with an alert, and candidates that failed a gate.

    An earlier model, or the fallback, then predicts.
    """
    for row in context.models.rows("points").filter(pl.col("status") == "candidate").to_dicts():
        if row["status_reason"] is None and (failed := failures(row)):
            context.models.set_status(row["model_id"], "retired", failure_reason(failed))
    found = context.models.set_damaged_aside()
    if found:
        title = f"{len(found)} damaged models are set aside"
        alert = Alert(DAMAGED, Severity.ERROR, title, "\n".join(found.values()))
        notifier(context.settings, context.clock).send(alert)
        detail = "; ".join(found.values())
        context.warehouse.upsert([context.run_log.event("models", "failed", [], 0, detail=detail)])


def _newest(context: Context, kind: str, day: dt.date) -> dict[str, dt.date]:
    """Return, by system, the first date of the newest model of a kind that is in use on `day`."""
    rows = context.models.of(POINTS).rows(kind).filter((pl.col("status") != "retired") & (pl.col("as_of") <= day))
    return dict(rows.group_by("system").agg(pl.col("as_of").max()).iter_rows())


def _graded_rows(context: Context, system: str, day: dt.date) -> int:
    """Return the number of graded predictions of a system from which a calibrator for `day` could be fitted."""
    rows = of_market(context.warehouse, POINTS).scan(GRADED_PREDICTIONS, end=day - dt.timedelta(days=1))
    mine = rows.filter((nw.col("system") == system) & (nw.col("actual") != nw.col("line")))
    return int(context.warehouse.collect(mine.select(nw.col("game_id").count().alias("n")))["n"][0])


def train_models(
    context: Context,
    days: Sequence[dt.date],
    systems: Sequence[str] = TRAINED,
    progress: Callable[[dt.date, int], None] | None = None,
    markets: Sequence[str] = (),
) -> list[str]:
    """Verify the stored rows, train the models of `days`, and return their ids; alert where training is refused.

    Models of `markets` are trained, or of all markets of the settings; points come first, and each market is stored
    before the next one is trained.

    Raises:
        LeakageError, TrainingRefusedError: as `learn`, and where stored rows fail their verification.
    """
    alerts = notifier(context.settings, context.clock)
    try:
        _require_verified(context, max(days))
        ids = [
            model_id
            for name in markets or context.settings.markets
            for model_id in learn(
                context.models,
                days,
                context.clock.now(),
                market=market_named(name),
                systems=systems,
                progress=progress,
            )
        ]
    except (LeakageError, TrainingRefusedError) as error:
        log.error("no model for %s: %s", max(days), error)
        alerts.send(Alert(REFUSED, Severity.ERROR, f"no new model for {max(days)}", str(error)))
        raise
    alerts.recover(REFUSED, f"models for {max(days)} are trained")
    return ids


def _require_verified(context: Context, day: dt.date) -> None:
    """Refuse stored rows before `day` that differ from what the grid recorded or from what today's code computes.

    Raises:
        TrainingRefusedError: where a check fails; the message names the checks and what they found.
    """
    before = day - dt.timedelta(days=1)
    window = season_window(context.warehouse, before)
    if window is None:
        return
    catalogue = catalogue_of(context, window[0], before, day)
    problems = [
        f"check {item.check.number}, {item.check.title}: {item.detail}"
        for item in run_checks([check for check in SPOT_CHECKS if check.number in VERIFIED_BY], catalogue)
        if item.status is Status.FAILED
    ]
    damaged = damaged_dates(catalogue, ("player_features", *INPUT_TABLES))
    if damaged.height:
        problems.insert(0, f"different from what the grid recorded: {dates_by_table(damaged)}")
    if problems:
        raise TrainingRefusedError(
            f"stored rows must not be used for training: {'; '.join(problems)}. Run `courtside repair` first"
        )


def train_for(context: Context, day: dt.date) -> list[str]:
    """Train the models that predict from `day` on, and return their ids; empty where training is refused.

    The run continues without them: an earlier model or the fallback predicts.
    """
    context.run_log.acquire(context.settings.lease_seconds)
    try:
        ids = train_models(context, [day])
    except (LeakageError, TrainingRefusedError):
        return []
    finally:
        context.run_log.release()
    log.info("trained for %s: %s", day, ", ".join(ids))
    return ids


def _ready_rows(context: Context, day: dt.date) -> int:
    before = context.warehouse.scan(PLAYER_FEATURES, end=day - dt.timedelta(days=1)).filter(nw.col("is_training_ready"))
    return int(context.warehouse.collect(before.select(nw.col("game_id").count().alias("n")))["n"][0])
