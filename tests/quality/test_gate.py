"""The quality gate against its full truth table, and the verdicts of the readiness gate."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import polars as pl
import pytest

from courtside.quality.gate import SCORE_FLOOR, RunMode, blocks, gated, readiness
from courtside.warehouse.duckdb import DuckDBWarehouse

REQUIRED = (None, 0, 1, 5)
OPTIONAL = (None, 0, 3)
ALERTS = (None, "green", "yellow", "red", "purple")
MATCHUP = (None, math.nan, -1.0, 0.0, 49.999, 50.0, 69.0, 100.0, 101.0)
SCORES = (None, math.nan, -1.0, 0.0, 49.0, 69.999, 70.0, 79.999, 80.0, 84.999, 85.0, 100.0, 100.5)
DAY = dt.date(2025, 11, 12)


def expected_reason(
    required: int | None,
    optional: int | None,
    alert: str | None,
    matchup: float | None,
    score: float | None,
    floor: int,
) -> str | None:
    """Return the reason why a row is blocked, by the rules in plain Python; None where it passes."""
    numbers = (required, optional, matchup, score)
    if alert not in ("green", "yellow", "red") or any(item is None or math.isnan(item) for item in numbers):
        return "quality unknown"
    assert matchup is not None
    assert score is not None
    if not 0 <= matchup <= 100 or not 0 <= score <= 100:
        return "quality unknown"
    if alert == "red":
        return "red alert"
    if matchup < 50:
        return "matchup quality below 50"
    if required:
        return "required feature without a value"
    return f"quality score below {floor}" if score < floor else None


@pytest.mark.parametrize("mode", list(RunMode))
def test_the_gate_follows_its_truth_table(mode: RunMode) -> None:
    cases = list(itertools.product(REQUIRED, OPTIONAL, ALERTS, MATCHUP, SCORES))
    frame = pl.DataFrame(
        {
            "case": range(len(cases)),
            "required_default_count": [case[0] for case in cases],
            "default_feature_count": [None if case[1] is None else (case[0] or 0) + case[1] for case in cases],
            "quality_alert_level": [case[2] for case in cases],
            "matchup_quality_pct": [case[3] for case in cases],
            "feature_quality_score": [case[4] for case in cases],
        }
    )
    with DuckDBWarehouse(":memory:") as warehouse:
        rows = warehouse.collect(gated(warehouse.lazy(frame), mode)).sort("case")
    expected = [expected_reason(*case, SCORE_FLOOR[mode]) for case in cases]
    assert len(cases) == 7020
    assert rows["gate_reason"].to_list() == expected
    assert rows["gate_passed"].to_list() == [reason is None for reason in expected]
    assert any(rows["gate_passed"])


def test_more_required_defaults_than_defaults_is_unknown_quality() -> None:
    row = pl.DataFrame(
        {
            "required_default_count": [0, -1],
            "default_feature_count": [-1, 0],
            "quality_alert_level": ["green"] * 2,
            "matchup_quality_pct": [100.0] * 2,
            "feature_quality_score": [100.0] * 2,
        }
    )
    with DuckDBWarehouse(":memory:") as warehouse:
        rows = warehouse.collect(gated(warehouse.lazy(row), RunMode.BACKFILL))
    assert rows["gate_reason"].to_list() == ["quality unknown"] * 2


def test_later_modes_accept_a_lower_score_and_nothing_else() -> None:
    floors = [SCORE_FLOOR[mode] for mode in RunMode]
    assert floors == [85, 85, 80, 70, 70]


def test_a_player_with_a_line_and_no_feature_row_is_blocked_once() -> None:
    key = {"game_date": [DAY] * 2, "game_id": ["0022500001"] * 2, "player_id": [1, 2]}
    rows = pl.DataFrame(
        key | {"gate_passed": [True, False], "gate_reason": [None, "red alert"]},
        schema_overrides={"gate_reason": pl.String},
    )
    quoted = pl.DataFrame(key | {"player_id": [3, 3]})
    found = blocks(rows, quoted)
    assert found.select("player_id", "reason").rows() == [(2, "red alert"), (3, "no feature row")]


def test_a_date_without_rows_is_not_ready_with_the_reason() -> None:
    slate = pl.DataFrame({"game_date": [DAY], "game_id": ["0022500001"], "team_id": [1]})
    features = pl.DataFrame(
        schema={
            "game_date": pl.Date,
            "game_id": pl.String,
            "team_id": pl.Int64,
            "is_quality_ready": pl.Boolean,
            "required_default_count": pl.Int64,
        }
    )
    verdict = readiness(features, slate).row(0, named=True)
    assert (verdict["verdict"], verdict["reason"], verdict["thin_teams"]) == ("not_ready", "no feature rows", 1)
