"""Predictions of a slate: gates with their reasons, alerts about missing predictions, and lines that move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_LINES
from courtside.features.tables import PLAYER_FEATURES
from courtside.outcomes import Outcome
from courtside.picks.tables import PUBLISHED_PICKS
from courtside.pipeline import runner as runner_module
from courtside.pipeline.model_store import ModelStore
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stored import REPLACED
from courtside.predictions.inputs import MODEL_INPUTS, matrix
from courtside.predictions.rows import model_rows as rows_of
from courtside.predictions.systems import SYSTEM_NAMES
from courtside.predictions.tables import PREDICTIONS
from courtside.predictions.training import FITS, Trained
from courtside.quality.tables import GATE_BLOCKS, GATE_VERDICTS
from courtside.warehouse.base import Change
from courtside.warehouse.schema import Table
from tests import homes

MORNING = homes.NOW
TODAY = MORNING.date()
ONLY = tuple(item for item in STAGES if item.name == "predictions")


def _read(home: Path, table: Table, day: dt.date = TODAY) -> pl.DataFrame:
    with homes.opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table, start=day, end=day)).sort(table.key)


def _changed(home: Path, table: Table, stage: str, day: dt.date = TODAY, **changes: pl.Expr) -> None:
    """Write the rows of a date again with changes, as the stage before would, and update its cell."""
    with homes.opened(home, MORNING) as context:
        stored = [
            (own, context.warehouse.collect(context.warehouse.scan(own, start=day, end=day))) for own in REPLACED[stage]
        ]
        written = [
            Change(own, own.conform(rows.with_columns(**changes)) if own is table else rows) for own, rows in stored
        ]
        cell = context.run_log.cells(stage)[day]
        recorder = context.run_log.recorder(stage, {day: cell.input_hash}, {day: Outcome()})
        context.warehouse.replace_dates(written, [day], recorder)


def _predict(home: Path, now: dt.datetime = MORNING) -> Sequence[tuple[Any, ...]]:
    with homes.opened(home, now) as context:
        return run(context, TODAY, TODAY, stages=ONLY).open_cells


@pytest.fixture(scope="module")
def today_home(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has processed today's slate up to its predictions."""
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("today") / "home")
    with homes.opened(home, MORNING) as context:
        run(context, TODAY, TODAY, stages=STAGES[: STAGES.index(ONLY[0]) + 1])
    return home


