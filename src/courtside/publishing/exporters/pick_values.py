"""What a published pick is worth: the best price and line, expected value with an interval, and closing-line value."""

from __future__ import annotations

from typing import Literal

import polars as pl

from courtside.picks.price_tables import CLOSING_VALUES, SIDE_VALUES
from courtside.picks.side_values import verdict_expr
from courtside.picks.tables import LIVE
from courtside.publishing.contracts import OneDecimal, Shape
from courtside.publishing.exporters.rows import one_decimal_expr, price_expr, share_expr
from courtside.publishing.world import PLAYER_GAME, World

Verdict = Literal["negative", "uncertain", "positive"]


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


def with_values(world: World, picks: pl.DataFrame) -> pl.DataFrame:
    """Return `picks` (game_id, id, direction, and line with one decimal) with their `value`, a `PickValue`.

    It is NULL where no price is stored, or where the stored prices are about another line than the pick's.
    """
    values = world.share("pick_values", lambda: _values(world))
    return picks.join(values, on=values.columns[:-1], how="left", validate="m:1", maintain_order="left")


def _values(world: World) -> pl.DataFrame:
    """Return game_id, id, direction, line and value of every pick of the exported dates."""
    span = world.span
    scan = world.warehouse.scan
    sides, closing = world.warehouse.collect_all([scan(SIDE_VALUES, **span), scan(CLOSING_VALUES, **span)])
    key = [*PLAYER_GAME, "side"]
    # A pick has a row for each of its subsets, with the same values.
    live = closing.filter(pl.col("kind") == LIVE).unique(key, keep="last", maintain_order=True)
    moved = live.select(*key, "line_value", "probability_value")
    picked = sides.join(world.counted.rename({"direction": "side"}), on=key, how="semi").join(
        moved, on=key, how="left", validate="1:1"
    )
    return picked.select(
        "game_id",
        id="player_id",
        direction="side",
        line=one_decimal_expr(pl.col("line")),
        value=pl.struct(PICK_COLUMNS),
    )
