"""Learning: models of one day or of every week of a range, and the calibrators that their predictions teach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import narwhals as nw

from courtside.features.tables import PLAYER_FEATURES
from courtside.predictions.errors import TrainingRefusedError
from courtside.predictions.model_store import ModelStore
from courtside.predictions.promotion import failures
from courtside.predictions.roster import roster
from courtside.predictions.rows import model_rows, with_outcomes
from courtside.predictions.systems import TRAINED
from courtside.predictions.walk_forward import calibrators, predicted, spaced, walk

WINDOW_DAYS = 4 * 365
"""Days that a model learns from: all there is of four seasons."""


def learn(
    store: ModelStore,
    days: Sequence[dt.date],
    now: dt.datetime,
    *,
    systems: Sequence[str] = TRAINED,
    say: Callable[[dt.date, int], None] | None = None,
) -> list[str]:
    """Train models for `days`, store them with the calibrators of the same days, and return all ids.

    A model of a day learns from earlier dates only, and so does a calibrator, from predictions of models that had not
    seen the dates they predict. A model that fails a gate of promotion on what it measured is stored as retired, and
    predicts nothing. Where there are several days calibrators are fitted every fourth week.

    Raises:
        TrainingRefusedError: where no day has enough rows before it, or rows that may not be trained on are among them.
        LeakageError: where an input knows the game itself.
    """
    warehouse = store.warehouse
    first = warehouse.collect(warehouse.scan(PLAYER_FEATURES).select(nw.col("game_date").min()))["game_date"][0]
    if first is None:
        raise TrainingRefusedError("there are no feature rows; `courtside run` makes them")
    rows = with_outcomes(model_rows(warehouse, first, max(days)), warehouse)
    is_single = len(days) == 1
    trained = list(walk(rows, days, systems, window_days=WINDOW_DAYS, measured=is_single, say=say))
    if not trained:
        raise TrainingRefusedError(
            f"no model could be trained for {days[0]} to {days[-1]}: fewer than 2,000 training-ready rows lie before "
            "each of these dates, or nobody plays. Run features over more dates first"
        )
    ids = store.save(trained, (), now)
    for model_id in ids:
        if failed := failures(store.one(model_id)):
            store.set_status(model_id, "retired", "failed " + "; ".join(map(str, failed)))
    asked = roster(store, first, max(days))
    known = predicted(rows, asked.systems)
    fitted = [item for system in asked.systems for item in calibrators(known, system.name, spaced(days))]
    return ids + store.save((), fitted, now)
