"""Stage `predictions`: every system's expected points for the rows of a slate, beside the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.analytics.injuries import OUT, last_reports
from courtside.analytics.lines import consensus, pre_tip
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_LINES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context, Record, span
from courtside.pipeline.history import History, history_of, is_gap
from courtside.pipeline.inputs import combined, content_hashes, history_hashes, slate_hashes
from courtside.pipeline.ledger import Outcome, Outcomes
from courtside.pipeline.tip_offs import tip_offs
from courtside.predictions.champion import STAND_IN, speaking
from courtside.predictions.coordinator import predict
from courtside.predictions.roster import roster, standing_by_date
from courtside.predictions.rows import with_recent_form
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.codenames import CODE_OF_SYSTEM
from courtside.quality.gate import RunMode, blocks, gated
from courtside.quality.tables import GATE_BLOCKS, GATE_VERDICTS
from courtside.warehouse.base import Change

SILENT, REFUSED = "predictions.none", "predictions.refused"
REPORTED_OUT = "out by the last injury report before tip-off"


@dataclass(frozen=True)
class PredictionsStage:
    """Predictions of every system."""

    name: str = "predictions"

    def inputs(self, context: Context, dates: Sequence[dt.date]) -> dict[dt.date, str]:
        """Hash the features, the lines and the slate of each date, the box scores before it, and who is asked."""
        cells = context.ledger.cells
        clock, now = tip_offs(context, dates), context.clock.now()
        asked = {day: ",".join(SYSTEM_NAMES) + clock.input_of(day, now) for day in dates}
        return combined(
            dates,
            content_hashes(cells("features"), dates),
            content_hashes(cells("lines"), dates),
            slate_hashes(context, dates),
            history_hashes(cells("analytics"), dates),
            asked,
            standing_by_date(context.models, dates),
        )

    def work(self, context: Context, dates: Sequence[dt.date], record: Record) -> Outcomes:
        """Predict the slates of `dates` in one call of each system."""
        warehouse = context.warehouse
        first, last = span(dates)
        rows = warehouse.collect(warehouse.scan(PLAYER_FEATURES, start=first, end=last))
        reports = warehouse.collect(warehouse.scan(INJURY_REPORTS, start=first, end=last))
        passed = _without_who_is_out(_gated(rows, context.clock.today()), reports)
        features = _of(dates, with_recent_form(passed, warehouse))
        placed = _of(dates, warehouse.collect(warehouse.scan(PLAYER_LINES, start=first, end=last)))
        lines = consensus(placed)
        games = warehouse.collect(warehouse.scan(GAMES, start=first, end=last))
        verdicts = warehouse.collect(warehouse.scan(GATE_VERDICTS, start=first, end=last))
        asked = roster(context.models, first, last)
        now = context.clock.now()
        said = predict(features, lines, games, verdicts, asked, CODE_OF_SYSTEM, now)
        stored = _of(dates, warehouse.collect(warehouse.scan(PREDICTIONS, start=first, end=last)))
        predictions = _kept_after_tip_off(stored, said.rows, tip_offs(context, dates).begun)
        sides = pl.concat([games.select("game_date", team_id=f"{side}_team_id") for side in ("home", "away")])
        outcomes = _outcomes(dates, features, predictions, verdicts, history_of(context, sides))
        blocked = GATE_BLOCKS.conform(blocks(features, pre_tip(placed)))
        warehouse.replace_dates(
            [Change(PREDICTIONS, predictions), Change(GATE_BLOCKS, blocked)], dates, record(outcomes)
        )
        _tell(context, outcomes, predictions)
        _tell_of_refused(context, {**asked.refused, **said.refused})
        return outcomes


def _kept_after_tip_off(stored: pl.DataFrame, new: pl.DataFrame, begun: frozenset[str]) -> pl.DataFrame:
    """Return `new`, but for games that have begun the stored rows made before tip-off, where there are any."""
    has_begun = pl.col("game_id").is_in(list(begun))
    kept = stored.filter(has_begun & pl.col("prediction_made_before_game"))
    later = new.join(kept, on="game_id", how="anti").with_columns(
        prediction_made_before_game=pl.col("prediction_made_before_game") & ~has_begun
    )
    return PREDICTIONS.conform(pl.concat([later, kept.select(later.columns)])).sort(PREDICTIONS.key)


def _tell(context: Context, outcomes: Outcomes, predictions: pl.DataFrame) -> None:
    """Alert where a slate of today or later has games and no prediction that a pick could be made from."""
    today, champion = context.clock.today(), context.settings.champion
    spoken = set(speaking(predictions, champion)["game_date"])
    silent = {
        day: outcome.reason or f"neither {champion} nor {STAND_IN} says anything"
        for day, outcome in outcomes.items()
        if day >= today
        and (outcome.reason or day not in spoken)
        and outcome.state in ("held", "complete")
        and not is_gap(outcome.reason)
    }
    alerts = notifier(context.settings, context.clock)
    if silent:
        body = "\n".join(f"{day}: {reason}" for day, reason in sorted(silent.items()))
        alerts.send(Alert(SILENT, Severity.ERROR, f"games and no predictions on {min(silent)}", body))
    elif any(day >= today for day in spoken):
        alerts.recover(SILENT, f"{max(spoken)} is predicted")


def _tell_of_refused(context: Context, refused: Mapping[str, str]) -> None:
    """Alert about models that were not predicted with."""
    alerts = notifier(context.settings, context.clock)
    if refused:
        title = f"{len(refused)} models refused"
        alerts.send(Alert(REFUSED, Severity.ERROR, title, "\n".join(refused.values())))
    else:
        alerts.recover(REFUSED, "no model is refused any more")


def _gated(rows: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Put feature rows through the quality gate: of today and later as a first run does, of the past as a back-fill."""
    modes = {RunMode.BACKFILL: pl.col("game_date") < today, RunMode.FIRST: pl.col("game_date") >= today}
    parts = [gated(nw.from_native(rows.lazy().filter(of)), mode).to_native() for mode, of in modes.items()]
    whole: pl.DataFrame = pl.concat(parts).collect()
    return whole.sort("game_date", "game_id", "player_id")


