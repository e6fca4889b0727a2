"""Features of shot charts: the zones a player shoots from, and the field goals the opponent allows there (6, 18–20).

A window uses the games with a complete chart. A value is `partial` where the source does not cover up to 30 % of the
games, and `unavailable` where it does not cover more.
"""

from __future__ import annotations

import numpy as np

from courtside.features.charts import ZONES, charted_origin
from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.team_windows import NEEDS
from courtside.features.values import Values, early_where, fallen_back
from courtside.features.windows import Floats, Ints, ratio
from courtside.quality.origins import Codes, has_value

PLAYER_NEEDS = 3


@feature
def pct_paint(slate: Slate) -> Values:
    """Share of attempts from the paint, last 10 games."""
    return _share(slate, "paint")


@feature
def pct_mid_range(slate: Slate) -> Values:
    """Share of attempts from mid-range, last 10 games."""
    return _share(slate, "mid_range")


@feature
def pct_three(slate: Slate) -> Values:
    """Share of attempts from behind the arc, last 10 games; the box score's where there is no chart."""
    games, of_charts = slate.player.recent.last(10), _share(slate, "three")
    attempts = games.sum("box_fga")
    of_box = early_where(attempts == 0, games.origin(PLAYER_NEEDS, "three_games"))
    value = np.where(has_value(of_charts.origin), of_charts.value, ratio(games.sum("box_fg3a"), attempts))
    return Values(value, fallen_back(of_charts.origin, of_box))


@feature
def shot_zone_mismatch_score(slate: Slate) -> Values:
    """FG% that the opponent allows above the league's, in the player's zone of most attempts."""
    attempts = np.stack([_attempts(slate, zone) for zone in ZONES])
    first = np.argmax(attempts, axis=0)
    above_league = np.stack([_above_league(slate, zone) for zone in ZONES])
    rows = np.arange(len(first))
    score = above_league[first, rows] * np.clip(ratio(2 * attempts[first, rows], attempts.sum(axis=0)), 0.0, 1.0)
    raised = np.where(np.abs(score) > 5, score * 1.2, score)
    allowed = charted_origin(slate.opponent.recent.last(15), NEEDS)
    origin = np.maximum(_share_origin(slate), early_where(np.isnan(above_league.sum(axis=0)), allowed))
    return Values(np.clip(raised, -10.0, 10.0), origin)


def _attempts(slate: Slate, zone: str) -> Ints:
    return slate.player.recent.last(10).sum(f"{zone}_fga")


def _all_attempts(slate: Slate) -> Ints:
    attempts: Ints = np.sum([_attempts(slate, zone) for zone in ZONES], axis=0)
    return attempts


def _share(slate: Slate, zone: str) -> Values:
    return Values(ratio(_attempts(slate, zone), _all_attempts(slate)), _share_origin(slate))


def _share_origin(slate: Slate) -> Codes:
    own = charted_origin(slate.player.recent.last(10), PLAYER_NEEDS)
    return early_where(_all_attempts(slate) == 0, own)


def _above_league(slate: Slate, zone: str) -> Floats:
    """Return the FG% that the opponent allowed in a zone over its last 15 games minus the league's on the same days."""
    games = slate.opponent.recent.last(15)
    league = slate.league_shots.since(games.known.oldest("game_day", slate.days))
    made, attempted = games.sum(f"{zone}_fgm"), games.sum(f"{zone}_fga")
    league_made, league_attempted = league.sum(f"{zone}_fgm"), league.sum(f"{zone}_fga")
    return ratio(100 * (made * league_attempted - league_made * attempted), attempted * league_attempted)
