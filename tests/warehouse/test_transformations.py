"""Every engine returns rows unchanged, and the quality gate gives the same result on each engine as in memory."""

from __future__ import annotations

import datetime as dt
import math

import narwhals as nw
import polars as pl
import pytest

from courtside.features.known import Known, features_of
from courtside.quality.gate import RunMode, gated
from courtside.warehouse.base import Warehouse
from tests.features.league import round_robin

KEY = ["game_id", "player_id"]


@pytest.fixture(scope="module")
def known() -> Known:
    league = round_robin(days=14, teams=2)
    game = league.games[-1]
    noon = dt.datetime.combine(game.date, dt.time(17))
    league.quoted[game.game_id, 100] = [("fanduel", noon, 20.5), ("betmgm", None, 19.5)]
    return league.known()


def assert_alike(wanted: pl.DataFrame, found: pl.DataFrame) -> None:
    """Fail unless two frames are equal: floats to 1e-9, everything else exactly."""
    assert found.columns == wanted.columns
    assert found.height == wanted.height
    for name in wanted.columns:
        for left, right in zip(wanted[name], found[name], strict=True):
            if isinstance(left, float) and right is not None:
                assert math.isclose(left, float(right), rel_tol=1e-9, abs_tol=1e-9), name
            else:
                assert left == right, name


def test_dates_instants_text_and_nulls_are_returned_unchanged(warehouse: Warehouse) -> None:
    rows = pl.DataFrame(
        {
            "id": [1, 2, 3],
            "day": [dt.date(2024, 2, 29), None, dt.date(1999, 12, 31)],
            "at": [dt.datetime(2025, 1, 1, 3, 4, 5, 6), None, dt.datetime(1970, 1, 1)],
            "text": ['it\'s \\ "quoted"\nDončić', None, ""],
            "real": [0.1, None, -1e300],
            "flag": [True, None, False],
        }
    )
    assert warehouse.collect(warehouse.lazy(rows)).sort("id").equals(rows)
    early = warehouse.lazy(rows).filter(nw.col("day") < dt.date(2001, 1, 1)).select("id", "at")
    assert warehouse.collect(early).rows() == [(3, dt.datetime(1970, 1, 1))]


def test_the_gate_gives_the_same_result_on_every_engine(warehouse: Warehouse, known: Known) -> None:
    rows = features_of(known, _last_day(known))
    columns = [*KEY, "gate_passed", "gate_reason"]
    wanted = gated(nw.from_native(rows.lazy()), RunMode.FIRST).select(columns).to_native().collect()
    found = warehouse.collect(gated(warehouse.lazy(rows), RunMode.FIRST).select(columns))
    assert_alike(wanted.sort(KEY), found.sort(KEY))


def _last_day(known: Known) -> list[dt.date]:
    return [max(known.games["game_date"])]
