"""Alerts of the stage `predictions`: a slate without predictions, and refused models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from courtside.alerts import Alert, Severity
from courtside.analytics.history import is_gap
from courtside.league.seasons import dates_of
from courtside.outcomes import Outcomes
from courtside.pipeline.stage import Recovery, Surroundings
from courtside.predictions.champion import FALLBACK, predictions_for_picks

NONE_MADE, REFUSED = "predictions.none", "predictions.refused"


def missing_predictions(outcomes: Outcomes, predictions: pl.DataFrame, at: Surroundings) -> Iterator[Alert | Recovery]:
    """Yield an alert where a slate of today or later has games and no prediction of the champion or the fallback."""
    today, champion = at.clock.today(), at.settings.champion
    predicted = dates_of(predictions_for_picks(predictions, champion))
    missing = {
        day: outcome.reason or f"neither {champion} nor {FALLBACK} made a prediction"
        for day, outcome in outcomes.items()
        if day >= today
        and (outcome.reason or day not in predicted)
        and outcome.state in ("held", "complete")
        and not is_gap(outcome.reason)
    }
    if missing:
        body = "\n".join(f"{day}: {reason}" for day, reason in sorted(missing.items()))
        yield Alert(NONE_MADE, Severity.ERROR, f"no predictions for the games of {min(missing)}", body)
    elif any(day >= today for day in predicted):
        yield Recovery(NONE_MADE, f"predictions for {max(predicted)} are stored")


def refused_models(models: Mapping[str, str]) -> Iterator[Alert | Recovery]:
    """Yield an alert about refused models, or else the recovery."""
    if models:
        yield Alert(REFUSED, Severity.ERROR, f"{len(models)} models refused", "\n".join(models.values()))
    else:
        yield Recovery(REFUSED, "no model is refused any more")
