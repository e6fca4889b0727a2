"""Game dates, seasons, game types and the clock.

A game date is an Eastern (ET) calendar day. The season and the type of a game come from its ten-digit game id
(`0022400061`: type 002, season 2024-25), never from a month or a literal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
EPOCH = dt.date(1970, 1, 1)
EARLIEST_TIP_OFF = dt.time(12, 0)
"""No NBA game has tipped off before noon Eastern; this bound is used where a tip-off time is unknown."""

_GAME_ID = re.compile(r"00[1-6]\d{7}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class GameType(StrEnum):
    """Type of a game, from the third digit of its id."""

    PRE_SEASON = "pre_season"
    REGULAR = "regular"
    ALL_STAR = "all_star"
    PLAYOFFS = "playoffs"
    PLAY_IN = "play_in"
    CUP_FINAL = "cup_final"


TYPE_OF_PREFIX = {
    "001": GameType.PRE_SEASON,
    "002": GameType.REGULAR,
    "003": GameType.ALL_STAR,
    "004": GameType.PLAYOFFS,
    "005": GameType.PLAY_IN,
    "006": GameType.CUP_FINAL,
}
COUNTED_TYPES = (GameType.REGULAR, GameType.PLAYOFFS, GameType.PLAY_IN)
"""Game types that enter season and last-N windows."""

COUNTED_IDS = tuple(prefix for prefix, game_type in TYPE_OF_PREFIX.items() if game_type in COUNTED_TYPES)
"""The first three digits of the ids of these games."""


def parse_game_id(value: object) -> str:
    """Return the ten-digit game id of `value`, and restore leading zeros that a spreadsheet dropped.

    Raises:
        ValueError: where `value` is not a game id of this league.

    >>> parse_game_id(22400061)
    '0022400061'
    """
    text = str(value).strip()
    text = text.zfill(10) if text.isdigit() else text
    if not _GAME_ID.fullmatch(text):
        raise ValueError(f"{value!r} is not an NBA game id (ten digits, 001 to 006 first)")
    return text


def season_of(game_id: str) -> str:
    """Return the season of a game id, as `2024-25`.

    >>> season_of('0022400061'), season_of('0029900001')
    ('2024-25', '1999-00')
    """
    return season_label(2000 + int(game_id[3:5]) if int(game_id[3:5]) < 46 else 1900 + int(game_id[3:5]))


def season_label(start_year: int) -> str:
    """Return the label of the season that starts in `start_year`, as `2024-25`.

    >>> season_label(2024)
    '2024-25'
    """
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def game_type_of(game_id: str) -> GameType:
    """Return the type of a game id.

    >>> str(game_type_of('0042400101'))
    'playoffs'
    """
    return TYPE_OF_PREFIX[game_id[:3]]


def parse_game_date(value: str) -> dt.date:
    """Return the ET calendar date that `YYYY-MM-DD` states.

    Raises:
        ValueError: where `value` is no such date; the message names it.

    >>> parse_game_date('2026-02-07')
    datetime.date(2026, 2, 7)
    """
    if not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is not a date; write it as 2026-02-07")
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date: {error}") from error


def game_day(date: dt.date) -> int:
    """Return the days since 1970-01-01 as an integer, which window arithmetic uses.

    >>> game_day(dt.date(1970, 1, 2))
    1
    """
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the date of a `game_day`.

    >>> date_of(game_day(dt.date(2026, 2, 7)))
    datetime.date(2026, 2, 7)
    """
    return EPOCH + dt.timedelta(days=day)


def date_range(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """Yield the dates from `start` to `end`, both included.

    >>> [str(date) for date in date_range(dt.date(2025, 12, 31), dt.date(2026, 1, 1))]
    ['2025-12-31', '2026-01-01']
    """
    for day in range(game_day(start), game_day(end) + 1):
        yield date_of(day)


def eastern_to_utc(date: dt.date, time: dt.time) -> dt.datetime:
    """Return the UTC instant (naive, as stored) of an Eastern wall time.

    >>> eastern_to_utc(dt.date(2026, 2, 7), dt.time(19, 30))
    datetime.datetime(2026, 2, 8, 0, 30)
    """
    return dt.datetime.combine(date, time, EASTERN).astimezone(dt.UTC).replace(tzinfo=None)


def eastern_date(instant: dt.datetime) -> dt.date:
    """Return the ET calendar date of a UTC instant (naive means UTC).

    >>> eastern_date(dt.datetime(2026, 2, 8, 4, 59)), eastern_date(dt.datetime(2026, 2, 8, 5, 0))
    (datetime.date(2026, 2, 7), datetime.date(2026, 2, 8))
    """
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return aware.astimezone(EASTERN).date()


def to_utc(instant: dt.datetime) -> dt.datetime:
    """Return an instant as it is stored: UTC without a zone (naive input is taken as UTC).

    >>> to_utc(dt.datetime(2026, 2, 7, 19, 30, tzinfo=EASTERN))
    datetime.datetime(2026, 2, 8, 0, 30)
    """
    return instant.astimezone(dt.UTC).replace(tzinfo=None) if instant.tzinfo else instant


class Clock(Protocol):
    """Returns the present instant; it is passed in, so that a test or a demo can fix it."""

    def now(self) -> dt.datetime:
        """Return the present instant, UTC without a zone."""
        ...

    def today(self) -> dt.date:
        """Return the present ET calendar date."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the present instant, UTC without a zone."""
        return dt.datetime.now(dt.UTC).replace(tzinfo=None)

    def today(self) -> dt.date:
        """Return the present ET calendar date."""
        return eastern_date(self.now())


@dataclass
class FixedClock:
    """A clock that always shows `at`, in UTC without a zone."""

    at: dt.datetime

    def now(self) -> dt.datetime:
        """Return the fixed instant."""
        return self.at

    def today(self) -> dt.date:
        """Return the ET calendar date of the fixed instant."""
        return eastern_date(self.at)
