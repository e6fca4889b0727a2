"""Stage `picks`: the signal and the picks of the eight subsets of a slate, added to the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from courtside.analytics.tables import GAMES
from courtside.league.markets import Market
from courtside.league.seasons import dates_of
from courtside.outcomes import Outcome
from courtside.picks.ledger import plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import load_definitions, qualified
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.markets import merged, with_rows
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.slate import slate_changes
from courtside.pipeline.stage import Result, Stage, Surroundings
from courtside.pipeline.tables import RUN_EVENTS
from courtside.pipeline.tip_offs import CLOCK_READS, TipOffs, clock_changes, tip_offs
from courtside.predictions.champion import of_published_champion
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Upsert


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Publish picks of each market from the champion's predictions, for games that have not begun."""
    known = tip_offs(inputs, dates, at.clock.now())
    markets = with_rows(inputs, at.markets, PREDICTIONS, PUBLICATIONS, PUBLISHED_PICKS)
    return merged({market: _publish(inputs.of_market(market.name), market, dates, known, at) for market in markets})


def _publish(inputs: Inputs, market: Market, dates: Sequence[dt.date], known: TipOffs, at: Surroundings) -> Result:
    stored = inputs[PUBLICATIONS]
    predictions = of_published_champion(inputs[PREDICTIONS], at.settings.champion, stored).filter("gate_passed")
    signals = daily_signals(predictions, market)
    playing = dates_of(known.games)
    with_line = dates_of(inputs[PREDICTIONS].filter(pl.col("line").is_not_null()))
    publishable = playing & (with_line | dates_of(stored))
    publications, picks = plan_publications(
        qualified(predictions, signals, load_definitions(market=market)),
        signals,
        sorted(publishable - set(known.problems)),
        stored,
        inputs[PUBLISHED_PICKS],
        now=at.clock.now(),
        tips=known.games.select("game_id", "game_date", "tip_at"),
        begun=known.begun,
        market=market.name,
    )
    published = dates_of(stored) | dates_of(publications)
    return Result(
        outcomes={
            day: Outcome("held", known.problems[day])
            if day in known.problems and day in publishable
            else _outcome(day in playing, day in published)
            for day in dates
        },
        events=[
            f"{row['game_date']}: version {row['version']} published: {row['reason']}"
            for row in publications.filter(pl.col("version") > 1).to_dicts()
        ],
        appends=[
            Upsert(table, table.conform(rows))
            for table, rows in ((PUBLICATIONS, publications), (PUBLISHED_PICKS, picks))
            if rows.height
        ],
    )


def _outcome(is_playing: bool, is_published: bool) -> Outcome:
    """Return the outcome of a date; a date is empty until a prediction has a line."""
    if is_published:
        return Outcome()
    return Outcome("empty", "no prediction has a line" if is_playing else "no games scheduled")


PICKS = Stage(
    name="picks",
    sentence="The daily signal and the picks of eight subsets, appended to the ledger.",
    process=process,
    reads=(
        Read(PREDICTIONS),
        Read(GAMES, changes=slate_changes),
        Read(PUBLICATIONS),
        Read(PUBLISHED_PICKS),
        Read(RUN_EVENTS, Dates.ALL, changes=clock_changes, is_lazy=True),
        *CLOCK_READS,
    ),
    appends=(PUBLICATIONS, PUBLISHED_PICKS),
    settings=("champion", "markets"),
)