@pytest.fixture
def home(today_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(today_home, tmp_path / "home")


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The alerts that are sent, and the causes of recoveries."""
    sent: list[Any] = []

    class Heard:
        def send(self, alert: Any) -> str:
            sent.append(alert)
            return "sent"

        def recover(self, cause: str, body: str) -> str:
            return "quiet"

    monkeypatch.setattr(runner_module, "notifier", lambda settings, clock: Heard())
    return sent


def test_a_blocked_player_has_a_prediction_with_the_reason_and_without_a_side(home: Path) -> None:
    blocked = _read(home, PLAYER_FEATURES).filter(pl.col("is_quality_ready"))["player_id"][0]
    one = pl.col("player_id") == blocked
    _changed(
        home,
        PLAYER_FEATURES,
        required_default_count=pl.when(one).then(1).otherwise("required_default_count"),
        default_feature_count=pl.when(one).then(3).otherwise("default_feature_count"),
        stage="features",
    )
    _predict(home)
    rows = _read(home, PREDICTIONS).filter(pl.col("player_id") == blocked)
    assert set(rows["gate_reason"]) == {"required feature without a value"}
    assert not rows["gate_passed"].any()
    assert set(rows["direction"]) <= {"PASS", None}
    assert blocked in _read(home, GATE_BLOCKS)["player_id"]
    others = _read(home, PREDICTIONS).filter(pl.col("gate_passed"))
    assert others.height
    assert others["gate_reason"].is_null().all()


def test_a_slate_without_a_player_who_passes_publishes_no_pick_and_the_reason(home: Path, alerts: list[Any]) -> None:
    _changed(home, PLAYER_FEATURES, quality_alert_level=pl.lit("red"), stage="features")
    with homes.opened(home, MORNING) as context:
        run(context, TODAY, TODAY, stages=[item for item in STAGES if item.name in ("predictions", "picks")])
    predictions = _read(home, PREDICTIONS)
    assert predictions.height
    assert set(predictions["gate_reason"]) == {"red alert"}
    assert not predictions["direction"].is_in(["OVER", "UNDER"]).any()
    assert set(_read(home, GATE_BLOCKS)["reason"]) <= {"red alert", "no feature row"}
    assert _read(home, PUBLISHED_PICKS).is_empty()
    with homes.opened(home, MORNING) as context:
        reason = context.run_log.cells("predictions")[TODAY].reason
    assert reason == "quality gate: nobody passes, most often for: red alert"
    assert [(alert.cause, reason in alert.body) for alert in alerts] == [("predictions.none", True)]


def test_a_slate_with_games_and_no_prediction_raises_the_alert(home: Path, alerts: list[Any]) -> None:
    with homes.opened(home, MORNING) as context:
        cell = context.run_log.cells("features")[TODAY]
        recorder = context.run_log.recorder("features", {TODAY: cell.input_hash}, {TODAY: Outcome()})
        verdicts = context.warehouse.collect(context.warehouse.scan(GATE_VERDICTS, start=TODAY, end=TODAY))
        not_ready = verdicts.with_columns(verdict=pl.lit("not_ready"), reason=pl.lit("no feature rows"))
        empty = [Change(PLAYER_FEATURES, PLAYER_FEATURES.empty()), Change(GATE_VERDICTS, not_ready)]
        context.warehouse.replace_dates(empty, [TODAY], recorder)
    (open_cell,) = _predict(home)
    assert open_cell[2].state == "held"
    assert open_cell[2].reason == "readiness gate: no feature rows"
    (alert,) = alerts
    assert alert.cause == "predictions.none"
    assert str(TODAY) in alert.title
    assert "no feature rows" in alert.body


def test_a_line_that_moves_replaces_the_predictions(home: Path) -> None:
    before = _read(home, PREDICTIONS)
    moved = before.filter(pl.col("line").is_not_null())["player_id"][0]
    _changed(
        home,
        PLAYER_LINES,
        line=pl.when(pl.col("player_id") == moved).then(pl.col("line") + 1).otherwise("line"),
        stage="lines",
    )
    _predict(home)
    after = _read(home, PREDICTIONS)
    assert not after.select(PREDICTIONS.key).is_duplicated().any()
    both = before.join(after, on=PREDICTIONS.key, suffix="_after").filter(pl.col("player_id") == moved)
    assert both.height == len(set(before["system"]))
    assert (both["line_after"] == both["line"] + 1).all()
    assert (both["prediction_after"] == both["prediction"]).all(), "expected points are made without the line"


def test_the_prediction_of_a_player_who_leaves_the_slate_is_removed(home: Path) -> None:
    gone = _read(home, PREDICTIONS)["player_id"][0]
    with homes.opened(home, MORNING) as context:
        rows = context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES, start=TODAY, end=TODAY))
        cell = context.run_log.cells("features")[TODAY]
        recorder = context.run_log.recorder("features", {TODAY: cell.input_hash}, {TODAY: Outcome()})
        kept = Change(PLAYER_FEATURES, rows.filter(pl.col("player_id") != gone))
        context.warehouse.replace_dates([kept], [TODAY], recorder)
    _predict(home)
    assert gone not in _read(home, PREDICTIONS)["player_id"]


def test_a_prediction_made_before_tip_off_does_not_change_after_it(home: Path) -> None:
    before = _read(home, PREDICTIONS)
    assert before["prediction_made_before_game"].any()
    first_tip = before["tip_at"].min()
    assert isinstance(first_tip, dt.datetime)
    _changed(home, PLAYER_FEATURES, "features", points_avg_last_5=pl.col("points_avg_last_5") + 2)
    _predict(home, first_tip + dt.timedelta(minutes=1))
    after = _read(home, PREDICTIONS)
    begun = pl.col("tip_at") == first_tip
    assert after.filter(begun).equals(before.filter(begun))
    ahead = before.join(after, on=PREDICTIONS.key, suffix="_after").filter(
        ~begun & (pl.col("system") == "moving_average")
    )
    assert (ahead["prediction_after"] > ahead["prediction"]).all()


def test_unchanged_inputs_make_no_new_predictions(home: Path) -> None:
    _predict(home)
    with homes.opened(home, MORNING + dt.timedelta(hours=1)) as context:
        (summary,) = run(context, TODAY, TODAY, stages=ONLY).stages
    assert (summary.processed, summary.skipped) == (0, 1)


def test_a_new_model_predicts_its_dates_again_and_a_refused_model_does_not(home: Path, alerts: list[Any]) -> None:
    with homes.opened(home, MORNING) as context:
        rows = rows_of(context.warehouse, homes.FIRST, TODAY).filter(pl.col("points_ewma").is_not_null())
        inputs, form = matrix(rows), rows["points_ewma"].to_numpy()
        fitted = [
            Trained(name, TODAY, homes.FIRST, homes.LAST, rows.height, MODEL_INPUTS, FITS[name](inputs, form + shift))
            for name, shift in (("catboost_v9", 0.0), ("lightgbm", 9.0))
        ]
        ModelStore(context.warehouse, home / "models").save(fitted, [], MORNING)
    _predict(home)
    predictions = _read(home, PREDICTIONS)
    assert predictions.filter(
        (pl.col("system") == "catboost_v9") & pl.col("model_id").str.starts_with("catboost_v9-")
    ).height
    refused = [alert for alert in alerts if alert.cause == "predictions.refused"]
    assert refused
    assert "lightgbm" in refused[0].body
    assert set(predictions["system"]) == set(SYSTEM_NAMES) - {"lightgbm", "ensemble"}
