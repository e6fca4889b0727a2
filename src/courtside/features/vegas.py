"""The sportsbooks before tip-off: consensus, opening, move and whether there is a line (features 25–28)."""

from __future__ import annotations

import numpy as np

from courtside.features.registry import feature
from courtside.features.slate import Slate
from courtside.features.values import Values, flag, floats
from courtside.features.windows import Flags, Floats
from courtside.quality.origins import Origin

LEAST_SNAPSHOTS = 2


@feature
def vegas_points_line(slate: Slate) -> Values:
    """The closing line."""
    closing = _market(slate, "closing_line")
    return _fact_where(~np.isnan(closing), closing)


@feature
def vegas_opening_line(slate: Slate) -> Values:
    """The opening line."""
    opening = _market(slate, "opening_line")
    return _fact_where(~np.isnan(opening), opening)


@feature
def vegas_line_move(slate: Slate) -> Values:
    """Closing less opening line, where a book was seen twice."""
    move = _market(slate, "closing_line") - _market(slate, "opening_line")
    return _fact_where(~np.isnan(move) & (_market(slate, "snapshots") >= LEAST_SNAPSHOTS), move)


@feature
def has_vegas_line(slate: Slate) -> Values:
    """Whether he has a line; a player without one is known to have none where another of the same game has one."""
    quoted = slate.market.select("game_id").unique()
    is_quoted_game = slate.rows["game_id"].is_in(quoted["game_id"].implode()).to_numpy()
    return _fact_where(is_quoted_game, flag(~np.isnan(_market(slate, "closing_line"))))


def _market(slate: Slate, name: str) -> Floats:
    return floats(slate.joined(slate.market, "game_id", "player_id")[name])


def _fact_where(condition: Flags, value: Floats) -> Values:
    return Values(value, np.where(condition, Origin.COMPUTED.code, Origin.MISSING.code))
