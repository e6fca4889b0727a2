"""Features of the player's own team: pace, offence and win share (22–24)."""

from __future__ import annotations

import numpy as np

from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.team_windows import NEEDS
from courtside.features.values import Values
from courtside.features.windows import Floats, Sample, ratio
from courtside.quality.origins import Origin


def pace(games: Sample) -> Floats:
    """Return a team's own possessions per 48 minutes; overtime counts by its length."""
    return ratio(240 * games.sum("possessions_x100"), 100 * games.sum("minutes"))


@feature
def team_pace(slate: Slate) -> Values:
    """Pace of the last 10 games."""
    games = slate.own.recent.last(10)
    return Values(pace(games), games.origin(NEEDS))


@feature
def team_off_rating(slate: Slate) -> Values:
    """Points per 100 possessions of the last 10 games."""
    games = slate.own.recent.last(10)
    return Values(ratio(10_000 * games.sum("points"), games.sum("possessions_x100")), games.origin(NEEDS))


@feature
def team_win_pct(slate: Slate) -> Values:
    """Share of games won this season; last season's where the team has fewer than 5 games this season."""
    season, before = slate.own.season, slate.own.season_before
    origin = season.origin(NEEDS)
    falls_back = (origin == Origin.EARLY.code) & (before.count >= NEEDS)
    return Values(
        np.where(falls_back, ratio(before.sum("has_won"), before.count), ratio(season.sum("has_won"), season.count)),
        np.where(falls_back, Origin.FALLBACK.code, origin),
    )
