"""Backtest of any estimator: fitted on earlier dates only, and compared with the line on the same rows."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import polars as pl

from courtside.api.backtest_result import Backtest, compared
from courtside.api.cutoff import evaluating
from courtside.errors import AnswerError, ConfigError
from courtside.league.markets import POINTS, Market
from courtside.predictions.errors import LeakageError, NoModelError
from courtside.predictions.evaluation import BEFORE_MODELS, KEPT, beginning_of, holes, measurable, second_stage
from courtside.predictions.evaluation import timing_of as share_without_time
from courtside.predictions.figures import line_figures, suspicions_of, system_figures
from courtside.predictions.inputs import MODEL_INPUTS, Floats, matrix
from courtside.predictions.systems.form import ExponentialMean
from courtside.predictions.training import require_clean, trainable
from courtside.predictions.walk_forward import EVERY_DAYS, played_weeks, retraining_days, spaced
from courtside.quality.gate import RunMode, gated

LINE_INPUTS = ("line", "over_price", "under_price")
"""Inputs that `with_line` adds; a missing line or price is NaN."""

RETRAIN = ("weekly", "daily")
NAME = "estimator"
PLAYER_GAME = ["game_id", "player_id"]


class Estimator(Protocol):
    """What a backtest needs: scikit-learn's protocol, on NumPy arrays of float64 with NaN for a missing value."""

    def fit(self, X: Floats, y: Floats) -> object:  # noqa: N803 - scikit-learn's name
        """Learn from a row of inputs per player game, and the points that were scored."""
        ...

    def predict(self, X: Floats) -> Any:  # noqa: N803 - scikit-learn's name
        """Return expected points, one value per row."""
        ...


class EstimatorError(AnswerError):
    """An estimator raised an error or returned something other than one finite number per row."""


def run_backtest(
    rows: pl.DataFrame,
    champion: pl.DataFrame,
    estimator: Estimator,
    start: dt.date,
    end: dt.date,
    *,
    retrain: str,
    with_line: bool,
    window_days: int,
    min_rows: int,
    champion_name: str,
    market: Market,
) -> Backtest:
    """Walk forward over rows with outcomes, and measure the estimator's predictions from `start` to `end`.

    Args:
        rows: the frame of `frames.outcome_rows`, from `window_days` before `start` on.
        champion: game_id, player_id and champion, the stored predictions that picks are made from.
        estimator: the estimator; it is never fitted itself.
        start: first date measured.
        end: last date measured, included.
        retrain: `weekly` or `daily`.
        with_line: whether the line and its prices are inputs.
        window_days: days before a training day whose rows are used.
        min_rows: fewest training rows; a week with fewer before it is left out.
        champion_name: name of the champion, for the result.
        market: the market of the rows.

    Raises:
        ConfigError: where `retrain` is neither.
        EstimatorError: where the estimator fails; the message names the step and the dates.
        LeakageError: where the estimator reads data of the dates that it is evaluated on.
        NoModelError: where no row can be measured.
    """
    if retrain not in RETRAIN:
        raise ConfigError(f"retrain={retrain!r}: use one of {', '.join(RETRAIN)}")
    every = EVERY_DAYS if retrain == "weekly" else 1
    of_range = rows.filter(pl.col("game_date") >= start)
    days = played_weeks(of_range, retraining_days(start, end, every))
    names = (*MODEL_INPUTS, *LINE_INPUTS) if with_line else MODEL_INPUTS
    parts = list(_walk(rows, of_range, days, estimator, names, window_days, min_rows))
    if not parts:
        raise NoModelError(
            f"no date from {start} to {end} has {min_rows:,} training rows before it. Choose a later start, lower "
            "min_rows, or run `courtside run` over more dates first"
        )
    made = pl.concat(parts)
    predictions = _beside(of_range, made, champion)
    first = min(made["game_date"])
    measured, counts = measurable(predictions.filter(pl.col("game_date") >= first), (NAME, "ewma"))
    early = of_range.filter(
        (pl.col("game_date") < first) & pl.col("line").is_not_null() & pl.col("points").is_not_null()
    )
    counts[BEFORE_MODELS] = early.height
    if measured.is_empty():
        raise NoModelError(
            f"nothing to measure from {start} to {end}: "
            f"{', '.join(f'{count:,} {reason}' for reason, count in counts.items())}. Comparison needs lines: run "
            "`courtside ingest` for them and `courtside run` over these dates"
        )
    staged = second_stage(predictions, measured, NAME, spaced(days), market)
    figures, line = system_figures(staged, market.from_points(1.0)), line_figures(measured)
    return Backtest(
        start=start,
        end=end,
        estimator=type(estimator).__name__,
        champion=champion_name,
        market=market.name,
        retrain=retrain,
        with_line=with_line,
        models=len(parts),
        inputs=names,
        rows=counts,
        holes=[*holes(of_range), *share_without_time(measured), *beginning_of(early, measured)],
        figures=figures,
        compared=compared(staged, line),
        suspicions=suspicions_of({type(estimator).__name__: figures}, line, has_oracle=market.name == POINTS),
        predictions=staged,
    )


