"""Lines of four books near the truth: they open, move and close, and a few are shown after tip-off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from courtside.clock import eastern_to_utc
from courtside.league.markets import MARKETS, Market
from courtside.sources.simulated.arrays import Bools, Floats, Ints
from courtside.sources.simulated.season import Season

BOOKS = (("draftkings", "DraftKings"), ("fanduel", "FanDuel"), ("betmgm", "BetMGM"), ("caesars", "Caesars"))
ROUNDS = ("evening", "morning", "afternoon", "close")
"""Snapshot rounds: the evening before, 9:30 and 17:00 Eastern, and shortly before each tip-off."""
CLOSE = len(ROUNDS) - 1
VIG = 0.045

_OF_OTHER_MARKETS = np.array([[False, True, False, True]] * 2 + [[False] * 4] * 2)
"""The books and rounds whose lines of other markets than points are fetched: credits are spent on points first."""

_OPENED_BY = np.array([[0.75, 0.95, 1, 1], [0.55, 0.9, 1, 1], [0.3, 0.8, 1, 1], [0.15, 0.65, 1, 1]])
_PRICE_STEP = np.array([5, 2, 5, 1])
_AFTER_TIP = 0.01
_WHOLE_LINES = np.array([0.0, 0.0, 0.05, 0.12])


@dataclass(frozen=True)
class Quotes:
    """One entry per line of a book, in order of game date, round, game, book and player.

    `player` is the seat at the season's start, `at` is the snapshot as UTC seconds since 1970, prices are American
    odds.
    """

    day: Ints
    round: Ints
    game: Ints
    book: Ints
    player: Ints
    at: Ints
    line: Floats
    over: Ints
    under: Ints

    def of(self, day: int, round_: int) -> slice:
        """Return the slice of the entries of one game date and round."""
        batch = day * len(ROUNDS) + round_
        low, high = np.searchsorted(self._batches, [batch, batch + 1])
        return slice(int(low), int(high))

    def between(self, first: int, end: int) -> Quotes:
        """Return the entries of the game dates from position `first` to before position `end`."""
        low, high = np.searchsorted(self.day, [first, end])
        return Quotes(*(getattr(self, field.name)[low:high] for field in fields(self)))

    @cached_property
    def _batches(self) -> Ints:
        return self.day * len(ROUNDS) + self.round


def round_instant(date: dt.date, round_: int) -> dt.datetime:
    """Return the UTC time at which a round before the close was fetched for the games of `date`."""
    if ROUNDS[round_] == "evening":
        return eastern_to_utc(date - dt.timedelta(days=1), dt.time(21))
    return eastern_to_utc(date, dt.time(9, 30) if ROUNDS[round_] == "morning" else dt.time(17))


def quote_season(season: Season, rng: np.random.Generator, market: Market = MARKETS[0]) -> Quotes:
    """Return all lines of a market in a season; working arrays are (offer, book, round); an offer is a player game."""
    game, player, truth, gone = _offers(season, rng, season.expected(market.counts))
    at, late = _snapshots(season, rng)
    late_here = late[game]
    lowest, width, skew = (1.6, 1.6, 0.0) if "points" in market.counts else (0.6, 1.1, 0.2)
    estimate = _estimates(truth, late_here, rng, lowest)
    line = _lines(estimate, rng)
    noise = rng.normal(0, 0.008, estimate.shape)
    tip = season.calendar.tip_at[game][:, None, None]
    shown = _opened(season, rng)[game] & (at[game] < tip) | late_here
    shown &= _covered(truth, rng)[:, :, None] & (np.arange(len(ROUNDS)) < gone[:, None, None])
    if market != MARKETS[0]:
        shown &= _OF_OTHER_MARKETS
    offer, book, round_ = np.nonzero(shown)
    day = season.calendar.day[game[offer]]
    order = np.lexsort((player[offer], book, game[offer], round_, day))
    place = (offer[order], book[order], round_[order])
    over, under = _prices(estimate[place] - skew, line[place], noise[place], width, _PRICE_STEP[place[1]])
    return Quotes(
        day[order],
        place[2],
        game[place[0]],
        place[1],
        player[place[0]],
        at[game][place],
        line[place],
        over,
        under,
    )


def _offers(season: Season, rng: np.random.Generator, expected: Floats) -> tuple[Ints, Ints, Floats, Ints]:
    """Return game, player, expected result, and the round from which a withdrawn player has no line."""
    played = season.played
    rank = np.argsort(np.argsort(-expected, axis=2), axis=2)
    chosen = np.nonzero(rank < rng.integers(8, 10, size=(*expected.shape[:2], 1)))
    gone = np.where(played.scratched[chosen], rng.integers(2, len(ROUNDS) + 1, len(chosen[0])), len(ROUNDS))
    return chosen[0], played.player[chosen], expected[chosen], gone


def _snapshots(season: Season, rng: np.random.Generator) -> tuple[Ints, Bools]:
    """Return the snapshot time by game, book and round, and which closing snapshots came after tip-off."""
    calendar = season.calendar
    games = len(calendar.game_ids)
    at = np.empty((games, len(BOOKS), len(ROUNDS)), dtype=np.int64)
    for round_ in range(CLOSE):
        fetched = [round_instant(date, round_).replace(tzinfo=dt.UTC).timestamp() for date in calendar.dates]
        at[:, :, round_] = np.array(fetched, dtype=np.int64)[calendar.day][:, None]
        at[:, :, round_] -= rng.integers(20, 900, (games, len(BOOKS)))
    late = np.zeros(at.shape, dtype=np.bool_)
    late[:, :, CLOSE] = rng.random((games, len(BOOKS))) < _AFTER_TIP
    before, after = rng.integers(120, 900, late.shape[:2]), rng.integers(240, 3600, late.shape[:2])
    at[:, :, CLOSE] = calendar.tip_at[:, None] + np.where(late[:, :, CLOSE], after, -before)
    return at, late


def _opened(season: Season, rng: np.random.Generator) -> Bools:
    draw = rng.random((len(season.calendar.game_ids), len(BOOKS), 1))
    return np.asarray(draw < _OPENED_BY)


def _covered(truth: Floats, rng: np.random.Generator) -> Bools:
    share = np.where(truth > 10, 0.97, 0.72)[:, None]
    return np.asarray(rng.random((len(truth), len(BOOKS))) < share)


def _estimates(truth: Floats, late: Bools, rng: np.random.Generator, lowest: float) -> Floats:
    """Return each book's estimate: the truth with a shared error that shrinks toward the close, and an own error.

    An estimate after tip-off has a further error from the running game.
    """
    count = len(truth)
    scale = np.sqrt(truth / 12)[:, None, None]
    to_close = np.linspace(1, 0, len(ROUNDS))
    shared = rng.normal(0, 0.7, (count, 1, 1)) + rng.normal(0, 0.9, (count, 1, 1)) * to_close
    own = rng.normal(0, 0.3, (count, len(BOOKS), 1)) + rng.normal(0, 0.12, late.shape)
    running = np.where(late, rng.normal(0, 3.5, late.shape), 0.0)
    return np.maximum(0.985 * truth[:, None, None] + scale * (shared + own + running), lowest)


def _lines(estimate: Floats, rng: np.random.Generator) -> Floats:
    whole = rng.random((*estimate.shape[:2], 1)) < _WHOLE_LINES[:, None]
    return np.where(whole, np.rint(estimate), np.floor(estimate) + 0.5)


def _prices(estimate: Floats, line: Floats, noise: Floats, width: float, step: Ints) -> tuple[Ints, Ints]:
    """Return over and under prices, rounded to `step`; their implied probabilities add up to 1 + the vig."""
    surprise = (estimate - line) / (width * np.sqrt(estimate) + 0.3)
    over = np.clip(1 / (1 + np.exp(-1.702 * surprise)) + noise, 0.32, 0.68)
    return _american(over * (1 + VIG), step), _american((1 - over) * (1 + VIG), step)


def _american(implied: Floats, step: Ints) -> Ints:
    favoured = -np.rint(100 * implied / (1 - implied) / step) * step
    outsider = np.rint(100 * (1 - implied) / implied / step) * step
    return np.asarray(np.where(implied > 0.5, favoured, outsider), dtype=np.int64)
