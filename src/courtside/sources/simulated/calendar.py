"""The season calendar: opponents, date and time of each game."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from courtside.clock import date_range, eastern_to_utc
from courtside.league.teams import TEAMS
from courtside.sources.simulated.arrays import Bools, Floats, Ints

Fixture = tuple[int, int]
"""Home and visiting team, by their position in `TEAMS`."""

_CONFERENCES = (
    ("BOS BKN NYK PHI TOR", "CHI CLE DET IND MIL", "ATL CHA MIA ORL WAS"),
    ("DEN MIN OKC POR UTA", "GSW LAC LAL PHX SAC", "DAL HOU MEM NOP SAS"),
)
_PLACE = {team.tricode: place for place, team in enumerate(TEAMS)}
_EARLY, _CENTRAL, _LATE = (1140, 1140, 1170, 1170, 1200), (1200, 1200, 1230), (1260, 1320, 1320, 1350)
_MATINEES = (780, 930, 930, 1020)
_CENTRAL_HOMES = {"CHI", "MIL", "MIN", "DAL", "HOU", "MEM", "NOP", "SAS", "OKC"}
_LATE_HOMES = {"DEN", "UTA", "PHX", "GSW", "LAC", "LAL", "POR", "SAC"}
_GAMES_OF_WEEKDAY = (9, 5, 12, 3, 12, 8, 8)
_REST_PENALTY = 0.3
_BACK_TO_BACKS = 14
_BEYOND = -1e9


@dataclass(frozen=True)
class Calendar:
    """A regular season of 1,230 games in order of tip-off; arrays have one entry per game.

    `day` is the position of the game date in `dates`, `home` and `away` are positions in `TEAMS`, `tip_minute` is
    Eastern wall time in minutes after midnight, and `tip_at` is UTC in seconds since 1970.
    """

    start_year: int
    dates: list[dt.date]
    day: Ints
    home: Ints
    away: Ints
    tip_minute: Ints
    tip_at: Ints
    game_ids: list[str]

    @cached_property
    def teams(self) -> Ints:
        """Home and visiting team of each game, as an array of two columns."""
        return np.stack([self.home, self.away], axis=1)

    def plays(self) -> Bools:
        """Return whether each team (column) plays on each date (row)."""
        grid = np.zeros((len(self.dates), len(TEAMS)), dtype=np.bool_)
        grid[self.day, self.home] = grid[self.day, self.away] = True
        return grid

    def back_to_back(self) -> Bools:
        """Return, for each game and side, whether the team also played the day before."""
        days = np.array([date.toordinal() for date in self.dates])
        on = np.zeros((days[-1] - days[0] + 2, len(TEAMS)), dtype=np.bool_)
        on[days - days[0] + 1] = self.plays()
        return np.asarray(on[(days[self.day] - days[0])[:, None], self.teams])


def build_calendar(start_year: int, rng: np.random.Generator) -> Calendar:
    """Return the calendar of the season that starts in October of `start_year`."""
    dates = season_dates(start_year)
    placed = _place(_fixtures(rng), dates, rng)
    minutes = np.array([_tip_minute(dates[day], home, rng) for day, (home, _) in placed])
    order = np.lexsort((np.arange(len(placed)), minutes, np.array([day for day, _ in placed])))
    placed, minutes = [placed[place] for place in order], minutes[order]
    return Calendar(
        start_year=start_year,
        dates=dates,
        day=np.array([day for day, _ in placed]),
        home=np.array([home for _, (home, _) in placed]),
        away=np.array([away for _, (_, away) in placed]),
        tip_minute=minutes,
        tip_at=np.array([_instant(dates[day], int(at)) for (day, _), at in zip(placed, minutes, strict=True)]),
        game_ids=[f"002{start_year % 100:02d}{number:05d}" for number in range(1, len(placed) + 1)],
    )


def season_dates(start_year: int) -> list[dt.date]:
    """Return the dates on which games may be played: 22 October to 13 April without holidays and the All-Star break."""
    thanksgiving = _nth(dt.date(start_year, 11, 1), 3, 4)
    break_starts = _nth(dt.date(start_year + 1, 2, 1), 6, 3) - dt.timedelta(days=2)
    closed = {thanksgiving, dt.date(start_year, 12, 24), *_days(break_starts, 5)}
    season = date_range(dt.date(start_year, 10, 22), dt.date(start_year + 1, 4, 13))
    return [date for date in season if date not in closed]


def _days(start: dt.date, count: int) -> list[dt.date]:
    return [start + dt.timedelta(days=offset) for offset in range(count)]


def _nth(first: dt.date, weekday: int, number: int) -> dt.date:
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _instant(date: dt.date, minute: int) -> int:
    tip = eastern_to_utc(date, dt.time(minute // 60, minute % 60))
    return int(tip.replace(tzinfo=dt.UTC).timestamp())


def _fixtures(rng: np.random.Generator) -> list[Fixture]:
    """Return 82 games per team, 41 at home: 4 per rival, 3 or 4 per team of the conference, 2 per other team."""
    sides = [[[_PLACE[code] for code in division.split()] for division in conference] for conference in _CONFERENCES]
    east, west = ([team for division in conference for team in division] for conference in sides)
    games = [game for home in east for away in west for game in ((home, away), (away, home))]
    for conference in sides:
        for division in conference:
            games += [game for one, two in combinations(division, 2) for game in ((one, two), (two, one)) * 2]
        for one_division, two_division in combinations(conference, 2):
            games += _between(one_division, two_division, rng)
    return [games[place] for place in rng.permutation(len(games))]


def _between(one_division: list[int], two_division: list[int], rng: np.random.Generator) -> list[Fixture]:
    """Return the games of two divisions: each team plays two of the other teams three times, and hosts one of these
    twice."""
    short_at_two, short_at_one = rng.permutation(5)[:2]
    games: list[Fixture] = []
    for row, one in enumerate(one_division):
        for column, two in enumerate(two_division):
            offset = (column - row) % 5
            games += [(one, two)] * (1 if offset == short_at_one else 2)
            games += [(two, one)] * (1 if offset == short_at_two else 2)
    return games


def _quotas(dates: list[dt.date], games: int) -> list[int]:
    weights = np.array([_GAMES_OF_WEEKDAY[date.weekday()] for date in dates], dtype=np.float64)
    edges = np.rint(np.cumsum(weights) / weights.sum() * games).astype(int)
    return [int(count) for count in np.diff(edges, prepend=0)]


def _place(games: list[Fixture], dates: list[dt.date], rng: np.random.Generator) -> list[tuple[int, Fixture]]:
    """Return each game with its date; teams that have played fewer games and are rested play first."""
    days = np.array([date.toordinal() for date in dates]) - dates[0].toordinal() + 5
    on = np.zeros((days[-1] + 6, len(TEAMS)), dtype=np.int64)
    pairs = np.array(games)
    left, met = np.ones(len(games), dtype=np.bool_), np.full((len(TEAMS), len(TEAMS)), -30)
    placed: list[tuple[int, Fixture]] = []
    quotas = _quotas(dates, len(games))
    for place, (day, quota) in enumerate(zip(days, quotas, strict=True)):
        due = len(games) * 2 / len(TEAMS) * sum(quotas[: place + 1]) / len(games)
        wish = _wish(on, int(day), due)
        candidates = np.flatnonzero(left)
        home, away = pairs[candidates].T
        score = wish[home] + wish[away] - 1.5 * (day - met[home, away] < 8)
        score += rng.normal(0, 0.25, len(candidates))
        for chosen in _pick(candidates, score, pairs, quota):
            one, two = games[chosen]
            left[chosen], on[day, [one, two]] = False, 1
            met[one, two] = met[two, one] = day
            placed.append((place, games[chosen]))
    for chosen in np.flatnonzero(left).tolist():
        place = _free_day(on, days, games[chosen])
        on[days[place], list(games[chosen])] = 1
        placed.append((place, games[chosen]))
    return placed


def _wish(on: Ints, day: int, due: float) -> Floats:
    """Return each team's score for a game today: its games behind schedule, minus a penalty for short rest."""
    borne = (on[1:day] * on[: day - 1]).sum(axis=0) - _BACK_TO_BACKS * due / 82
    tired = np.where(on[day - 1] + on[day + 1] > 0, _REST_PENALTY * (1 + borne), 0.0)
    worn_out = (on[day - 1] + on[day - 2] > 1) | (on[day - 4 : day].sum(axis=0) > 2)
    wish: Floats = np.where(worn_out, _BEYOND, due - on.sum(axis=0) - tired)
    return wish


