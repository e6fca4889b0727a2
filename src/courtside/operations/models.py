"""The stored models: their measurements on dates after their training, and which of them picks are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from courtside.league.markets import market_named
from courtside.pipeline.context import Context
from courtside.predictions.promotion import is_measured
from courtside.predictions.rows import model_rows, with_outcomes
from courtside.predictions.systems import trained_members
from courtside.predictions.training import MEASURED_DAYS, measure_after_training
from courtside.publishing.codenames import public_code


def described(row: dict[str, Any], champion: str) -> dict[str, Any]:
    """Return a row of `MODELS` with its code name and state.

    The state is `champion` where picks are made from the model, from its first date to the next model of its system;
    `promoted` where another system is champion and the model passed the gates; `retired` where it is not used; and
    `candidate` otherwise.
    """
    if row["status"] == "retired":
        state = "retired"
    elif row["system"] in (champion, *trained_members(champion)):
        state = "champion"
    else:
        state = "promoted" if row["status"] == "champion" else "candidate"
    return row | {"code_name": public_code(row["system"]), "state": state}


def unmeasured(context: Context) -> list[str]:
    """Return the ids of the models that are in use and were not measured on enough player games with a line."""
    rows = context.models.rows("points").to_dicts()
    return [row["model_id"] for row in rows if row["status"] != "retired" and not is_measured(row)]


def measure_model(context: Context, model_id: str) -> Mapping[str, Any]:
    """Measure a model on the first four weeks that it may predict, store the figures and return them.

    Nothing is stored where no result of these weeks is.

    Raises:
        NoModelError: where no model has this id.
        ModelRefusedError: where the model's file cannot be used.
    """
    row = context.models.one(model_id)
    market, as_of = market_named(row["market"]), row["as_of"]
    found = model_rows(context.warehouse, as_of, as_of + dt.timedelta(days=MEASURED_DAYS - 1), market)
    model = context.models.points_model(row)
    measured = measure_after_training(model, with_outcomes(found, context.warehouse, market), as_of)
    if measured:
        context.models.set_metrics(model_id, measured)
    return measured
