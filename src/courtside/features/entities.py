"""Which players get a row for a game, from what was known before it. The game's own box score is never read."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.features.windows import Games

RECENT_DAYS = 60
"""Days back to a player's newest game for which he gets a row: most who return from an absence return within them."""

EXPECTED_DAYS = 30
"""The same where a box score is missing: who was out for longer is not expected in it."""

RECENT_GAMES = 10
SIDE = ["game_id", "team_id"]
NO_TEAM = -1
COLUMNS = ("opponent_team_id", "is_home", "is_neutral", "game_date", "game_day", "season", "season_year", "game_type")


def entities(
    slate: pl.DataFrame,
    team_games: Games,
    players: Games,
    named: pl.DataFrame | None = None,
    recent_days: int = RECENT_DAYS,
) -> pl.DataFrame:
    """Return one row per (game_id, player_id) that gets features, in the order of both.

    These are the players who appeared for the team in one of its games of the recent days before, or in its last
    10 games, and whose newest game was for that team; and players whom a line or an injury report places in that team
    before tip-off. A player gets one row a day.

    Args:
        slate: team games to play, `TEAM_GAMES` columns; one row per (game_id, team_id).
        team_games: all team games, to count back from, by team.
        players: player games that enter windows, by player.
        named: game_id, player_id, team_id of players whom a line or an injury report names before tip-off.
        recent_days: days back to games whose players get a row.
    """
    sides = slate.select(*SIDE, *COLUMNS)
    candidates = _appeared(sides, team_games, players, recent_days).with_columns(is_named=pl.lit(False))
    if named is not None:
        listed = named.drop_nulls("team_id").select(*SIDE, "player_id").unique()
        listed = listed.join(sides, on=SIDE).with_columns(is_named=pl.lit(True))
        candidates = pl.concat([candidates, listed.select(candidates.columns)])
    newest_team = pl.Series(players.before(candidates).all().newest("team_id", NO_TEAM))
    return (
        candidates.with_columns(is_current=newest_team == pl.col("team_id"))
        .filter((newest_team != NO_TEAM) & (pl.col("is_current") | pl.col("is_named")))
        .sort("is_named", "is_current", "team_id", "game_id")
        .unique(["game_date", "player_id"], keep="last", maintain_order=True)
        .drop("is_named", "is_current")
        .sort("game_id", "player_id")
    )


def _appeared(sides: pl.DataFrame, team_games: Games, players: Games, recent_days: int) -> pl.DataFrame:
    """Return, for each side, the players of the team's recent games."""
    before = team_games.before(sides)
    first_day = np.minimum(before.last(RECENT_GAMES).oldest("game_day", before.days), before.days - recent_days)
    appearances = players.grouped("team_id")
    side, game = appearances.before(sides).since(first_day).pairs()
    found = pl.DataFrame({"side": side, "player_id": appearances.column("player_id")[game]}).unique()
    return sides.with_row_index("side").with_columns(pl.col("side").cast(pl.Int64)).join(found, on="side").drop("side")
