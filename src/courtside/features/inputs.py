"""What the feature families read, prepared once: placed rows, numbered games, windows and gaps."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.lines import MARKET
from courtside.analytics.tables import INJURY_REPORTS, PLAYER_SHOTS
from courtside.clock import GameType
from courtside.features import windows
from courtside.features.charts import charts
from courtside.features.engine import Engine
from courtside.features.entities import EXPECTED_DAYS, entities
from courtside.features.player_windows import player_windows
from courtside.features.team_windows import team_windows
from courtside.warehouse.base import Lazy

LONGEST = 40
"""Games of the longest player window: five half-lives of the exponentially weighted mean."""


@dataclass(frozen=True)
class Inputs:
    """Frames that families share.

    `rows`: one per (game_id, player_id), with games_before. `window`: its last 40 games, one line each, with recency
    (1 newest), event_day and event_… columns. `gaps`: a line per row and game it should know and does not.
    `played`: player games with minutes in complete box scores, numbered by player, with running totals.
    `team_played`: final team games, numbered by team.
    `player_windows`: sums over each row's recent games. `sides`: one row per (game_id, team_id) of the slate, with the
    windows of the team as `own_…` and of the other as `opponent_…`. `shots`: attempts by zone per player game.
    `market`: closing and opening lines of quoted players. `reports`: rows of each team's last injury report before
    tip-off, `INJURY_REPORTS` columns.
    """

    rows: Lazy
    window: Lazy
    gaps: Lazy
    played: Lazy
    team_played: Lazy
    player_windows: Lazy
    sides: Lazy
    shots: Lazy
    market: Lazy
    reports: Lazy
    warehouse: Engine


def prepare(
    slate: Lazy,
    team_games: Lazy,
    player_games: Lazy,
    lines: Lazy,
    warehouse: Engine,
    *,
    shots: Lazy | None = None,
    market: Lazy | None = None,
    reports: Lazy | None = None,
) -> Inputs:
    """Return the shared inputs of every family for the team games of `slate`.

    Args:
        slate: the team games that get rows, `TEAM_GAMES` columns.
        team_games: all team games that may be looked back on, `TEAM_GAMES` columns.
        player_games: all player games that may be looked back on, `PLAYER_GAMES` columns.
        lines: game_id, player_id, team_id, game_date of players whom a line or an injury report names before tip-off.
        warehouse: the engine the frames live in.
        shots: attempts by zone that may be looked back on, `PLAYER_SHOTS` columns; None where no source gives any.
        market: `MARKET` columns of the slate's players; None where no source gives any.
        reports: each team's last injury report before tip-off, `INJURY_REPORTS` columns; None without a source.
    """
    counted = team_games.filter(nw.col("is_counted"))
    team_played = warehouse.materialise(windows.number(counted.filter(nw.col("is_final")), "team_id"))
    seen = _usable(player_games.filter(nw.col("is_counted"))).with_columns(
        points_squared=nw.col("points") * nw.col("points")
    )
    played = warehouse.materialise(
        windows.stints(
            windows.running_totals(windows.number(seen, "player_id"), ["player_id", "season"], ["points", "minutes"])
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
    real_games = _real_games(team_games)
    unknown = real_games.filter(nw.col("box_status").is_in(["missing", "partial"]))
    all_gaps = warehouse.materialise(_gaps(rows, unknown, counted, played, warehouse))
    gaps = warehouse.materialise(all_gaps.filter(nw.col("gap_is_counted")))
    real_played = warehouse.materialise(_real_played(player_games, real_games))
    shot = warehouse.lazy(PLAYER_SHOTS.empty()) if shots is None else shots
    charted = warehouse.materialise(charts(team_played, player_games, shot))
    return Inputs(
        rows,
        window,
        gaps,
        played,
        team_played,
        warehouse.materialise(player_windows(rows, played, real_played, counted, charted, shot, all_gaps, warehouse)),
        warehouse.materialise(_sides(rows, real_games, charted, warehouse)),
        shot,
        warehouse.lazy(pl.DataFrame(schema=MARKET)) if market is None else market,
        warehouse.lazy(INJURY_REPORTS.empty()) if reports is None else reports,
        warehouse,
    )


def _usable(player_games: Lazy) -> Lazy:
    """Return the games that a player played in and whose box score is complete; unknown minutes count as 0."""
    is_usable = nw.col("did_play") & (nw.col("box_status") == "complete")
    return player_games.filter(is_usable).with_columns(minutes=nw.col("minutes").fill_null(0))


def _real_played(player_games: Lazy, real_games: Lazy) -> Lazy:
    """Return the player games that tire: those of `real_games`, numbered by player."""
    real = real_games.select("game_id").unique()
    return windows.number(_usable(player_games).join(real, on="game_id", how="inner"), "player_id")


def _real_games(team_games: Lazy) -> Lazy:
    """Return the final games that tire a team: those that count in windows, and the Cup final, which does not."""
    is_cup_final = nw.col("game_type") == str(GameType.CUP_FINAL)
    return team_games.filter(nw.col("is_final") & (nw.col("is_counted") | is_cup_final))


def _slate_teams(rows: Lazy) -> Lazy:
    """Return both teams of every game of `rows`."""
    own = rows.select("game_id", "team_id", "game_day", "season")
    other = rows.select("game_id", "game_day", "season", team_id=nw.col("opponent_team_id"))
    return nw.concat([own, other.select("game_id", "team_id", "game_day", "season")]).unique()


def _sides(rows: Lazy, real_games: Lazy, charted: Lazy, warehouse: Engine) -> Lazy:
    """Return the team games of the slate with the windows of both teams."""
    slate = warehouse.materialise(_slate_teams(rows))
    found = warehouse.materialise(team_windows(slate, real_games, charted, warehouse).drop("game_day", "season"))
    names = [name for name in found.collect_schema().names() if name not in {"game_id", "team_id"}]
    own = found.select("game_id", "team_id", *(nw.col(name).alias(f"own_{name}") for name in names))
    other = found.select(
        "game_id",
        *(nw.col(name).alias(f"opponent_{name}") for name in names),
        opponent_team_id=nw.col("team_id"),
    )
    sides = rows.select(
        "game_id", "team_id", "opponent_team_id", "game_day", "game_type", "is_home", "is_neutral"
    ).unique()
    return sides.join(own, on=["game_id", "team_id"], how="left").join(
        other, on=["game_id", "opponent_team_id"], how="left"
    )


def _gaps(rows: Lazy, unknown: Lazy, team_games: Lazy, played: Lazy, warehouse: Engine) -> Lazy:
    """Return a line per row and earlier game whose box score should hold the player and cannot be used.

    `gap_is_counted` is false for a Cup final, which only `fatigue_score` looks back on.
    """
    expected = entities(unknown, team_games, played, _no_lines(unknown), warehouse, EXPECTED_DAYS).select(
        "player_id",
        gap_game_id=nw.col("game_id"),
        gap_day=nw.col("game_day"),
        gap_season=nw.col("season"),
        gap_opponent_team_id=nw.col("opponent_team_id"),
    )
    counted = unknown.select("game_id", "is_counted").unique()
    expected = expected.join(
        counted.rename({"game_id": "gap_game_id", "is_counted": "gap_is_counted"}), on="gap_game_id"
    )
    return (
        rows.select("game_id", "player_id", "game_day", "season", "opponent_team_id")
        .join(expected, on="player_id", how="inner")
        .filter(
            (nw.col("gap_day") < nw.col("game_day")) & (nw.col("gap_day") >= nw.col("game_day") - windows.HORIZON_DAYS)
        )
    )


def _no_lines(slate: Lazy) -> Lazy:
    return slate.filter(nw.col("game_day") < 0).select(
        "game_id", "team_id", "game_date", player_id=nw.col("opponent_team_id")
    )
