"""The closing-line value of a LIVE pick is published once its game has begun, whatever the number of its subsets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from courtside.league.markets import POINTS, of_market
from courtside.picks.price_tables import CLOSING_VALUES, SIDE_VALUES
from courtside.picks.tables import PUBLISHED_PICKS
from courtside.publishing.exporters.best_bets import files
from courtside.publishing.world import World
from courtside.warehouse.base import Upsert
from tests import homes


def test_a_live_pick_of_several_subsets_has_its_closing_line_value(run_home: Path, tmp_path: Path) -> None:
    with homes.opened(homes.copy_of(run_home, tmp_path / "home")) as context:
        warehouse = context.warehouse
        sides = warehouse.collect(warehouse.scan(SIDE_VALUES)).select("game_id", "player_id", side="side")
        picks = warehouse.collect(warehouse.scan(PUBLISHED_PICKS)).rename({"direction": "side"})
        priced = picks.join(sides, on=["game_id", "player_id", "side"], how="semi")
        several = priced.group_by("game_date", "player_id").agg(pl.len()).filter(pl.col("len") > 1).sort(pl.all())
        pick = several.row(0, named=True)
        own = priced.filter(game_date=pick["game_date"], player_id=pick["player_id"])
        assert own.height > 1
        live = own.with_columns(
            kind=pl.lit("LIVE"), closing_line=pl.col("line") + 0.5, line_value=pl.lit(0.5), probability=pl.lit(0.5),
            closing_probability=pl.lit(0.53), probability_value=pl.lit(0.03),
        )  # fmt: skip
        warehouse.upsert([Upsert(CLOSING_VALUES, CLOSING_VALUES.conform(live.select(CLOSING_VALUES.column_names)))])
        world = World(of_market(warehouse, POINTS), (pick["game_date"],), dt.datetime(2025, 11, 13))
        built = next(iter(files(world)))
    values = {bet.id: bet.value for bet in built.document.bets}
    assert (values[pick["player_id"]].line_value, values[pick["player_id"]].probability_value) == (0.5, 3.0)
    assert {value.line_value for player, value in values.items() if player != pick["player_id"] and value} <= {None}
