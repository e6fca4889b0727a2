"""The feature table's rows: every family joined, scored, and given the shape of `PLAYER_FEATURES`."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw
import polars as pl

from courtside.analytics.calendar import calendar
from courtside.features.game import game
from courtside.features.history import KEY, history
from courtside.features.inputs import Inputs
from courtside.features.matchup import matchup
from courtside.features.ranges import within_range
from courtside.features.registry import FEATURES
from courtside.features.shots import shots
from courtside.features.tables import PLAYER_FEATURES
from courtside.features.team import team
from courtside.features.vegas import vegas
from courtside.quality.scoring import scored
from courtside.warehouse.base import Lazy

Family = Callable[[Inputs], Lazy]

FAMILIES: tuple[Family, ...] = (history, matchup, shots, team, vegas, game)
"""One function per family; each returns a row per (game_id, player_id) with its features and their origins."""


def player_features(inputs: Inputs) -> Lazy:
    """Return the rows of `PLAYER_FEATURES` for the prepared inputs."""
    rows = inputs.rows.select(*KEY, "game_date", "game_day", "season", "team_id", "opponent_team_id", "is_home")
    for family in FAMILIES:
        rows = rows.join(inputs.warehouse.materialise(family(inputs)), on=list(KEY), how="left")
    days = inputs.warehouse.lazy(calendar()).select(
        oldest_day_l10=nw.col("game_day"), oldest_game_l10=nw.col("game_date")
    )
    missing = inputs.warehouse.lazy(_missing_game_ids(inputs))
    joined = (
        rows.join(days, on="oldest_day_l10", how="left")
        .join(missing, on=list(KEY), how="left")
        .with_columns(missing_game_ids=nw.col("missing_game_ids").fill_null(""))
    )
    return scored(within_range(joined, FEATURES), FEATURES).select(*PLAYER_FEATURES.column_names)


def _missing_game_ids(inputs: Inputs) -> pl.DataFrame:
    """Return missing_game_ids per row that has gaps, newest first, comma-separated."""
    gaps = inputs.warehouse.collect(inputs.gaps.select(*KEY, "gap_game_id", "gap_day"))
    return (
        gaps.sort([*KEY, "gap_day", "gap_game_id"], descending=[False, False, True, False])
        .group_by(KEY, maintain_order=True)
        .agg(missing_game_ids=pl.col("gap_game_id").str.join(","))
    )
