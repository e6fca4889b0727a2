"""Requests to the league's CDN: the schedule of the current season, and box score and play-by-play of a game."""

from __future__ import annotations

from collections.abc import Iterator

from courtside.sources.request import Request

SOURCE = "cdn.nba.com"
ROOT = "https://cdn.nba.com/static/json"


def current_schedule() -> Request:
    """Return the request for the schedule of the current season, with the state of every game."""
    return Request(SOURCE, "scheduleLeagueV2.json", f"{ROOT}/staticData/scheduleLeagueV2.json")


def game_details(game_id: str) -> Iterator[Request]:
    """Yield the requests for box score and play-by-play of a game; the CDN returns 403 before tip-off."""
    for kind in ("boxscore", "playbyplay"):
        name = f"{kind}_{game_id}.json"
        url = f"{ROOT}/liveData/{kind}/{name}"
        yield Request(SOURCE, name, url, absent=frozenset({403, 404}), is_read=False)
