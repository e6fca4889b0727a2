"""What the feature families read, prepared once: placed rows, numbered games, windows and gaps."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw

from courtside.features import windows
from courtside.features.entities import entities
from courtside.warehouse.base import Lazy, Warehouse

LONGEST = 40
"""Games of the longest player window: five half-lives of the exponentially weighted mean."""


@dataclass(frozen=True)
class Inputs:
    """Frames that families share.

    `rows`: one per (game_id, player_id), with games_before. `window`: its last 40 games, one line each, with recency
    (1 newest), event_day and event_… columns. `gaps`: a line per row and game it should know and does not.
    `played`: player games with minutes in complete box scores, numbered by player, with running totals.
    `team_played`: final team games, numbered by team.
    """

    rows: Lazy
    window: Lazy
    gaps: Lazy
    played: Lazy
    team_played: Lazy
    warehouse: Warehouse


def prepare(slate: Lazy, team_games: Lazy, player_games: Lazy, lines: Lazy, warehouse: Warehouse) -> Inputs:
    """Return the shared inputs of every family for the team games of `slate`.

    Args:
        slate: the team games that get rows, `TEAM_GAMES` columns.
        team_games: all team games that may be looked back on, `TEAM_GAMES` columns.
        player_games: all player games that may be looked back on, `PLAYER_GAMES` columns.
        lines: pre-tip lines: game_id, player_id, team_id.
        warehouse: the engine the frames live in.
    """
    counted = team_games.filter(nw.col("is_counted"))
    team_played = warehouse.materialise(windows.number(counted.filter(nw.col("is_final")), "team_id"))
    seen = player_games.filter(
        nw.col("is_counted") & nw.col("did_play") & (nw.col("box_status") == "complete")
    ).with_columns(points_squared=nw.col("points") * nw.col("points"))
    played = warehouse.materialise(
        windows.stints(
            windows.running_totals(
                windows.number(seen, "player_id"), ["player_id", "season"], ["points", "minutes"]
            )
        )
    )
    rows = warehouse.materialise(entities(slate, counted, played, lines, warehouse))
    window = warehouse.materialise(
        windows.last(
            rows,
            played.select("player_id", "game_id", "game_day", "nth", "points", "minutes"),
            LONGEST,
            "player_id",
            warehouse,
        )
    )
    unknown = counted.filter(nw.col("box_status").is_in(["missing", "partial"]))
    gaps = warehouse.materialise(_gaps(rows, unknown, counted, played, warehouse))
    return Inputs(rows, window, gaps, played, team_played, warehouse)


def _gaps(rows: Lazy, unknown: Lazy, team_games: Lazy, played: Lazy, warehouse: Warehouse) -> Lazy:
    """Return a line per row and earlier game whose box score should hold the player and cannot be used."""
    expected = entities(unknown, team_games, played, _no_lines(unknown), warehouse).select(
        "player_id",
        gap_game_id=nw.col("game_id"),
        gap_day=nw.col("game_day"),
        gap_season=nw.col("season"),
        gap_opponent_team_id=nw.col("opponent_team_id"),
    )
    return (
        rows.select("game_id", "player_id", "game_day", "season", "opponent_team_id")
        .join(expected, on="player_id", how="inner")
        .filter(
            (nw.col("gap_day") < nw.col("game_day"))
            & (nw.col("gap_day") >= nw.col("game_day") - windows.HORIZON_DAYS)
        )
    )


def _no_lines(slate: Lazy) -> Lazy:
    return slate.filter(nw.col("game_day") < 0).select(
        "game_id", "team_id", "game_date", player_id=nw.col("opponent_team_id")
    )
