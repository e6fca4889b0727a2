from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.clock import eastern_date, season_of
from courtside.league.teams import TEAMS
from courtside.sources.payload import Payload
from courtside.sources.simulated.arrays import stream
from courtside.sources.simulated.calendar import Calendar, build_calendar, season_dates
from tests.sources.simulated.reading import schedules

_years, _seeds = st.integers(1946, 2045), st.integers(0, 10_000)


def _calendar(year: int, seed: int) -> Calendar:
    return build_calendar(year, stream(seed, year, 1))


@settings(max_examples=25, deadline=None)
@given(_years, _seeds)
def test_every_team_plays_82_games_41_of_them_at_home(year: int, seed: int):
    calendar = _calendar(year, seed)
    assert set(np.bincount(calendar.home, minlength=30)) == {41}
    assert set(np.bincount(calendar.away, minlength=30)) == {41}
    meetings = np.zeros((30, 30), dtype=int)
    np.add.at(meetings, (calendar.home, calendar.away), 1)
    assert set((meetings + meetings.T)[~np.eye(30, dtype=bool)]) == {2, 3, 4}


@settings(max_examples=25, deadline=None)
@given(_years, _seeds)
def test_no_team_plays_twice_a_day_and_rest_is_realistic(year: int, seed: int):
    calendar = _calendar(year, seed)
    assert calendar.plays().sum() == 2460
    counts = np.zeros(30, dtype=int)
    np.add.at(counts, calendar.teams, calendar.back_to_back())
    assert 10 <= counts.min() <= counts.max() <= 19
    assert 13 <= counts.mean() <= 16


def test_a_back_to_back_is_a_game_on_the_day_before():
    calendar = _calendar(2025, 3)
    played = {
        (calendar.dates[day], int(team))
        for day, pair in zip(calendar.day, calendar.teams, strict=True)
        for team in pair
    }
    for game, pair in enumerate(calendar.teams):
        eve = calendar.dates[calendar.day[game]] - dt.timedelta(days=1)
        assert calendar.back_to_back()[game].tolist() == [(eve, int(team)) in played for team in pair]


@pytest.mark.parametrize("year", [1946, 1999, 2025, 2045])
def test_the_season_runs_from_late_october_to_mid_april_around_an_all_star_break(year: int):
    dates = season_dates(year)
    assert dates[0] == dt.date(year, 10, 22)
    assert dates[-1] == dt.date(year + 1, 4, 13)
    missing = [day for day in range((dates[-1] - dates[0]).days) if dates[0] + dt.timedelta(day) not in dates]
    in_february = [day for day in missing if (dates[0] + dt.timedelta(day)).month == 2]
    assert in_february == list(range(in_february[0], in_february[0] + 5))
    assert len(missing) == 7


def test_games_are_numbered_as_the_league_does():
    calendar = _calendar(2025, 3)
    assert calendar.game_ids[0] == "0022500001"
    assert calendar.game_ids[-1] == "0022501230"
    assert {season_of(game_id) for game_id in calendar.game_ids} == {"2025-26"}
    assert (np.diff(calendar.day) >= 0).all()
    assert {len(TEAMS)} == {np.unique(calendar.teams).size}


def test_the_schedule_writes_eastern_wall_time_with_a_false_z_and_the_true_utc(payloads: list[Payload]):
    moved = 0
    for game in schedules(payloads)[0]:
        wall = dt.datetime.fromisoformat(str(game["gameDateTimeEst"])).replace(tzinfo=None)
        instant = dt.datetime.fromisoformat(str(game["gameDateTimeUTC"]))
        assert eastern_date(instant) == wall.date() == dt.date.fromisoformat(str(game["gameDateEst"])[:10])
        assert instant.replace(tzinfo=None) - wall in (dt.timedelta(hours=4), dt.timedelta(hours=5))
        assert wall.time() >= dt.time(12)
        moved += instant.date() != wall.date()
    assert 700 < moved < 1230
