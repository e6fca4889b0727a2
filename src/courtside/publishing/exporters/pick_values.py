"""What a published pick is worth: the best price and line, expected value with an interval, and closing-line value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl

from courtside.picks.price_tables import CLOSING_VALUES, SIDE_VALUES
from courtside.picks.side_values import verdict_expr
from courtside.picks.tables import LIVE
from courtside.publishing.contracts import OneDecimal, Shape
from courtside.publishing.exporters.rows import one_decimal_expr, price_expr, share_expr
from courtside.publishing.world import PLAYER_GAME, World

Verdict = Literal["negative", "uncertain", "positive"]
PickKey = tuple[str, int, str]


class PickValue(Shape):
    """The best offers for a pick before its publication, and what one unit at the best price is worth.

    `best_price` is the highest price at the pick's own line, `best_line` the line that is best for the side. `ev` is
    the expected profit in % of the stake at the best price, given no push, and `ev_low` to `ev_high` its interval from
    the calibration error; they are null without a calibrated probability. `verdict` is `negative`, `uncertain` (0 or
    more, with 0 inside the interval) or `positive`. `line_value` is the movement of the consensus line from publication
    to close toward the pick, and `probability_value` that of the no-vig probability in %; both are null before the
    close and for BACKTEST.
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


OFFER_COLUMNS: tuple[pl.Expr, ...] = (
    one_decimal_expr(pl.col("best_line")).alias("best_line"),
    price_expr("best_line_price").alias("best_line_price"),
    pl.col("best_line_book"),
)
VALUE_COLUMNS: tuple[pl.Expr, ...] = (
    *(share_expr(name).alias(name) for name in ("ev", "ev_low", "ev_high")),
    verdict_expr().alias("verdict"),
)
"""Expressions of `SIDE_VALUES` that are public in the same form wherever they are shown."""
PICK_COLUMNS: tuple[pl.Expr, ...] = (
    price_expr("price").alias("best_price"),
    pl.col("book").alias("best_book"),
    *OFFER_COLUMNS,
    *VALUE_COLUMNS,
    one_decimal_expr(pl.col("line_value")).alias("line_value"),
    share_expr("probability_value").alias("probability_value"),
)
"""The fields of `PickValue` as expressions of `SIDE_VALUES` with line_value and probability_value."""


def pick_value(world: World, row: Mapping[str, Any]) -> PickValue | None:
    """Return the value of a pick (game_id, id, direction and line with one decimal).

    It is None where no price is stored, or where the stored prices are about another line than the pick's.
    """
    found = world.share("pick_values", lambda: _values(world)).get((row["game_id"], row["id"], row["direction"]))
    return found[1] if found and found[0] == row["line"] else None


def _values(world: World) -> dict[PickKey, tuple[float, PickValue]]:
    """Return the line and the value of every pick of the exported dates."""
    if not world.dates:
        return {}
    span = {"start": world.dates[0], "end": world.dates[-1]}
    scan = world.warehouse.scan
    sides, closing = world.warehouse.collect_all([scan(SIDE_VALUES, **span), scan(CLOSING_VALUES, **span)])
    key = [*PLAYER_GAME, "side"]
    # A pick has a row for each of its subsets, with the same values.
    live = closing.filter(pl.col("kind") == LIVE).unique(key, keep="last", maintain_order=True)
    moved = live.select(*key, "line_value", "probability_value")
    picked = sides.join(world.counted.rename({"direction": "side"}), on=key, how="semi").join(
        moved, on=key, how="left", validate="1:1"
    )
    rows = picked.select(*key, *PICK_COLUMNS, own_line=one_decimal_expr(pl.col("line")))
    return {
        tuple(row.pop(name) for name in key): (row.pop("own_line"), PickValue(**row))
        for row in rows.iter_rows(named=True)
    }
