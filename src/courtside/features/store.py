"""The rows of `PLAYER_FEATURES`: compute every feature, check its range and score the rows."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.features import game, history, matchup, shots, team, vegas
from courtside.features.ranges import within_range
from courtside.features.registry import FEATURES, FUNCTIONS
from courtside.features.slate import Slate
from courtside.features.tables import PLAYER_FEATURES
from courtside.features.windows import Sample
from courtside.quality.origins import ORIGIN_OF_CODE
from courtside.quality.scoring import scored

FAMILIES = (history, matchup, shots, team, vegas, game)
"""The modules with the functions of the features."""

if missing := [feature.name for feature in FEATURES if feature.name not in FUNCTIONS]:
    raise NotImplementedError(f"no module in FAMILIES of features/store.py has a function for {', '.join(missing)}")


def player_features(slate: Slate) -> pl.DataFrame:
    """Return the rows of `PLAYER_FEATURES` of a slate."""
    columns: dict[str, pl.Series] = {}
    for feature in FEATURES:
        value, origin = slate[feature.name]
        columns[feature.name] = pl.Series(value, nan_to_null=True)
        columns[feature.origin_column] = ORIGIN_OF_CODE.gather(origin)
    last_5, last_10 = slate.player.recent.last(5), slate.player.recent.last(10)
    rows = slate.rows.with_columns(
        **columns,
        games_used_l5=last_5.count,
        games_used_l10=last_10.count,
        completeness_l5=_completeness(last_5),
        completeness_l10=_completeness(last_10),
        oldest_game_l10=_oldest_date(last_10),
        missing_game_ids=_missing_game_ids(slate),
        points_ewma=pl.Series(history.points_ewma(slate).valued().value, nan_to_null=True),
    )
    return PLAYER_FEATURES.conform(scored(within_range(rows, FEATURES), FEATURES))


def _completeness(games: Sample) -> pl.Series:
    """Return 100·used/(used + missing), NULL where the window should hold no game."""
    expected = games.count + games.lacking.count
    percent = np.divide(100 * games.count, expected, out=np.full(len(expected), np.nan), where=expected > 0)
    return pl.Series(percent, nan_to_null=True)


def _oldest_date(games: Sample) -> pl.Series:
    days = pl.Series(games.known.oldest("game_day", 0), dtype=pl.Int32).cast(pl.Date)
    return days.zip_with(pl.Series(games.count > 0), pl.Series([None], dtype=pl.Date))


def _missing_game_ids(slate: Slate) -> pl.Series:
    """Return the ids of the games missing from each row's windows, newest first, comma-separated."""
    row, position = slate.gaps.year.pairs()
    gaps = slate.gaps.games.rows(position).select("game_id", "game_day").with_columns(row=row)
    ids = (
        gaps.sort("row", "game_day", "game_id", descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .agg(pl.col("game_id").str.join(","))
    )
    rows = pl.DataFrame({"row": range(slate.rows.height)}, schema={"row": pl.Int64})
    return rows.join(ids, on="row", how="left", maintain_order="left")["game_id"].fill_null("")
