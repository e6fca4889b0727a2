"""Stage `lines`: lines and injury reports, resolved to players and games."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courtside.analytics.names import line_outcomes, place_names
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, UNRESOLVED_NAMES
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.slate import slate_changes
from courtside.pipeline.stage import Due, Result, Stage, Surroundings
from courtside.raw.tables import RAW_INJURIES, RAW_LINES, RAW_PLAYER_BOX
from courtside.warehouse.base import Change


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Resolve the names in the lines and injury reports of `dates`, and assign the rows to games."""
    quotes, games = inputs[RAW_LINES], inputs[GAMES]
    placed = place_names(quotes, inputs[RAW_INJURIES], inputs[RAW_PLAYER_BOX], inputs[PLAYER_GAMES], games)
    return Result(
        outcomes=line_outcomes(dates, quotes, games, placed.unresolved),
        changes=[
            Change(PLAYER_LINES, placed.lines),
            Change(UNRESOLVED_NAMES, placed.unresolved),
            Change(INJURY_REPORTS, placed.reports),
        ],
    )


LINES = Stage(
    name="lines",
    sentence="Lines and injury reports of resolved players, and a count of the names that were held.",
    process=process,
    reads=(
        Read(RAW_LINES),
        Read(RAW_INJURIES),
        Read(GAMES, changes=slate_changes),
        Read(
            PLAYER_GAMES,
            Dates.ALL,
            changes=(Dates.THESE, Dates.EARLIER),
            columns=("player_id", "team_id", "game_day", "game_id"),
        ),
        # All names of every player. Changes of these box scores are tracked through player_games.
        Read(RAW_PLAYER_BOX, Dates.ALL, is_tracked=False, columns=("player_id", "player_name")),
    ),
    replaces=(PLAYER_LINES, UNRESOLVED_NAMES, INJURY_REPORTS),
    due=Due.LINES,
)
