"""American odds: the one conversion to probability, decimal odds and profit.

A price is a number of at most -100 or at least +100; anything else (NULL, NaN, infinite, between) converts to
None. Each function has a Polars expression of the same formula, NULL where the function gives None.
"""

from __future__ import annotations

import math

import polars as pl

LOWEST_PRICE = 100.0
"""Smallest magnitude of an American price: even money is +100, or -100."""


def decimal_odds(american: float | None) -> float | None:
    """Return what one staked unit pays back, stake included: +150 is 2.5, -200 is 1.5.

    >>> decimal_odds(150), decimal_odds(-200), decimal_odds(None)
    (2.5, 1.5, None)
    """
    profit = profit_per_unit(american)
    return None if profit is None else 1.0 + profit


def profit_per_unit(american: float | None) -> float | None:
    """Return what one winning unit earns: `price / 100` above zero, `100 / -price` below.

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


def no_vig_over(over_price: float | None, under_price: float | None) -> float | None:
    """Return the probability of over with the vig taken out in proportion; None unless both prices are.

    >>> no_vig_over(-110, -110), no_vig_over(-110, None)
    (0.5, None)
    """
    over, under = implied_probability(over_price), implied_probability(under_price)
    return None if over is None or under is None else over / (over + under)


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
