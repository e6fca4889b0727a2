"""Stage `features`: the feature rows of a slate, and the verdict of the readiness gate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Sequence

import polars as pl

from courtside.alerts import Alert, Severity
from courtside.analytics.history import History, history_of, is_gap
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.features import registry
from courtside.features.known import Known, features_of, player_history, slate_of
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS
from courtside.league.seasons import dates_of, lookback_start
from courtside.outcomes import Outcome, Outcomes
from courtside.pipeline.inputs import Inputs, span
from courtside.pipeline.post_write import PostWrite
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.slate import slate_changes
from courtside.pipeline.stage import Recovery, Result, Stage, Surroundings
from courtside.pipeline.tables import GRID
from courtside.quality.gate import readiness
from courtside.quality.post_write import constant_features
from courtside.quality.tables import GATE_VERDICTS, POST_WRITE_STATS
from courtside.warehouse.base import Change

GAP = "box_scores.ended"


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Compute the feature rows and readiness verdicts of `dates` in one pass."""
    known = known_from(inputs, dates)
    rows, teams = features_of(known, dates), slate_of(known, dates).select("game_date", "game_id", "team_id")
    verdicts = GATE_VERDICTS.conform(readiness(rows, teams, constant_features(rows, registry.FEATURES)))
    playing, history = dates_of(teams), history_of(inputs[TEAM_GAMES], teams)
    required, outcomes = history.recent, _outcomes(dates, playing, rows, history)
    held = frozenset(day for day, outcome in outcomes.items() if is_gap(outcome.reason))
    intended = dict(rows.group_by("game_date").len().rows())
    return Result(
        outcomes=outcomes,
        changes=[Change(PLAYER_FEATURES, rows, required), Change(GATE_VERDICTS, verdicts, playing)],
        notices=list(_gap_notices(outcomes, inputs[GRID])),
        verify=PostWrite(dates, intended, required, held, at.run_id, at.clock.now()),
    )


def known_from(inputs: Inputs, dates: Sequence[dt.date]) -> Known:
    """Return the tables that the features of `dates` are computed from."""
    past = lookback_start(span(dates)[0])
    games = player_history(inputs.scan(PLAYER_GAMES), past).select(*PLAYER_GAMES.column_names)
    return Known(
        games=inputs[GAMES],
        team_games=inputs[TEAM_GAMES],
        player_games=inputs.collect(games),
        player_shots=inputs[PLAYER_SHOTS],
        player_lines=inputs.of_market(POINTS)[PLAYER_LINES],
        injury_reports=inputs[INJURY_REPORTS],
    )


def _outcomes(
    dates: Sequence[dt.date], playing: Container[dt.date], rows: pl.DataFrame, history: History
) -> dict[dt.date, Outcome]:
    """Return the outcome of each date; a date is held where box scores have ended and no row is quality-ready."""
    ready = dates_of(rows.filter("is_quality_ready"))
    outcomes = {}
    for day in dates:
        if day not in playing:
            outcomes[day] = Outcome("empty", "no games scheduled")
        elif day in history.gaps and day not in ready:
            outcomes[day] = Outcome("held", history.gaps[day])
        else:
            outcomes[day] = Outcome()
    return outcomes


def _gap_notices(outcomes: Outcomes, grid: pl.DataFrame) -> Iterator[Alert | Recovery]:
    """Yield an alert while a date is held because box scores have ended, or else the recovery."""
    own = grid.filter(pl.col("stage") == "features").select("game_date", "reason").rows()
    reasons = dict(own) | {day: outcome.reason for day, outcome in outcomes.items()}
    held = {day: reason for day, reason in reasons.items() if is_gap(reason)}
    if held:
        newest = held[max(held)]
        body = f"{newest}\n{len(held)} dates are held, from {min(held)} to {max(held)}."
        yield Alert(GAP, Severity.ERROR, newest.partition(" (")[0], body)
    else:
        yield Recovery(GAP, "box scores have arrived again")


FEATURES = Stage(
    name="features",
    sentence="The features of each player of a slate with their origins, and the verdict of the readiness gate.",
    process=process,
    reads=(
        Read(GAMES, changes=slate_changes),
        Read(TEAM_GAMES, Dates.HISTORY),
        Read(PLAYER_GAMES, Dates.EARLIER, is_lazy=True),
        Read(PLAYER_SHOTS, Dates.HISTORY),
        Read(PLAYER_LINES),
        Read(INJURY_REPORTS),
        Read(GRID, Dates.ALL, is_tracked=False),
    ),
    replaces=(PLAYER_FEATURES, GATE_VERDICTS),
    extras=(POST_WRITE_STATS,),
)
