"""The player's own team: pace, offence and record before the game (features 22–24)."""

from __future__ import annotations

import narwhals as nw

from courtside.features.expressions import is_early, origin, ratio
from courtside.features.inputs import Inputs
from courtside.features.registry import registered
from courtside.features.team_windows import NEEDS, origin_of, pace
from courtside.quality.origins import Origin, window_origin
from courtside.warehouse.base import Lazy


def team(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 22–24 and their origins.

    Pace is the team's own possessions per 48 minutes, the offensive rating its points per 100 possessions.
    """
    season = window_origin(nw.col("own_results"), nw.col("own_results_missing"), NEEDS)
    sides = inputs.sides.with_columns(l10_origin=origin_of("l10", "own_"), season_origin=season)
    rating = ratio(10_000 * nw.col("own_points_l10"), nw.col("own_possessions_x100_l10"))
    found = registered(
        sides,
        ("game_id", "team_id"),
        {
            "team_pace": (pace("l10", "own_"), nw.col("l10_origin")),
            "team_off_rating": (rating, nw.col("l10_origin")),
            "team_win_pct": _win_pct(),
        },
    )
    rows = inputs.rows.select("game_id", "player_id", "team_id")
    return rows.join(found, on=["game_id", "team_id"], how="left").drop("team_id")


def _win_pct() -> tuple[nw.Expr, nw.Expr]:
    falls_back = is_early(nw.col("season_origin")) & (nw.col("own_results_before") >= NEEDS)
    value = (
        nw.when(falls_back)
        .then(ratio(nw.col("own_wins_before"), nw.col("own_results_before")))
        .otherwise(ratio(nw.col("own_wins"), nw.col("own_results")))
    )
    return value, nw.when(falls_back).then(origin(Origin.FALLBACK)).otherwise(nw.col("season_origin"))
