"""Every transformation gives on each engine what it gives in memory: integers and text exactly, floats to 1e-9."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import cast

import narwhals as nw
import polars as pl
import pytest

from courtside.features import windows
from courtside.features.engine import InMemory
from courtside.features.inputs import Inputs
from courtside.features.known import Known, features_of
from courtside.features.ranges import within_range
from courtside.features.registry import FEATURES
from courtside.features.store import FAMILIES, Family
from courtside.quality.gate import RunMode, gated
from courtside.quality.scoring import scored
from courtside.warehouse.base import Lazy, Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.features.league import round_robin

Engine = Warehouse | InMemory
KEY = ["game_id", "player_id"]
EVENT = ("game_id", "player_id", "game_day")


@pytest.fixture(scope="module")
def known() -> Known:
    league = round_robin(days=14, teams=2)
    game = league.games[-1]
    noon = dt.datetime.combine(game.date, dt.time(17))
    league.quoted[game.game_id, 100] = [("fanduel", noon, 20.5), ("betmgm", None, 19.5)]
    return league.known()


@dataclass(frozen=True)
class Prepared:
    """The inputs of the families, each taken to the engine when it is asked for."""

    frames: dict[str, pl.DataFrame]
    warehouse: Engine

    def __getattr__(self, name: str) -> Lazy:
        return self.warehouse.lazy(self.frames[name])


@pytest.fixture(scope="module")
def prepared(known: Known) -> dict[str, pl.DataFrame]:
    memory, found = InMemory(), {}

    def keep(inputs: Inputs) -> Lazy:
        frames = {field.name: getattr(inputs, field.name) for field in fields(inputs) if field.name != "warehouse"}
        found.update({name: memory.collect(frame) for name, frame in frames.items()})
        return inputs.rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("courtside.features.known.player_features", keep)
        patch.setattr("courtside.features.known.PLAYER_FEATURES", SimpleNamespace(conform=lambda rows: rows))
        features_of(known, _last_day(known))
    return found


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


def test_a_window_is_the_last_games_before_the_row(warehouse: Warehouse, known: Known) -> None:
    def made(engine: Engine) -> Lazy:
        numbered = windows.number(engine.lazy(known.player_games), "player_id").select(*EVENT, "nth", "points")
        rows = windows.place(engine.lazy(known.player_games).select(*EVENT), numbered, "player_id")
        return windows.last(rows, numbered, 5, "player_id", engine)

    same(warehouse, made, ["player_id", "game_id", "recency"])


def test_the_game_before_and_nights_in_a_row(warehouse: Warehouse, known: Known) -> None:
    def made(engine: Engine) -> Lazy:
        numbered = windows.number(engine.lazy(known.team_games), "team_id").select(
            "game_id", "team_id", "game_day", "nth"
        )
        rows = windows.place(
            engine.lazy(known.team_games).select("game_id", "team_id", "game_day"), numbered, "team_id"
        )
        return windows.state(rows, windows.back_to_backs(numbered, "team_id"), "team_id")

    same(warehouse, made, ["team_id", "game_id"])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_features(warehouse: Warehouse, prepared: dict[str, pl.DataFrame], family: Family) -> None:
    """What `prepare` gives is taken from memory, so that the emulator plans one family and not all before it."""

    same(warehouse, lambda engine: family(cast("Inputs", Prepared(prepared, engine))), KEY)


def test_all_features_of_a_slate_on_duckdb(known: Known) -> None:
    wanted = features_of(known, _last_day(known)).sort(KEY)
    with DuckDBWarehouse(":memory:") as warehouse:
        assert_alike(wanted, features_of(known, _last_day(known), warehouse).sort(KEY))


def test_values_out_of_range_and_scores(warehouse: Warehouse, known: Known) -> None:
    rows = features_of(known, _last_day(known)).with_columns(points_avg_last_5=pl.lit(81.0))
    chosen = FEATURES[:4]
    names = [name for feature in chosen for name in (feature.name, feature.origin_column)]

    def made(engine: Engine) -> Lazy:
        few = engine.lazy(rows.select(*KEY, *names))
        return scored(within_range(few, chosen), chosen).select(*KEY, *names, "out_of_range", "feature_quality_score")

    assert set(InMemory().collect(made(InMemory()))["out_of_range"]) == {"points_avg_last_5"}
    same(warehouse, made, KEY)


def test_the_gate(warehouse: Warehouse, known: Known) -> None:
    rows = features_of(known, _last_day(known))
    same(
        warehouse,
        lambda engine: gated(engine.lazy(rows), RunMode.FIRST).select(*KEY, "gate_passed", "gate_reason"),
        KEY,
    )


def _last_day(known: Known) -> list[dt.date]:
    return [max(known.games["game_date"])]
