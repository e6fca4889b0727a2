"""Games that a player played and that have no feature row, by cause.

Such games are not training rows, so the share of contaminated rows does not include them.
"""

from __future__ import annotations

from enum import StrEnum

import narwhals as nw

from courtside.warehouse.base import Lazy

RETURN_DAYS = 60
"""A player gets a row where his latest game is at most this many days ago."""

KEY = ("game_id", "player_id")


class WithoutRow(StrEnum):
    """The cause of a played game without a feature row."""

    NO_DATE = "no feature row of the date"
    FIRST_GAME = "first game in the league"
    FIRST_FOR_TEAM = "first game for the team"
    ABSENCE = "back after more than 60 days"
    LOST = "row expected and not stored: courtside repair"


def played_without_row(played: Lazy, features: Lazy, history: Lazy) -> Lazy:
    """Return game_date, season, cause and games: the number of games in `played` without a row in `features`.

    Args:
        played: rows of `PLAYER_GAMES` to check; only counted games that the player played are used.
        features: rows of `PLAYER_FEATURES` of the same dates.
        history: rows of `PLAYER_GAMES` that give a player's earlier games.
    """
    without_row = (
        _played(played)
        .select(*KEY, "game_date", "game_day", "season", "team_id")
        .join(features.select(*KEY), on=list(KEY), how="anti")
    )
    known = _played(history).filter(nw.col("box_status") == "complete")
    earlier = (
        without_row.select(*KEY, "game_day")
        .join(known.select("player_id", last_day="game_day", last_team="team_id"), on="player_id", how="inner")
        .filter(nw.col("last_day") < nw.col("game_day"))
    )
    newest = earlier.group_by(*KEY).agg(last_day=nw.col("last_day").max())
    last = earlier.select(*KEY, "last_day", "last_team").join(newest, on=[*KEY, "last_day"], how="inner")
    dates = features.select("game_date").unique().with_columns(has_rows=nw.lit(1))
    return (
        without_row.join(last, on=list(KEY), how="left")
        .join(dates, on="game_date", how="left")
        .with_columns(cause=_cause())
        .group_by("game_date", "season", "cause")
        .agg(games=nw.len())
    )


def _played(player_games: Lazy) -> Lazy:
    return player_games.filter(nw.col("is_counted") & nw.col("did_play"))


def _cause() -> nw.Expr:
    def named(condition: nw.Expr, cause: WithoutRow, otherwise: nw.Expr) -> nw.Expr:
        return nw.when(condition).then(nw.lit(str(cause))).otherwise(otherwise)

    is_long = nw.col("game_day") - nw.col("last_day") > RETURN_DAYS
    known = named(is_long, WithoutRow.ABSENCE, nw.lit(str(WithoutRow.LOST)))
    same = named(nw.col("last_team") != nw.col("team_id"), WithoutRow.FIRST_FOR_TEAM, known)
    earlier_cause = named(nw.col("last_day").is_null(), WithoutRow.FIRST_GAME, same)
    return named(nw.col("has_rows").is_null(), WithoutRow.NO_DATE, earlier_cause)