def _walk(
    rows: pl.DataFrame,
    of_range: pl.DataFrame,
    days: Sequence[dt.date],
    estimator: Estimator,
    names: Sequence[str],
    window_days: int,
    min_rows: int,
) -> Iterator[pl.DataFrame]:
    """Yield the predictions made by each fitted clone: game_date, game_id, player_id and the estimator's points."""
    known = of_range.filter(pl.col("points_ewma").is_not_null())
    for day, until in itertools.zip_longest(days, days[1:], fillvalue=dt.date.max):
        past = trainable(rows, day, window_days)
        require_clean(past)
        week = known.filter((pl.col("game_date") >= day) & (pl.col("game_date") < until))
        if past.height < min_rows or week.is_empty():
            continue
        clone, name = unfitted(estimator), type(estimator).__name__
        target = past["points"].cast(pl.Float64).to_numpy().copy()
        _run(clone.fit, (matrix(past, names), target), day, f"{name}.fit", f"the dates from {day} on")
        yield pl.concat(_predicted(clone, name, date, slate, names) for date, slate in _by_date(week))


def _by_date(rows: pl.DataFrame) -> Iterator[tuple[dt.date, pl.DataFrame]]:
    """Yield the slates one by one: the features of a later date hold the results of an earlier one."""
    for (date,), slate in rows.sort("game_date", *PLAYER_GAME).group_by("game_date", maintain_order=True):
        yield date, slate


def _predicted(
    estimator: Estimator, name: str, date: dt.date, slate: pl.DataFrame, names: Sequence[str]
) -> pl.DataFrame:
    found = _run(estimator.predict, (matrix(slate, names),), date, f"{name}.predict", f"the slate of {date}")
    try:
        points = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EstimatorError(f"{name}.predict returned no numbers for the slate of {date}: {error}") from error
    if points.shape != (slate.height,) or not np.isfinite(points).all():
        raise EstimatorError(
            f"{name}.predict returned an array of shape {points.shape} with {int((~np.isfinite(points)).sum())} values "
            f"that are not finite for the slate of {date}; expected {slate.height} finite numbers"
        )
    return slate.select("game_date", *PLAYER_GAME).with_columns(pl.Series(NAME, points))


def _run(step: Callable[..., Any], inputs: tuple[Floats, ...], day: dt.date, what: str, where: str) -> Any:
    """Run a step of the estimator, during which no data from `day` on can be read through a `Home`."""
    try:
        with evaluating(day):
            return step(*inputs)
    except LeakageError as error:
        raise LeakageError(f"{what} for {where} looked ahead: {error}") from error
    except Exception as error:
        raise EstimatorError(f"{what} raised {type(error).__name__} for {where}: {error}") from error


def _beside(rows: pl.DataFrame, made: pl.DataFrame, champion: pl.DataFrame) -> pl.DataFrame:
    """Return the measured columns of rows with the predictions of the estimator, ewma and the champion."""
    passed: pl.DataFrame = gated(nw.from_native(rows.lazy()), RunMode.BACKFILL).to_native().collect()
    form = passed.with_columns(ewma=ExponentialMean().expected_points(passed))
    found: pl.DataFrame = (
        form.join(made.drop("game_date"), on=PLAYER_GAME, how="left", validate="1:1")
        .join(champion, on=PLAYER_GAME, how="left", validate="1:1")
        .select(*KEPT, NAME, "ewma", "champion")
    )
    return found


def unfitted(estimator: Any) -> Any:
    """Return a new estimator with the same parameters and nothing learned, as scikit-learn's `clone` does.

    An object without `get_params` is copied.

    >>> class Mean:
    ...     def __init__(self, digits=1): self.digits = digits
    ...     def get_params(self, deep=True): return {"digits": self.digits}
    >>> fitted = Mean(2)
    >>> fitted.mean_ = 10.0
    >>> clone = unfitted(fitted)
    >>> clone.digits, hasattr(clone, "mean_")
    (2, False)
    """
    if hasattr(estimator, "__sklearn_clone__"):
        return estimator.__sklearn_clone__()
    if isinstance(estimator, list | tuple):
        return type(estimator)(unfitted(item) for item in estimator)
    if hasattr(estimator, "get_params") and not isinstance(estimator, type):
        return type(estimator)(**{name: unfitted(value) for name, value in estimator.get_params(deep=False).items()})
    return copy.deepcopy(estimator)
