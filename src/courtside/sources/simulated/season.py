"""One simulated season with its games, and the sequence of seasons of a league."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from courtside.sources.simulated.arrays import Floats, stream
from courtside.sources.simulated.boxes import expected_counts
from courtside.sources.simulated.calendar import Calendar, build_calendar
from courtside.sources.simulated.conditions import Conditions, draw_conditions
from courtside.sources.simulated.names import NameBook
from courtside.sources.simulated.play import Played, play_season
from courtside.sources.simulated.players import Players, after_summer, founding_players

_NAMES, _CALENDAR, _CONDITIONS, _PLAY, _SUMMER, _LIMITS = range(6)


@dataclass(frozen=True)
class Season:
    """A season: its calendar, its players in their seats at the start, its conditions and its games.

    `last_date` is the last game date with results; `fetched_until` the instant after which nothing was
    fetched, UTC, None where the simulation does not stop within the season.
    """

    seed: int
    calendar: Calendar
    players: Players
    conditions: Conditions
    played: Played
    last_date: dt.date
    fetched_until: dt.datetime | None

    @property
    def start_year(self) -> int:
        """The year the season starts in."""
        return self.calendar.start_year

    def expected(self, counts: Sequence[str]) -> Floats:
        """Return the expected sum of box-score counts by (game, side, place), −1 where a player has no lines.

        Each count is scaled so that the league's total is what was played.
        """
        played = self.played
        found = expected_counts(played.expected_minutes, played.expected_points, played.player, self.players)
        total = np.zeros(played.player.shape)
        for name in counts:
            made = played.box.points if name == "points" else getattr(played.box, name)
            whole = found[name][played.played].sum()
            total += found[name] * (made.sum() / whole if name != "points" and whole else 1.0)
        return np.where(played.played | played.scratched, total, -1.0)

    def finished(self) -> int:
        """Return the number of games, in order of tip-off, that have results."""
        return int(np.searchsorted(self.calendar.day, self.days_finished()))

    def days_finished(self) -> int:
        """Return the number of game dates that have results."""
        return sum(date <= self.last_date for date in self.calendar.dates)


def play_seasons(seed: int, first: int, last: int, until: dt.date | None) -> Iterator[Season]:
    """Yield the seasons that start in the years `first` to `last`; the last one has results up to `until`."""
    names = NameBook(stream(seed, first, _NAMES))
    players = founding_players(names, stream(seed, first, _SUMMER))
    for year in range(first, last + 1):
        season = _season(seed, year, players, until if year == last else None)
        yield season
        final_seats = season.conditions.seats[-1].ravel()
        players = after_summer(_as_drifted(season).seated(final_seats), names, stream(seed, year + 1, _SUMMER))


def _season(seed: int, year: int, players: Players, until: dt.date | None) -> Season:
    calendar = build_calendar(year, stream(seed, year, _CALENDAR))
    conditions = draw_conditions(calendar, stream(seed, year, _CONDITIONS))
    return Season(
        seed=seed,
        calendar=calendar,
        players=players,
        conditions=conditions,
        played=play_season(calendar, players, conditions, stream(seed, year, _PLAY), stream(seed, year, _LIMITS)),
        last_date=until or calendar.dates[-1],
        fetched_until=None if until is None else _fetched_until(until),
    )


def _fetched_until(until: dt.date) -> dt.datetime:
    return dt.datetime.combine(until + dt.timedelta(days=1), dt.time(15))


def _as_drifted(season: Season) -> Players:
    return replace(
        season.players,
        log_rate=season.players.log_rate + season.conditions.rate_drift[-1],
        log_minutes=season.players.log_minutes + season.conditions.minutes_drift[-1],
    )