def _without_who_is_out(gated_rows: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Stop at the gate whoever the last injury report before tip-off has out."""
    out = last_reports(reports).filter(pl.col("status") == OUT).select("game_id", "player_id", is_out=pl.lit(True))
    is_out = pl.col("is_out").fill_null(False)
    return (
        gated_rows.join(out.unique(), on=["game_id", "player_id"], how="left", maintain_order="left")
        .with_columns(
            gate_passed=pl.col("gate_passed") & ~is_out,
            gate_reason=pl.when(is_out).then(pl.lit(REPORTED_OUT)).otherwise("gate_reason"),
        )
        .drop("is_out")
    )


def _of(dates: Sequence[dt.date], rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("game_date").is_in(pl.Series(dates).implode()))


def _nobody_passes(predictions: pl.DataFrame) -> str | None:
    """Return why a slate can have no pick, None where the quality gate lets somebody through."""
    if predictions["gate_passed"].any():
        return None
    reasons = predictions["gate_reason"].value_counts(sort=True).sort("count", "gate_reason", descending=[True, False])
    return f"quality gate: nobody passes, most often for: {reasons['gate_reason'][0]}"


def _outcomes(
    dates: Sequence[dt.date],
    features: pl.DataFrame,
    predictions: pl.DataFrame,
    verdicts: pl.DataFrame,
    history: History,
) -> dict[dt.date, Outcome]:
    """Return the state of each date; one that nobody could have been predicted for is empty, not held."""
    predicted = set(predictions["game_date"])
    incomplete = set(features.filter(pl.col("missing_game_ids") != "")["game_date"])
    prepared = set(features["game_date"])
    playing = {row["game_date"]: row for row in verdicts.to_dicts()}
    outcomes = {}
    for day in dates:
        if day not in playing:
            outcomes[day] = Outcome("empty", "no games scheduled")
        elif day in predicted:
            reason = _nobody_passes(predictions.filter(pl.col("game_date") == day))
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
