"""The players of the simulated league: identity, skills, and their changes between seasons."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from courtside.league.teams import TEAMS
from courtside.sources.simulated.arrays import Floats, Ints
from courtside.sources.simulated.names import NameBook

FIRST_PLAYER_ID = 2_000_001
SEATS = 15
"""Players per team."""
NAMESAKES = (3, 20 * SEATS + 6)
"""Seats of two players with the same name on different teams; they never leave."""

_MINUTES = np.array([35, 34, 32, 31, 29, 26, 23, 20, 17, 14, 11, 9, 7, 5, 4], dtype=np.float64)
_POINTS_PER_MINUTE = np.array([0.74, 0.62, 0.54, 0.49, 0.46, 0.46, 0.44, 0.43] + [0.42] * 7)
_SUMMER_DEPARTURES = 0.08
_SUMMER_MOVES = 24


@dataclass(frozen=True)
class Players:
    """Every player under contract, in order of seats: fifteen per team, teams in the order of `TEAMS`.

    `log_minutes` and `log_rate` are latent minutes a game and points a minute, as logarithms. Shares and
    percentages are of shots; `oreb`, `ast` and the like are per minute. `next_id` is the next newcomer's id.
    """

    player_id: Ints
    name: list[str]
    log_minutes: Floats
    log_rate: Floats
    three_share: Floats
    three_pct: Floats
    two_pct: Floats
    free_throw_pct: Floats
    free_throw_share: Floats
    oreb: Floats
    dreb: Floats
    ast: Floats
    stl: Floats
    blk: Floats
    tov: Floats
    pf: Floats
    next_id: int

    def seated(self, order: Ints) -> Players:
        """Return the same players in new seats: the player at `order[seat]` moves to `seat`."""
        taken = {name: values[order] for name, values in _arrays(self).items()}
        return replace(self, name=[self.name[place] for place in order], **taken)  # type: ignore[arg-type]


def founding_players(names: NameBook, rng: np.random.Generator) -> Players:
    """Return the players of the first season, two of whom have the same name."""
    count = SEATS * len(TEAMS)
    players = _newcomers(np.arange(count), FIRST_PLAYER_ID, names, rng)
    players.name[NAMESAKES[1]] = players.name[NAMESAKES[0]]
    return players


def after_summer(players: Players, names: NameBook, rng: np.random.Generator) -> Players:
    """Return the players of the next season: some are replaced, some change teams, and the skills of all change."""
    movable = np.setdiff1d(np.arange(len(players.name)), NAMESAKES)
    order = np.arange(len(players.name))
    swapped = rng.permutation(movable)[: _SUMMER_MOVES * 2].reshape(2, -1)
    order[swapped[0]], order[swapped[1]] = swapped[1], swapped[0]
    moved = players.seated(order)
    leaving = movable[rng.random(len(movable)) < _SUMMER_DEPARTURES]
    new = _newcomers(leaving, players.next_id, names, rng)
    for name, values in _arrays(moved).items():
        values[leaving] = getattr(new, name)
    for seat, name in zip(leaving, new.name, strict=True):
        moved.name[seat] = name
    role = np.tile(np.log(_MINUTES), len(TEAMS))
    minutes = role + 0.85 * (moved.log_minutes - role) + rng.normal(0, 0.10, len(role))
    rate = -0.70 + 0.94 * (moved.log_rate + 0.70) + rng.normal(0, 0.07, len(role))
    return replace(moved, log_minutes=minutes, log_rate=rate, next_id=new.next_id)


def _arrays(players: Players) -> dict[str, Ints | Floats]:
    values = {field.name: getattr(players, field.name) for field in fields(players)}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def _newcomers(seats: Ints, first_id: int, names: NameBook, rng: np.random.Generator) -> Players:
    """Return a new player for each of `seats`, with the role of the seat."""
    count, role = len(seats), seats % SEATS
    big = rng.beta(1.2, 1.8, count)

    def about(mean: Floats | float, sigma: float) -> Floats:
        values: Floats = mean * np.exp(rng.normal(0, sigma, count))
        return values

    return Players(
        player_id=np.arange(first_id, first_id + count),
        name=names.draw(count),
        log_minutes=np.log(about(_MINUTES[role], 0.10)),
        log_rate=np.log(about(_POINTS_PER_MINUTE[role], 0.16)),
        three_share=np.clip(0.58 - 0.42 * big + rng.normal(0, 0.08, count), 0.02, 0.75),
        three_pct=np.clip(0.37 - 0.04 * big + rng.normal(0, 0.02, count), 0.25, 0.43),
        two_pct=np.clip(0.51 + 0.10 * big + rng.normal(0, 0.025, count), 0.44, 0.70),
        free_throw_pct=np.clip(0.83 - 0.12 * big + rng.normal(0, 0.04, count), 0.50, 0.93),
        free_throw_share=np.clip(rng.normal(0.148, 0.04, count), 0.04, 0.30),
        oreb=about(0.018 + 0.08 * big, 0.2),
        dreb=about(0.085 + 0.12 * big, 0.15),
        ast=about(0.17 - 0.12 * big, 0.3),
        stl=about(0.034, 0.2),
        blk=about(0.006 + 0.04 * big, 0.2),
        tov=about(0.056, 0.2),
        pf=about(0.06 + 0.04 * big, 0.15),
        next_id=first_id + count,
    )
