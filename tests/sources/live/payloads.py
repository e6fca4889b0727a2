"""Response bodies in the providers' formats, with fictional players."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from courtside.sources.nba import known_header
from tests.raw.builders import event, outcome, player_row, team_game

DAY = dt.date(2024, 2, 22)
NOW = dt.datetime(2024, 2, 22, 22, 0)
EVENT = "e" * 32
EVENTS_PATH = "/v4/sports/basketball_nba/events"
ODDS_PATH = f"{EVENTS_PATH}/{EVENT}/odds"
LOG_PATH = "/stats/leaguegamelog"
SCHEDULE_PATH = "/static/json/staticData/scheduleLeagueV2.json"


def events(*, at: str = "2024-02-23T00:10:00Z", **changes: Any) -> bytes:
    """Return a list of one event of The Odds API."""
    one = {"id": EVENT, "sport_key": "basketball_nba", "commence_time": at} | changes
    return json.dumps([one]).encode()


def event_odds(line: float = 24.5) -> bytes:
    """Return the odds of that event: one player at one book."""
    document = event(outcome("Over", -110, point=line), outcome("Under", -110, point=line), id=EVENT)
    return json.dumps(document).encode()


def game_log(grain: str = "P", rename: dict[str, str] | None = None, new: str | None = None) -> bytes:
    """Return a LeagueGameLog of one row for players, or of both teams; columns may be renamed or added."""
    rows = [player_row()] if grain == "P" else team_game()
    known = known_header()
    whole = [{name: row.get(name, 0) for name in (*known, *(key for key in row if key not in known))} for row in rows]
    shaped = [{(rename or {}).get(name, name): value for name, value in row.items()} for row in whole]
    if new:
        shaped = [row | {new: 1} for row in shaped]
    table = {"name": "LeagueGameLog", "headers": list(shaped[0]), "rowSet": [list(row.values()) for row in shaped]}
    return json.dumps({"resource": "leaguegamelog", "parameters": {}, "resultSets": [table]}).encode()
