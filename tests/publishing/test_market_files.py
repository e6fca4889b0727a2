"""Files of markets other than points: the same types in a folder of their own, and none of them changes points."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_GAMES
from courtside.features.market_form import results_of
from courtside.league import markets
from courtside.league.markets import MARKETS, POINTS, Market, market_named, of_market
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.context import Context
from courtside.pipeline.files import ledger_error
from courtside.pipeline.model_store import MODELS
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.codenames import public_code
from courtside.publishing.exporters.markets import files
from courtside.publishing.registry import type_of
from courtside.publishing.world import World
from courtside.quality.tables import GATE_BLOCKS
from courtside.sources.simulated import simulate
from courtside.warehouse.base import Upsert
from tests import homes

OTHERS = [market.name for market in MARKETS if market.name != POINTS]
STEALS = Market(
    name="steals", key="player_steals", aliases=(), counts=("stl",), label="steals", short="STL", highest=15, spread=1.0
)


def document(home: Path, path: str) -> dict:
    return json.loads((home / "public" / "v1" / path).read_text())


def rows(context: Context, market: str, table) -> pl.DataFrame:
    view = of_market(context.warehouse, market)
    return view.collect(view.scan(table))


def assert_graded(context: Context, market: Market) -> None:
    """Check every graded prediction and pick of a market against the box scores."""
    games = results_of(rows(context, POINTS, PLAYER_GAMES), market).filter("did_play")
    actual = games.select("game_id", "player_id", expected="points")
    for table in (GRADED_PREDICTIONS, GRADED_PICKS):
        graded = rows(context, market.name, table).filter(pl.col("actual").is_not_null())
        both = graded.join(actual, on=["game_id", "player_id"], how="left")
        assert graded.height > 50
        assert both["actual"].equals(both["expected"].alias("actual"))


@pytest.mark.parametrize("name", OTHERS)
def test_a_market_has_files_of_the_same_types_from_its_own_rows(home_of_every_market, name):
    day = homes.LAST
    bets, picks = (
        document(home_of_every_market, f"markets/{name}/{kind}/{day}.json") for kind in ("best-bets", "picks")
    )
    with homes.opened(home_of_every_market) as context:
        published = rows(context, name, PUBLISHED_PICKS).filter(game_date=day)
        assert_graded(context, market_named(name))
    assert {bet["id"] for bet in bets["bets"]} == set(published["player_id"])
    assert sum(len(group["picks"]) for group in picks["groups"]) == published.height > 0
    assert all(
        bet["form"]["last_5"] is None or bet["form"]["last_5"] < market_named(name).highest for bet in bets["bets"]
    )
    for path in (home_of_every_market / "public" / "v1" / "markets" / name).rglob("*.json"):
        assert type_of(str(path.relative_to(home_of_every_market / "public"))) is not None


def test_the_list_of_markets_states_the_error_beside_the_line(home_of_every_market):
    listed = document(home_of_every_market, "markets.json")["markets"]
    assert [item["name"] for item in listed] == [market.name for market in MARKETS]
    with homes.opened(home_of_every_market) as context:
        for item in listed:
            graded = rows(context, item["name"], GRADED_PREDICTIONS).filter(system="moving_average")
            passed = rows(context, item["name"], PREDICTIONS).filter(system="moving_average", gate_passed=True)
            played = graded.filter(pl.col("line").is_not_null() & pl.col("actual").is_not_null()).join(
                passed, on=["game_id", "player_id"], how="semi"
            )
            assert item["n"] == played.height > 300
            assert item["mae"] == pytest.approx(played["absolute_error"].mean(), abs=0.001)
            assert item["line_mae"] == pytest.approx(played["line_absolute_error"].mean(), abs=0.001)
            assert item["low"] < item["above_line"] < item["high"]
            assert (home_of_every_market / "public" / item["folder"] / "picks").is_dir()


def test_the_features_of_a_pick_are_those_of_its_market(home_of_every_market):
    day = document(home_of_every_market, "status.json")["latest_published"]
    bets = document(home_of_every_market, f"markets/assists/best-bets/{day}.json")["bets"]
    found = document(home_of_every_market, f"markets/assists/features/{day}.json")
    names = [feature["name"] for feature in found["features"]]
    assert bets
    assert [pick["id"] for pick in found["picks"]] == [bet["id"] for bet in bets]
    for bet, pick in zip(bets, found["picks"], strict=True):
        mean = pick["values"][names.index("points_avg_season")]
        assert bet["form"]["season"] == (None if mean is None else pytest.approx(mean, abs=0.051))
        assert len(pick["values"]) == len(pick["origins"]) == len(names)
    assert not (home_of_every_market / f"public/v1/features/{day}.json").exists()


def test_a_market_without_a_prediction_of_the_champion_is_published_with_the_fallback(home_of_every_market, tmp_path):
    with homes.opened(homes.copy_of(home_of_every_market, tmp_path / "home")) as context:
        own = rows(context, POINTS, PREDICTIONS).filter(system="moving_average")
        trained = own.with_columns(system=pl.lit("catboost_v9"), model_code=pl.lit(public_code("catboost_v9")))
        context.warehouse.append([Upsert(PREDICTIONS, PREDICTIONS.conform(trained))])
        others = tuple(market_named(name) for name in OTHERS)
        world = World(of_market(context.warehouse, POINTS), (), dt.datetime(2025, 11, 13), "catboost_v9", others=others)
        champions = {own.market.name: own.champion for own in world.markets}
    assert champions == {POINTS: "catboost_v9"} | dict.fromkeys(OTHERS, "moving_average")


def test_a_market_without_a_publication_is_not_listed(run_home, monkeypatch, tmp_path):
    monkeypatch.setenv("COURTSIDE_MARKETS", "points rebounds")
    with homes.opened(homes.copy_of(run_home, tmp_path / "home")) as context:
        others = (market_named("rebounds"),)
        world = World(of_market(context.warehouse, POINTS), (), dt.datetime(2025, 11, 12), others=others)
        (built,) = files(world)
    (points,) = built.document.markets
    assert (points.name, points.least_edge, points.high_edge) == ("points", 1.0, 5.0)


def test_other_markets_change_no_byte_of_points(ingested_home, home_of_every_market, tmp_path, monkeypatch):
    monkeypatch.setenv("COURTSIDE_MARKETS", POINTS)
    home = homes.copy_of(ingested_home, tmp_path / "home")
    homes.run_in(home)
    alone, beside = homes.files(home), homes.files(home_of_every_market)
    assert not [path for path in alone if "/markets/" in path]
    differing = [path for path in alone if alone[path] != beside.get(path)]
    assert {Path(path).name for path in differing} <= {"status.json", "markets.json"}
    with homes.opened(home) as context:
        assert rows(context, "rebounds", PREDICTIONS).is_empty()


def test_one_entry_adds_a_market(tmp_path, monkeypatch):
    monkeypatch.setattr(markets, "MARKETS", (*MARKETS, STEALS))
    monkeypatch.setenv("COURTSIDE_MARKETS", "points,steals")
    home = tmp_path / "home"
    payloads = simulate(seasons=1, seed=11, until=homes.LAST).payloads
    homes.ingest_into(home, payloads)
    homes.run_in(home)
    with homes.opened(home) as context:
        assert_graded(context, STEALS)
        for table in (PUBLICATIONS, PUBLISHED_PICKS, GATE_BLOCKS):
            assert rows(context, "steals", table).height > 0, table.name
        assert rows(context, "steals", MODELS).is_empty()
        assert ledger_error(context.warehouse) is None
    listed = document(home, "markets.json")["markets"]
    assert [item["name"] for item in listed] == ["points", "steals"]
    assert document(home, f"markets/steals/best-bets/{homes.LAST}.json")["bets"]
