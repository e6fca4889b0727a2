"""Recent form: model inputs in addition to the registered features.

They are means at several half-lives and the form of the teammates who are present. Recent form is computed when models
read feature rows and is not stored, so that a new model may use other columns without a change of the feature table.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.features.player_windows import usable
from courtside.features.values import floats
from courtside.features.windows import (
    HORIZON_DAYS,
    Flags,
    Floats,
    Games,
    Ints,
    Newest,
    Window,
    blocks,
    half_life_weights,
    ratio,
)
from courtside.warehouse.schema import Column, real

LONGEST = 40
"""Games in the longest window of recent form."""

HISTORY_DAYS = HORIZON_DAYS + 1
"""Days before a date from which box scores are read."""

OWN_GAMES = 5
SIDE = ["game_id", "team_id"]
HORIZONS: dict[str, tuple[int, ...]] = {
    "minutes": (2, 5, 15, 40),
    "points": (3, 15, 40),
    "fga": (5, 20),
    "fta": (20,),
    "fg3a": (20,),
    "tov": (20,),
}
"""Half-lives, in games, of the weighted means of each count."""

MEANS = tuple(f"{name}_half_life_{half}" for name, halves in HORIZONS.items() for half in halves)
RECENT_FORM = (
    *MEANS,
    "minutes_last_game",
    "minutes_game_before",
    "points_per_minute_half_life_15",
    "points_per_minute_half_life_40",
    "fga_per_minute",
    "expected_by_minutes_half_life_2",
    "expected_by_minutes_half_life_5",
    "days_since_game",
    "games_known",
    "team_games_missed",
    "points_present_last_game",
    "points_absent_last_game",
    "like_games_points",
)
"""Columns of `recent_form`, NULL where there are no games to compute them from."""

USED = ("game_id", "team_id", "player_id", "game_day", "is_home", "opponent_team_id", "back_to_back", "points_ewma")
"""Columns of feature rows that recent form is computed from."""

COUNTED = {
    "fga": "field goal attempts",
    "fta": "free throw attempts",
    "fg3a": "three-point attempts",
    "tov": "turnovers",
}


def _column(name: str, sentence: str, unit: str) -> Column:
    return real(name, sentence, unit=unit, nullable=True)


RECENT_FORM_COLUMNS: tuple[Column, ...] = (
    *(
        _column(
            f"{name}_half_life_{half}",
            f"Weighted mean of {COUNTED.get(name, name)} per game, half-life {half} games.",
            COUNTED.get(name, name),
        )
        for name, halves in HORIZONS.items()
        for half in halves
    ),
    _column("minutes_last_game", "Minutes of the last game.", "minutes"),
    _column("minutes_game_before", "Minutes of the game before the last.", "minutes"),
    *(
        _column(
            f"points_per_minute_half_life_{half}", f"Points per minute, half-life {half} games.", "points per minute"
        )
        for half in (15, 40)
    ),
    _column("fga_per_minute", "Field goal attempts per minute, half-life 20 games.", "attempts per minute"),
    *(
        _column(
            f"expected_by_minutes_half_life_{half}",
            f"Points per minute (half-life 40) times minutes (half-life {half}).",
            "points",
        )
        for half in (2, 5)
    ),
    _column("days_since_game", "Days since the player's last game.", "days"),
    _column("games_known", "Games in the window of at most 40.", "games"),
    _column("team_games_missed", "Games of the team since the player's last game for it.", "games"),
    _column("points_present_last_game", "Sum of points_ewma of the team mates in the team's last game.", "points"),
    _column(
        "points_absent_last_game",
        "That sum in the player's own last 5 games with the team, minus that of the team's last game.",
        "points",
    ),
    _column("like_games_points", "Mean points of earlier games, weighted by their likeness to this game.", "points"),
)
"""The columns of `recent_form` as objects with a sentence and a unit."""


def recent_form(rows: pl.DataFrame, player_games: pl.DataFrame, team_games: pl.DataFrame) -> pl.DataFrame:
    """Return feature rows with the columns of `RECENT_FORM`.

    Means are per game, weighted with half-lives in games, over at most the last 40 games within a year.
    `points_present_last_game` is the sum of points_ewma of the teammates who played in the team's last game.
    `points_absent_last_game` is the same sum averaged over the player's last 5 games with the team, minus
    `points_present_last_game`: the points of absent teammates. `like_games_points` is a mean weighted by recency, home
    or away, opponent and rest.

    Args:
        rows: `PLAYER_FEATURES` columns; whole slates of both teams.
        player_games: `PLAYER_GAMES` columns, from at least a year before the first row.
        team_games: `TEAM_GAMES` columns of the same span.
    """
    teams = Games(team_games.filter(pl.col("is_final") & pl.col("is_counted")), "team_id")
    played = Games(usable(player_games.filter("is_counted")), "player_id")
    played.add("is_back_to_back", played.back_to_backs())
    played.add("team_position", teams.before(played.frame).high[played.order])
    columns = {name: np.empty(rows.height) for name in RECENT_FORM}
    for places in blocks(rows["game_day"].to_numpy()):
        for name, values in _form(rows.select(USED)[places], played, teams).items():
            columns[name][places] = values
    return rows.with_columns(pl.Series(name, columns[name], pl.Float64, nan_to_null=True) for name in RECENT_FORM)


def _form(rows: pl.DataFrame, played: Games, teams: Games) -> dict[str, Floats]:
    """Return the columns of `RECENT_FORM` of whole slates."""
    team, before = teams.before(rows).all(), played.before(rows)
    games = before.last(LONGEST).newest_games(LONGEST)
    return {
        **_means(games, _likeness(rows, games)),
        "days_since_game": _where(games.count > 0, before.days - before.all().newest("game_day", 0)),
        "team_games_missed": _missed(rows, before.all(), team),
        **_presence(rows, games, team),
    }


def _means(games: Newest, likeness: Floats) -> dict[str, Floats]:
    weights = {
        half: half_life_weights(LONGEST, half) for half in {half for halves in HORIZONS.values() for half in halves}
    }
    means = {
        f"{name}_half_life_{half}": games.mean(name, weights[half])
        for name, halves in HORIZONS.items()
        for half in halves
    }
    per_minute = games.per("points", "minutes", weights[40])
    likeness = weights[20] * likeness
    return means | {
        "minutes_last_game": _where(games.count >= 1, games["minutes"][:, 0]),
        "minutes_game_before": _where(games.count >= 2, games["minutes"][:, 1]),
        "points_per_minute_half_life_15": games.per("points", "minutes", weights[15]),
        "points_per_minute_half_life_40": per_minute,
        "fga_per_minute": games.per("fga", "minutes", weights[20]),
        "expected_by_minutes_half_life_2": per_minute * means["minutes_half_life_2"],
        "expected_by_minutes_half_life_5": per_minute * means["minutes_half_life_5"],
        "games_known": _where(games.count >= 1, games.count),
        "like_games_points": ratio((likeness * games["points"]).sum(axis=1), likeness.sum(axis=1)),
    }


def _likeness(rows: pl.DataFrame, games: Newest) -> Floats:
    """Return the product of three weights for each game: 2 for the same opponent, 1.5 for the same side (home or away)
    and 1.25 for the same rest.

    The result is in eighths, so that sums are exact.
    """

    def is_same(name: str, own: str) -> Flags:
        same: Flags = games[name] == floats(rows[own].fill_null(0))[:, None]
        return same

    side, opponent = is_same("is_home", "is_home"), is_same("opponent_team_id", "opponent_team_id")
    rest = is_same("is_back_to_back", "back_to_back")
    likeness: Floats = games.inside * ((2.0 + side) * (1.0 + opponent) * (4.0 + rest))
    return likeness


def _missed(rows: pl.DataFrame, career: Window, team: Window) -> Floats:
    """Return the number of team games since the player's last game; NaN where that was for another team."""
    is_with_team = career.newest("team_id", 0) == rows["team_id"].to_numpy()
    return _where(is_with_team, team.high - career.newest("team_position", 0) - 1)


