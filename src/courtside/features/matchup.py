"""The matchup: freshness, paces, usage and the opponent's defence before the game (features 5, 7, 8, 13 and 14)."""

from __future__ import annotations

import narwhals as nw

from courtside.features.expressions import early_where, fallen_back, has_value, origin, ratio
from courtside.features.inputs import Inputs
from courtside.features.player_windows import origin_of as player_origin
from courtside.features.registry import registered
from courtside.features.team_windows import origin_of as team_origin
from courtside.features.team_windows import pace
from courtside.quality.origins import Origin, worst
from courtside.warehouse.base import Lazy

FRESH = 100
SCHEDULE = {"games": "own_games_week", "pairs": "own_back_to_backs_fortnight"}


def matchup(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 5, 7, 8, 13 and 14 and their origins."""
    sides = inputs.sides.with_columns(
        own_origin=team_origin("l10", "own_"),
        opponent_origin=team_origin("l10", "opponent_"),
        opponent_l15_origin=team_origin("l15", "opponent_"),
        own_pace=pace("l10", "own_"),
        opponent_pace_l10=pace("l10", "opponent_"),
    )
    rating = ratio(10_000 * nw.col("opponent_opponent_points_l15"), nw.col("opponent_opponent_possessions_x100_l15"))
    of_sides = registered(
        sides,
        ("game_id", "team_id"),
        {
            "pace_score": (
                ((nw.col("own_pace") - nw.col("opponent_pace_l10")) / 2).clip(-3.0, 3.0),
                worst(nw.col("own_origin"), nw.col("opponent_origin")),
            ),
            "opponent_def_rating": (rating, nw.col("opponent_l15_origin")),
            "opponent_pace": (pace("l15", "opponent_"), nw.col("opponent_l15_origin")),
        },
    )
    return _of_players(inputs).join(of_sides, on=["game_id", "team_id"], how="left").drop("team_id")


def _of_players(inputs: Inputs) -> Lazy:
    schedule = inputs.sides.select("game_id", "team_id", "own_last_day", *SCHEDULE.values())
    players = (
        inputs.rows.select("game_id", "player_id", "team_id", "game_day")
        .join(inputs.player_windows, on=["game_id", "player_id"], how="left")
        .join(schedule, on=["game_id", "team_id"], how="left")
        .with_columns(
            spike=((_usage("l3") - _usage("l10")) * 0.3).clip(-3.0, 3.0),
            usage_origin=player_origin("l10", 3, "usage_games"),
            box_origin=player_origin("fortnight", 0),
            own_rest=nw.col("game_day") - nw.col("last_day") - 1,
            team_rest=nw.col("game_day") - nw.col("own_last_day") - 1,
        )
    )
    spike = nw.col("spike")
    return registered(
        players,
        ("game_id", "player_id", "team_id"),
        {
            "fatigue_score": _fatigue(),
            "usage_spike_score": (spike, early_where(spike.is_null(), nw.col("usage_origin"))),
        },
    )


def _fatigue() -> tuple[nw.Expr, nw.Expr]:
    """Freshness by the player's own games; by his team's schedule where too few of his are known."""
    games, minutes = nw.col("games_week"), nw.col("minutes_week")
    effort = _cost(minutes > 240, -10) + _cost(minutes > 35 * games, -8)
    own = _freshness("own_rest", "games_week", "is_back_to_back_fortnight") + effort
    team = _freshness("team_rest", SCHEDULE["games"], SCHEDULE["pairs"])
    box = nw.col("box_origin")
    value = nw.when(has_value(box)).then(own).otherwise(team)
    return value.clip(0, FRESH), fallen_back(box, origin(Origin.COMPUTED))


def _freshness(rest: str, games: str, pairs: str) -> nw.Expr:
    rested = nw.when(nw.col(rest) == 0).then(nw.lit(-15)).otherwise(_cost(nw.col(rest) >= 3, 5))
    paired = nw.when(nw.col(pairs) >= 2).then(nw.lit(-12)).otherwise(_cost(nw.col(pairs) == 1, -5))
    return FRESH + rested + _cost(nw.col(games) >= 4, -10) + paired


def _usage(window: str) -> nw.Expr:
    """Share of his team's possessions that he used while on the floor over `window`, in percent."""
    used = nw.col(f"usage_x100_{window}") * nw.col(f"team_minutes_{window}")
    return ratio(100 * used, 5 * nw.col(f"usage_minutes_{window}") * nw.col(f"team_usage_x100_{window}"))


def _cost(condition: nw.Expr, points: int) -> nw.Expr:
    return nw.when(condition).then(nw.lit(points)).otherwise(nw.lit(0))
