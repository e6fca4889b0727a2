"""`markets.json`: the markets that are published, and how far each market's predictions are from its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import cast

import narwhals as nw
import polars as pl
from pydantic import Field

from courtside.picks.signal import HIGH_EDGE_POINTS
from courtside.picks.tables import GRADED_PREDICTIONS
from courtside.predictions.coordinator import LEAST_EDGE
from courtside.predictions.measures import mean_of
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import ROOT, Built, Document, FileType, Shape, UtcInstant, market_path
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World

FEWEST_DATES = 10
"""With fewer game dates, an interval is too uncertain to be of use."""
NOT_MEASURED = f"The champion has fewer than {FEWEST_DATES} graded game dates with a line this season."


class PublishedMarket(Shape):
    """A market: the folder of its files, and the champion's error beside the line's on the same `n` player games.

    Errors are mean absolute errors in units of the market. `above_line` is the model's error minus the line's, from
    `low` to `high` (95 %, a game date is one draw). `reaches_line` is false where the whole interval is above 0, and
    null where fewer than ten dates are graded; `verdict` says so in words. `least_edge` is the smallest distance from
    the line at which a prediction takes a side, and `high_edge` the one that the signal counts as high.
    """

    name: str
    label: str
    short: str
    folder: str
    first_date: dt.date | None
    last_date: dt.date | None
    n: int = Field(ge=0)
    mae: float | None
    line_mae: float | None
    above_line: float | None
    low: float | None
    high: float | None
    reaches_line: bool | None
    verdict: str
    least_edge: float
    high_edge: float


class Markets(Document):
    """The published markets, points first; `first_date` to `last_date` are the dates of this season's figures."""

    generated_at: UtcInstant
    markets: tuple[PublishedMarket, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no market is published."""
        return not self.markets


MARKETS_FILE = FileType("markets", "markets.json", 3600, Markets)


def files(world: World) -> Iterator[Built]:
    """Yield `markets.json` with points and the markets that have a publication."""
    published = tuple(_market(own) for own in world.markets if own is world or not own.publications.is_empty())
    yield Built.of(MARKETS_FILE, MARKETS_FILE.path(), Markets(generated_at=utc(world.now), markets=published))


def _market(world: World) -> PublishedMarket:
    rows = _graded(world)
    error = (pl.col("prediction") - pl.col("actual")).abs()
    line_error = (pl.col("line") - pl.col("actual")).abs()
    above = mean_of(rows, error - line_error)
    dates = rows["game_date"]
    reaches = above["low"] <= 0 if dates.n_unique() >= FEWEST_DATES else None
    market = world.market
    return PublishedMarket(
        name=market.name,
        label=market.label,
        short=market.short,
        folder=market_path(f"{ROOT}/", market.name),
        first_date=cast("dt.date | None", dates.min()),
        last_date=cast("dt.date | None", dates.max()),
        n=rows.height,
        mae=_rounded(mean_of(rows, error)["mean"]),
        line_mae=_rounded(mean_of(rows, line_error)["mean"]),
        above_line=_rounded(above["mean"]),
        low=_rounded(above["low"]),
        high=_rounded(above["high"]),
        reaches_line=reaches,
        verdict=_verdict(reaches),
        least_edge=round(market.from_points(LEAST_EDGE), 2),
        high_edge=round(market.from_points(HIGH_EDGE_POINTS), 2),
    )


def _graded(world: World) -> pl.DataFrame:
    """Return the champion's graded predictions with a line of the newest season that passed the quality gate."""
    start = world.starts[world.newest_season] if world.newest_season else dt.date.max
    of_champion = nw.col("model_code") == public_code(world.champion)
    key = ["game_id", "player_id"]
    passed = world.warehouse.scan(PREDICTIONS, start=start).filter(nw.col("gate_passed") & of_champion).select(*key)
    grades = world.warehouse.scan(GRADED_PREDICTIONS, start=start).filter(
        of_champion & ~nw.col("actual").is_null() & ~nw.col("line").is_null()
    )
    columns = ("game_date", "prediction", "line", "actual")
    return world.warehouse.collect(grades.join(passed, on=key, how="inner").select(*columns)).sort(columns)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _verdict(reaches: bool | None) -> str:
    if reaches is None:
        return NOT_MEASURED
    if reaches:
        return "The model's error reaches the line's within its interval. That does not make a pick profitable."
    return "The model's error is larger than the line's. The line is the better prediction in this market."
