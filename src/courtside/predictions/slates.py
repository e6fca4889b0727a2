"""Rules of a slate's predictions: the quality gate, predictions after tip-off, and the outcome of each date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import narwhals as nw
import polars as pl

from courtside.analytics.history import History
from courtside.analytics.injuries import OUT, last_reports
from courtside.league.seasons import dates_of
from courtside.outcomes import Outcome
from courtside.predictions.tables import PREDICTIONS
from courtside.quality.gate import RunMode, gated

REPORTED_OUT = "out by the last injury report before tip-off"


def pass_gate(rows: pl.DataFrame, reports: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Add gate_passed and gate_reason to feature rows.

    Rows of today and later use the gate's rules for a first run; rows of the past use those for a back-fill. A player
    who is out in the last injury report before tip-off does not pass.
    """
    modes = {RunMode.BACKFILL: pl.col("game_date") < today, RunMode.FIRST: pl.col("game_date") >= today}
    parts = [gated(nw.from_native(rows.lazy().filter(of)), mode).to_native() for mode, of in modes.items()]
    out = last_reports(reports).filter(pl.col("status") == OUT).select("game_id", "player_id", is_out=pl.lit(True))
    is_out = pl.col("is_out").fill_null(False)
    passed: pl.DataFrame = pl.concat(parts).collect()
    return (
        passed.sort("game_date", "game_id", "player_id")
        .join(out.unique(), on=["game_id", "player_id"], how="left", maintain_order="left")
        .with_columns(
            gate_passed=pl.col("gate_passed") & ~is_out,
            gate_reason=pl.when(is_out).then(pl.lit(REPORTED_OUT)).otherwise("gate_reason"),
        )
        .drop("is_out")
    )


def keep_after_tip_off(stored: pl.DataFrame, predictions: pl.DataFrame, begun: frozenset[str]) -> pl.DataFrame:
    """Return `predictions`, sorted by key as they are, with the stored predictions for games that have `begun`.

    A prediction that was made before tip-off does not change afterwards. A prediction that is made after tip-off is
    never marked as made before the game.
    """
    has_begun = pl.col("game_id").is_in(list(begun))
    kept = stored.filter(has_begun & pl.col("prediction_made_before_game"))
    later = predictions.with_columns(prediction_made_before_game=pl.col("prediction_made_before_game") & ~has_begun)
    if kept.is_empty():
        return PREDICTIONS.conform(later)
    later = later.join(kept, on="game_id", how="anti")
    return PREDICTIONS.conform(pl.concat([later, kept.select(later.columns)])).sort(PREDICTIONS.key)


def prediction_outcomes(
    dates: Sequence[dt.date],
    features: pl.DataFrame,
    predictions: pl.DataFrame,
    verdicts: pl.DataFrame,
    history: History,
) -> dict[dt.date, Outcome]:
    """Return the outcome of each date.

    A date on which no player has enough games to be predicted is empty. A date whose predictions are missing because
    data is missing is held.
    """
    predicted, passing = (dates_of(rows) for rows in (predictions, predictions.filter("gate_passed")))
    incomplete = dates_of(features.filter(pl.col("missing_game_ids") != ""))
    prepared = dates_of(features)
    playing = {row["game_date"]: row for row in verdicts.to_dicts()}
    outcomes = {}
    for day in dates:
        if day not in playing:
            outcomes[day] = Outcome("empty", "no games scheduled")
        elif day in predicted:
            own = pl.col("game_date") == day
            reason = None if day in passing else _reason_nobody_passes(predictions.filter(own))
            is_held = reason is not None and day in history.gaps
            outcomes[day] = Outcome("held", history.gaps[day]) if is_held else Outcome("complete", reason)
        elif day in incomplete:
            reason = "quality gate: box scores are missing behind every row"
            outcomes[day] = Outcome("held", history.gaps.get(day, reason))
        elif day in prepared or day not in history.known:
            outcomes[day] = Outcome("empty", "no player has enough games behind him yet")
        else:
            outcomes[day] = Outcome("held", history.gaps.get(day, f"readiness gate: {playing[day]['reason']}"))
    return outcomes


def _reason_nobody_passes(predictions: pl.DataFrame) -> str:
    """Return why no player of a slate passes the quality gate."""
    reasons = predictions["gate_reason"].value_counts(sort=True).sort("count", "gate_reason", descending=[True, False])
    return f"quality gate: nobody passes, most often for: {reasons['gate_reason'][0]}"
