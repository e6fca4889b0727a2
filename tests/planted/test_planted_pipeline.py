"""Known faults of such platforms, each planted into a run, and the guard that must catch it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_GAMES, PLAYER_LINES
from courtside.errors import SchemaDriftError, WarehouseBusyError
from courtside.features import windows
from courtside.features.tables import PLAYER_FEATURES
from courtside.picks.tables import PUBLISHED_PICKS
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stages import features as features_stage
from courtside.predictions.tables import PREDICTIONS
from courtside.sources.payload import Payload
from tests import homes


def _rows(home: Path, table: str) -> pl.DataFrame:
    from courtside.pipeline.tables import ALL_TABLES

    with homes.opened(home) as context:
        chosen = next(item for item in ALL_TABLES if item.name == table)
        return context.warehouse.collect(context.warehouse.scan(chosen)).sort(chosen.key)


def _changed_log(day_index: int, change: str, amount: int = 5) -> Payload:
    """Return a newer player log of one date, with the points of one player raised or one team's rows cut short."""
    logs = [payload for payload in homes.payloads() if payload.name.startswith("leaguegamelog_P_")]
    payload = logs[day_index]
    document = json.loads(payload.content)
    result = document["resultSets"][0]
    points = result["headers"].index("PTS")
    if change == "raise":
        result["rowSet"][0][points] += amount
    else:
        result["rowSet"] = result["rowSet"][amount:]
    return Payload("simulated", "changed", payload.fetched_at + dt.timedelta(days=1), json.dumps(document).encode())


