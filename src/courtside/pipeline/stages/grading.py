"""Stage `grading`: outcomes of final games, and the grades of predictions and picks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from courtside.analytics.tables import PLAYER_GAMES, TEAM_GAMES
from courtside.features.market_form import results_of
from courtside.league.markets import Market
from courtside.picks.grading import grade_picks, grade_predictions, revise_outcomes
from courtside.picks.ledger import counted
from courtside.picks.results import grading_outcomes, observed_results, player_games_to_grade, postponed_results
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.markets import merged, with_rows
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.stage import Due, Result, Stage, Surroundings
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Change, Upsert


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Grade the predictions and picks of each market on `dates` whose games are final."""
    markets = with_rows(inputs, at.markets, PREDICTIONS, PUBLISHED_PICKS)
    return merged({market: _grade(inputs.of_market(market.name), market, dates, at) for market in markets})


def _grade(inputs: Inputs, market: Market, dates: Sequence[dt.date], at: Surroundings) -> Result:
    predictions, teams, stored = inputs[PREDICTIONS], inputs[TEAM_GAMES], inputs[OUTCOMES]
    picks = counted(inputs[PUBLICATIONS], inputs[PUBLISHED_PICKS])
    wanted = player_games_to_grade(predictions, picks)
    observed = observed_results(wanted, teams, results_of(inputs[PLAYER_GAMES], market))
    revisions = revise_outcomes(stored, observed, at.clock.now())
    outcomes = pl.concat([stored, revisions, OUTCOMES.conform(postponed_results(wanted, teams, stored))])
    return Result(
        outcomes=grading_outcomes(dates, teams),
        changes=[
            Change(GRADED_PREDICTIONS, grade_predictions(predictions, outcomes)),
            Change(GRADED_PICKS, grade_picks(picks, outcomes)),
        ],
        appends=[Upsert(OUTCOMES, revisions)] if revisions.height else (),
    )


GRADING = Stage(
    name="grading",
    sentence="Outcomes of final games, graded predictions and graded picks.",
    process=process,
    reads=(
        Read(TEAM_GAMES),
        Read(PLAYER_GAMES),
        Read(PREDICTIONS),
        Read(PUBLICATIONS),
        Read(PUBLISHED_PICKS),
        Read(OUTCOMES, Dates.HISTORY),
    ),
    replaces=(GRADED_PREDICTIONS, GRADED_PICKS),
    appends=(OUTCOMES,),
    settings=("markets",),
    due=Due.RESULTS,
)
