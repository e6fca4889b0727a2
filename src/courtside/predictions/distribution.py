"""The distribution of a result around its expectation: a mixture of a usual and a short game, fitted on earlier dates.

In a short game the player is on the floor for less than half of the minutes that his form leads to expect. Each part is
a negative binomial distribution. Its mean follows from the prediction, its variance from the prediction, the spread of
the last ten games and the minutes. The line is no input. Decision 162 records the comparison with other distributions.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import polars as pl

from courtside.predictions.errors import LeakageError
from courtside.predictions.inputs import ORDER, Floats

FEWEST_ROWS, FEWEST_SHORT = 2000, 30
INPUTS = ("points_std_last_10", "minutes_half_life_15", "minutes_half_life_5", "team_games_missed")
SHORT = 0.5
"""A game is short below this share of the minutes that form leads to expect."""

LEAST_MEAN, LEAST_SPREAD, LEAST_EXCESS, MOST_MISSED = 0.2, 0.5, 0.02, 3.0
USUAL_SPREAD = 1.4
"""Spread, in √prediction, where fewer than ten games are known."""

STEPS = 12
DIGITS = 6


@dataclass(frozen=True)
class Distribution:
    """A fitted distribution of one system's results, learned from dates before `as_of`.

    `short` holds the weights of the log-odds of a short game, `ratio` the mean of a short game in units of the
    prediction, and `short_variance` and `usual_variance` the weights of the logarithms of the variances.
    """

    system: str
    as_of: dt.date
    window_start: dt.date
    fitted_through: dt.date
    rows: int
    short: tuple[float, ...]
    ratio: float
    short_variance: tuple[float, ...]
    usual_variance: tuple[float, ...]

    def chances(self, rows: pl.DataFrame, highest: int) -> Floats:
        """Return the probability of each result from 0 to `highest`: a row per row of `rows`, a column per result.

        `rows` has game_date, prediction and `INPUTS`; a missing input has a usual value.

        Raises:
            LeakageError: where a row's date is not after the last date that the distribution was fitted on.
        """
        early = rows.filter(pl.col("game_date") <= self.fitted_through)
        if early.height:
            raise LeakageError(
                f"distribution of {self.system} was fitted on dates to {self.fitted_through} and cannot be used on "
                f"{early['game_date'].min()!s}: it is fitted on earlier dates only"
            )
        known = _known(rows)
        short = _chance(_short_design(known) @ np.array(self.short))
        low, high = _means(known[:, 0], short, self.ratio)
        low_variance = np.exp(_design(known)[:, :2] @ np.array(self.short_variance))
        high_variance = np.exp(_design(known) @ np.array(self.usual_variance))
        parts = (negative_binomial(low, low_variance, highest), negative_binomial(high, high_variance, highest))
        return short[:, None] * parts[0] + (1 - short)[:, None] * parts[1]

    def as_text(self) -> str:
        """Return the distribution as JSON."""
        return json.dumps(asdict(self), sort_keys=True, default=str)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the distribution from the JSON that `as_text` returned."""
        parts = json.loads(text)
        dates = {name: dt.date.fromisoformat(parts[name]) for name in ("as_of", "window_start", "fitted_through")}
        weights = {name: tuple(parts[name]) for name in ("short", "short_variance", "usual_variance")}
        return cls(**{**parts, **dates, **weights})


def fit_distribution(system: str, rows: pl.DataFrame, as_of: dt.date) -> Distribution | None:
    """Fit a distribution on dates before `as_of`; return None below 2,000 rows or 30 short games.

    `rows` holds out-of-sample predictions: game_date, prediction, points, minutes and `INPUTS`. Rows from `as_of` on
    and rows of players who did not play are left out.
    """
    is_usable = pl.all_horizontal(pl.col(name).is_not_null() for name in ("prediction", "points", "minutes"))
    needed = rows.select(*ORDER, "prediction", *INPUTS, "points", "minutes")
    usable = needed.filter((pl.col("game_date") < as_of) & is_usable).sort(ORDER)
    if usable.height < FEWEST_ROWS:
        return None
    known, points = _known(usable), usable["points"].cast(pl.Float64).to_numpy()
    is_short = usable["minutes"].to_numpy() < SHORT * known[:, 2]
    if is_short.sum() < FEWEST_SHORT:
        return None
    short = _logistic(_short_design(known), is_short.astype(np.float64))
    ratio = float(points[is_short].sum() / known[is_short, 0].sum())
    low, high = _means(known[:, 0], _chance(_short_design(known) @ short), ratio)
    design = _design(known)
    low_variance = _log_variance(design[is_short, :2], points[is_short] - low[is_short])
    high_variance = _log_variance(design[~is_short], points[~is_short] - high[~is_short])
    days = usable["game_date"]
    weights = (_rounded(short), round(ratio, DIGITS), _rounded(low_variance), _rounded(high_variance))
    return Distribution(system, as_of, days[0], days[-1], usable.height, *weights)


