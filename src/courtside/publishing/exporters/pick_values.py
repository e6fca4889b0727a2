"""What a published pick is worth: the best price and line, expected value with an interval, and closing-line value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl

from courtside.picks.price_tables import CLOSING_VALUES, SIDE_VALUES
from courtside.picks.side_values import verdict_of
from courtside.picks.tables import LIVE
from courtside.publishing.contracts import OneDecimal, Shape, one_decimal
from courtside.publishing.exporters.rows import price_of, rounded, rounded_share
from courtside.publishing.world import World

Verdict = Literal["negative", "uncertain", "positive"]
PickKey = tuple[str, int, str]


class PickValue(Shape):
    """The best offers for a pick before its publication, and what one unit at the best price is worth.

    `best_price` is the highest price at the pick's own line, `best_line` the line that is best for the side. `ev` is
    the expected profit in % of the stake at the best price, given no push, and `ev_low` to `ev_high` its interval from
    the calibration error; they are null without a calibrated probability. `verdict` is `negative`, `uncertain` (the
    interval holds 0) or `positive`. `line_value` is the movement of the consensus line from publication to close toward
    the pick, and `probability_value` that of the no-vig probability in %; both are null before the close and for
    BACKTEST.
    """

    best_price: int | None
    best_book: str | None
    best_line: OneDecimal | None
    best_line_price: int | None
    best_line_book: str | None
    ev: OneDecimal | None
    ev_low: OneDecimal | None
    ev_high: OneDecimal | None
    verdict: Verdict | None
    line_value: OneDecimal | None
    probability_value: OneDecimal | None


def pick_value(world: World, row: Mapping[str, Any]) -> PickValue | None:
    """Return the value of a pick (game_id, id, direction and line with one decimal).

    It is None where no price is stored, or where the stored prices are about another line than the pick's.
    """
    found = world.share("pick_values", lambda: _values(world)).get((row["game_id"], row["id"], row["direction"]))
    return found[1] if found and found[0] == row["line"] else None


def value_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row of `SIDE_VALUES` that are public in the same form wherever they are shown."""
    return {
        "best_line": rounded(row["best_line"]),
        "best_line_price": price_of(row["best_line_price"]),
        "best_line_book": row["best_line_book"],
        "ev": rounded_share(row["ev"]),
        "ev_low": rounded_share(row["ev_low"]),
        "ev_high": rounded_share(row["ev_high"]),
        "verdict": verdict_of(row["ev"], row["ev_low"]),
    }


def _values(world: World) -> dict[PickKey, tuple[float, PickValue]]:
    """Return the line and the value of every side of the exported dates."""
    if not world.dates:
        return {}
    span = {"start": world.dates[0], "end": world.dates[-1]}
    scan = world.warehouse.scan
    sides, closing = world.warehouse.collect_all([scan(SIDE_VALUES, **span), scan(CLOSING_VALUES, **span)])
    moved = {
        (row["game_id"], row["player_id"], row["side"]): row
        for row in closing.filter(pl.col("kind") == LIVE).iter_rows(named=True)
    }
    return {
        (row["game_id"], row["player_id"], row["side"]): (one_decimal(row["line"]), _value(row, moved))
        for row in sides.iter_rows(named=True)
    }


def _value(row: Mapping[str, Any], moved: Mapping[PickKey, Mapping[str, Any]]) -> PickValue:
    after = moved.get((row["game_id"], row["player_id"], row["side"]), {})
    return PickValue(
        best_price=price_of(row["price"]),
        best_book=row["book"],
        **value_fields(row),
        line_value=rounded(after.get("line_value")),
        probability_value=rounded_share(after.get("probability_value")),
    )
