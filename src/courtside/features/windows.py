"""Windows over earlier games. Every feature reads earlier games through this module only.

Games are sorted once by player or team and day, and integer columns become prefix sums. The position of a row is the
number of games on days strictly before its own, so that no window includes a game of its own day. A window is a pair of
positions. A sum over it is one subtraction, which is exact and does not depend on the other rows.

    >>> games = Games(
    ...     pl.DataFrame(
    ...         {"player_id": [7, 7, 7], "game_id": ["a", "b", "c"], "game_day": [1, 3, 5], "points": [10, 20, 30]}
    ...     ),
    ...     "player_id",
    ... )
    >>> before = games.before(pl.DataFrame({"player_id": [7, 7, 8], "game_day": [5, 6, 6]}))
    >>> before.last(2).sum("points").tolist()
    [30, 50, 0]
    >>> before.last(2).count.tolist()
    [2, 2, 0]

Any integer column can be summed, so another market needs only another column name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from courtside.quality.origins import Codes, window_origin

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HORIZON_DAYS = 365
"""Largest age of a game in a window, in days; windows over a whole season have no such limit."""

BLOCK_ROWS = 4096
"""Rows whose newest games are held as matrices at the same time; the matrices of a block fit into the CPU's cache."""

MANY_IDS, LARGEST_TABLE = 4096, 1 << 22
"""From this many ids on, ids that lie within this distance are looked up in a table; those of players do."""

NO_DAY = -(1 << 18)
"""A day earlier than every game."""

_DAY_BITS, _DAY_ZERO = 20, 1 << 19
"""A sort key holds the group in the bits above the day; days count from 1970 and may be negative."""


class Games:
    """Games sorted by `by`, day and game id, with prefix sums of their integer columns.

    Args:
        frame: `by`, game_id, game_day and the columns to sum; one row per (`by`, game_id).
        by: the integer columns that identify a group, such as the player or the team.
    """

    def __init__(self, frame: pl.DataFrame, *by: str) -> None:
        self.frame, self.by = frame, by
        self._values = [distinct(_ints(frame[name])) for name in by]
        self._columns: dict[str, Ints] = {}
        self._floats: dict[str, Floats] = {}
        self._totals: dict[str, Ints] = {}
        self._regrouped: dict[tuple[str, ...], Games] = {}
        keys = _keys(self.groups_of(frame), _ints(frame["game_day"]))
        order = np.argsort(keys)
        if (np.diff(keys[order]) == 0).any():
            order = frame.select(pl.arg_sort_by(pl.Series(keys), "game_id")).to_series().to_numpy()
        self.order, self.keys = order, keys[order]

    def grouped(self, *by: str) -> Games:
        """Return the same games grouped by other columns."""
        if by not in self._regrouped:
            self._regrouped[by] = Games(self.frame, *by)
        return self._regrouped[by]

    def groups_of(self, rows: pl.DataFrame) -> Ints:
        """Return the number of each row's group, −1 where the group has no games."""
        groups = np.zeros(rows.height, dtype=np.int64)
        for name, values in zip(self.by, self._values, strict=True):
            place = places(values, _ints(rows[name]))
            groups = np.where((groups >= 0) & (place >= 0), groups * len(values) + place, -1)
        return groups

    def column(self, name: str) -> Ints:
        """Return an integer column in sorted order; NULL counts as 0."""
        if name not in self._columns:
            self._columns[name] = _ints(self.frame[name])[self.order]
        return self._columns[name]

    def rows(self, positions: Ints) -> pl.DataFrame:
        """Return the games at positions."""
        return self.frame[self.order[positions]]

    def floats(self, name: str) -> Floats:
        """Return an integer column in sorted order as floats, with a 0 behind the last game."""
        if name not in self._floats:
            self._floats[name] = np.append(self.column(name), 0).astype(np.float64)
        return self._floats[name]

    def add(self, name: str, values: Ints) -> None:
        """Add a column with one value per game, in sorted order."""
        self._columns[name] = values

    def total(self, name: str) -> Ints:
        """Return the prefix sums of a column: element `i` is the sum over the first `i` games."""
        if name not in self._totals:
            self._totals[name] = _prefix_sums(self.column(name))
        return self._totals[name]

    def total_by_position(self, name: str) -> Ints:
        """Return the prefix sums of a column multiplied by the position of each game."""
        return _prefix_sums(self.column(name) * np.arange(len(self.keys)))

    def before(self, rows: pl.DataFrame) -> Before:
        """Return the games before each of `rows`, which have `by` and game_day: those on strictly earlier days."""
        return Before(self, self.groups_of(rows), _ints(rows["game_day"]))

    def back_to_backs(self) -> Ints:
        """Return 1 for each game that was played the day after the game before it, else 0."""
        follows: Flags = np.diff(self.keys, prepend=-1) == 1
        return follows.astype(np.int64)

    def spell_starts(self, name: str) -> Ints:
        """Return, for each game, the first day of the run of games with the same value of `name` that it belongs to."""
        values, groups = self.column(name), self.keys >> _DAY_BITS
        has_changed = (np.diff(values, prepend=-1) != 0) | (np.diff(groups, prepend=-1) != 0)
        first: Ints = np.maximum.accumulate(np.where(has_changed, np.arange(len(values)), 0))
        return self.column("game_day")[first]


