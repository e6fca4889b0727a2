"""Every transformation gives on each engine what it gives in memory: integers and text exactly, floats to 1e-9."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import narwhals as nw
import polars as pl
import pytest

from courtside.features import windows
from courtside.features.engine import InMemory
from courtside.features.known import Known, features_of
from courtside.quality.gate import RunMode, gated
from courtside.warehouse.base import Lazy, Warehouse
from tests.features.league import START, round_robin

Engine = Warehouse | InMemory


@pytest.fixture(scope="module")
def known() -> Known:
    league = round_robin(days=14, teams=2)
    game = league.games[-1]
    noon = dt.datetime.combine(game.date, dt.time(17))
    league.quoted[game.game_id, 100] = [("fanduel", noon, 20.5), ("betmgm", None, 19.5)]
    return league.known()


def same(engine: Engine, made: Callable[[Engine], Lazy], key: list[str]) -> None:
    """Fail unless `made` gives on `engine` what it gives in memory."""
    memory = InMemory()
    wanted, found = memory.collect(made(memory)).sort(key), engine.collect(made(engine)).sort(key)
    assert_alike(wanted, found)


def assert_alike(wanted: pl.DataFrame, found: pl.DataFrame) -> None:
    """Fail unless two frames are alike: floats to 1e-9, everything else exactly."""
    assert found.columns == wanted.columns
    assert found.height == wanted.height
    for name in wanted.columns:
        for left, right in zip(wanted[name], found[name], strict=True):
            if isinstance(left, float) and right is not None:
                assert math.isclose(left, float(right), rel_tol=1e-9, abs_tol=1e-9), name
            else:
                assert left == right, name


def test_numbering_counts_in_the_order_of_play(warehouse: Warehouse, known: Known) -> None:
    same(
        warehouse,
        lambda engine: windows.number(engine.lazy(known.team_games), "team_id").select("team_id", "game_id", "nth"),
        ["team_id", "game_id"],
    )


def test_a_row_is_placed_after_the_games_of_the_days_before(warehouse: Warehouse, known: Known) -> None:
    same(
        warehouse,
        lambda engine: windows.place(
            engine.lazy(known.team_games).select("game_id", "team_id", "game_day"),
            engine.lazy(known.team_games).select("team_id", "game_day"),
            "team_id",
        ),
        ["team_id", "game_id"],
    )


def test_running_totals_and_stints(warehouse: Warehouse, known: Known) -> None:
    def made(engine: Engine) -> Lazy:
        numbered = windows.number(engine.lazy(known.player_games), "player_id")
        totals = windows.running_totals(numbered, ["player_id", "season"], ["points", "minutes"])
        return windows.stints(totals).select("player_id", "game_id", "total_points", "total_minutes", "joined_day")

    same(warehouse, made, ["player_id", "game_id"])


def test_dates_instants_text_and_nulls_come_back_as_they_went(warehouse: Warehouse) -> None:
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


def test_the_features_of_a_slate(warehouse: Warehouse, known: Known) -> None:
    days = sorted(set(known.games["game_date"]))[-1:]
    assert days[0] >= START
    key = ["game_id", "player_id"]
    wanted = features_of(known, days).sort(key)
    assert_alike(wanted, features_of(known, days, warehouse).sort(key).select(wanted.columns))
    same(
        warehouse,
        lambda engine: gated(engine.lazy(wanted), RunMode.FIRST).select(*key, "gate_passed", "gate_reason"),
        key,
    )
