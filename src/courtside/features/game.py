"""The game itself: rest, place, trend and share of free throws (features 9–12, 15–17 and 21)."""

from __future__ import annotations

import narwhals as nw

from courtside.clock import GameType
from courtside.features.expressions import (
    early_where,
    is_early,
    origin,
    ratio,
    stepped,
    where,
)
from courtside.features.inputs import Inputs
from courtside.features.player_windows import origin_of
from courtside.features.registry import registered
from courtside.quality.origins import Origin, window_origin, worst
from courtside.warehouse.base import Lazy

MOST_REST = 4
"""Days without a game beyond which more of them rest a team no further."""

COMPUTED = origin(Origin.COMPUTED)

RISKS = {"Probable": 1, "Questionable": 2, "Doubtful": 3, "Out": 3}
"""Risk by status; `Available` is 0. Nothing is riskier than doubtful, and who is out gets no prediction."""


def game(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 9–12, 15–17 and 21 and their origins."""
    rest = (_days_rest("own_") - _days_rest("opponent_")).clip(-2, 2)
    is_playoff = nw.col("game_type") == str(GameType.PLAYOFFS)
    played_yesterday = (nw.col("own_last_day") == nw.col("game_day") - 1).fill_null(False)
    of_sides = registered(
        inputs.sides,
        ("game_id", "team_id"),
        {
            "rest_advantage": (rest, COMPUTED),
            "home_away": (_home_away(), COMPUTED),
            "back_to_back": (where(played_yesterday, nw.lit(1)), COMPUTED),
            "playoff_game": (where(is_playoff, nw.lit(1)), COMPUTED),
        },
    )
    return _of_players(inputs).join(of_sides, on=["game_id", "team_id"], how="left").drop("team_id")


def _of_players(inputs: Inputs) -> Lazy:
    season = window_origin(nw.col("games_season"), nw.col("missing_season"), 3)
    players = (
        _with_reports(inputs)
        .join(inputs.player_windows, on=["game_id", "player_id"], how="left")
        .with_columns(
            l10_origin=origin_of("l10", 3), throws_origin=origin_of("l10", 3, "throw_games"), season_origin=season
        )
        .with_columns(falls_back=is_early(nw.col("season_origin")) & (nw.col("games_season_before") >= 3))
        .with_columns(
            base_games=nw.when(nw.col("falls_back"))
            .then(nw.col("games_season_before"))
            .otherwise(nw.col("games_season")),
            base_minutes=nw.when(nw.col("falls_back"))
            .then(nw.col("minutes_season_before"))
            .otherwise(nw.col("minutes_season")),
            base_origin=nw.when(nw.col("falls_back")).then(origin(Origin.FALLBACK)).otherwise(nw.col("season_origin")),
        )
    )
    share = ratio(nw.col("ftm_l10"), nw.col("throw_points_l10")).clip(0.0, 0.5)
    return registered(
        players,
        ("game_id", "player_id", "team_id"),
        {
            "injury_risk": _injury_risk(),
            "recent_trend": (_trend(), origin_of("l5", 5)),
            "minutes_change": (_minutes_change(), worst(nw.col("l10_origin"), nw.col("base_origin"))),
            "pct_free_throw": (share, early_where(nw.col("throw_points_l10") == 0, nw.col("throws_origin"))),
        },
    )


def _with_reports(inputs: Inputs) -> Lazy:
    """Return the rows with what the last injury report before tip-off says of the player, his team and the date."""
    reports = inputs.reports
    status = nw.col("status")
    risk = stepped([(status == name, step) for name, step in RISKS.items()])
    listed = reports.filter((nw.col("state") == "listed") & ~nw.col("player_id").is_null()).with_columns(risk=risk)
    own = listed.group_by("game_id", "player_id").agg(listed_risk=nw.col("risk").max())
    teams = reports.filter(nw.col("state") != "listed").select("game_id", "team_id", team_state=nw.col("state"))
    dates = reports.select("game_date").unique().with_columns(is_reported=nw.lit(1))
    return (
        inputs.rows.select("game_id", "player_id", "team_id", "game_date")
        .join(own, on=["game_id", "player_id"], how="left")
        .join(teams, on=["game_id", "team_id"], how="left")
        .join(dates, on="game_date", how="left")
        .drop("game_date")
    )


def _injury_risk() -> tuple[nw.Expr, nw.Expr]:
    """Risk of who is listed, 0 for who is not by a team that has submitted, NULL by one that has not.

    Without a report of the date there is no source.
    """
    is_listed = ~nw.col("listed_risk").is_null()
    is_cleared = (nw.col("team_state") == "submitted").fill_null(False)
    value = nw.when(is_listed).then(nw.col("listed_risk")).otherwise(nw.when(is_cleared).then(nw.lit(0)))
    reported = nw.when(is_listed | is_cleared).then(COMPUTED).otherwise(origin(Origin.MISSING))
    is_reported = ~nw.col("is_reported").is_null()
    return value, nw.when(is_reported).then(reported).otherwise(origin(Origin.UNAVAILABLE))


def _days_rest(prefix: str) -> nw.Expr:
    """Days without a game since the team's last one, at most `MOST_REST`, as before its first."""
    days = nw.col("game_day") - nw.col(f"{prefix}last_day") - 1
    return nw.when(days < MOST_REST).then(days).otherwise(nw.lit(MOST_REST))


def _home_away() -> nw.Expr:
    at_home = nw.when(nw.col("is_home")).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    return nw.when(nw.col("is_neutral")).then(nw.lit(0.5)).otherwise(at_home)


def _trend() -> nw.Expr:
    """Step of the mean of the 2 newest games less that of the 3 before them, in sixths of a point."""
    sixths = 5 * nw.col("points_l2") - 2 * nw.col("points_l5")
    return stepped([(sixths >= 30, 2), (sixths >= 12, 1), (sixths <= -30, -2), (sixths <= -12, -1)])


def _minutes_change() -> nw.Expr:
    """Step of the last-10 mean of minutes against the season's, or the last season's where it has just begun."""
    base = nw.col("base_minutes") * nw.col("games_l10")
    percents = 100 * (nw.col("minutes_l10") * nw.col("base_games") - base)
    return stepped(
        [
            (percents >= 20 * base, 2),
            (percents >= 10 * base, 1),
            (percents <= -20 * base, -2),
            (percents <= -10 * base, -1),
        ]
    )