@dataclass(frozen=True)
class Before:
    """The games before the day of each row; `groups` and `days` have one element per row."""

    games: Games
    groups: Ints
    days: Ints

    @cached_property
    def high(self) -> Ints:
        """The number of games in sorted order up to the row's day; the end of each window."""
        return self._position(self.days)

    @cached_property
    def year(self) -> Window:
        """All games inside the horizon."""
        return self.within(HORIZON_DAYS)

    def last(self, n: int) -> Window:
        """Return the newest `n` games within the horizon."""
        return Window(self.games, np.maximum(self.high - n, self.year.low), self.high)

    def within(self, days: int) -> Window:
        """Return the games of the `days` days before the row's day."""
        return self.since(self.days - days)

    def since(self, days: Ints) -> Window:
        """Return the games on or after the day given for each row."""
        return Window(self.games, np.minimum(self._position(days), self.high), self.high)

    def all(self) -> Window:
        """Return every earlier game, however old."""
        return Window(self.games, self._position(np.full_like(self.days, NO_DAY)), self.high)

    @cached_property
    def _order(self) -> Ints:
        return np.argsort(_keys(self.groups, self.days))

    def _position(self, days: Ints) -> Ints:
        """Return the number of games before `days`; ordered keys are searched faster."""
        positions = np.empty_like(self.days)
        positions[self._order] = np.searchsorted(self.games.keys, _keys(self.groups, days)[self._order])
        return positions


@dataclass(frozen=True)
class Window:
    """Games of each row: positions from `low` to `high`, `high` excluded."""

    games: Games
    low: Ints
    high: Ints

    @property
    def count(self) -> Ints:
        """Number of games."""
        return self.high - self.low

    def sum(self, name: str) -> Ints:
        """Return the sum of a column."""
        total = self.games.total(name)
        return total[self.high] - total[self.low]

    def sum_by_recency(self, name: str) -> Ints:
        """Return the sum of a column, each value multiplied by its recency (1 for the newest game, then 2, 3, …)."""
        total = self.games.total_by_position(name)
        return self.high * self.sum(name) - (total[self.high] - total[self.low])

    def newest(self, name: str, otherwise: int | Ints) -> Ints:
        """Return a column of the newest game; `otherwise` where there is no game."""
        return self._at(name, self.high - 1, otherwise)

    def oldest(self, name: str, otherwise: int | Ints) -> Ints:
        """Return a column of the oldest game; `otherwise` where there is no game."""
        return self._at(name, self.low, otherwise)

    def _at(self, name: str, positions: Ints, otherwise: int | Ints) -> Ints:
        column, is_empty = np.append(self.games.column(name), 0), self.count == 0
        return np.where(is_empty, otherwise, column[np.where(is_empty, -1, positions)])

    def and_since(self, other: Self) -> Self:
        """Return the games that are in this window and in `other`, a window of the same rows."""
        return type(self)(self.games, np.clip(other.low, self.low, self.high), self.high)

    def pairs(self) -> tuple[Ints, Ints]:
        """Return the row number and the position of every game of every row, oldest first."""
        count = self.count
        rows = np.repeat(np.arange(len(count)), count)
        steps = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return rows, np.repeat(self.low, count) + steps

    def newest_games(self, width: int) -> Newest:
        """Return the newest `width` games, for weighted means."""
        return Newest(self, width)

    def weighted_mean(self, name: str, weights: Floats) -> Floats:
        """Return the weighted mean of a column, NaN where there is no game. The newest game has the first weight."""
        mean = np.empty(len(self.high))
        for rows in blocks(self.high):
            window = type(self)(self.games, self.low[rows], self.high[rows])
            mean[rows] = window.newest_games(len(weights)).mean(name, weights)
        return mean


