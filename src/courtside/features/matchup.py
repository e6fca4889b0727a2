"""Features of the matchup: fatigue, pace, usage and the opponent's defence (5, 7, 8, 13 and 14)."""

from __future__ import annotations

import numpy as np

from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.team import pace
from courtside.features.team_windows import NEEDS
from courtside.features.values import Values, early_where, fallen_back
from courtside.features.windows import NO_DAY, Floats, Ints, Sample, Window, ratio
from courtside.quality.origins import Origin, has_value

FRESH = 100


@feature
def fatigue_score(slate: Slate) -> Values:
    """Freshness by the player's own games, or by his team's schedule where too few of his box scores are known."""
    week, fortnight = slate.player.load.within(7), slate.player.load.within(14)
    minutes, games = week.sum("minutes"), week.count
    effort = -10 * (minutes > 240) - 8 * (minutes > 35 * games)
    own = _freshness(slate.days, slate.player.load.known.all(), week.known, fortnight.known) + effort
    team = _freshness(slate.days, slate.own.schedule, slate.own.week, slate.own.fortnight)
    origin = fortnight.origin(0)
    value = np.clip(np.where(has_value(origin), own, team), 0, FRESH)
    return Values(value, fallen_back(origin, np.full_like(origin, Origin.COMPUTED.code)))


@feature
def pace_score(slate: Slate) -> Values:
    """Half of the difference between the two teams' paces."""
    own, other = slate.own.recent.last(10), slate.opponent.recent.last(10)
    score = np.clip((pace(own) - pace(other)) / 2, -3, 3)
    return Values(score, np.maximum(own.origin(NEEDS), other.origin(NEEDS)))


@feature
def usage_spike_score(slate: Slate) -> Values:
    """Usage in the last 3 games minus usage in the last 10."""
    spike = (_usage(slate.player.recent.last(3)) - _usage(slate.player.recent.last(10))) * 0.3
    origin = slate.player.recent.last(10).origin(3, "usage_games")
    return Values(np.clip(spike, -3, 3), early_where(np.isnan(spike), origin))


@feature
def opponent_def_rating(slate: Slate) -> Values:
    """Points the opponent allowed per 100 possessions over its last 15 games."""
    games = slate.opponent.recent.last(15)
    rating = ratio(10_000 * games.sum("opponent_points"), games.sum("opponent_possessions_x100"))
    return Values(rating, games.origin(NEEDS))


@feature
def opponent_pace(slate: Slate) -> Values:
    """Pace of the opponent's last 15 games."""
    games = slate.opponent.recent.last(15)
    return Values(pace(games), games.origin(NEEDS))


def _freshness(days: Ints, games: Window, week: Window, fortnight: Window) -> Ints:
    rest = days - games.newest("game_day", NO_DAY) - 1
    pairs = fortnight.sum("is_back_to_back")
    rested = np.where(rest == 0, -15, 5 * (rest >= 3))
    freshness: Ints = FRESH + rested - 10 * (week.count >= 4) + np.where(pairs >= 2, -12, -5 * (pairs == 1))
    return freshness


def _usage(games: Sample) -> Floats:
    """Return the share of the team's possessions, in %, that the player used while on the floor."""
    used = games.sum("usage_x100") * games.sum("team_minutes")
    return ratio(100 * used, 5 * games.sum("usage_minutes") * games.sum("team_usage_x100"))
