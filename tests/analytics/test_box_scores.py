"""Whether a player played, from his row of a box score."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from courtside.analytics.box_scores import player_games
from courtside.raw.tables import BOX_COUNTS, RAW_PLAYER_BOX
from tests.features.league import START as DAY
from tests.features.league import League, player_of

EMPTY = dict.fromkeys(("minutes", "points", "plus_minus", "comment", *(column.name for column in BOX_COUNTS)))
ZEROS = EMPTY | {"minutes": 0, "points": 0, "plus_minus": 0} | {column.name: 0 for column in BOX_COUNTS}
BENCHED = {"comment": "DNP - Coach's Decision"}


@pytest.mark.parametrize(
    ("line", "did_play"),
    [
        (ZEROS, True),
        *((ZEROS | {name: 1}, True) for name in ("minutes", "points", "plus_minus", "dreb", "pf")),
        (ZEROS | BENCHED, False),
        (ZEROS | BENCHED | {"pf": 1}, True),
        (ZEROS | {"minutes": None}, False),
        (ZEROS | {"minutes": None, "ast": 1}, True),
        (EMPTY, False),
        (EMPTY | {"minutes": 20}, False),
    ],
)
def test_a_player_with_a_statistic_or_rounded_minutes_has_played(line: dict[str, object], did_play: bool) -> None:
    league = League()
    game = league.play(DAY, 1, 2)
    row = {**line, "game_id": game.game_id, "player_id": player_of(1, 0), "team_id": 1}
    box = pl.DataFrame([row], schema={name: RAW_PLAYER_BOX.polars_schema[name] for name in row})
    sides = nw.from_native(league.known().team_games.lazy())
    found: pl.DataFrame = player_games(sides, nw.from_native(box.lazy())).to_native().collect()
    assert found["did_play"].to_list() == [did_play]
