"""Which players get a row for a game, from what was known before it. The game's own box score is never read."""

from __future__ import annotations

import narwhals as nw

from courtside.features import windows
from courtside.features.engine import Engine
from courtside.warehouse.base import Lazy

RECENT_DAYS = 60
"""Days back to a player's newest game for which he gets a row: most who return from an absence return within them."""

EXPECTED_DAYS = 30
"""The same where a box score is missing: who was out for longer is not expected in it."""

RECENT_GAMES = 10
MOST_GAMES_IN_RECENT_DAYS = 36


def entities(
    slate: Lazy, team_history: Lazy, played: Lazy, lines: Lazy, warehouse: Engine, recent_days: int = RECENT_DAYS
) -> Lazy:
    """Return one row per (game_id, player_id) that gets features.

    These are the players who appeared for the team in one of its games of the recent days before, or in its last
    10 games, and whose newest game was for that team; and players whom a line or an injury report places in that team
    before tip-off. A player gets one row a day.

    Args:
        slate: team games to play, `TEAM_GAMES` columns; one row per (game_id, team_id).
        team_history: all team games, to count back from.
        played: player games with minutes, numbered by player.
        lines: game_id, player_id, team_id, game_date of players whom a line or an injury report names before tip-off.
        warehouse: the engine the frames live in.
        recent_days: days back to games whose players get a row.
    """
    recent = _recent_games(slate, team_history, warehouse, recent_days)
    appeared = recent.join(
        played.select("team_id", "player_id", event_game_id=nw.col("game_id")),
        on=["team_id", "event_game_id"],
        how="inner",
    ).select("game_id", "team_id", "player_id")
    quoted = lines.filter(~nw.col("team_id").is_null()).select("game_id", "team_id", "player_id")
    candidates = (
        nw.concat([appeared.with_columns(is_quoted=nw.lit(0)), quoted.with_columns(is_quoted=nw.lit(1))])
        .group_by("game_id", "team_id", "player_id")
        .agg(is_quoted=nw.col("is_quoted").max())
        .join(_slate_columns(slate), on=["game_id", "team_id"], how="inner")
    )
    placed = windows.state(windows.place(candidates, played, "player_id"), played, "player_id")
    is_current = (nw.col("before_team_id") == nw.col("team_id")).fill_null(False)
    own = placed.with_columns(preference=2 * nw.col("is_quoted") + nw.when(is_current).then(1).otherwise(0))
    return (
        _one_team(own.filter(nw.col("preference") > 0))
        .filter(nw.col("games_before") > 0)
        .select(
            "game_id",
            "player_id",
            "team_id",
            "opponent_team_id",
            "is_home",
            "is_neutral",
            "game_date",
            "game_day",
            "season",
            "game_type",
            "games_before",
        )
    )


def _one_team(candidates: Lazy) -> Lazy:
    """Keep one team a day for each player: the one his line names, then the one he last played for."""
    order = ["preference", "team_id", "game_id"]
    return candidates.unique(subset=["game_date", "player_id"], keep="last", order_by=order)


def _recent_games(slate: Lazy, team_history: Lazy, warehouse: Engine, recent_days: int) -> Lazy:
    numbered = windows.number(team_history, "team_id").select("team_id", "game_id", "game_day", "nth")
    placed = windows.place(slate.select("game_id", "team_id", "game_day"), numbered, "team_id")
    window = windows.last(placed, numbered, MOST_GAMES_IN_RECENT_DAYS, "team_id", warehouse)
    is_recent = (nw.col("recency") <= RECENT_GAMES) | (nw.col("event_day") >= nw.col("row_day") - recent_days)
    return window.filter(is_recent).select("game_id", "team_id", "event_game_id")


def _slate_columns(slate: Lazy) -> Lazy:
    return slate.select(
        "game_id",
        "team_id",
        "opponent_team_id",
        "is_home",
        "is_neutral",
        "game_date",
        "game_day",
        "season",
        "game_type",
    )
