"""The result of a backtest: figures, frames and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from courtside.api import plots
from courtside.api.results import Result
from courtside.predictions.measures import Figures, mean_of
from courtside.reports import interval, number, render

if TYPE_CHECKING:
    from altair import Chart, LayerChart

OTHERS = ("line", "ewma", "champion")
"""What the estimator is compared with, each on the rows that both have."""


def compared(rows: pl.DataFrame, line: Figures) -> dict[str, Figures]:
    """Return, for each of `OTHERS`, n, both mean absolute errors and their difference on the same rows, in points.

    A negative difference means that the estimator errs less. The games of a date count as one draw. `oracle` is the
    error of a prediction that knows the minutes played.
    """
    own = (pl.col("prediction") - pl.col("points")).abs()
    found = {}
    for name in OTHERS:
        both = rows.filter(pl.col(name).is_not_null())
        other = (pl.col(name) - pl.col("points")).abs()
        found[name] = {
            "n": both.height,
            "mae": mean_of(both, other)["mean"],
            "estimator_mae": mean_of(both, own)["mean"],
            "difference": mean_of(both, own - other),
        }
    return found | {"oracle": {"n": line["all"]["oracle"]["n"], "mae": line["all"]["oracle"]["mean"]}}


@dataclass(frozen=True, repr=False, eq=False)
class Backtest(Result):
    """The measured predictions of an estimator from `start` to `end`, all of them BACKTEST.

    `figures` holds what `courtside evaluate` measures of a system: errors, sides by edge, calibration, and the same by
    season, month and height of the line. `compared` holds the errors of the line, ewma and the champion on the same
    rows, `rows` the rows that were measured and left out, by reason. `predictions` has a row per measured player game.
    `suspicions` names figures that are too good to be true.

    >>> import courtside
    >>> class Mean:
    ...     def fit(self, X, y): self.mean = y.mean()
    ...     def predict(self, X): return [self.mean] * len(X)
    >>> result = courtside.example().backtest(Mean(), "2025-11-10", "2025-11-12", min_rows=500)
    >>> result.summary()["compared with"].to_list()
    ['line', 'ewma', 'champion']
    """

    start: date
    end: date
    estimator: str
    champion: str
    market: str
    retrain: str
    with_line: bool
    models: int
    inputs: tuple[str, ...]
    rows: dict[str, int]
    holes: list[str]
    figures: Figures
    compared: dict[str, Figures]
    suspicions: list[str]
    predictions: pl.DataFrame
    kind: str = "BACKTEST"

    @property
    def n(self) -> int:
        """Number of measured player games."""
        return self.predictions.height

    def summary(self) -> pl.DataFrame:
        """Return the errors beside those of the line, ewma and the champion, in points.

        Columns: compared with, n (rows that both have), mae and estimator_mae (mean absolute errors), difference
        (estimator minus other) and its 95 % interval, low and high.
        """
        rows = [
            {"compared with": name, "n": part["n"], "mae": part["mae"], "estimator_mae": part["estimator_mae"]}
            | {key: part["difference"][source] for key, source in _DIFFERENCE.items()}
            for name, part in self.compared.items()
            if name in OTHERS
        ]
        return _frame(rows, "compared with", ("mae", "estimator_mae", *_DIFFERENCE))

    def by_edge(self) -> pl.DataFrame:
        """Return the sides by distance between prediction and line, from `from` up to `to` points.

        Columns: from, to (NULL where open), n, hits, pushes, hit_pct with its 95 % interval low_pct and high_pct,
        units, break_even_pct.
        """
        return pl.DataFrame(self.figures["all"]["edge_bands"], infer_schema_length=None)

    def by_month(self) -> pl.DataFrame:
        """Return n and the mean absolute errors of the estimator and the line of each month, with its interval."""
        return self._by("months", "month")

    def by_season(self) -> pl.DataFrame:
        """Return n and the mean absolute errors of the estimator and the line of each season, with its interval."""
        return self._by("seasons", "season")

    def by_week(self) -> pl.DataFrame:
        """Return n and the mean absolute errors of the estimator and the line of each week, which begins on Monday."""
        own, line = (pl.col(name) - pl.col("points") for name in ("prediction", "line"))
        weeks = self.predictions.group_by(week=pl.col("game_date").dt.truncate("1w")).agg(
            n=pl.len().cast(pl.Int64), mae=own.abs().mean(), line_mae=line.abs().mean()
        )
        return weeks.sort("week")

    def calibration(self) -> pl.DataFrame:
        """Return the stated probability of over and how often it happened, in %, in ten bins with equal counts.

        The probability comes from calibrators fitted on the earlier predictions of this backtest, every fourth week
        once there are 500; the frame is empty before.
        """
        schema = dict.fromkeys(("n", "stated_pct", "observed_pct", "low_pct", "high_pct"), pl.Float64)
        return pl.DataFrame(self.figures["all"]["probability"].get("bins", []), schema=schema)

    def calibration_plot(self) -> LayerChart:
        """Return a plot of how often over happened beside its stated probability; needs `courtside[notebook]`."""
        return plots.calibration(self.calibration(), self.title())

    def error_plot(self) -> Chart:
        """Return a plot of the estimator's and the line's mean absolute error by week; needs `courtside[notebook]`."""
        return plots.errors(self.by_week(), self.title())

    def as_dict(self) -> dict[str, Any]:
        """Return every figure as plain data; the single predictions are left out."""
        names = [name for name in self.__dataclass_fields__ if name != "predictions"]
        return {name: getattr(self, name) for name in names}

    def title(self) -> str:
        """Return what was measured in one sentence."""
        lines = "with the line" if self.with_line else "without the line"
        return (
            f"{self.kind} of {self.estimator} ({lines}), {self.market}, {self.start} to {self.end}, retrained "
            f"{self.retrain}: {self.models} models, {self.n:,} player games with a line"
        )

    def __str__(self) -> str:
        error = self.figures["all"]["errors"]["mae"]
        lines = [self.title(), f"MAE {number(error['mean'])} (95 % {number(error['low'])} to {number(error['high'])})"]
        lines += [
            f"{name:<9} MAE {number(part['mae'])} beside {number(part['estimator_mae'])} on {part['n']:,} rows: "
            f"{interval(part['difference'])}"
            for name, part in self.compared.items()
            if name in OTHERS
        ]
        left_out = [f"{count:,} {reason}" for reason, count in self.rows.items() if count and reason != "measured"]
        lines += ["; ".join([*left_out, *self.holes])] if left_out or self.holes else []
        return "\n".join([*lines, *(f"presumed leak: {item}" for item in self.suspicions)])

    def _repr_html_(self) -> str:
        return render("backtest.html", it=self, others=OTHERS)

    def _by(self, spans: str, name: str) -> pl.DataFrame:
        rows = [
            {name: span, "n": part["errors"]["n"]}
            | {key: part["errors"]["mae"][source] for key, source in _ERROR.items()}
            | {"line_mae": part["errors"]["line_mae"]}
            for span, part in self.figures[spans].items()
        ]
        return _frame(rows, name, (*_ERROR, "line_mae"))


_DIFFERENCE = {"difference": "mean", "low": "low", "high": "high"}
_ERROR = {"mae": "mean", "low": "low", "high": "high"}


def _frame(rows: list[dict[str, Any]], name: str, numbers: Sequence[str]) -> pl.DataFrame:
    """Return rows with a text column, n, and columns of numbers, also where there are no rows."""
    schema: dict[str, pl.DataType] = {name: pl.String(), "n": pl.Int64()}
    return pl.DataFrame(rows, schema=schema | {column: pl.Float64() for column in numbers})