def test_a_window_that_includes_the_game_itself_is_caught(
    ingested_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = windows.Games.before

    def with_the_day(games: windows.Games, rows: pl.DataFrame) -> windows.Before:
        return honest(games, rows.with_columns(pl.col("game_day") + 1))

    monkeypatch.setattr(windows.Games, "before", with_the_day)
    home = homes.copy_of(ingested_home, tmp_path / "leaky")
    homes.run_in(home, through="features")
    assert _changes_under_a_future_mutation(home), "the check for look-ahead must see the planted leak"


def test_features_do_not_change_when_their_own_day_and_later_days_do(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    assert _changes_under_a_future_mutation(home) == []


def _changes_under_a_future_mutation(home: Path) -> list[dt.date]:
    """Return the dates up to and including a changed one whose features differ after the change."""
    before = homes.contents(home)["player_features"]
    changed = sorted(before)[10]
    logs = [payload for payload in homes.payloads() if payload.name.startswith("leaguegamelog_P_")]
    index = next(i for i, payload in enumerate(logs) if str(changed) in payload.name)
    homes.ingest_into(home, [_swapped_points(logs[index])])
    homes.run_in(home, resume=False, through="features")
    after = homes.contents(home)["player_features"]
    assert any(after[day] != before[day] for day in before if day > changed), "the change must reach later days"
    return [day for day in before if day <= changed and after[day] != before[day]]


def _swapped_points(payload: Payload) -> Payload:
    """Move points between team mates, all over a date, so that every box score still sums to its score."""
    document = json.loads(payload.content)
    result = document["resultSets"][0]
    team, points, game = (result["headers"].index(name) for name in ("TEAM_ID", "PTS", "GAME_ID"))
    sides: dict[tuple[object, object], list[list[object]]] = {}
    for row in result["rowSet"]:
        sides.setdefault((row[game], row[team]), []).append(row)
    for rows in sides.values():
        scores = [row[points] for row in rows]
        for row, score in zip(rows, [*scores[1:], scores[0]], strict=True):
            row[points] = score
    return Payload("simulated", "swapped", payload.fetched_at + dt.timedelta(days=1), json.dumps(document).encode())


def test_a_line_seen_after_tip_off_is_in_no_prediction(run_home: Path) -> None:
    lines = _rows(run_home, PLAYER_LINES.name)
    in_game = lines.filter(pl.col("timing") == "in_game")
    assert in_game.height, "the simulated books must show lines after tip-off, or this proves nothing"
    assert in_game.filter(pl.col("seen_at") < pl.col("tip_at")).is_empty()
    predictions = _rows(run_home, PREDICTIONS.name).filter(pl.col("line_seen_at").is_not_null())
    assert predictions.filter(pl.col("line_seen_at") >= pl.col("tip_at")).is_empty()


def test_a_table_that_lacks_a_column_stops_the_run_at_start_up(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("ALTER TABLE predictions DROP COLUMN edge")
    with pytest.raises(SchemaDriftError, match=r"table predictions .*column edge is missing"), homes.opened(home):
        pass


def test_a_stage_that_writes_no_rows_fails_its_dates(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = features_stage.features_of
    monkeypatch.setattr(features_stage, "features_of", lambda known, dates: honest(known, dates).clear())
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home)["player_features"]
    summary = homes.run_in(home, resume=False, through="features")
    assert not summary.is_whole
    failed = [(day, cell.reason) for day, stage, cell in summary.open_cells if stage == "features"]
    assert len(failed) == len(before)
    assert all("no rows where rows are required" in str(reason) for _, reason in failed)
    assert homes.contents(home)["player_features"] == before, "what was good stays"


@pytest.mark.parametrize(("change", "amount"), [("raise", 5), ("cut", 3)])
def test_a_box_score_that_does_not_sum_to_the_score_is_held_and_in_no_window(
    run_home: Path, tmp_path: Path, change: str, amount: int
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    payload = _changed_log(6, change, amount)
    if change == "cut":
        home = _fresh_home_with(payload, tmp_path / "fresh")
    else:
        homes.ingest_into(home, [payload])
    summary = homes.run_in(home, through="features")
    held = [(day, cell.reason) for day, stage, cell in summary.open_cells if stage == "analytics"]
    assert len(held) == 1
    assert "do not reconcile" in str(held[0][1])
    partial = _rows(home, PLAYER_GAMES.name).filter(pl.col("box_status") == "partial")
    assert partial.height
    known = _rows(home, PLAYER_FEATURES.name).filter(pl.col("game_date") > held[0][0])
    gaps = known.filter(pl.col("missing_game_ids").str.contains(partial["game_id"][0]))
    assert gaps.height, "rows behind the broken box score name the game that they miss"
    assert (gaps["completeness_l10"] < 100).all()


def _fresh_home_with(payload: Payload, home: Path) -> Path:
    """Return a home that got `payload` in the place of the player log of the same date."""
    logs = [item for item in homes.payloads() if item.name.startswith("leaguegamelog_P_")]
    replaced = logs[6]
    early = replace(payload, fetched_at=replaced.fetched_at)
    homes.ingest_into(home, [early if item is replaced or item == replaced else item for item in homes.payloads()])
    return home


def test_picks_do_not_change_when_predictions_do(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courtside.predictions.systems.form import MovingAverage

    home = homes.copy_of(run_home, tmp_path / "home")
    picks, files = _rows(home, PUBLISHED_PICKS.name), _files_of_picks(home)
    honest = MovingAverage.expected_points
    monkeypatch.setattr(MovingAverage, "expected_points", lambda self, rows: honest(self, rows) + 4)
    homes.run_in(home, now=homes.NOW + dt.timedelta(hours=2), resume=False)
    changed = _rows(home, PREDICTIONS.name)
    assert not changed.equals(_rows(run_home, PREDICTIONS.name)), "the predictions must really have changed"
    assert _rows(home, PUBLISHED_PICKS.name).equals(picks)
    assert _files_of_picks(home) == files


def _files_of_picks(home: Path) -> dict[str, str]:
    """Return the published files with picks and records; files of predictions may change with predictions."""
    shown = ("v1/picks/", "v1/subsets/", "v1/signals/", "v1/results/", "v1/best-bets/")
    return {path: content for path, content in homes.files(home).items() if path.startswith(shown)}


def test_two_runs_at_once_are_refused_by_the_lease(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with homes.opened(home) as context:
        other = replace(context, run_log=RunLog(context.warehouse, context.clock))
        other.run_log.acquire(900)
        with pytest.raises(WarehouseBusyError, match=other.run_log.run_id):
            run(context, homes.FIRST, homes.LAST)
        other.run_log.release()
        assert run(context, homes.FIRST, homes.LAST).is_whole


def test_an_exception_in_a_stage_fails_only_the_dates_that_raise(
    ingested_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = dt.date(2025, 10, 30)
    stage = next(item for item in STAGES if item.name == "lines")
    honest = stage.process

    def process(inputs: object, dates: list[dt.date], at: object) -> object:
        if bad in dates:
            raise ZeroDivisionError(f"planted on {bad}")
        return honest(inputs, dates, at)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "process", process)
    home = homes.copy_of(ingested_home, tmp_path / "home")
    summary = homes.run_in(home)
    failed = [(day, name) for day, name, cell in summary.open_cells if cell.state == "failed"]
    assert failed == [(bad, "lines")]
    lines = next(item for item in summary.stages if item.stage == "lines")
    assert lines.states["complete"] > 10
