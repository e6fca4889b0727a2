"""Team games and player games: box scores reconciled with the final score."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.tables import PLAYER_GAMES, TEAM_GAMES
from courtside.raw.tables import BOX_COUNTS
from courtside.warehouse.base import Lazy

REGULATION_MINUTES = 240
ROUNDING_MINUTES = 5
"""Largest shortfall, in minutes, of the sum of players' rounded minutes from the team's minutes."""


def team_games(games: Lazy, team_box: Lazy, player_box: Lazy, schedule: Lazy) -> Lazy:
    """Return one row per (game_id, team_id) with the columns of `TEAM_GAMES`; a postponed game has none.

    The final score is that of the team's box score, or the schedule's where there is none. A box score that does not
    reconcile with it is `partial`; an absent one is `missing`.

    Args:
        games: rows of `GAMES`.
        team_box: current raw team box rows, one per (game_id, team_id).
        player_box: current raw player box rows, one per (game_id, player_id).
        schedule: current raw schedule rows, one per (provider, game_id).
    """
    not_postponed = games.filter(nw.col("status") != "postponed")
    sides = nw.concat([_side(not_postponed, schedule, home=True), _side(not_postponed, schedule, home=False)])
    box = team_box.select(
        "game_id",
        "team_id",
        "minutes",
        box_points=nw.col("points"),
        usage_x100=100 * nw.col("fga") + 44 * nw.col("fta") + 100 * nw.col("tov"),
        offensive_rebounds_x100=100 * nw.col("oreb"),
    )
    listed = player_box.group_by("game_id", "team_id").agg(
        players_listed=nw.col("player_id").count(),
        players_points=nw.col("points").sum(),
        players_minutes=nw.col("minutes").sum(),
    )
    own = (
        sides.join(box, on=["game_id", "team_id"], how="left")
        .join(listed, on=["game_id", "team_id"], how="left")
        .with_columns(
            points=nw.coalesce("box_points", "scheduled_points"),
            possessions_x100=nw.col("usage_x100") - nw.col("offensive_rebounds_x100"),
            players_listed=nw.col("players_listed").fill_null(0),
            players_points=nw.col("players_points").fill_null(0),
            players_minutes=nw.col("players_minutes").fill_null(0),
        )
    )
    other = own.select(
        "game_id",
        opponent_team_id=nw.col("team_id"),
        opponent_points=nw.col("points"),
        opponent_possessions_x100=nw.col("possessions_x100"),
    )
    return (
        own.join(other, on=["game_id", "opponent_team_id"], how="left")
        .with_columns(box_status=_box_status())
        .select(*TEAM_GAMES.column_names)
    )


def player_games(team_games: Lazy, player_box: Lazy) -> Lazy:
    """Return one row per (game_id, player_id) with the columns of `PLAYER_GAMES`.

    A box-score row whose game or team is not in the schedule is left out.
    """
    sides = team_games.select(
        "game_id",
        "game_date",
        "game_day",
        "season",
        "game_type",
        "team_id",
        "opponent_team_id",
        "is_home",
        "is_counted",
        "box_status",
    )
    counts = [column.name for column in BOX_COUNTS]
    return (
        player_box.select("game_id", "player_id", "team_id", "minutes", "points", *counts, did_play=_did_play())
        .join(sides, on=["game_id", "team_id"], how="inner")
        .select(*PLAYER_GAMES.column_names)
    )


def _did_play() -> nw.Expr:
    """Return whether a player played: he has a statistic, minutes, or 0 (rounded) minutes and no comment."""
    counts = ("minutes", "points", "plus_minus", *(column.name for column in BOX_COUNTS))
    has_any = nw.any_horizontal(*(nw.col(name).fill_null(0) != 0 for name in counts), ignore_nulls=True)
    is_listed = ~nw.col("minutes").is_null() & nw.col("comment").is_null()
    return ~nw.col("points").is_null() & (has_any | is_listed)


def _side(games: Lazy, schedule: Lazy, *, home: bool) -> Lazy:
    own, other = ("home", "away") if home else ("away", "home")
    scores = schedule.filter(nw.col("provider") == "cdn").select("game_id", scheduled_points=nw.col(f"{own}_points"))
    return games.join(scores, on="game_id", how="left").select(
        "game_id",
        "game_date",
        "game_day",
        "season",
        "game_type",
        "is_neutral",
        "is_counted",
        "scheduled_points",
        team_id=nw.col(f"{own}_team_id"),
        opponent_team_id=nw.col(f"{other}_team_id"),
        is_home=nw.lit(home),
        is_final=nw.col("status") == "final",
    )


def _box_status() -> nw.Expr:
    overtimes = nw.coalesce("minutes", nw.lit(REGULATION_MINUTES)) - REGULATION_MINUTES
    reconciles = (nw.col("players_points") == nw.col("points")) & (
        nw.col("players_minutes") >= REGULATION_MINUTES - ROUNDING_MINUTES + overtimes
    )
    return (
        nw.when(~nw.col("is_final"))
        .then(nw.lit("not_final"))
        .otherwise(
            nw.when(nw.col("players_listed") == 0)
            .then(nw.lit("missing"))
            .otherwise(nw.when(reconciles.fill_null(False)).then(nw.lit("complete")).otherwise(nw.lit("partial")))
        )
    )
