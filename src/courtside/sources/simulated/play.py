"""The play of a season: choose who plays, compute expected points and minutes, and draw the results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from courtside.sources.simulated.arrays import Bools, Floats, Ints, around_one, to_whole
from courtside.sources.simulated.boxes import Box, play_box, settle_ties, within_reach
from courtside.sources.simulated.calendar import Calendar
from courtside.sources.simulated.conditions import Conditions
from courtside.sources.simulated.players import Players

REGULATION = 240
OVERTIME = 25
"""Minutes of all players of a team together, in regulation and per overtime."""

_LEAGUE_POINTS = 112.6
_MOST_INJURED = 4
_HOME_FACTOR = np.array([1.009, 0.991])
_TIRED_RATE, _TIRED_WEIGHT = 0.98, 0.96
_LATE_SCRATCH = 0.05
_CLOSE_GAME, _TIED_OF_CLOSE = 1, 0.92
_STARTER = 28
_MOST_MINUTES = 41
_ROUNDS_OF_SHARING = 6


@dataclass(frozen=True)
class Played:
    """A played season; arrays are (game, side, place), the home side first.

    `player` is the player's seat at the season's start. A player `played`, was `scratched` late, or neither: then he
    was `injured` or not chosen by the coach. `expected_minutes` and `expected_points`, before any overtime, are those
    of players who played or were scratched. `overtimes` is by game.
    """

    player: Ints
    played: Bools
    scratched: Bools
    injured: Bools
    expected_minutes: Floats
    expected_points: Floats
    minutes: Ints
    overtimes: Ints
    box: Box

    @cached_property
    def score(self) -> Ints:
        """Final score by game and side."""
        return np.asarray(self.box.points.sum(axis=2))


def play_season(
    calendar: Calendar,
    players: Players,
    conditions: Conditions,
    rng: np.random.Generator,
    limits: np.random.Generator,
) -> Played:
    """Return the results of every game of the season; `limits` is the stream that keeps box scores within reach."""
    player = conditions.seats[calendar.day[:, None], calendar.teams]
    weight, rate = _powers(calendar, players, conditions)
    injured = _injured(conditions.injured[calendar.day[:, None, None], player], rng)
    chosen = _rotation(weight, injured, rng)
    scratched = _late_scratches(weight, chosen, rng)
    played = chosen & ~scratched
    setting = _setting(calendar, conditions)
    planned = _expected(weight, rate, chosen, setting)
    expected = _expected(weight, rate, played, setting)
    in_form = expected.rate * _form(weight, expected.points, rng)
    minutes = _minutes(weight, played, rng)
    box = play_box(minutes, in_form, player, players, rng)
    overtimes = _overtimes(box.points.sum(axis=2), rng)
    extra = _extra_minutes(minutes, overtimes)
    box = box + play_box(extra, in_form, player, players, rng)
    return Played(
        player=player,
        played=played,
        scratched=scratched,
        injured=injured,
        expected_minutes=np.where(scratched, planned.minutes, expected.minutes),
        expected_points=np.where(scratched, planned.points, expected.points),
        minutes=minutes + extra,
        overtimes=overtimes,
        box=within_reach(settle_ties(box, minutes, rng), limits),
    )


def _powers(calendar: Calendar, players: Players, conditions: Conditions) -> tuple[Floats, Floats]:
    """Return a player's weight for minutes and his points a minute by (game, side, place), with fatigue."""
    day = calendar.day[:, None, None]
    player = conditions.seats[calendar.day[:, None], calendar.teams]
    tired = calendar.back_to_back()[..., None]
    weight = np.exp(players.log_minutes[player] + conditions.minutes_drift[day, player])
    rate = np.exp(players.log_rate[player] + conditions.rate_drift[day, player])
    starts = weight > _STARTER
    return np.where(tired & starts, _TIRED_WEIGHT, 1.0) * weight, np.where(tired, _TIRED_RATE, 1.0) * rate


def _setting(calendar: Calendar, conditions: Conditions) -> Floats:
    """Return, by game and side, the factor of pace, the opponent's defence and home court on scoring."""
    pace = conditions.pace[calendar.teams].mean(axis=1)[:, None, None]
    against = conditions.defence[calendar.teams[:, ::-1]][..., None]
    return np.asarray(pace * against * _HOME_FACTOR[None, :, None])


@dataclass(frozen=True)
class _Expected:
    minutes: Floats
    rate: Floats

    @property
    def points(self) -> Floats:
        return self.minutes * self.rate


