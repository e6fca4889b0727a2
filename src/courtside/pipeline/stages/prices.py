"""Stage `prices`: every book's line and prices, the value of each side, and closing-line values."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import polars as pl

from courtside.analytics.tables import PLAYER_LINES
from courtside.league.markets import Market
from courtside.league.seasons import dates_of
from courtside.outcomes import Outcome
from courtside.picks.book_prices import book_states, shown_before
from courtside.picks.closing_values import closing_values, publication_times
from courtside.picks.price_tables import BOOK_PRICES, CLOSING_VALUES, PRICE_TABLES, SIDE_VALUES
from courtside.picks.side_values import side_values
from courtside.picks.subsets import load_definitions
from courtside.picks.tables import BACKTEST, LIVE, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.markets import merged, with_rows
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.stage import Result, Stage, Surroundings
from courtside.predictions.champion import of_published_champion
from courtside.predictions.tables import CALIBRATION_ERROR, MODELS, PREDICTIONS
from courtside.warehouse.base import Change


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Price both sides of each prediction with a line, as of its publication before tip-off."""
    markets = with_rows(inputs, at.markets, PLAYER_LINES, PREDICTIONS, PUBLICATIONS, PUBLISHED_PICKS)
    return merged({market: _priced(inputs.of_market(market.name), dates, market, at) for market in markets})


def _priced(inputs: Inputs, dates: Sequence[dt.date], market: Market, at: Surroundings) -> Result:
    lines, publications = inputs[PLAYER_LINES], inputs[PUBLICATIONS]
    predictions = of_published_champion(inputs[PREDICTIONS], at.settings.champion, publications)
    priced_at = publication_times(publications, predictions)
    books = book_states(shown_before(lines, priced_at), market)
    kind = pl.when(pl.col("priced_at").is_null()).then(pl.lit(BACKTEST)).otherwise(pl.lit(LIVE))
    values = side_values(predictions, books, _calibration_errors(inputs[MODELS])).join(priced_at, on="game_id")
    picks, definitions = inputs[PUBLISHED_PICKS], load_definitions(market=market)
    closing = closing_values(lines, predictions, publications, picks, priced_at, definitions, market)
    shown = dates_of(lines)
    frames = zip(PRICE_TABLES, (books, values.with_columns(kind=kind), closing), strict=True)
    return Result(
        outcomes={day: Outcome() if day in shown else Outcome("empty", "no line is stored") for day in dates},
        changes=[Change(table, table.conform(frame)) for table, frame in frames],
    )


def _calibration_errors(models: pl.DataFrame) -> pl.DataFrame:
    """Return calibrator_id and calibration_error of the stored calibrators that have one."""
    found = {
        row["model_id"]: json.loads(row["metrics"]).get(CALIBRATION_ERROR)
        for row in models.filter(pl.col("kind") == "over").iter_rows(named=True)
    }
    columns = {"calibrator_id": list(found), "calibration_error": list(found.values())}
    return pl.DataFrame(columns, schema={"calibrator_id": pl.String, "calibration_error": pl.Float64})


PRICES = Stage(
    name="prices",
    sentence="Every book's line and prices, the value of each side, and closing-line values.",
    process=process,
    reads=(
        Read(PLAYER_LINES),
        Read(PREDICTIONS),
        Read(PUBLICATIONS),
        Read(PUBLISHED_PICKS),
        # A calibrator never changes, and predictions name the calibrator that they come from.
        Read(MODELS, Dates.ALL, is_tracked=False),
    ),
    replaces=(BOOK_PRICES, SIDE_VALUES, CLOSING_VALUES),
    settings=("champion", "markets"),
)
