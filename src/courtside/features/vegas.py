"""The sportsbooks before tip-off: consensus, opening, move and whether there is a line (features 25–28)."""

from __future__ import annotations

import narwhals as nw

from courtside.features.expressions import origin, where
from courtside.features.inputs import Inputs
from courtside.features.registry import registered
from courtside.quality.origins import Origin
from courtside.warehouse.base import Lazy

LEAST_SNAPSHOTS = 2


def vegas(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 25–28 and their origins.

    A player without a line is known to have none where another player of the same game has one.
    """
    quoted = inputs.market.select("game_id").unique().with_columns(is_quoted_game=nw.lit(1))
    rows = (
        inputs.rows.select("game_id", "player_id")
        .join(inputs.market, on=["game_id", "player_id"], how="left")
        .join(quoted, on="game_id", how="left")
    )
    closing, opening = nw.col("closing_line"), nw.col("opening_line")
    has_line = ~closing.is_null()
    has_moved = has_line & ~opening.is_null() & (nw.col("snapshots") >= LEAST_SNAPSHOTS).fill_null(False)
    return registered(
        rows,
        ("game_id", "player_id"),
        {
            "vegas_points_line": (closing, _fact_where(has_line)),
            "vegas_opening_line": (opening, _fact_where(~opening.is_null())),
            "vegas_line_move": (closing - opening, _fact_where(has_moved)),
            "has_vegas_line": (where(has_line, nw.lit(1)), _fact_where(~nw.col("is_quoted_game").is_null())),
        },
    )


def _fact_where(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(origin(Origin.COMPUTED)).otherwise(origin(Origin.MISSING))
