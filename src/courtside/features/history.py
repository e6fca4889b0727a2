"""Features of the player's history: form, minutes, games against the opponent and games missed (0–4 and 29–36)."""

from __future__ import annotations

import numpy as np

from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.values import Values, fallen_back, flag
from courtside.features.windows import Sample, half_life_weights, ratio
from courtside.quality.origins import Codes, Origin, has_value, window_origin

LONGEST = 40
"""Games in the longest window: five half-lives of the exponentially weighted mean."""

HALF_LIFE_GAMES = 8
ABSENCE_GAMES = 10
FORM = ("points_avg_last_5", "points_avg_season", "points_std_last_10")


def mean(games: Sample, column: str, needs: int) -> Values:
    """Return the mean of a column over a window that needs at least `needs` games."""
    return Values(ratio(games.sum(column), games.count), games.origin(needs))


@feature
def points_avg_last_5(slate: Slate) -> Values:
    """Mean points, last 5 games."""
    return mean(slate.player.recent.last(5), "points", 3)


@feature
def points_avg_last_10(slate: Slate) -> Values:
    """Mean points, last 10 games."""
    return mean(slate.player.recent.last(10), "points", 3)


@feature
def points_avg_season(slate: Slate) -> Values:
    """Mean points this season; last season's where the player has fewer than 3 games this season."""
    season, before = mean(slate.player.season, "points", 3), mean(slate.player.season_before, "points", 3)
    falls_back = (season.origin == Origin.EARLY.code) & (slate.player.season_before.count >= 3)
    return Values(
        np.where(falls_back, before.value, season.value), np.where(falls_back, Origin.FALLBACK.code, season.origin)
    )


@feature
def points_std_last_10(slate: Slate) -> Values:
    """Sample standard deviation of points, last 10 games."""
    games = slate.player.recent.last(10)
    n, points = games.count, games.sum("points")
    variance = ratio(n * games.sum("points_squared") - points * points, n * (n - 1))
    return Values(np.sqrt(variance), games.origin(3))


@feature
def games_in_last_7_days(slate: Slate) -> Values:
    """Games of the player in the last 7 days; his team's games where too few of his box scores are known."""
    week = slate.player.recent.within(7)
    origin = week.origin(0)
    value = np.where(has_value(origin), week.count, slate.own.week.count)
    return Values(value, fallen_back(origin, np.full_like(origin, Origin.COMPUTED.code)))


@feature
def avg_points_vs_opponent(slate: Slate) -> Values:
    """Mean points in games against the opponent."""
    return mean(slate.player.meetings, "points", 1)


@feature
def games_vs_opponent(slate: Slate) -> Values:
    """Number of games against the opponent in which the player played."""
    return Values(slate.player.meetings.count, slate.player.meetings.origin(0))


@feature
def minutes_avg_last_10(slate: Slate) -> Values:
    """Mean minutes, last 10 games."""
    return mean(slate.player.recent.last(10), "minutes", 3)


@feature
def ppm_avg_last_10(slate: Slate) -> Values:
    """Points per minute, last 10 games."""
    games = slate.player.recent.last(10)
    return Values(ratio(games.sum("points"), games.sum("minutes")), games.origin(3))


@feature
def dnp_rate(slate: Slate) -> Values:
    """Share of the team's last 10 games since the player joined it in which he did not play."""
    career = slate.player.career
    is_with_team = career.newest("team_id", 0) == slate.rows["team_id"].to_numpy()
    joined = np.where(is_with_team, career.newest("joined_day", 0), slate.days)
    games = slate.team_games.last(ABSENCE_GAMES).and_since(slate.team_games.since(joined))
    known = games.sum("is_complete")
    played = slate.player.recent.known.since(games.oldest("game_day", slate.days)).count
    origin = window_origin(known, games.count - known, 1)
    return Values(ratio(known - played, known), origin)


@feature
def pts_slope_10g(slate: Slate) -> Values:
    """Least-squares slope of points, oldest to newest, last 10 games."""
    games = slate.player.recent.last(10)
    n, points = games.count, games.sum("points")
    steps, squares = n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6
    rise = steps * points - n * games.known.sum_by_recency("points")
    return Values(ratio(rise, n * squares - steps * steps), games.origin(5))


@feature
def pts_vs_season_zscore(slate: Slate) -> Values:
    """Last-5 mean minus season mean, in standard deviations of the last 10 games."""
    last_5, season, spread = (slate[name].value for name in FORM)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.clip((last_5 - season) / spread, -3.0, 3.0)
    return Values(score, np.where(spread == 0, Origin.EARLY.code, _form_origin(slate)))


@feature
def breakout_flag(slate: Slate) -> Values:
    """Whether the last-5 mean exceeds the season mean by more than 1.5 standard deviations."""
    last_5, season, spread = (slate[name].value for name in FORM)
    return Values(flag(last_5 > season + 1.5 * spread), _form_origin(slate))


def _form_origin(slate: Slate) -> Codes:
    worst: Codes = np.max([slate[name].origin for name in FORM], axis=0)
    return worst


def points_ewma(slate: Slate) -> Values:
    """Return the exponentially weighted mean of points over the last 40 games; it is a column, not a feature."""
    games = slate.player.recent.last(LONGEST).known
    mean = games.weighted_mean("points", half_life_weights(LONGEST, HALF_LIFE_GAMES))
    return Values(mean, slate.player.recent.last(10).origin(3))
