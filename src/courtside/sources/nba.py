"""Requests to stats.nba.com, built with `nba_api`: game logs, the schedule of a season, and the player index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from courtside.clock import GameType, season_label
from courtside.errors import ConfigError
from courtside.sources.request import Request

SOURCE = "stats.nba.com"
SEASON_TYPES = {
    GameType.REGULAR: "Regular Season",
    GameType.PLAYOFFS: "Playoffs",
    GameType.PLAY_IN: "PlayIn",
}
_NOT_SENT = frozenset({"Host", "Connection", "Accept-Encoding"})


def game_logs(season: str, game_type: GameType, day: dt.date | None = None) -> Iterator[Request]:
    """Yield the requests for the team and player logs of a season, or of one date of it.

    The team log is first, because it has the final scores that a player log is reconciled with.
    """
    from nba_api.stats.endpoints.leaguegamelog import LeagueGameLog

    date = f"{day:%m/%d/%Y}" if day else ""
    for grain in ("T", "P"):
        endpoint = LeagueGameLog(
            season=season,
            season_type_all_star=SEASON_TYPES[game_type],
            player_or_team_abbreviation=grain,
            date_from_nullable=date,
            date_to_nullable=date,
            get_request=False,
        )
        yield _request(endpoint, f"leaguegamelog_{grain}_{day or season}_{game_type}.json")


def season_schedule(season: str) -> Request:
    """Return the request for the schedule of any season; the CDN has only the current one."""
    from nba_api.stats.endpoints.scheduleleaguev2 import ScheduleLeagueV2

    return _request(ScheduleLeagueV2(season=season, get_request=False), f"schedule_{season}.json")


def player_index(season: str) -> Request:
    """Return the request for every player of a season with id, team and position."""
    from nba_api.stats.endpoints.playerindex import PlayerIndex

    return _request(PlayerIndex(season=season, get_request=False), f"playerindex_{season}.json", is_read=False)


def known_header(name: str = "LeagueGameLog") -> tuple[str, ...]:
    """Return the columns that `nba_api` expects in a team game log; a player log has two more."""
    from nba_api.stats.endpoints.leaguegamelog import LeagueGameLog

    return tuple(LeagueGameLog.expected_data[name])


def season_on(day: dt.date) -> str:
    """Return the season of `day`; a new season begins in August."""
    return season_label(day.year if day.month >= 8 else day.year - 1)


def require_installed() -> None:
    """Check that the optional libraries of live sources are installed.

    Raises:
        ConfigError: naming the command that installs them.
    """
    import importlib.util

    missing = [name for name in ("nba_api", "pypdf") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"live sources need {' and '.join(missing)}: pip install 'courtside[live]'")


def _request(endpoint: Any, name: str, *, is_read: bool = True) -> Request:
    from nba_api.stats.library.http import NBAStatsHTTP

    return Request(
        source=SOURCE,
        name=name,
        url=NBAStatsHTTP.base_url.format(endpoint=endpoint.endpoint),
        params={key: "" if value is None else str(value) for key, value in sorted(endpoint.parameters.items())},
        headers={key: value for key, value in NBAStatsHTTP.headers.items() if key not in _NOT_SENT},
        is_read=is_read,
    )
