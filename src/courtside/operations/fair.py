"""Fair odds: the probability of over, push and under at any line of one player, from the distribution of results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from courtside.errors import AnswerError
from courtside.league.markets import POINTS, market_named, of_market
from courtside.league.odds import american_price
from courtside.operations.players import find_player
from courtside.pipeline.context import Context
from courtside.predictions.champion import predictions_for_picks
from courtside.predictions.distribution import anchored, quantiles, sides
from courtside.predictions.distribution_figures import HIGHEST
from courtside.predictions.errors import NoModelError
from courtside.predictions.rows import model_rows
from courtside.predictions.tables import NO_SOURCE, PREDICTIONS

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
AROUND = range(-4, 5)
"""Distances of the alternate lines that are shown where no line is given, from the book's line."""


class NoFairOddsError(AnswerError):
    """No fair odds can be stated for the player on the date."""


@dataclass(frozen=True)
class FairLine:
    """Probabilities at one line; the fair prices, in American odds, assume that a push returns the stake."""

    line: float
    over: float
    push: float
    under: float
    over_price: float | None
    under_price: float | None


@dataclass(frozen=True)
class Fair:
    """The fair odds of one player.

    `quoted` is the line of the stored prediction. There, over has the published probability, given no push, of which
    `source` is the source. `quantiles` holds the results that the distribution reaches with 10, 25, 50, 75 and 90 %.
    """

    player: str
    market: str
    system: str
    prediction: float
    quoted: float
    source: str
    quantiles: dict[float, int]
    lines: list[FairLine]


def fair_odds(context: Context, player: str, day: dt.date, lines: Sequence[float] = (), market: str = POINTS) -> Fair:
    """Return the fair odds of a player on a date, at `lines` or at those around the quoted line.

    Raises:
        NoSuchRowError: where no player or several players match.
        NoFairOddsError: where no prediction with a line and a calibrated or market probability is stored.
        NoModelError: where no distribution may be used on the date.
    """
    player_id, name = find_player(context.warehouse, player)
    reader, chosen = of_market(context.warehouse, market), market_named(market)
    stored = reader.scan(PREDICTIONS, start=day, end=day).filter(nw.col("player_id") == player_id)
    row = next(predictions_for_picks(reader.collect(stored), context.settings.champion).iter_rows(named=True), None)
    if row is None or row["line"] is None or row["probability_source"] == NO_SOURCE:
        raise NoFairOddsError(
            f"{name} has no {chosen.label} line with a calibrated or market probability on {day}. An uncalibrated "
            "probability is not shown; `courtside train` fits calibrators, and `courtside run` predicts the date"
        )
    fitted = context.models.of(market).distribution_on(row["system"], day)
    if fitted is None:
        raise NoModelError(
            f"No distribution of {row['system']} for {chosen.label} may be used on {day}. "
            f"Run `courtside train --as-of {day}` first"
        )
    features = model_rows(context.warehouse, day, day, chosen).filter(pl.col("player_id") == player_id)
    known = features.filter(pl.col("game_id") == row["game_id"]).with_columns(prediction=pl.lit(row["prediction"]))
    quoted = np.array([row["line"]])
    chances = anchored(fitted.chances(known, HIGHEST), quoted, np.array([row["probability_over"]]))
    wanted = lines or [row["line"] + step for step in AROUND if row["line"] + step > 0]
    reached = quantiles(chances, LEVELS)[0]
    return Fair(
        player=name,
        market=market,
        system=row["system"],
        prediction=row["prediction"],
        quoted=row["line"],
        source=row["probability_source"],
        quantiles={level: int(value) for level, value in zip(LEVELS, reached, strict=True)},
        lines=[_fair_line(chances, line) for line in wanted],
    )


def _fair_line(chances: np.ndarray, line: float) -> FairLine:
    over, push, under = (float(part[0]) for part in sides(chances, np.array([line])))
    settled = over + under
    return FairLine(line, over, push, under, american_price(over / settled), american_price(under / settled))
