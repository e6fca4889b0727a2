"""The value of each side of a line: best price, best line, expected value and a quarter of the Kelly stake."""

from __future__ import annotations

import polars as pl

from courtside.analytics.lines import PLAYER_GAME
from courtside.league.odds import profit_per_unit_expr
from courtside.picks.price_tables import CURRENT, REPEATS, STALE, UNTIMED
from courtside.picks.tables import SIDES
from courtside.predictions.tables import CALIBRATED

KELLY_SHARE, HIGHEST_STAKE = 0.25, 0.02
"""The share of the Kelly fraction that is shown, and its limit as a share of the bank."""

FLAT_STAKES = (
    "Flat stakes lost less than Kelly stakes where both were measured: Kelly stakes the most where the probability "
    "is most wrong. The column is a figure, not advice."
)
"""Shown beside the column."""


def side_values(predictions: pl.DataFrame, books: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """Return one row per (game_id, player_id, side) of the predictions with a line; see `SIDE_VALUES`.

    A price counts only at the prediction's own line. Without a calibrated probability, or without the measured error of
    its calibrator, there is no expected value. Both sides sum to 1, so the expected value assumes no push.

    Args:
        predictions: one row per (game_id, player_id), with line, probability_over and calibrator_id.
        books: the frame of `book_states`.
        errors: calibrator_id and calibration_error (0 to 1).
    """
    known = predictions.filter(pl.col("line").is_not_null()).join(
        errors, on="calibrator_id", how="left", validate="m:1"
    )
    is_calibrated = pl.col("probability_source") == CALIBRATED
    columns = [*PLAYER_GAME, "game_date", "line", "probability_source", "calibration_error", "direction"]
    over = pl.when(is_calibrated).then("probability_over")
    sides = pl.concat(
        known.select(*columns, probability=chance, side=pl.lit(side))
        for side, chance in zip(SIDES, (over, 1 - over), strict=True)
    )
    counts = books.group_by(PLAYER_GAME).agg(
        books=(pl.col("state") != REPEATS).sum().cast(pl.Int64),
        stale_books=(pl.col("state") == STALE).sum().cast(pl.Int64),
    )
    offers = _offers(books)
    key = [*PLAYER_GAME, "side"]
    at_line = _best(offers.join(sides.select(*key, own="line"), on=key).filter(pl.col("line") == pl.col("own")))
    is_over = pl.col("side") == SIDES[0]
    farthest = pl.when(is_over).then(pl.col("line").min().over(key)).otherwise(pl.col("line").max().over(key))
    best_line = _best(offers.filter(pl.col("line") == farthest))
    rows = (
        sides.join(counts, on=PLAYER_GAME, how="left", validate="m:1")
        .join(at_line.select(*key, "book", "price"), on=key, how="left", validate="1:1")
        .join(
            best_line.select(*key, best_line="line", best_line_book="book", best_line_price="price"),
            on=key,
            how="left",
            validate="1:1",
        )
        .with_columns(pl.col("books", "stale_books").fill_null(0))
    )
    return _with_value(rows.with_columns(is_taken=pl.col("side") == pl.col("direction")))


def verdict_of(ev: float | None, ev_low: float | None) -> str | None:
    """Return what an expected value is worth: `negative` below 0, `uncertain` where its interval holds 0.

    >>> verdict_of(-0.01, -0.04), verdict_of(0.01, -0.02), verdict_of(0.05, 0.01), verdict_of(None, None)
    ('negative', 'uncertain', 'positive', None)
    """
    if ev is None or ev_low is None:
        return None
    return "negative" if ev < 0 else "uncertain" if ev_low <= 0 else "positive"


def verdict_expr() -> pl.Expr:
    """Return `verdict_of` of the columns ev and ev_low."""
    ev, low = pl.col("ev"), pl.col("ev_low")
    verdict = pl.when(ev < 0).then(pl.lit("negative")).when(low <= 0).then(pl.lit("uncertain"))
    return pl.when(ev.is_not_null() & low.is_not_null()).then(verdict.otherwise(pl.lit("positive")))


def _offers(books: pl.DataFrame) -> pl.DataFrame:
    """Return the prices that can be a best price, one row per book and side."""
    usable = books.filter(pl.col("state").is_in([CURRENT, UNTIMED]))
    prices = zip(SIDES, ("over_price", "under_price"), strict=True)
    return pl.concat(
        usable.select(*PLAYER_GAME, "book", "line", price=price, side=pl.lit(side)) for side, price in prices
    )


def _best(offers: pl.DataFrame) -> pl.DataFrame:
    """Return the offer with the highest pay-out of each side; of equal ones the first by name of the book."""
    key = [*PLAYER_GAME, "side"]
    profit = profit_per_unit_expr("price")
    ordered = offers.with_columns(profit=profit).sort([*key, "profit", "book"], descending=[False] * 3 + [True, False])
    return ordered.unique(key, keep="first", maintain_order=True)


def _with_value(rows: pl.DataFrame) -> pl.DataFrame:
    profit, chance, error = profit_per_unit_expr("price"), pl.col("probability"), pl.col("calibration_error")

    def value(of: pl.Expr) -> pl.Expr:
        return pl.when(error.is_not_null()).then(of * profit - (1 - of))

    kelly = KELLY_SHARE * pl.col("ev").clip(lower_bound=0.0) / profit
    return rows.with_columns(
        ev=value(chance),
        ev_low=value((chance - error).clip(lower_bound=0.0)),
        ev_high=value((chance + error).clip(upper_bound=1.0)),
    ).with_columns(quarter_kelly=kelly.clip(upper_bound=HIGHEST_STAKE))
