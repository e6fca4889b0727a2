"""The requests to each live source, one by one; a response may decide the next request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from courtside.clock import COUNTED_TYPES, Clock, GameType
from courtside.league.markets import POINTS, market_named
from courtside.sources import cdn, injuries, nba
from courtside.sources.injuries import issues_until
from courtside.sources.odds import OddsApi, event_ids, key_from
from courtside.sources.payload import Payload
from courtside.sources.request import Request

Requests = Generator[Request, Payload | None, None]
"""Yields requests one by one, and receives the payload of each, or None where there is none."""

GamesOn = Callable[[dt.date], Sequence[tuple[str, GameType]]]
"""Returns the id and type of the games that the schedule has on a date."""


@dataclass(frozen=True)
class Plan:
    """The requests to one source."""

    source: str
    requests: Callable[[], Requests]


def odds_plan(
    day: dt.date,
    markets: Sequence[str] = (POINTS,),
    *,
    at: dt.datetime | None = None,
    game_lines: bool = False,
    dry: bool = False,
) -> Plan:
    """Return the plan for the lines of the events of an ET date; these cannot be fetched later.

    With `dry` no key is needed.
    """

    def requests() -> Requests:
        keys = tuple(market_named(name).key for name in markets)
        api = OddsApi(SecretStr("") if dry else key_from(), at=at, markets=keys)
        events = yield api.events()
        known = event_ids(events, day) if events else ["{event}"] if dry else []
        for event_id in known:
            yield api.player_lines(event_id)
        if game_lines:
            yield api.game_lines()

    return Plan("odds", requests)


def injuries_plan(issues: Sequence[tuple[dt.date, dt.time]], *, dry: bool = False) -> Plan:
    """Return the plan for the newest existing report among `issues`, which are sorted newest first."""

    def requests() -> Requests:
        for day, time in issues:
            for request in injuries.report_at(day, time):
                if (yield request) and not dry:
                    return

    return Plan("injuries", requests)


def schedule_plan(season: str | None = None) -> Plan:
    """Return the plan for the schedule of the current season, or of the season that `season` names."""

    def requests() -> Requests:
        yield nba.season_schedule(season) if season else cdn.current_schedule()

    return Plan("schedule", requests)


def nba_plan(
    season: str,
    types: Iterable[GameType],
    day: dt.date | None = None,
    games: Sequence[str] = (),
    *,
    index: bool = False,
) -> Plan:
    """Return the plan for the game logs of a season or of one date, and for the details of `games`."""
    wanted = [game_type for game_type in COUNTED_TYPES if game_type in set(types)]

    def requests() -> Requests:
        for game_type in wanted:
            yield from _all(nba.game_logs(season, game_type, day))
        for game_id in games:
            yield from _all(cdn.game_details(game_id))
        if index:
            yield nba.player_index(season)

    return Plan("nba", requests)


def _all(requests: Iterable[Request]) -> Requests:
    for request in requests:  # noqa: UP028 - responses are sent in, which a plain iterator does not accept
        yield request


def day_plan(day: dt.date, games: GamesOn, *, details: bool = False) -> Plan:
    """Return the plan for a date's game logs, of the game types that the schedule has, or else of regular games."""

    def requests() -> Requests:
        known = games(day)
        types = {game_type for _, game_type in known} or {GameType.REGULAR}
        chosen = [game_id for game_id, _ in known] if details else []
        yield from nba_plan(nba.season_on(day), types, day, chosen).requests()

    return Plan("nba", requests)


def repair_plan(dates: Sequence[dt.date], games: GamesOn) -> Plan:
    """Return the plan for the schedule and the game logs of each of `dates`; lines cannot be fetched later."""

    def requests() -> Requests:
        yield cdn.current_schedule()
        for day in dates:
            yield from day_plan(day, games).requests()

    return Plan("nba", requests)


def every_plan(clock: Clock, games: GamesOn, markets: Sequence[str] = (POINTS,), *, dry: bool = False) -> list[Plan]:
    """Return the plans of a day, in the order of what cannot be fetched later: lines first."""
    today = clock.today()
    return [
        odds_plan(today, markets, dry=dry),
        injuries_plan(issues_until(clock.now()), dry=dry),
        schedule_plan(),
        day_plan(today - dt.timedelta(days=1), games),
    ]
