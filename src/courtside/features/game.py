"""Features of the game: rest, home or away, injuries, trend and share of free throws (9–12, 15–17 and 21)."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.clock import GameType
from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.team_windows import TeamWindows
from courtside.features.values import Values, computed, early_where, flag, floats, stepped
from courtside.features.windows import Ints, ratio
from courtside.quality.origins import Origin

MOST_REST = 4
"""Rest days are capped here; more rest gives no further advantage."""

RISKS = {"Available": 0, "Probable": 1, "Questionable": 2, "Doubtful": 3, "Out": 3}
"""Risk by injury status. Doubtful is the highest; a player who is out gets no prediction."""


@feature
def rest_advantage(slate: Slate) -> Values:
    """Days without a game of the player's team minus the opponent's."""
    return computed(np.clip(_rest(slate, slate.own) - _rest(slate, slate.opponent), -2, 2))


@feature
def home_away(slate: Slate) -> Values:
    """1 at home, 0 away, 0.5 on a neutral court."""
    is_neutral, is_home = (slate.rows[name].fill_null(False).to_numpy() for name in ("is_neutral", "is_home"))
    return computed(np.where(is_neutral, 0.5, flag(is_home)))


@feature
def back_to_back(slate: Slate) -> Values:
    """Whether the player's team played yesterday."""
    return computed(flag(slate.own.last_day == slate.days - 1))


@feature
def playoff_game(slate: Slate) -> Values:
    """Whether the game is a playoff game, by its game id."""
    return computed(flag((slate.rows["game_type"] == str(GameType.PLAYOFFS)).to_numpy()))


@feature
def injury_risk(slate: Slate) -> Values:
    """Risk of a player in the injury report.

    It is 0 for the other players of a team that has submitted its report, and missing for a team that has not. Without
    any report for the date it is `unavailable`.
    """
    reports, risk = slate.reports, pl.col("status").replace_strict(RISKS, default=0, return_dtype=pl.Int64)
    is_listed = (pl.col("state") == "listed") & pl.col("player_id").is_not_null()
    listed = reports.filter(is_listed).group_by("game_id", "player_id").agg(risk=risk.max())
    submitted = reports.filter(state="submitted").select("game_id", "team_id", risk=pl.lit(0)).unique()
    listed_risk = floats(slate.joined(listed, "game_id", "player_id")["risk"])
    cleared = floats(slate.joined(submitted, "game_id", "team_id")["risk"])
    value = np.where(np.isnan(listed_risk), cleared, listed_risk)
    is_reported = slate.rows["game_date"].is_in(reports["game_date"].unique().implode()).to_numpy()
    origin = np.where(np.isnan(value), Origin.MISSING.code, Origin.COMPUTED.code)
    return Values(value, np.where(is_reported, origin, Origin.UNAVAILABLE.code))


@feature
def recent_trend(slate: Slate) -> Values:
    """Mean points of the 2 newest games minus that of the 3 before them, as a step from −2 to 2."""
    last_2, last_5 = slate.player.recent.last(2), slate.player.recent.last(5)
    sixths = 5 * last_2.sum("points") - 2 * last_5.sum("points")
    steps = stepped([(sixths >= 30, 2), (sixths >= 12, 1), (sixths <= -30, -2), (sixths <= -12, -1)])
    return Values(steps, last_5.origin(5))


@feature
def minutes_change(slate: Slate) -> Values:
    """Mean minutes of the last 10 games compared with the season's mean, as a step from −2 to 2.

    The mean of last season is used where the player has fewer than 3 games this season.
    """
    last_10, season, before = slate.player.recent.last(10), slate.player.season, slate.player.season_before
    season_origin = season.origin(3)
    falls_back = (season_origin == Origin.EARLY.code) & (before.count >= 3)
    base = np.where(falls_back, before.sum("minutes"), season.sum("minutes")) * last_10.count
    percents = 100 * (last_10.sum("minutes") * np.where(falls_back, before.count, season.count) - base)
    steps = stepped(
        [
            (percents >= 20 * base, 2),
            (percents >= 10 * base, 1),
            (percents <= -20 * base, -2),
            (percents <= -10 * base, -1),
        ]
    )
    base_origin = np.where(falls_back, Origin.FALLBACK.code, season_origin)
    return Values(steps, np.maximum(last_10.origin(3), base_origin))


@feature
def pct_free_throw(slate: Slate) -> Values:
    """Free throws made divided by points, last 10 games."""
    games = slate.player.recent.last(10)
    points = games.sum("throw_points")
    share = np.clip(ratio(games.sum("ftm"), points), 0.0, 0.5)
    return Values(share, early_where(points == 0, games.origin(3, "throw_games")))


def _rest(slate: Slate, team: TeamWindows) -> Ints:
    """Return the days without a game since the team's latest one, at most `MOST_REST`; `MOST_REST` before its first."""
    rest: Ints = np.minimum(slate.days - team.last_day - 1, MOST_REST)
    return rest