class Newest:
    """The newest games of each row as matrices: rows × games, newest first, 0 beyond the window.

    Values are floats; sums of products of whole numbers are exact below 2⁵³.
    """

    def __init__(self, window: Window, width: int) -> None:
        self.games = window.games
        self.count = np.minimum(window.count, width)
        self.inside: Flags = np.arange(width) < self.count[:, None]
        self._positions = np.where(self.inside, window.high[:, None] - np.arange(1, width + 1), -1)
        self._columns: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._columns:
            self._columns[name] = self.games.floats(name)[self._positions]
        return self._columns[name]

    def mean(self, name: str, weights: Floats) -> Floats:
        """Return the weighted mean of a column, NaN where there is no game. The newest game has the first weight."""
        return ratio(self.sum(name, weights), np.append(0, np.cumsum(weights))[self.count])

    def per(self, name: str, other: str, weights: Floats) -> Floats:
        """Return the weighted sum of a column divided by that of another column, NaN where the divisor is 0."""
        return ratio(self.sum(name, weights), self.sum(other, weights))

    def sum(self, name: str, weights: Floats) -> Floats:
        """Return the weighted sum of a column. It is computed in this thread: BLAS would start threads of its own."""
        total: Floats = np.einsum("ij,j->i", self[name], weights)
        return total


def distinct(ids: Ints) -> Ints:
    """Return the distinct ids, sorted."""
    if not len(ids) or len(ids) < MANY_IDS or np.ptp(ids) >= LARGEST_TABLE:
        return np.unique(ids)
    is_there = np.zeros(np.ptp(ids) + 1, dtype=np.bool_)
    is_there[ids - ids.min()] = True
    found: Ints = np.flatnonzero(is_there) + ids.min()
    return found


def places(values: Ints, ids: Ints) -> Ints:
    """Return the place of each id among distinct sorted values, −1 for an unknown one."""
    if len(ids) < MANY_IDS or not len(values) or values[-1] - values[0] >= LARGEST_TABLE:
        place = np.searchsorted(values, ids)
        return np.where((place < len(values)) & (np.append(values, 0)[place] == ids), place, -1)
    table = np.zeros(values[-1] - values[0] + 1, dtype=np.int32)
    table[values - values[0]] = np.arange(1, len(values) + 1)
    is_inside = (ids >= values[0]) & (ids <= values[-1])
    return np.where(is_inside, table[np.where(is_inside, ids - values[0], 0)], 0).astype(np.int64) - 1


def blocks(keys: Ints) -> list[Ints]:
    """Return the places of rows in blocks of some `BLOCK_ROWS`, ordered by key; rows of one key are in one block."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order])) + 1
    return np.split(order, starts[np.diff(starts // BLOCK_ROWS, prepend=0) > 0])


def half_life_weights(games: int, half_life: float) -> Floats:
    """Return integer weights of the newest `games` games; a weight halves every `half_life` games."""
    return np.array([round((1 << 20) * 0.5 ** (step / half_life)) for step in range(games)], dtype=np.float64)


def ratio(numerator: Ints | Floats, denominator: Ints | Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is 0 or less."""
    quotient = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


@dataclass(frozen=True)
class Sample:
    """A window over known games, and a window over lacking games, which it should hold and whose data is missing."""

    known: Window
    lacking: Window

    @property
    def count(self) -> Ints:
        """Number of known games."""
        return self.known.count

    def sum(self, name: str) -> Ints:
        """Return the sum of a column over the known games."""
        return self.known.sum(name)

    def origin(self, needs: int, usable: str | None = None) -> Codes:
        """Return the origin of a value that needs `needs` games; a game with 0 in the column `usable` is lacking."""
        used = self.count if usable is None else self.sum(usable)
        return window_origin(used, self.lacking.count + self.count - used, needs)


class Past:
    """The known and the lacking games before each row; both windows cover the same days."""

    def __init__(self, rows: pl.DataFrame, known: Games, lacking: Games) -> None:
        self.known, self.lacking = known.before(rows), lacking.before(rows)
        self._last: dict[int, Sample] = {}

    def last(self, n: int) -> Sample:
        """Return the newest `n` known games, and the lacking games since the oldest of them.

        With fewer than `n` known games, the lacking games go back to the horizon.
        """
        if n not in self._last:
            window = self.known.last(n)
            since = np.where(window.count >= n, window.oldest("game_day", 0), self.lacking.days - HORIZON_DAYS)
            self._last[n] = Sample(window, self.lacking.since(since))
        return self._last[n]

    def within(self, days: int) -> Sample:
        """Return the games of the `days` days before the row's day."""
        return Sample(self.known.within(days), self.lacking.within(days))

    def year(self) -> Sample:
        """Return all games inside the horizon."""
        return self.within(HORIZON_DAYS)

    def all(self) -> Sample:
        """Return every earlier game of the row's group, however old."""
        return Sample(self.known.all(), self.lacking.all())


def _ints(column: pl.Series) -> Ints:
    return (column.fill_null(0) if column.null_count() else column).cast(pl.Int64).to_numpy()


def _prefix_sums(column: Ints) -> Ints:
    totals = np.zeros(len(column) + 1, dtype=np.int64)
    np.cumsum(column, out=totals[1:])
    return totals


def _keys(groups: Ints, days: Ints) -> Ints:
    return (groups << _DAY_BITS) + days + _DAY_ZERO