def _pick(candidates: Ints, score: Floats, pairs: Ints, quota: int) -> list[int]:
    chosen: list[int] = []
    busy: set[int] = set()
    for place in np.argsort(-score, kind="stable"):
        if len(chosen) == quota or score[place] < _BEYOND / 2:
            break
        home, away = pairs[candidates[place]].tolist()
        if home not in busy and away not in busy:
            busy.update((home, away))
            chosen.append(int(candidates[place]))
    return chosen


def _free_day(on: Ints, days: Ints, game: Fixture) -> int:
    """Return the best date on which neither team of `game` plays: that with the most rest, and the latest of those."""
    near = np.stack([on[days + offset][:, list(game)] for offset in (-2, -1, 0, 1, 2)])
    burden = near.sum(axis=(0, 2)) + 50 * near[2].sum(axis=1)
    in_a_row = (near[1] * near[0] + near[3] * near[4] + near[1] * near[3]).sum(axis=1)
    return len(days) - 1 - int(np.argmin((burden + 10 * in_a_row)[::-1]))


def _tip_minute(date: dt.date, home: int, rng: np.random.Generator) -> int:
    code = TEAMS[home].tricode
    slots = _LATE if code in _LATE_HOMES else _CENTRAL if code in _CENTRAL_HOMES else _EARLY
    if date.weekday() >= 5 and rng.random() < 0.25 and code not in _LATE_HOMES:
        slots = _MATINEES
    return slots[int(rng.integers(len(slots)))]
