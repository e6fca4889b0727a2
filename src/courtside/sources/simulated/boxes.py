"""Consistent box-score counts: makes do not exceed attempts, and points are the sum of the makes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from courtside.sources.simulated.arrays import Floats, Ints
from courtside.sources.simulated.players import Players


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
    other = {
        name: rng.poisson(getattr(players, name)[player] * minutes)
        for name in ("oreb", "dreb", "ast", "stl", "blk", "tov", "pf")
    }
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


def settle_ties(box: Box, minutes: Ints, rng: np.random.Generator) -> Box:
    """Return the box scores with one more free throw for one side of each tied game."""
    score = box.points.sum(axis=2)
    level = np.flatnonzero(score[:, 0] == score[:, 1])
    side = (rng.random(len(level)) > 0.56).astype(np.int64)
    hero = minutes[level, side].argmax(axis=1)
    one = np.zeros_like(box.ftm)
    one[level, side, hero] = 1
    counts = box.counts() | {"ftm": box.ftm + one, "fta": box.fta + one}
    return Box(**counts)
