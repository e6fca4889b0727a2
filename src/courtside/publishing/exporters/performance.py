"""`systems/performance.json`: the errors of each model and of the line on the same games, over three windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal, cast

import narwhals as nw
import polars as pl
from pydantic import Field

from courtside.picks.tables import GRADED_PREDICTIONS
from courtside.predictions.tables import CALIBRATED, MARKET, PREDICTIONS
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    Percent,
    Shape,
    UtcInstant,
    one_decimal,
)
from courtside.publishing.exporters.rows import Share, share_of, utc
from courtside.publishing.exporters.subset_performance import DAYS_OF_WINDOW
from courtside.publishing.world import World

BREAK_EVEN_PCT = 52.38
BINS = 10


class ModelAccuracy(Shape):
    """One model's errors over games that the predicted players played.

    `mae` is the mean absolute error in points, and `bias` is mean(prediction − points). `mae_beside_line`, `line_mae`
    and `line_bias`, which is mean(line − points), are over the same `n_with_line` games. `sides` counts the predictions
    that took a side, published as a pick or not.
    """

    model: str
    is_champion: bool
    predictions: int = Field(ge=0)
    mae: float | None
    bias: float | None
    n_with_line: int = Field(ge=0)
    mae_beside_line: float | None
    line_mae: float | None
    line_bias: float | None
    sides: Share


class ModelWindow(Shape):
    """A span of dates, both included, with every model."""

    start_date: dt.date
    end_date: dt.date
    models: tuple[ModelAccuracy, ...]


class ModelWindows(Shape):
    """The three windows; the first two are exactly 7 and 30 days."""

    last_7_days: ModelWindow
    last_30_days: ModelWindow
    season: ModelWindow


class CalibrationBin(Shape):
    """Predictions whose published probability of over was from `low` to `high` %, and how often the result was over.

    Probabilities of each source have bins of their own.
    """

    source: Literal["calibrated", "market"]
    low: int
    high: int
    n: int = Field(ge=1)
    mean_probability: Percent
    over_pct: Percent
    interval_low: Percent
    interval_high: Percent


class Performance(Document):
    """The accuracy of each model. Predictions are computed again when data is corrected, so all of it is BACKTEST."""

    generated_at: UtcInstant
    model: str
    kind: Literal["BACKTEST"]
    break_even_pct: float
    windows: ModelWindows
    calibration: tuple[CalibrationBin, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no prediction of the season is graded."""
        return not self.windows.season.models


PERFORMANCE = FileType("performance", "systems/performance.json", 3600, Performance)


def files(world: World) -> Iterator[Built]:
    """Yield `systems/performance.json` where the newest season is among the dates."""
    season = world.newest_season
    if season is None or season not in world.seasons_touched:
        return
    start = world.starts[season]
    rows = _graded(world, start)
    end = cast("dt.date | None", rows["game_date"].max()) or start
    champion = public_code(world.champion)
    spans = {name: (end - dt.timedelta(days=days - 1), end) for name, days in DAYS_OF_WINDOW.items()}
    windows = {
        name: ModelWindow(
            start_date=first,
            end_date=last,
            models=tuple(_models(rows.filter(pl.col("game_date").is_between(first, last)), champion)),
        )
        for name, (first, last) in {**spans, "season": (start, end)}.items()
    }
    document = Performance(
        generated_at=utc(world.now),
        model=champion,
        kind="BACKTEST",
        break_even_pct=BREAK_EVEN_PCT,
        windows=ModelWindows(**windows),
        calibration=tuple(_calibration(rows.filter(pl.col("model_code") == champion))),
    )
    yield Built.of(PERFORMANCE, PERFORMANCE.path(), document, not world.is_anything_graded_in(season))


def _graded(world: World, start: dt.date) -> pl.DataFrame:
    """Return the graded predictions of every model that passed the quality gate, for players who played."""
    passed = world.warehouse.scan(PREDICTIONS, start=start).filter(nw.col("gate_passed"))
    grades = world.warehouse.scan(GRADED_PREDICTIONS, start=start).filter(~nw.col("actual").is_null())
    key = ["game_id", "player_id", "system"]
    columns = [*key, "game_date", "prediction", "line", "actual", "result", "model_code"]
    rows = world.warehouse.collect(grades.select(*columns))
    probabilities = world.warehouse.collect(passed.select(*key, "probability_over", "probability_source"))
    return rows.join(probabilities, on=key, how="inner").sort("model_code", "game_date", "game_id", "player_id")


def _models(rows: pl.DataFrame, champion: str) -> Iterator[ModelAccuracy]:
    error, line_error = pl.col("prediction") - pl.col("actual"), pl.col("line") - pl.col("actual")
    has_line = pl.col("line").is_not_null()
    results = {"wins": "hit", "losses": "miss", "pushes": "push", "voids": "void"}
    figures = rows.group_by("model_code", maintain_order=True).agg(
        pl.len().alias("predictions"),
        error.abs().mean().alias("mae"),
        error.mean().alias("bias"),
        has_line.sum().alias("n_with_line"),
        error.abs().filter(has_line).mean().alias("mae_beside_line"),
        line_error.abs().mean().alias("line_mae"),
        line_error.mean().alias("line_bias"),
        *((pl.col("result") == result).sum().alias(name) for name, result in results.items()),
    )
    for row in figures.sort("model_code").iter_rows(named=True):
        yield _model(row, {name: row.pop(name) for name in results}, champion)


def _model(row: dict[str, Any], counts: dict[str, int], champion: str) -> ModelAccuracy:
    code = public_code(row.pop("model_code"))
    figures: dict[str, Any] = {
        name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()
    }
    return ModelAccuracy(model=code, is_champion=code == champion, sides=Share(**share_of(**counts)), **figures)


def _calibration(rows: pl.DataFrame) -> Iterator[CalibrationBin]:
    """Yield the bins that hold predictions; pushes are left out, because they are neither over nor under."""
    is_stated = pl.col("probability_source").is_in((CALIBRATED, MARKET)) & pl.col("probability_over").is_not_null()
    with_line = rows.filter(is_stated & (pl.col("actual") != pl.col("line")))
    width = 100 // BINS
    bins = (
        with_line.with_columns(bin=(pl.col("probability_over") * BINS).floor().clip(0, BINS - 1).cast(pl.Int64))
        .group_by("probability_source", "bin")
        .agg(
            pl.len().alias("n"),
            (pl.col("actual") > pl.col("line")).sum().alias("over"),
            (100 * pl.col("probability_over").mean()).alias("mean_probability"),
        )
        .sort("probability_source", "bin")
    )
    for row in bins.iter_rows(named=True):
        share = share_of(row["over"], row["n"] - row["over"])
        yield CalibrationBin(
            source=row["probability_source"],
            low=row["bin"] * width,
            high=(row["bin"] + 1) * width,
            n=row["n"],
            mean_probability=one_decimal(row["mean_probability"]),
            over_pct=share["pct"],
            interval_low=share["low"],
            interval_high=share["high"],
        )
