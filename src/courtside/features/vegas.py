"""Features of the market before tip-off: consensus, opening line, move and whether a line exists (25–28)."""

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
    return _computed_where(~np.isnan(closing), closing)


@feature
def vegas_opening_line(slate: Slate) -> Values:
    """The opening line."""
    opening = _market(slate, "opening_line")
    return _computed_where(~np.isnan(opening), opening)


@feature
def vegas_line_move(slate: Slate) -> Values:
    """Closing line minus opening line, where a book has two snapshots before tip-off."""
    move = _market(slate, "closing_line") - _market(slate, "opening_line")
    return _computed_where(~np.isnan(move) & (_market(slate, "snapshots") >= LEAST_SNAPSHOTS), move)


@feature
def has_vegas_line(slate: Slate) -> Values:
    """Whether the player has a line; it is 0 where other players of the game have one, and missing where none has."""
    games_with_lines = slate.market["game_id"].unique()
    has_lines = slate.rows["game_id"].is_in(games_with_lines.implode()).to_numpy()
    return _computed_where(has_lines, flag(~np.isnan(_market(slate, "closing_line"))))


def _market(slate: Slate, name: str) -> Floats:
    return floats(slate.joined(slate.market, "game_id", "player_id")[name])


def _computed_where(condition: Flags, value: Floats) -> Values:
    return Values(value, np.where(condition, Origin.COMPUTED.code, Origin.MISSING.code))
