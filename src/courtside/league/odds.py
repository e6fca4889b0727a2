"""American odds: the definition of a price, and its conversion to probability, decimal odds and profit.

A price is a number of at most -100 or at least +100. Any other value (NULL, NaN, infinite or between) converts to
None. Each function has a Polars expression with the same formula, which is NULL where the function returns None.

A fantasy book shows the same number on both sides of every line. Nobody can bet at that number, so it is not a
price: `real_price` decides for one price, `with_real_prices` for the lines of whole dates. Units of a pick without a
price are computed at `ASSUMED_PRICE`.
"""

from __future__ import annotations

import math

import polars as pl

LOWEST_PRICE = 100.0
"""Smallest magnitude of an American price: even money is +100 or -100."""

EVEN_PROBABILITY = 0.5

ASSUMED_PRICE = -110.0
"""The usual price of a points line, used for units where a line has no price."""

FANTASY_BOOKS = frozenset(
    {"prizepicks", "underdog", "underdog_fantasy", "pick6", "draftkings_pick6", "betr", "betr_us_dfs", "sleeper"}
    | {"dabble", "parlayplay", "chalkboard", "vivid_picks", "boom_fantasy", "hotstreak", "ownersbox", "thrivefantasy"}
)
"""Daily fantasy operators, whose pay-out depends on an entry of several players and not on the price of one line."""

HIGHEST_EQUAL_PRICE = -130.0
"""Two equal prices below this would give the book 13 % of all stakes; no sportsbook offers such prices on points."""

HIGHEST_MARGIN = 0.15
"""Where the implied probabilities of both sides exceed 1 by more than this, they are not two prices of one moment.

In 2021-22, 112 of 14,115 consensus pairs show it, such as +100 and −4000 where the points ended just below the line:
one side was shown after the game had begun.
"""

FEWEST_CONSTANT = 10
"""A book whose lines of a date, at least this many, all show one number has no prices on that date."""


def decimal_odds(american: float | None) -> float | None:
    """Return decimal odds, the pay-out per unit with the stake included: +150 is 2.5, -200 is 1.5.

    >>> decimal_odds(150), decimal_odds(-200), decimal_odds(None)
    (2.5, 1.5, None)
    """
    profit = profit_per_unit(american)
    return None if profit is None else 1.0 + profit


def profit_per_unit(american: float | None) -> float | None:
    """Return the profit of one winning unit: `price / 100` above zero, `100 / -price` below.

    >>> profit_per_unit(120), profit_per_unit(-125), profit_per_unit(50)
    (1.2, 0.8, None)
    """
    if american is None or not _is_price(american):
        return None
    return american / 100.0 if american > 0 else 100.0 / -american


def implied_probability(american: float | None) -> float | None:
    """Return the break-even probability of a price, vig included: +150 is 0.4, -200 is 2/3.

    >>> implied_probability(150), implied_probability(-300), implied_probability(float('nan'))
    (0.4, 0.75, None)
    """
    if american is None or not _is_price(american):
        return None
    return 100.0 / (american + 100.0) if american > 0 else -american / (100.0 - american)


def american_price(probability: float) -> float | None:
    """Return the American price of which `probability` is the break-even: 0.4 is +150; None at 0 and 1.

    >>> american_price(0.4), american_price(0.75), american_price(1.0)
    (150.0, -300.0, None)
    """
    if not 0 < probability < 1:
        return None
    odds = 100 * probability / (1 - probability)
    return round(-odds, 6) if probability >= EVEN_PROBABILITY else round(10_000 / odds, 6)


def no_vig_over(over_price: float | None, under_price: float | None) -> float | None:
    """Return the no-vig probability of over, with the margin removed in proportion; None unless both are prices.

    >>> no_vig_over(-110, -110), no_vig_over(-110, None)
    (0.5, None)
    """
    over, under = implied_probability(over_price), implied_probability(under_price)
    return None if over is None or under is None else over / (over + under)


