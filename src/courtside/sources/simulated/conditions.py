"""Daily changes in a season: drift of skills, injuries, trades, and teams' pace and defence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from courtside.league.teams import TEAMS
from courtside.sources.simulated.arrays import Bools, Floats, Ints, around_one
from courtside.sources.simulated.calendar import Calendar
from courtside.sources.simulated.players import NAMESAKES, SEATS

_DAILY_RATE_DRIFT = 0.006
_DAILY_MINUTES_DRIFT = 0.010
_SPELLS_A_SEASON = 2.0
_SPELL_DAYS = (4, 18, 55)
_SPELL_SHARES = (0.6, 0.3, 0.1)
_TRADES = 6


@dataclass(frozen=True)
class Conditions:
    """The state of the league on each game date of a season.

    `seats[date, team, place]` is the player, by his seat at the season's start, who is in that place of the team. The
    drifts and `injured` are by date and player. `pace` and `defence` are factors by team with mean 1.
    """

    seats: Ints
    rate_drift: Floats
    minutes_drift: Floats
    injured: Bools
    pace: Floats
    defence: Floats


def draw_conditions(calendar: Calendar, rng: np.random.Generator) -> Conditions:
    """Return the conditions of one season."""
    days, count = len(calendar.dates), len(TEAMS) * SEATS
    return Conditions(
        seats=_seats(days, rng),
        rate_drift=np.cumsum(rng.normal(0, _DAILY_RATE_DRIFT, (days, count)), axis=0),
        minutes_drift=np.cumsum(rng.normal(0, _DAILY_MINUTES_DRIFT, (days, count)), axis=0),
        injured=_injured(calendar, count, rng),
        pace=around_one(rng, 0.025, (len(TEAMS),)),
        defence=around_one(rng, 0.025, (len(TEAMS),)),
    )


def _seats(days: int, rng: np.random.Generator) -> Ints:
    """Return the player of each seat by date; a trade exchanges one or two players of similar roles."""
    seats = np.tile(np.arange(len(TEAMS) * SEATS), (days, 1)).reshape(days, len(TEAMS), SEATS)
    for day in np.sort(rng.integers(days // 7, days * 5 // 8, _TRADES)):
        one, two = rng.permutation(len(TEAMS))[:2]
        places = rng.permutation(10)[: rng.integers(1, 3)]
        offered = np.stack([seats[day, one, places], seats[day, two, places]])
        if np.isin(offered, NAMESAKES).any():
            continue
        seats[day:, one, places], seats[day:, two, places] = offered[1], offered[0]
    return seats


def _injured(calendar: Calendar, count: int, rng: np.random.Generator) -> Bools:
    """Return the injured players by date, in spells of days, weeks or a large part of the season."""
    ordinal = np.array([date.toordinal() for date in calendar.dates])
    ordinal -= ordinal[0]
    spells = int(rng.poisson(_SPELLS_A_SEASON * count))
    player = rng.integers(count, size=spells)
    start = rng.integers(-10, ordinal[-1] + 1, spells)
    length = 1 + rng.geometric(1 / np.array(_SPELL_DAYS)[rng.choice(3, spells, p=_SPELL_SHARES)])
    change = np.zeros((ordinal[-1] + 2, count), dtype=np.int64)
    np.add.at(change, (np.maximum(start, 0), player), 1)
    np.add.at(change, (np.clip(start + length, 0, ordinal[-1] + 1), player), -1)
    return np.asarray(np.cumsum(change, axis=0)[ordinal] > 0)