def negative_binomial(mean: Floats, variance: Floats, highest: int) -> Floats:
    """Return the probability of each count from 0 to `highest`, with a variance of at least that of a Poisson."""
    size = mean**2 / np.maximum(variance - mean, LEAST_EXCESS * mean)
    chances = np.empty((mean.size, highest + 1))
    chances[:, 0] = (size / (size + mean)) ** size
    for count in range(highest):
        chances[:, count + 1] = chances[:, count] * (count + size) / (count + 1) * mean / (size + mean)
    return chances


def sides(chances: Floats, line: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the probabilities of over, push and under of each row's line; the results beyond the columns are over."""
    results = np.arange(chances.shape[1])[None, :]
    under = np.where(results < line[:, None], chances, 0.0).sum(axis=1)
    push = np.where(results == line[:, None], chances, 0.0).sum(axis=1)
    return np.maximum(1 - under - push, 0.0), push, under


def anchored(chances: Floats, line: Floats, over: Floats) -> Floats:
    """Return the chances tilted so that over of `line`, given no push, has the probability `over`.

    Results above the line are multiplied by one factor and those below by another; a push keeps its probability.
    """
    raw_over, _, raw_under = sides(chances, line)
    settled = raw_over + raw_under
    results = np.arange(chances.shape[1])[None, :]
    up, down = (over * settled / raw_over)[:, None], ((1 - over) * settled / raw_under)[:, None]
    return np.where(results > line[:, None], chances * up, np.where(results < line[:, None], chances * down, chances))


def quantiles(chances: Floats, levels: tuple[float, ...]) -> Floats:
    """Return the lowest result at which the distribution reaches each level: a row per row, a column per level."""
    below = chances @ np.triu(np.ones((chances.shape[1], chances.shape[1])))
    return np.column_stack([(below < level - 1e-12).sum(axis=1) for level in levels])


def _known(rows: pl.DataFrame) -> Floats:
    """Return prediction, spread, expected minutes, newer minutes and games missed, without missing values."""
    prediction = pl.col("prediction").clip(lower_bound=LEAST_MEAN)
    spread = pl.col("points_std_last_10").fill_nan(None).fill_null(USUAL_SPREAD * prediction.sqrt())
    minutes, newer = (pl.col(name).fill_nan(None) for name in ("minutes_half_life_15", "minutes_half_life_5"))
    usual = minutes.fill_null(newer).fill_null(20.0).clip(lower_bound=1.0)
    columns = rows.select(
        prediction=prediction.cast(pl.Float64),
        spread=spread.clip(lower_bound=LEAST_SPREAD).cast(pl.Float64),
        usual=usual.cast(pl.Float64),
        newer=newer.fill_null(usual).clip(lower_bound=1.0).cast(pl.Float64),
        missed=pl.col("team_games_missed").cast(pl.Float64).fill_nan(None).fill_null(0.0).clip(0.0, MOST_MISSED),
    )
    return np.ascontiguousarray(columns.to_numpy(), dtype=np.float64)


def _design(known: Floats) -> Floats:
    """Return the columns of the variances: intercept and logarithms of prediction, spread and minutes."""
    return np.column_stack([np.ones(len(known)), *np.log(known[:, :3]).T])


def _short_design(known: Floats) -> Floats:
    """Return the columns of a short game: intercept, minutes, their change, games missed and spread."""
    spread, usual, newer = np.log(known[:, 1:4]).T
    return np.column_stack([np.ones(len(known)), usual, newer - usual, known[:, 4], spread])


def _means(prediction: Floats, short: Floats, ratio: float) -> tuple[Floats, Floats]:
    """Return the means of a short and of a usual game; their mixture has the prediction as its mean."""
    low = np.maximum(ratio * prediction, LEAST_EXCESS)
    return low, np.maximum((prediction - short * low) / (1 - short), LEAST_MEAN)


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _logistic(design: Floats, is_true: Floats) -> Floats:
    """Return the weights of a logistic regression, by Newton's method."""
    weights = np.zeros(design.shape[1])
    small = 1e-3 * np.eye(design.shape[1])
    for _ in range(STEPS):
        chance = _chance(design @ weights)
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + small
        weights = weights + np.linalg.solve(hessian, design.T @ (is_true - chance))
    return weights


def _log_variance(design: Floats, error: Floats) -> Floats:
    """Return the weights of the logarithm of the variance: a gamma regression of the squared errors."""
    squared = np.square(error)
    weights = np.zeros(design.shape[1])
    weights[0] = np.log(squared.mean())
    small = 1e-6 * np.eye(design.shape[1])
    for _ in range(STEPS):
        ratio = squared / np.exp(design @ weights)
        weights = weights + np.linalg.solve(design.T @ design + small, design.T @ (ratio - 1))
    return weights


def _rounded(weights: Floats) -> tuple[float, ...]:
    return tuple(round(float(weight), DIGITS) for weight in weights)
