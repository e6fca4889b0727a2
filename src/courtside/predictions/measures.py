"""Measures of predictions: errors, sides, calibration and closing-line value.

Every interval is a 95 % interval. The rows of one game date count as one draw, because errors of one night are
correlated. The interval of a hit rate is Wilson's, with the effective number of independent draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from courtside.intervals import Z_95, wilson_interval
from courtside.league.odds import market_over_expr, profit_at_stake, real_price_expr
from courtside.predictions.inputs import Floats

Places = NDArray[np.intp]
Figures = dict[str, Any]
"""Named figures as plain data; `None` where there are no rows to compute one from."""

BREAK_EVEN_PCT = 52.38
"""Hit rate, in %, at which a bet at −110 breaks even."""

EDGE_BANDS = ((1.0, 2.0), (2.0, 3.0), (3.0, 5.0), (5.0, 7.0), (7.0, math.inf))
BINS = 10


def mean_of(rows: pl.DataFrame, value: pl.Expr) -> Figures:
    """Return mean, low, high and n of `value` over rows with a game_date, to 4 decimals; NULL values are left out."""
    mean, half, count = _mean_of_dates(rows, value)
    if not count:
        return {"mean": None, "low": None, "high": None, "n": 0}
    return {"mean": round(mean, 4), "low": round(mean - half, 4), "high": round(mean + half, 4), "n": count}


def hit_interval(rows: pl.DataFrame) -> tuple[float, float] | None:
    """Return the interval of the share of hits, in %, over rows with game_date and is_hit; None without rows.

    It is Wilson's interval over the effective number of independent draws, which is at most the number of rows.
    """
    mean, half, count = _mean_of_dates(rows, pl.col("is_hit").cast(pl.Float64))
    if not count:
        return None
    independent_variance = mean * (1 - mean) / count
    design_effect = max(1.0, (half / Z_95) ** 2 / independent_variance) if independent_variance else 1.0
    return wilson_interval(mean * count / design_effect, (1 - mean) * count / design_effect)


def _mean_of_dates(rows: pl.DataFrame, value: pl.Expr) -> tuple[float, float, int]:
    """Return the mean, half the width of its interval with one draw per date, and the number of rows."""
    days = (
        rows.select("game_date", value=value)
        .drop_nulls("value")
        .group_by("game_date")
        .agg(total=pl.col("value").sum(), count=pl.len())
        .sort("game_date")
    )
    count = int(days["count"].sum())
    if not count:
        return 0.0, 0.0, 0
    totals, counts = days["total"].to_numpy(), days["count"].to_numpy()
    mean = float(totals.sum() / count)
    return mean, Z_95 * math.sqrt(float(np.square(totals - mean * counts).sum())) / count, count


def errors(rows: pl.DataFrame, prediction: str) -> Figures:
    """Return the errors of the column named `prediction`, in points, beside those of the line and ewma.

    `rows` has game_date, points, line and ewma, none NULL.
    """
    error, line_error, ewma_error = (pl.col(name) - pl.col("points") for name in (prediction, "line", "ewma"))
    return {
        "n": rows.height,
        "mae": mean_of(rows, error.abs()),
        "rmse": _root_mean_square(rows, error),
        "bias": mean_of(rows, error),
        "line_mae": mean_of(rows, line_error.abs())["mean"],
        "above_line": mean_of(rows, error.abs() - line_error.abs()),
        "below_ewma": mean_of(rows, ewma_error.abs() - error.abs()),
    }


def sides(rows: pl.DataFrame) -> Figures:
    """Return the number of OVER and UNDER sides, hits and pushes, with the interval of the hit rate and the units.

    `rows` has prediction, line, points and prices. The side is that of the prediction; points equal to the line are a
    push. Units are computed at the price of the side, or at −110 without a price.
    """
    took_over = pl.col("prediction") > pl.col("line")
    settled = rows.filter((pl.col("points") != pl.col("line")) & (pl.col("prediction") != pl.col("line"))).with_columns(
        is_hit=took_over == (pl.col("points") > pl.col("line")),
        price=pl.when(took_over)
        .then(real_price_expr("over_price", "under_price"))
        .otherwise(real_price_expr("under_price", "over_price")),
    )
    profit = profit_at_stake(pl.col("price"))
    wins = int(settled["is_hit"].sum())
    interval = hit_interval(settled)
    units = settled.select(pl.when("is_hit").then(profit).otherwise(-1.0).sum()).item() if settled.height else None
    return {
        "n": settled.height,
        "hits": wins,
        "pushes": rows.height - settled.height,
        "hit_pct": round(100 * wins / settled.height, 2) if settled.height else None,
        "low_pct": round(interval[0], 2) if interval else None,
        "high_pct": round(interval[1], 2) if interval else None,
        "units": None if units is None else round(units, 2),
        "break_even_pct": BREAK_EVEN_PCT,
    }


def edge_bands(rows: pl.DataFrame, scale: float = 1.0) -> list[Figures]:
    """Return `sides` for each band of |prediction − line|; the bands of points are multiplied by `scale`."""
    edge = (pl.col("prediction") - pl.col("line")).abs()
    bands = [(round(low * scale, 2), round(high * scale, 2)) for low, high in EDGE_BANDS]
    return [
        {"from": low, "to": None if math.isinf(high) else high} | sides(rows.filter((edge >= low) & (edge < high)))
        for low, high in bands
    ]


def probability(rows: pl.DataFrame) -> Figures:
    """Return ece, brier and log_loss of probability_over, beside the market's on the rows with prices.

    `rows` has game_date, probability_over, points, line and prices. Pushes are left out. `ece` is the expected
    calibration error over ten bins of equal width, and `ece_equal_counts` over ten bins with the same number of rows.
    `…_of_noise` is the error that perfect probabilities would have by chance.
    """
    settled = _settled(rows)
    if settled.is_empty():
        return {"n": 0}
    chance, is_over = (settled[name].to_numpy() for name in ("probability_over", "is_over"))
    priced = settled.with_columns(market=market_over_expr()).drop_nulls("market")
    figures = {"n": settled.height} | _calibration(chance, is_over) | {"bins": reliability(settled)}
    return figures | {"beside_market": _beside_market(priced) if priced.height else {"n": 0}}


def reliability(settled: pl.DataFrame, bins: int = BINS) -> list[Figures]:
    """Return mean probability and share of over in %, with its interval, for bins with the same number of rows."""
    figures = []
    chance = settled["probability_over"].to_numpy()
    for place in np.array_split(np.argsort(chance, kind="stable"), bins):
        if not place.size:
            continue
        part = settled[place].select("game_date", "probability_over", is_hit="is_over")
        low, high = hit_interval(part) or (0.0, 100.0)
        figures.append(
            {
                "n": part.height,
                "stated_pct": round(100 * float(chance[place].mean()), 2),
                "observed_pct": round(100 * float(part["is_hit"].sum()) / part.height, 2),
                "low_pct": round(low, 2),
                "high_pct": round(high, 2),
            }
        )
    return figures


def closing_line_value(rows: pl.DataFrame) -> Figures:
    """Return how far the consensus moved from the opening line toward the prediction, in points.

    `rows` has prediction, opening_line, consensus_line and snapshots. Only rows with at least two snapshots of a book,
    and with a prediction at least one point from the opening line, are used.
    """
    edge = pl.col("prediction") - pl.col("opening_line")
    usable = rows.filter((pl.col("snapshots") >= 2) & (edge.abs() >= 1))
    return mean_of(usable, (pl.col("consensus_line") - pl.col("opening_line")) * edge.sign())


def _settled(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("probability_over").is_not_null() & (pl.col("points") != pl.col("line"))).with_columns(
        is_over=(pl.col("points") > pl.col("line")).cast(pl.Float64)
    )


def _beside_market(priced: pl.DataFrame) -> Figures:
    chance, market, is_over = (priced[name].to_numpy() for name in ("probability_over", "market", "is_over"))
    paired = priced.select("game_date", away=pl.Series(_log_losses(chance, is_over) - _log_losses(market, is_over)))
    return {
        "n": priced.height,
        "ours": _calibration(chance, is_over),
        "market": _calibration(market, is_over),
        "log_loss_above_market": mean_of(paired, pl.col("away")),
    }


def calibration_error(chance: Floats, is_over: Floats) -> float:
    """Return the expected calibration error over ten bins with the same number of rows."""
    return _calibration_error(chance, is_over, _bins_of_counts(chance))[0]


def _bins_of_counts(chance: Floats) -> list[Places]:
    return np.array_split(np.argsort(chance, kind="stable"), BINS)


def _calibration(chance: Floats, is_over: Floats) -> Figures:
    widths = [np.flatnonzero(np.minimum((chance * BINS).astype(int), BINS - 1) == place) for place in range(BINS)]
    counts = _bins_of_counts(chance)
    ece, noise = _calibration_error(chance, is_over, widths)
    ece_of_counts, noise_of_counts = _calibration_error(chance, is_over, counts)
    return {
        "ece": ece,
        "ece_of_noise": noise,
        "ece_equal_counts": ece_of_counts,
        "ece_equal_counts_of_noise": noise_of_counts,
        "brier": round(float(np.square(chance - is_over).mean()), 4),
        "log_loss": round(float(_log_losses(chance, is_over).mean()), 4),
    }


def _calibration_error(chance: Floats, is_over: Floats, bins: Sequence[Places]) -> tuple[float, float]:
    """Return the expected calibration error over bins, and what perfect probabilities would have by chance."""
    gaps = [abs(float(chance[part].sum() - is_over[part].sum())) for part in bins]
    noise = [math.sqrt(2 / math.pi * float((chance[part] * (1 - chance[part])).sum())) for part in bins]
    return round(sum(gaps) / chance.size, 4), round(sum(noise) / chance.size, 4)


def _log_losses(chance: Floats, is_over: Floats) -> Floats:
    chance_of_outcome = np.clip(np.where(is_over > 0, chance, 1 - chance), 1e-6, 1.0)
    return np.asarray(-np.log(chance_of_outcome))


def _root_mean_square(rows: pl.DataFrame, error: pl.Expr) -> float | None:
    value = rows.select((error * error).mean().sqrt()).item() if rows.height else None
    return None if value is None else round(float(value), 4)
