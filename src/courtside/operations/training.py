"""Training as part of the day: a learned champion gets a new model once a week, from rows before the day only."""

from __future__ import annotations

import datetime as dt
import logging

import narwhals as nw
import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context
from courtside.predictions.errors import LeakageError, TrainingRefusedError
from courtside.predictions.learning import learn
from courtside.predictions.systems import FORMULAS, TRAINED
from courtside.predictions.training import FEWEST_ROWS
from courtside.predictions.walk_forward import EVERY_DAYS

log = logging.getLogger(__name__)
REFUSED = "training.refused"


def is_due(context: Context, day: dt.date) -> bool:
    """Return whether the champion learns and no model in use began within the week up to `day`, on enough rows."""
    champion = context.settings.champion
    if champion in {system.name for system in FORMULAS}:
        return False
    wanted = TRAINED if champion == "ensemble" else (champion,)
    newest = (
        context.models.rows("points")
        .filter((pl.col("status") != "retired") & (pl.col("as_of") <= day))
        .group_by("system")
        .agg(pl.col("as_of").max())
    )
    begun = dict(newest.iter_rows())
    is_old = any(begun.get(name, dt.date.min) <= day - dt.timedelta(days=EVERY_DAYS) for name in wanted)
    return is_old and _ready_rows(context, day) >= FEWEST_ROWS


def train_for(context: Context, day: dt.date) -> list[str]:
    """Train the models that predict from `day` on, and return their ids; people are told where that is refused.

    The run goes on without them: the model before predicts, or the stand-in.
    """
    alerts = notifier(context.settings, context.clock)
    context.ledger.acquire(context.settings.lease_seconds)
    try:
        ids = learn(context.models, [day], context.clock.now())
    except (LeakageError, TrainingRefusedError) as error:
        log.error("no model for %s: %s", day, error)
        alerts.send(Alert(REFUSED, Severity.ERROR, f"no new model for {day}", str(error)))
        return []
    finally:
        context.ledger.release()
    log.info("trained for %s: %s", day, ", ".join(ids))
    alerts.recover(REFUSED, f"models for {day} are trained")
    return ids


def _ready_rows(context: Context, day: dt.date) -> int:
    before = context.warehouse.scan(PLAYER_FEATURES, end=day - dt.timedelta(days=1)).filter(nw.col("is_training_ready"))
    return int(context.warehouse.collect(before.select(nw.col("game_id").count().alias("n")))["n"][0])
