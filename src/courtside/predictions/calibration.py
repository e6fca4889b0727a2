"""Calibration: the probability of over and expected points with the line, fitted on earlier dates only.

The probability is a logistic regression. Its inputs are the distance between prediction and line, in standard
deviations of form, and the market's no-vig probability where both sides have a price. The prior is the market's
probability itself, so a fit on few rows stays close to it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from courtside.league.odds import market_over_expr
from courtside.predictions.errors import LeakageError
from courtside.predictions.inputs import ORDER, Floats
from courtside.predictions.measures import calibration_error
from courtside.predictions.probability import NORMAL, distances

FEWEST_ROWS = 500
INPUTS = ("prediction", "line", "over_price", "under_price", "points_std_last_10")
PRIOR = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
"""Prior weights: keep the market's log-odds unchanged, and predict 50 % where there are no prices."""
PRIOR_ROWS = np.array([50.0, 50.0, 200.0, 50.0, 50.0])
MAX_SHARE = 0.5
NEWTON_STEPS = 12
MARKET_BOUND = 1e-4


@dataclass(frozen=True)
class Calibrator:
    """A fitted calibrator of one system, learned from dates before `as_of`.

    `weights` belong to the columns of `_design`. `share` is the part of prediction − line that is added to the line to
    get expected points with the line. `error` is the expected calibration error (0 to 1) of a calibrator that is fitted
    on the first four fifths of the dates, measured on the last fifth; NULL in calibrators of earlier versions.
    """

    system: str
    as_of: dt.date
    window_start: dt.date
    fitted_through: dt.date
    rows: int
    weights: tuple[float, ...]
    share: float
    family: str = NORMAL
    error: float | None = None

    def probability_over(self, rows: pl.DataFrame) -> pl.Series:
        """Return the probability that the points exceed the line, given that they are not equal to it.

        `rows` has game_date, prediction, line, over_price, under_price and points_std_last_10. The result is NULL where
        there is no line.

        Raises:
            LeakageError: where a row's date is not after the last date that the calibrator was fitted on.
        """
        self._require_later(rows)
        usable = rows["line"].is_not_null() & rows["prediction"].is_not_null()
        odds = _design(rows.fill_nan(None), self.family) @ np.array(self.weights)
        probabilities = pl.Series("probability_over", 1 / (1 + np.exp(-odds)))
        return pl.select(pl.when(usable).then(probabilities)).to_series().alias("probability_over")

    def points_with_line(self, rows: pl.DataFrame) -> pl.Series:
        """Return expected points with the line: line + share · (prediction − line); NULL where there is no line.

        Raises:
            LeakageError: where a row's date is not after the last date that the calibrator was fitted on.
        """
        self._require_later(rows)
        return rows.select(p=pl.col("line") + self.share * (pl.col("prediction") - pl.col("line")))["p"]

    def as_text(self) -> str:
        """Return the calibrator as JSON."""
        fields = {name: getattr(self, name) for name in ("system", "rows", "weights", "share", "error")}
        fields |= {} if self.family == NORMAL else {"family": self.family}
        dates = {name: getattr(self, name).isoformat() for name in ("as_of", "window_start", "fitted_through")}
        return json.dumps(fields | dates, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the calibrator from the JSON that `as_text` returned."""
        parts = json.loads(text)
        dates = {name: dt.date.fromisoformat(parts[name]) for name in ("as_of", "window_start", "fitted_through")}
        return cls(
            system=parts["system"],
            rows=parts["rows"],
            weights=tuple(parts["weights"]),
            share=parts["share"],
            family=parts.get("family", NORMAL),
            error=parts.get("error"),
            **dates,
        )

    def _require_later(self, rows: pl.DataFrame) -> None:
        early = rows.filter(pl.col("game_date") <= self.fitted_through)
        if early.height:
            raise LeakageError(
                f"calibrator of {self.system} was fitted on dates to {self.fitted_through} and cannot calibrate "
                f"{early['game_date'].min()!s}: a probability is calibrated on earlier dates only"
            )


def fit_calibrator(system: str, rows: pl.DataFrame, as_of: dt.date, family: str = NORMAL) -> Calibrator | None:
    """Fit a calibrator on dates before `as_of`; return None where there are fewer than 500 rows.

    `rows` holds out-of-sample predictions: `ORDER`, `INPUTS` and points. Rows from `as_of` on, rows without a line and
    rows of players who did not play are left out.
    """
    is_usable = pl.all_horizontal(pl.col(name).is_not_null() for name in ("prediction", "line", "points"))
    earlier = rows.select(*ORDER, *INPUTS, "points").filter(pl.col("game_date") < as_of)
    usable = earlier.filter(is_usable).sort(ORDER)
    settled = usable.filter(pl.col("points") != pl.col("line"))
    if settled.height < FEWEST_ROWS:
        return None
    design, is_over = _design(settled, family), _is_over(settled)
    weights = _logistic(design, is_over)
    return Calibrator(
        system,
        as_of,
        usable["game_date"][0],
        usable["game_date"][-1],
        settled.height,
        tuple(round(float(weight), 6) for weight in weights),
        round(_share(usable), 4),
        family,
        _error(settled["game_date"], design, is_over),
    )


def _error(game_dates: pl.Series, design: Floats, is_over: Floats) -> float:
    """Return the calibration error on the last fifth of the dates, of weights fitted on the dates before them."""
    dates = game_dates.unique().sort()
    is_later = (game_dates >= dates[dates.len() * 4 // 5]).to_numpy()
    chance = 1 / (1 + np.exp(-(design[is_later] @ _logistic(design[~is_later], is_over[~is_later]))))
    return calibration_error(chance, is_over[is_later])


def _is_over(settled: pl.DataFrame) -> Floats:
    return (settled["points"] > settled["line"]).to_numpy().astype(np.float64)


def _design(rows: pl.DataFrame, family: str) -> Floats:
    """Return the five columns of the regression.

    They are an intercept for rows without prices, an intercept for rows with prices, the market's log-odds, and the
    distance between prediction and line, once for rows without prices and once for rows with them.
    """
    is_priced = pl.col("market").is_not_null().cast(pl.Float64)
    bounded = pl.col("market").clip(MARKET_BOUND, 1 - MARKET_BOUND)
    distance = pl.col("distance").fill_null(0.0).clip(-3, 3)
    columns = rows.select(market=market_over_expr(), distance=distances(rows, family)).select(
        unpriced=1 - is_priced,
        priced=is_priced,
        market=(bounded / (1 - bounded)).log().fill_null(0.0),
        far_unpriced=distance * (1 - is_priced),
        far_priced=distance * is_priced,
    )
    return np.ascontiguousarray(columns.to_numpy(), dtype=np.float64)


def _logistic(design: Floats, is_over: Floats) -> Floats:
    """Return the maximum a posteriori weights, by Newton's method from the prior."""
    weights = PRIOR.copy()
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(design @ weights)))
        gradient = design.T @ (is_over - chance) - PRIOR_ROWS / 4 * (weights - PRIOR)
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(PRIOR_ROWS / 4)
        weights = weights + np.linalg.solve(hessian, gradient)
    return weights


def _share(rows: pl.DataFrame) -> float:
    """Return the least-squares coefficient of prediction − line for points − line, limited to 0 to 0.5."""
    edge, surplus = pl.col("prediction") - pl.col("line"), pl.col("points") - pl.col("line")
    share = rows.select(share=(edge * surplus).sum() / (edge * edge).sum())["share"][0]
    return float(np.clip(share if share is not None and np.isfinite(share) else 0.0, 0.0, MAX_SHARE))