def real_price(price: float | None, other: float | None = None, book: str | None = None) -> float | None:
    """Return `price` where it is a real price, otherwise None; `other` is the price of the other side.

    A number is not a real price where it is not an American price, where `book` is a fantasy book, where both sides
    show the same price below `HIGHEST_EQUAL_PRICE`, and where the margin of both sides is above `HIGHEST_MARGIN`.

    >>> real_price(-110), real_price(-110, -110), real_price(-137, -137)
    (-110, -110, None)
    """
    if price is None or not _is_price(price) or book in FANTASY_BOOKS:
        return None
    if price == other and price < HIGHEST_EQUAL_PRICE:
        return None
    both = (implied_probability(price), implied_probability(other))
    margin = sum(chance for chance in both if chance is not None) - 1
    return None if margin > HIGHEST_MARGIN else price


def real_price_expr(price: str, other: str | None = None, book: str | None = None) -> pl.Expr:
    """Return `real_price` of columns as an expression."""
    real = _price_expr(price)
    if other:
        differs = (pl.col(price) != pl.col(other)).fill_null(True)
        real = pl.when(differs | (pl.col(price) >= HIGHEST_EQUAL_PRICE)).then(real)
        margin = implied_probability_expr(price) + implied_probability_expr(other) - 1
        real = pl.when((margin <= HIGHEST_MARGIN).fill_null(True)).then(real)
    return pl.when(~pl.col(book).is_in(FANTASY_BOOKS).fill_null(False)).then(real) if book else real


def with_real_prices(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines (game_date, source, book, over_price, under_price) of whole dates, with NULL for unreal prices.

    Besides the rule of `real_price`, a book has no prices on a date on which all of its lines, ten or more, show one
    number on both sides.
    """
    group = ["game_date", "source", "book"]
    is_equal = (pl.col("over_price") == pl.col("under_price")).fill_null(pl.col("over_price").is_not_null())
    is_constant = (
        (pl.len().over(group) >= FEWEST_CONSTANT)
        & (pl.col("over_price").n_unique().over(group) == 1)
        & is_equal.all().over(group)
    )
    sides = (("over_price", "under_price"), ("under_price", "over_price"))
    return lines.with_columns(
        pl.when(~is_constant).then(real_price_expr(price, other, "book")).alias(price) for price, other in sides
    )


def profit_at_stake(price: pl.Expr) -> pl.Expr:
    """Return the profit of one winning unit at a real price, or at `ASSUMED_PRICE` without one."""
    return profit_per_unit_expr(price).fill_null(profit_per_unit(ASSUMED_PRICE))


def market_over_expr() -> pl.Expr:
    """Return the market's no-vig probability of over from over_price and under_price, NULL unless both are real prices.

    It is the probability given that the points are not equal to the line, because a push counts for neither side.
    """
    over, under = real_price_expr("over_price", "under_price"), real_price_expr("under_price", "over_price")
    return no_vig_over_expr(over, under)


def decimal_odds_expr(american: pl.Expr | str) -> pl.Expr:
    """Return `decimal_odds` of a column of prices."""
    return 1.0 + profit_per_unit_expr(american)


def profit_per_unit_expr(american: pl.Expr | str) -> pl.Expr:
    """Return `profit_per_unit` of a column of prices."""
    price = _price_expr(american)
    return pl.when(price > 0).then(price / 100.0).otherwise(100.0 / -price)


def implied_probability_expr(american: pl.Expr | str) -> pl.Expr:
    """Return `implied_probability` of a column of prices."""
    price = _price_expr(american)
    return pl.when(price > 0).then(100.0 / (price + 100.0)).otherwise(-price / (100.0 - price))


def no_vig_over_expr(over_price: pl.Expr | str, under_price: pl.Expr | str) -> pl.Expr:
    """Return `no_vig_over` of two columns of prices."""
    over = implied_probability_expr(over_price)
    return over / (over + implied_probability_expr(under_price))


def _is_price(american: float) -> bool:
    return math.isfinite(american) and abs(american) >= LOWEST_PRICE


def _price_expr(american: pl.Expr | str) -> pl.Expr:
    column = pl.col(american) if isinstance(american, str) else american
    price = column.cast(pl.Float64)
    return pl.when(price.is_finite() & (price.abs() >= LOWEST_PRICE)).then(price)
