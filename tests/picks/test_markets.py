"""Picks of several markets: thresholds by spread, hashes of content, and a ledger that holds them apart."""

from __future__ import annotations

import polars as pl
import pytest

from courtside.league.markets import MARKETS, market_named
from courtside.picks.integrity import LedgerBrokenError, verify_ledger
from courtside.picks.ledger import counted, plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import load_definitions, qualified
from courtside.picks.tables import GRADED_PICKS, OUTCOMES
from courtside.picks.verification import verify_published
from tests.picks.slates import DATE, DEFINITIONS, MORNING, TIP, empty_ledger, predictions, tips

GAME = "0022500001"


def published(market="points", **row):
    frame = predictions(row).with_columns(market=pl.lit(market))
    definitions = load_definitions(market=market_named(market))
    signals = daily_signals(frame, market_named(market))
    candidates = qualified(frame, signals, definitions)
    slate = tips((GAME, TIP))
    return plan_publications(candidates, signals, [DATE], *empty_ledger(), now=MORNING, tips=slate, market=market)


def test_the_thresholds_of_points_are_those_of_the_file():
    points = load_definitions(market=market_named("points"))
    assert points == DEFINITIONS
    assert [subset.min_edge for subset in points.subsets] == [5, 5, 5, 5, 5, 7, 5, 3]
    assert points.subsets[3].description == "Every OVER five points or more from the line."
    assert points.composite.edge == 10


def test_a_threshold_of_one_is_written_in_the_singular():
    assert (
        load_definitions(market=market_named("assists")).subsets[7].description
        == "Every pick one assist or more from the line."
    )


@pytest.mark.parametrize("market", MARKETS, ids=lambda market: market.name)
def test_a_threshold_is_the_same_multiple_of_each_market_s_spread(market):
    points, own = DEFINITIONS, load_definitions(market=market)
    for before, subset in zip(points.subsets, own.subsets, strict=True):
        assert subset.min_edge / market.spread == pytest.approx(
            before.min_edge / MARKETS[0].spread, abs=0.05 / market.spread
        )
        assert "{edge}" not in subset.description
    assert own.composite.edge * market.spread == pytest.approx(10 * MARKETS[0].spread)


def test_an_edge_that_is_no_pick_of_points_is_one_of_assists():
    row = {"prediction": 26.5, "line": 24.5}
    assert published("points", **row)[1].is_empty()
    _, picks = published("assists", **row)
    assert set(picks["market"]) == {"assists"}
    assert "high_edge_over" in set(picks["subset_key"])


def test_the_content_hash_of_points_is_that_of_rows_without_a_market():
    publications, picks = published()
    assert publications["content_hash"][0] is not None
    unnamed = pl.lit(None, pl.String).alias("market")
    verify_ledger(publications.with_columns(unnamed), picks.with_columns(unnamed))
    with pytest.raises(LedgerBrokenError, match="content hash"):
        verify_ledger(publications.with_columns(market=pl.lit("assists")), picks)


def test_a_changed_pick_of_one_market_breaks_the_ledger_and_the_others_are_verified_apart():
    ledgers = [published(), published("assists")]
    publications, picks = (pl.concat(frames) for frames in zip(*ledgers, strict=True))
    cells = pl.DataFrame({"game_date": [DATE], "rows": [publications.height + picks.height]})
    graded, outcomes = GRADED_PICKS.empty(), OUTCOMES.empty()
    verify_published(publications, picks, graded, outcomes, cells)
    assert counted(*ledgers[1]).height == ledgers[1][1].height
    moved = picks.with_columns(line=pl.when(pl.col("market") == "assists").then(pl.lit(20.5)).otherwise("line"))
    with pytest.raises(LedgerBrokenError, match="content hash"):
        verify_published(publications, moved, graded, outcomes, cells)
