"""The types of public files. Each module has the shape, path and cache age of a file, and the function that builds it.

`EXPORTERS` lists the exporters in the order in which they run, and `FILE_TYPES` every type of file with a contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from courtside.publishing.contracts import Built, FileType
from courtside.publishing.exporters import (
    best_bets,
    daily_signals,
    markets,
    performance,
    pick_features,
    players,
    predictions,
    prices,
    publications,
    quality,
    results,
    season_prices,
    season_results,
    season_subsets,
    subset_definitions,
    subset_performance,
    subset_picks,
    tonight,
    training_quality,
)
from courtside.publishing.exporters.status import STATUS
from courtside.publishing.world import World


@dataclass(frozen=True)
class Exporter:
    """An exporter: its name for `--only`, the file types it writes, and the function that yields the files.

    `is_per_market` states whether the same function also writes the files of the other markets, and `is_dated` whether
    the files belong to dates or seasons, so that the function is called for each season of an export.
    """

    name: str
    kinds: tuple[FileType, ...]
    files: Callable[[World], Iterator[Built]]
    is_per_market: bool = True
    is_dated: bool = True


EXPORTERS: tuple[Exporter, ...] = (
    Exporter("subset-picks", (subset_picks.SUBSET_PICKS,), subset_picks.files),
    Exporter("publications", (publications.PUBLICATIONS_FILE,), publications.files),
    Exporter("season-subsets", (season_subsets.SEASON_SUBSETS, season_subsets.SEASON_ARCHIVE), season_subsets.files),
    Exporter("daily-signals", (daily_signals.DAILY_SIGNALS,), daily_signals.files),
    Exporter("subset-performance", (subset_performance.SUBSET_PERFORMANCE,), subset_performance.files),
    Exporter("subset-definitions", (subset_definitions.SUBSET_DEFINITIONS,), subset_definitions.files, is_dated=False),
    Exporter("performance", (performance.PERFORMANCE,), performance.files),
    Exporter("predictions", (predictions.PREDICTIONS, predictions.TODAYS_PREDICTIONS), predictions.files),
    Exporter("prices", (prices.PRICES,), prices.files),
    Exporter("season-prices", (season_prices.SEASON_PRICES, season_prices.SEASON_PRICES_ARCHIVE), season_prices.files),
    Exporter("results", (results.RESULTS, results.LATEST_RESULTS), results.files),
    Exporter(
        "season-results", (season_results.SEASON_RESULTS, season_results.SEASON_RESULTS_ARCHIVE), season_results.files
    ),
    Exporter("best-bets", (best_bets.BEST_BETS, best_bets.LATEST_BEST_BETS), best_bets.files),
    Exporter("tonight", (tonight.TONIGHT,), tonight.files),
    Exporter("players", (players.PLAYERS_INDEX, players.PLAYER), players.files),
    Exporter("pick-features", (pick_features.PICK_FEATURES,), pick_features.files),
    Exporter("quality", (quality.QUALITY,), quality.files, is_per_market=False),
    Exporter("training-quality", (training_quality.TRAINING_QUALITY,), training_quality.files, is_per_market=False),
    Exporter("markets", (markets.MARKETS_FILE,), markets.files, is_per_market=False, is_dated=False),
)
"""Every exporter, in running order; `status.json`, the schemas and the site follow them."""

FILE_TYPES: tuple[FileType, ...] = (*(kind for exporter in EXPORTERS for kind in exporter.kinds), STATUS)
"""Every type of public file that has a contract."""
