"""The players who get a feature row for a game. They are found from earlier data only, never from its own box score."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.features.windows import Games

RECENT_DAYS = 60
"""A player gets a row where his latest game is at most this many days ago."""

EXPECTED_DAYS = 30
"""The same limit for a game whose box score is missing; a player who was out for longer is not expected in it."""

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
    """Return one row per (game_id, player_id) that gets features, sorted by both.

    A player gets a row where he appeared for the team in a game of the recent days or in its last 10 games, and his
    newest game was for that team. A player whom a line or an injury report names for the team before tip-off gets a row
    too. A player gets at most one row per date.

    Args:
        slate: team games to play, `TEAM_GAMES` columns; one row per (game_id, team_id).
        team_games: all team games that windows may use, by team.
        players: player games that windows may use, by player.
        named: game_id, player_id, team_id of players whom a line or an injury report names before tip-off.
        recent_days: number of days of games whose players get a row.
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
    players_by_side = pl.DataFrame({"side": side, "player_id": appearances.column("player_id")[game]}).unique()
    return (
        sides.with_row_index("side")
        .with_columns(pl.col("side").cast(pl.Int64))
        .join(players_by_side, on="side")
        .drop("side")
    )
