"""The games, players and dates that the faults of a season affect, chosen before the first delivery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from courtside.sources.simulated.arrays import Bools, Ints
from courtside.sources.simulated.boxes import Box
from courtside.sources.simulated.faults import Faults
from courtside.sources.simulated.market import Quotes
from courtside.sources.simulated.names import as_a_book_writes, unresolvable_name
from courtside.sources.simulated.players import NAMESAKES
from courtside.sources.simulated.season import Season

CORRECTION_DAYS = 2
"""Days from the first delivery of a box score to its correction."""


@dataclass(frozen=True)
class Correction:
    """A basket that moves from one player to a teammate; players are positions in the game's side."""

    game: int
    side: int
    giver: int
    taker: int


@dataclass(frozen=True)
class FaultPlan:
    """The faults of one season. Games are in order of tip-off; days are positions among the game dates.

    `hidden` marks, by (game, side, place), the players left out of a truncated box score. `player_names` holds each
    player's name as books write it, by seat, and `renamed` the seats whose name there does not resolve to a player.
    """

    missing: Ints
    delayed: Ints
    truncated: Ints
    hidden: Bools
    corrections: list[Correction]
    corrected_box: Box
    renamed: Ints
    player_names: list[str]
    silent_days: Ints
    late_days: int


def plan_faults(season: Season, quotes: Quotes, faults: Faults, rng: np.random.Generator) -> FaultPlan:
    """Return the plan, with exact counts; a game has at most one of the faults."""
    games = season.finished()
    shuffled = rng.permutation(games)
    missing, delayed, truncated, sound = np.split(
        shuffled,
        np.cumsum(
            [
                round(share * games)
                for share in (faults.missing_box_share, faults.delayed_box_share, faults.truncated_box_share)
            ]
        ),
    )
    corrections = [_correction(season, int(game), rng) for game in sound[: round(faults.correction_share * games)]]
    renamed = _renamed(quotes, faults.renamed_players, rng)
    names = [as_a_book_writes(name) for name in season.players.name]
    for position, seat in enumerate(renamed):
        names[seat] = unresolvable_name(position)
    return FaultPlan(
        missing=missing,
        delayed=delayed,
        truncated=truncated,
        hidden=_hidden(season, truncated, rng),
        corrections=corrections,
        corrected_box=_corrected(season.played.box, corrections),
        renamed=renamed,
        player_names=names,
        silent_days=np.sort(rng.permutation(season.days_finished())[: faults.missing_line_days]),
        late_days=faults.late_days,
    )


def _hidden(season: Season, games: Ints, rng: np.random.Generator) -> Bools:
    """Return the players left out of each of `games`: the top scorer of one side and one to three teammates."""
    played = season.played
    hidden = np.zeros_like(played.played)
    for game in games:
        side = int(rng.integers(2))
        best = int(np.where(played.played[game, side], played.box.points[game, side], -1).argmax())
        others = np.setdiff1d(np.flatnonzero(played.played[game, side]), [best])
        hidden[game, side, [best, *rng.permutation(others)[: rng.integers(1, 4)]]] = True
    return hidden


def _correction(season: Season, game: int, rng: np.random.Generator) -> Correction:
    played, side = season.played, int(rng.integers(2))
    twos = (played.box.fgm - played.box.fg3m)[game, side]
    giver = int(rng.choice(np.flatnonzero(twos > 0)))
    others = np.setdiff1d(np.flatnonzero(played.played[game, side]), [giver])
    return Correction(game, side, giver, int(rng.choice(others)))


def _corrected(box: Box, corrections: list[Correction]) -> Box:
    fgm, fga = box.fgm.copy(), box.fga.copy()
    for one in corrections:
        for counts in (fgm, fga):
            counts[one.game, one.side, one.giver] -= 1
            counts[one.game, one.side, one.taker] += 1
    return Box(**box.counts() | {"fgm": fgm, "fga": fga})


def _renamed(quotes: Quotes, count: int, rng: np.random.Generator) -> Ints:
    """Return `count` players, chosen among the two hundred with the most lines."""
    seats, quoted = np.unique(quotes.player, return_counts=True)
    regulars = np.setdiff1d(seats[np.argsort(-quoted, kind="stable")][:202], NAMESAKES)
    return rng.permutation(regulars)[:count]