def _presence(rows: pl.DataFrame, games: Newest, team: Window) -> dict[str, Floats]:
    """Return the two columns about teammates: their form in the team's last game, and the form of the absent ones.

    A team's game is identified by the number of games since then, 1 for the newest. Form is in thousandths of a point,
    so that its sums are exact.
    """
    form = np.rint(floats(rows["points_ewma"].fill_null(0.0)) * 1000)[:, None]
    ago = team.high[:, None] - games["team_position"].astype(np.int64)
    is_own = games.inside & (ago > 0) & (ago <= team.count[:, None])
    sides = rows.select(SIDE).unique(maintain_order=True).with_row_index("side")
    side = rows.select(SIDE).join(sides, on=SIDE, maintain_order="left")["side"].cast(pl.Int64).to_numpy()[:, None]
    slots = ago[is_own].max(initial=1) + 1
    present = np.bincount(
        (side * slots + ago)[is_own], np.broadcast_to(form, ago.shape)[is_own], minlength=slots * (sides.height + 1)
    )
    others = np.where(is_own, present[np.where(is_own, side * slots + ago, 0)] - form, 0)
    own_others, own_games = others[:, :OWN_GAMES].sum(axis=1), is_own[:, :OWN_GAMES].sum(axis=1)
    was_there = (is_own & (ago == 1)).any(axis=1)
    others_last = (present[side * slots + 1] - np.where(was_there[:, None], form, 0))[:, 0]
    thousandth = 1 / 1000
    return {
        "points_present_last_game": others_last * thousandth,
        "points_absent_last_game": (ratio(own_others, own_games) - others_last) * thousandth,
    }


def _where(condition: Flags, value: Floats | Ints) -> Floats:
    return np.where(condition, value, np.nan)
