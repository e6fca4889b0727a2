"""Shot charts: a player's field goals in a game, summed by zone."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.tables import PLAYER_SHOTS
from courtside.warehouse.base import Lazy

ZONES: dict[str, tuple[str, ...]] = {
    "paint": ("Restricted Area", "In The Paint (Non-RA)"),
    "mid_range": ("Mid-Range",),
    "three": ("Above the Break 3", "Left Corner 3", "Right Corner 3", "Backcourt"),
}
"""The league's basic zones in each zone of Courtside; a backcourt shot is a three."""


def player_shots(shots: Lazy, team_games: Lazy) -> Lazy:
    """Return one row per (game_id, player_id) of counted games with the columns of `PLAYER_SHOTS`.

    Args:
        shots: current raw shots.
        team_games: rows of `TEAM_GAMES`.
    """
    sides = team_games.filter(nw.col("is_counted")).select(
        "game_id", "game_date", "game_day", "season", "game_type", "team_id", "opponent_team_id"
    )
    key_columns = [name for name in PLAYER_SHOTS.column_names if not name.endswith(("_fga", "_fgm"))]
    is_made = nw.col("is_made")
    return (
        shots.select("game_id", "player_id", "team_id", "zone", "is_made")
        .join(sides, on=["game_id", "team_id"], how="inner")
        .with_columns(
            *(_count(_is_in(zone)).alias(f"{zone}_fga") for zone in ZONES),
            *(_count(_is_in(zone) & is_made).alias(f"{zone}_fgm") for zone in ZONES),
        )
        .group_by(*key_columns)
        .agg(nw.col(f"{zone}_{kind}").sum() for zone in ZONES for kind in ("fga", "fgm"))
        .select(*PLAYER_SHOTS.column_names)
    )


def _is_in(zone: str) -> nw.Expr:
    return nw.col("zone").is_in(list(ZONES[zone]))


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))