def _expected(weight: Floats, rate: Floats, on_floor: Bools, setting: Floats) -> _Expected:
    """Return expected minutes and points a minute; the teammates of a missing scorer score more."""
    minutes = _share_out(np.where(on_floor, weight, 0.0), REGULATION, _MOST_MINUTES)
    raw = (minutes * rate).sum(axis=2, keepdims=True)
    return _Expected(minutes, rate * (_LEAGUE_POINTS / raw) ** 0.85 * setting)


def _share_out(weight: Floats, totals: Ints | int, most: Ints | int) -> Floats:
    """Return minutes in proportion to `weight` that sum to `totals` per side, with at most `most` per player."""
    minutes, full = weight, np.zeros(weight.shape, dtype=np.bool_)
    for _ in range(_ROUNDS_OF_SHARING):
        left = totals - np.where(full, most, 0).sum(axis=2)
        scale = left / np.maximum(np.where(full, 0.0, weight).sum(axis=2), 1e-9)
        minutes = np.where(full, most, weight * scale[..., None])
        full |= minutes >= most
    return np.minimum(minutes, most)


def _minutes(weight: Floats, on_floor: Bools, rng: np.random.Generator) -> Ints:
    """Return whole minutes that add up to 240, or a few more or fewer; at least one for each who plays."""
    spread = 0.15 + 0.40 * np.exp(-weight / 16)
    off = np.clip(np.rint(rng.normal(0, 1, weight.shape[:2])), -3, 3).astype(np.int64)
    weighted = np.where(on_floor, weight * around_one(rng, spread, weight.shape), 0.0)
    parts = _share_out(weighted, REGULATION + off, _MOST_MINUTES)
    return to_whole(np.where(on_floor, np.maximum(parts, 1.0), 0.0), REGULATION + off)


def _injured(out: Bools, rng: np.random.Generator) -> Bools:
    """Return the injured players who do not play, at most four per side; others play."""
    severity = np.where(out, rng.random(out.shape), -1.0)
    rank = np.argsort(np.argsort(-severity, axis=2), axis=2)
    return out & (rank < _MOST_INJURED)


def _rotation(weight: Floats, injured: Bools, rng: np.random.Generator) -> Bools:
    """Return the ten to twelve players of each side whom the coach chooses."""
    standing = np.where(injured, -1.0, weight * around_one(rng, 0.12, weight.shape))
    rank = np.argsort(np.argsort(-standing, axis=2), axis=2)
    size = rng.choice([10, 11, 12], size=weight.shape[:2], p=[0.4, 0.38, 0.22])
    return np.asarray((rank < size[..., None]) & ~injured)


def _late_scratches(weight: Floats, chosen: Bools, rng: np.random.Generator) -> Bools:
    """Return the players with lines who withdraw late; never one of a side with only ten players."""
    rank = np.argsort(np.argsort(np.where(chosen, -weight, 0.0), axis=2), axis=2)
    strikes = (rng.random(chosen.shape[:2]) < _LATE_SCRATCH) & (chosen.sum(axis=2) > 10)
    victim = rng.integers(0, 8, size=chosen.shape[:2])
    return np.asarray(chosen & strikes[..., None] & (rank == victim[..., None]))


def _form(weight: Floats, points: Floats, rng: np.random.Generator) -> Floats:
    """Return random factors of scoring: of the game, of a side, and of a player at his teammates' expense."""
    own = around_one(rng, 0.24 + 0.30 * np.exp(-weight / 14), weight.shape)
    shares = points / points.sum(axis=2, keepdims=True)
    own /= (own * shares).sum(axis=2, keepdims=True)
    game = around_one(rng, 0.025, (len(weight), 1, 1))
    return game * around_one(rng, 0.02, (len(weight), 2, 1)) * own


def _overtimes(score: Ints, rng: np.random.Generator) -> Ints:
    """Return the number of overtimes by game: most of the games with the closest scores have one or more."""
    close = np.abs(score[:, 0] - score[:, 1]) <= _CLOSE_GAME
    count = rng.choice([1, 2, 3], size=len(close), p=[0.85, 0.13, 0.02])
    return np.where(close & (rng.random(len(close)) < _TIED_OF_CLOSE), count, 0)


def _extra_minutes(minutes: Ints, overtimes: Ints) -> Ints:
    """Return overtime minutes; they go to the players with the most minutes."""
    weight = np.square(np.maximum(minutes - 6.0, 0.0)) * (overtimes > 0)[:, None, None]
    totals = np.repeat(overtimes[:, None], 2, axis=1) * OVERTIME
    return to_whole(_share_out(weight, totals, 5 * overtimes[:, None, None]), totals)
