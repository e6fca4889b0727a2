"""Consistent box-score counts: makes do not exceed attempts, and points are the sum of the makes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from courtside.sources.simulated.arrays import Floats, Ints
from courtside.sources.simulated.players import Players

PER_MINUTE = ("oreb", "dreb", "ast", "stl", "blk", "tov", "pf")
"""Counts that players have at a rate per minute."""


@dataclass(frozen=True)
class Box:
    """Counts by (game, side, place); field names are the league's, in lower case."""

    fgm: Ints
    fga: Ints
    fg3m: Ints
    fg3a: Ints
    ftm: Ints
    fta: Ints
    oreb: Ints
    dreb: Ints
    ast: Ints
    stl: Ints
    blk: Ints
    tov: Ints
    pf: Ints

    @cached_property
    def points(self) -> Ints:
        """Points scored."""
        return 2 * self.fgm + self.fg3m + self.ftm

    def __add__(self, other: Box) -> Box:
        sums = {name: values + other.counts()[name] for name, values in self.counts().items()}
        return Box(**sums | {"pf": np.minimum(sums["pf"], 6)})

    def counts(self) -> dict[str, Ints]:
        """Return the counts by name, in the order of the box score."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def play_box(minutes: Ints, rate: Floats, player: Ints, players: Players, rng: np.random.Generator) -> Box:
    """Return the box-score counts of players who score `rate` points a minute on average over `minutes`."""
    share, three, two = (values[player] for values in (players.three_share, players.three_pct, players.two_pct))
    free, from_line = players.free_throw_pct[player], players.free_throw_share[player]
    points = minutes * rate
    shots = points * (1 - from_line) / (3 * share * three + 2 * (1 - share) * two)
    fga = np.floor(shots + rng.random(shots.shape)).astype(np.int64)
    fg3a = rng.binomial(fga, share)
    fg3m = rng.binomial(fg3a, three)
    fta = rng.poisson(points * from_line / free)
    other = {name: rng.poisson(getattr(players, name)[player] * minutes) for name in PER_MINUTE}
    other["pf"] = np.minimum(other["pf"], 6 * (minutes > 0))
    return Box(
        fgm=fg3m + rng.binomial(fga - fg3a, two),
        fga=fga,
        fg3m=fg3m,
        fg3a=fg3a,
        ftm=rng.binomial(fta, free),
        fta=fta,
        **other,
    )


def expected_counts(minutes: Floats, points: Floats, player: Ints, players: Players) -> dict[str, Floats]:
    """Return the expected box-score counts of players by name, from their expected minutes and points."""
    share, three, two = (values[player] for values in (players.three_share, players.three_pct, players.two_pct))
    from_line = points * players.free_throw_share[player]
    fga = (points - from_line) / (3 * share * three + 2 * (1 - share) * two)
    fg3a, fta = fga * share, from_line / players.free_throw_pct[player]
    other = {name: getattr(players, name)[player] * minutes for name in PER_MINUTE}
    made = {"fgm": fg3a * three + (fga - fg3a) * two, "fga": fga, "fg3m": fg3a * three, "fg3a": fg3a}
    return {"points": points, **made, "ftm": from_line, "fta": fta, **other}


def within_reach(box: Box, rng: np.random.Generator) -> Box:
    """Return the box scores with no more defensive rebounds than shots the other side missed and did not rebound, no
    more assists than baskets of the side, and no more blocks than misses of the other side."""
    missed = (box.fga - box.fgm).sum(axis=2)
    loose = missed + (box.fta - box.ftm).sum(axis=2) // 2 - box.oreb.sum(axis=2)
    most = {"dreb": loose[:, ::-1], "ast": box.fgm.sum(axis=2), "blk": missed[:, ::-1]}
    return Box(**box.counts() | {name: _at_most(getattr(box, name), bound, rng) for name, bound in most.items()})


def _at_most(counts: Ints, most: Ints, rng: np.random.Generator) -> Ints:
    """Return counts by (game, side, place), with random ones taken out where a side has more than `most`."""
    kept = counts.copy()
    for game, side in np.argwhere(counts.sum(axis=2) > most):
        kept[game, side] = rng.multivariate_hypergeometric(counts[game, side], max(int(most[game, side]), 0))
    return kept


def settle_ties(box: Box, minutes: Ints, rng: np.random.Generator) -> Box:
    """Return the box scores with one more free throw for one side of each tied game."""
    score = box.points.sum(axis=2)
    level = np.flatnonzero(score[:, 0] == score[:, 1])
    side = (rng.random(len(level)) > 0.56).astype(np.int64)
    hero = minutes[level, side].argmax(axis=1)
    extra = np.zeros_like(box.ftm)
    extra[level, side, hero] = 1
    counts = box.counts() | {"ftm": box.ftm + extra, "fta": box.fta + extra}
    return Box(**counts)
