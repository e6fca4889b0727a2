"""The reason why a player has no feature row on a date, as a sentence with the next step."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw

from courtside.analytics.tables import GAMES, PLAYER_GAMES
from courtside.clock import game_day
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.seasons import lookback_start
from courtside.league.teams import TRICODE_OF_ID
from courtside.pipeline.tables import GRID
from courtside.quality.without_row import RETURN_DAYS, WithoutRow
from courtside.warehouse.base import Reader

UNSETTLED = ("expected", "held", "failed")


def why_no_row(reader: Reader, player_id: int, day: dt.date) -> str:
    """Return why the player has no feature row on `day`, and the nearest dates on which he has one."""
    cells = reader.collect(reader.scan(GRID, start=day, end=day).filter(nw.col("stage") == "features")).to_dicts()
    if not cells:
        return f"the date is not computed. Run `courtside run --start-date {day} --end-date {day}`."
    if cells[0]["state"] in UNSETTLED:
        return f"the date is {cells[0]['state']}: {cells[0]['reason']}. `courtside runs` shows what was run."
    return f"{_of_computed(reader, player_id, day)}.{_nearest(reader, player_id, day)}"


def _of_computed(reader: Reader, player_id: int, day: dt.date) -> str:
    games = reader.collect(
        reader.scan(GAMES, start=day, end=day).filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
    )
    if games.is_empty():
        return "no game of the season was scheduled"
    last = _last_game(reader, player_id, day)
    box = reader.collect(
        reader.scan(PLAYER_GAMES, start=day, end=day).filter((nw.col("player_id") == player_id) & nw.col("did_play"))
    ).to_dicts()
    teams = {*games["home_team_id"], *games["away_team_id"]}
    team = box[0]["team_id"] if box else last["team_id"] if last else None
    return _of_player(last, team, teams, day)


def _of_player(last: dict[str, Any] | None, team: int | None, teams: set[int], day: dt.date) -> str:
    """Return why a player, whose latest game before the date is `last`, is not on the slate of the teams."""
    if team is None:
        return "no game of the player is stored before it"
    if team not in teams:
        return f"{TRICODE_OF_ID[team]} had no game"
    if last is None:
        return f"it was the player's {WithoutRow.FIRST_GAME}"
    away = game_day(day) - last["game_day"]
    if away > RETURN_DAYS:
        return (
            f"the latest game before it was on {last['game_date']}, {away} days earlier; a player is on a slate up to "
            f"{RETURN_DAYS} days after a game"
        )
    if last["team_id"] != team:
        return f"it was the player's {WithoutRow.FIRST_FOR_TEAM}, {TRICODE_OF_ID[team]}"
    return "the row is expected and not stored. Run `courtside repair`"


def _last_game(reader: Reader, player_id: int, day: dt.date) -> dict[str, Any] | None:
    rows = reader.collect(
        reader.scan(PLAYER_GAMES, start=lookback_start(day), end=day).filter(
            (nw.col("player_id") == player_id)
            & (nw.col("game_day") < game_day(day))
            & nw.col("did_play")
            & nw.col("is_counted")
            & (nw.col("box_status") == "complete")
        )
    )
    return rows.sort("game_day").tail(1).to_dicts()[0] if rows.height else None


def _nearest(reader: Reader, player_id: int, day: dt.date) -> str:
    rows = reader.collect(reader.scan(PLAYER_FEATURES).filter(nw.col("player_id") == player_id).select("game_date"))
    days = rows["game_date"].sort()
    found = [*days.filter(days < day).tail(1), *days.filter(days > day).head(1)]
    return f" The nearest dates with a row: {' and '.join(map(str, found))}." if found else ""
