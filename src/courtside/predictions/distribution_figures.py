"""Figures of the distribution of results, beside a normal distribution: CRPS, PIT, and log loss at the quoted lines."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from courtside.predictions.distribution import Distribution, fit_distribution, sides
from courtside.predictions.inputs import Floats
from courtside.predictions.measures import Figures, mean_of
from courtside.predictions.probability import spread_expr

HIGHEST = 150
"""Highest result whose probability is computed; the market with the largest results stays below it."""

BINS = 10
SMALL = 1e-4


def distributions(rows: pl.DataFrame, system: str, days: Sequence[dt.date]) -> list[Distribution]:
    """Return a system's distributions: one for each day of `days` with enough earlier predictions.

    `rows` holds out-of-sample predictions in a column named after the system.
    """
    known = rows.with_columns(prediction=pl.col(system))
    fitted = (fit_distribution(system, known, day) for day in days)
    return [item for item in fitted if item is not None]


def distribution_figures(rows: pl.DataFrame, fitted: Sequence[Distribution]) -> list[Figures]:
    """Return a row of figures per season, for all rows and for those with a line; none without a distribution.

    `rows` has game_date, season, prediction, points, line and the inputs of the distribution. Rows before the first
    distribution are left out. The normal has the prediction as its mean and `probability.spread_expr` as its standard
    deviation. A negative difference of CRPS or log loss means that the distribution is better. `pit` has the share of
    results in each tenth of the distribution; each is 10 % where the distribution is right.
    """
    if not fitted:
        return []
    scored = _scored(rows, fitted)
    figures = []
    for (season,), part in sorted(scored.partition_by("season", as_dict=True).items()):
        for name, some in (("all", part), ("quoted", part.filter(pl.col("line").is_not_null()))):
            if some.is_empty():
                continue
            settled = some.filter(pl.col("points") != pl.col("line"))
            figures.append(
                {
                    "season": season,
                    "rows": name,
                    "n": some.height,
                    "crps": round(float(some["crps"].mean()), 4),  # type: ignore[arg-type]
                    "crps_above_normal": mean_of(some, pl.col("crps") - pl.col("normal_crps")),
                    "log_loss_above_normal": mean_of(settled, pl.col("log_loss") - pl.col("normal_log_loss")),
                    "pit": _pit(some),
                }
            )
    return figures


def _scored(rows: pl.DataFrame, fitted: Sequence[Distribution]) -> pl.DataFrame:
    """Return the rows from the first distribution on, each scored with the newest distribution of earlier dates."""
    ordered = sorted(fitted, key=lambda item: item.as_of)
    ends = [*(item.as_of for item in ordered[1:]), dt.date.max]
    parts = []
    for item, end in zip(ordered, ends, strict=True):
        part = rows.filter((pl.col("game_date") >= item.as_of) & (pl.col("game_date") < end))
        if part.height:
            parts.append(_with_scores(part, item.chances(part, HIGHEST)))
    return pl.concat(parts) if parts else rows.clear()


def _with_scores(rows: pl.DataFrame, chances: Floats) -> pl.DataFrame:
    points = rows["points"].cast(pl.Float64).to_numpy()
    mean = rows["prediction"].to_numpy()
    spread = rows.select(spread_expr().cast(pl.Float64)).to_series().to_numpy()
    line = rows["line"].cast(pl.Float64).fill_null(0.5).to_numpy()
    below = chances @ np.triu(np.ones((chances.shape[1], chances.shape[1])))
    reached = points[:, None] <= np.arange(chances.shape[1])[None, :]
    place = np.arange(len(points)), points.astype(int)
    over, _, under = sides(chances, line)
    is_over = (points > line).astype(np.float64)
    return rows.with_columns(
        crps=pl.Series(np.square(below - reached).sum(axis=1)),
        normal_crps=pl.Series(normal_crps(points, mean, spread)),
        log_loss=pl.Series(_log_loss(over / (over + under), is_over)),
        normal_log_loss=pl.Series(_log_loss(1 - normal_below((line - mean) / spread), is_over)),
        pit_low=pl.Series(below[place] - chances[place]),
        pit_high=pl.Series(below[place]),
    )


def normal_crps(points: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return the continuous ranked probability score of a normal distribution (T. Gneiting and A. Raftery, 2007)."""
    z = (points - mean) / spread
    density = np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)
    return np.asarray(spread * (z * (2 * normal_below(z) - 1) + 2 * density - 1 / math.sqrt(math.pi)))


def normal_below(z: Floats) -> Floats:
    """Return the standard normal probability below each value."""
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])


def _log_loss(over: Floats, is_over: Floats) -> Floats:
    return np.asarray(-np.log(np.clip(np.where(is_over > 0, over, 1 - over), SMALL, 1.0)))


def _pit(scored: pl.DataFrame) -> list[float]:
    """Return the share of results in each tenth, in %; a result that spans tenths counts in each by its share."""
    low, high = scored["pit_low"].to_numpy(), scored["pit_high"].to_numpy()
    width = np.maximum(high - low, 1e-12)
    edges = np.arange(BINS + 1) / BINS
    reached = np.clip(edges[None, :], low[:, None], high[:, None])
    inside = reached[:, 1:] - reached[:, :-1]
    return [round(float(share), 1) for share in 100 * (inside / width[:, None]).mean(axis=0)]
