"""The files of any ledger are valid and survive a round trip through their contracts."""

import datetime as dt
from functools import cache

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS, of_market
from courtside.picks.grading import grade_picks
from courtside.picks.ledger import counted
from courtside.picks.tables import OUTCOMES
from courtside.pipeline.tables import ALL_TABLES
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.contracts import render
from courtside.publishing.exporters import (
    best_bets,
    daily_signals,
    results,
    season_results,
    season_subsets,
    subset_performance,
    subset_picks,
)
from courtside.publishing.world import World
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.picks.slates import DEFINITIONS
from tests.publishing.season import GENERATED, STARTS, date_at, published

BUILT = (best_bets, daily_signals, results, season_results, season_subsets, subset_performance, subset_picks)
NAMES = st.text(min_size=1, max_size=40)
SLATES = st.lists(
    st.lists(
        st.tuples(st.integers(1, 30), st.floats(0, 60, allow_nan=False)), max_size=6, unique_by=lambda pick: pick[0]
    ),
    min_size=1,
    max_size=4,
)
OUTCOME = st.one_of(st.none(), st.just("did_not_play"), st.integers(0, 70))


@cache
def empty_warehouse():
    warehouse = DuckDBWarehouse(":memory:")
    warehouse.prepare(ALL_TABLES)
    return warehouse


def world_of(slates, names, outcomes, now):
    publications, picks = published(*slates, now=now)
    standing = counted(publications, picks)
    keys = standing.select("game_id", "player_id", "game_date").unique(maintain_order=True)
    rows = [
        {
            **key,
            "revision": 1,
            "graded_at": GENERATED,
            "actual_points": outcome if isinstance(outcome, int) else None,
            "outcome": "played" if isinstance(outcome, int) else outcome,
        }
        for key, outcome in zip(keys.iter_rows(named=True), outcomes * (keys.height + 1), strict=False)
        if outcome is not None
    ]
    known = pl.DataFrame(rows, schema=OUTCOMES.polars_schema)
    world = World(
        of_market(empty_warehouse(), POINTS), tuple(sorted(date_at(n) for n in range(len(slates)))), GENERATED
    )
    world.__dict__.update(
        publications=publications,
        counted=standing,
        graded=grade_picks(standing, known),
        players=pl.DataFrame({"player_id": list(range(1, 1000)), "player_name": [names] * 999}),
        names=pl.DataFrame({"player_id": list(range(1, 1000)), "player_name": [names] * 999}),
        published=picks,
        starts=STARTS,
        definitions=DEFINITIONS,
        feature_rows=pl.DataFrame(schema=PLAYER_FEATURES.polars_schema),
        predictions=pl.DataFrame(schema=PREDICTIONS.polars_schema),
        _predicted={},
        _last_outcome=known["game_date"].max(),
    )
    return world


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SLATES, NAMES, st.lists(OUTCOME, min_size=1, max_size=8), st.booleans())
def test_any_ledger_exports_to_valid_files(slates, names, outcomes, is_live):
    now = dt.datetime(2026, 2, 7, 14) if is_live else GENERATED
    world = world_of(slates, names, outcomes, now)
    for module in BUILT:
        for built in module.files(world):
            assert built.kind.holds(built.path)
            assert render(built.document) == built.content
            assert built.document.is_empty == built.is_empty
