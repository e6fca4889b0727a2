"""Small payloads in the providers' formats, with fictional players."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from typing import Any

from courtside.raw import Parsed, parse
from courtside.sources.payload import Payload

FETCHED = dt.datetime(2025, 1, 1, 12)
LAL, GSW, BOS, OKC, HOU = 1610612747, 1610612744, 1610612738, 1610612760, 1610612745

Row = dict[str, Any]


def read(content: bytes, name: str = "payload.bin") -> Parsed:
    """Return the result of `parse` for `content`."""
    return parse(Payload("files", name, FETCHED, content))


def as_csv(rows: list[Row], header: list[str] | None = None) -> bytes:
    """Return rows as CSV bytes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_result_sets(rows: list[Row], name: str = "LeagueGameLog", *, single: bool = False) -> bytes:
    """Return rows in the envelope of stats.nba.com, its `resultSets` a list or a single object."""
    table = {"name": name, "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}
    envelope = {"resource": name.lower(), "parameters": {}, "resultSets": table if single else [table]}
    return json.dumps(envelope).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip of `files`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def gzipped(content: bytes) -> bytes:
    """Return `content` as gzip."""
    return gzip.compress(content)


def counts(points: int = 20) -> Row:
    """Return the box-score counts of a line that sums to `points`."""
    return {
        "FGM": 7, "FGA": 15, "FG_PCT": 0.467, "FG3M": 2, "FG3A": 5, "FG3_PCT": 0.4, "FTM": 4, "FTA": 4,
        "FT_PCT": 1.0, "OREB": 1, "DREB": 5, "REB": 6, "AST": 3, "STL": 1, "BLK": 0, "TOV": 2, "PF": 3,
        "PTS": points, "PLUS_MINUS": -4,
    }  # fmt: skip


def player_row(**changes: Any) -> Row:
    """Return a row of the players' LeagueGameLog."""
    row = {
        "SEASON_ID": "22024", "PLAYER_ID": 9000001, "PLAYER_NAME": "Đorđe Šarić", "TEAM_ID": LAL,
        "TEAM_ABBREVIATION": "LAL", "TEAM_NAME": "Los Angeles Lakers", "GAME_ID": "0022400061",
        "GAME_DATE": "2024-10-22", "MATCHUP": "LAL vs. GSW", "WL": "W", "MIN": 31, **counts(),
        "FANTASY_PTS": 31.2, "VIDEO_AVAILABLE": 1,
    }  # fmt: skip
    return row | changes


def team_row(**changes: Any) -> Row:
    """Return a row of the teams' LeagueGameLog."""
    row = {
        "SEASON_ID": "22024", "TEAM_ID": LAL, "TEAM_ABBREVIATION": "LAL", "TEAM_NAME": "Los Angeles Lakers",
        "GAME_ID": "0022400061", "GAME_DATE": "2024-10-22", "MATCHUP": "LAL vs. GSW", "WL": "W", "MIN": 240,
        **counts(110), "VIDEO_AVAILABLE": 1,
    }  # fmt: skip
    return row | changes


def team_game(**changes: Any) -> list[Row]:
    """Return the two rows of one game of the teams' LeagueGameLog, GSW at LAL."""
    away = {"TEAM_ID": GSW, "TEAM_ABBREVIATION": "GSW", "MATCHUP": "GSW @ LAL", "WL": "L", "PTS": 101}
    return [team_row(**changes), team_row(**(away | changes))]


def schedule_game(**changes: Any) -> list[Row]:
    """Return the two rows of one game of a schedule sheet, GSW at LAL."""
    kept = ("SEASON_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE", "MATCHUP", "WL")
    return [{name: row[name] for name in kept} | changes for row in team_game()]


def cdn_game(**changes: Any) -> Row:
    """Return a game of the CDN schedule: BOS at LAL, 10:00 pm ET on 2025-01-23, which is the 24th in UTC."""
    game = {
        "gameId": "0022400625", "gameStatus": 3, "gameStatusText": "Final",
        "gameDateEst": "2025-01-23T00:00:00Z", "gameTimeEst": "1900-01-01T22:00:00Z",
        "gameDateTimeEst": "2025-01-23T22:00:00Z", "gameDateTimeUTC": "2025-01-24T03:00:00Z",
        "postponedStatus": "N", "isNeutral": False,
        "homeTeam": {"teamId": LAL, "teamTricode": "LAL", "score": 117},
        "awayTeam": {"teamId": BOS, "teamTricode": "BOS", "score": 96},
    }  # fmt: skip
    return game | changes


def cdn(*games: Row) -> bytes:
    """Return the CDN schedule that holds `games`."""
    dates = [{"gameDate": "01/23/2025 00:00:00", "games": list(games)}]
    schedule = {"seasonYear": "2024-25", "leagueId": "00", "gameDates": dates}
    return json.dumps({"meta": {"version": 1}, "leagueSchedule": schedule}).encode()


def line_row(**changes: Any) -> Row:
    """Return a row of the canonical lines CSV."""
    row = {
        "source": "the_odds_api", "game_date": "2024-02-22", "snapshot_utc": "2024-02-22T23:55:07.000",
        "commence_utc": "2024-02-23T00:10:00.000", "event_id": "e1", "home_team": "Boston Celtics",
        "away_team": "Los Angeles Lakers", "opp": "", "player_name": "Đorđe Šarić", "book": "draftkings",
        "line": "22.5", "over_price": "-110.0", "under_price": "-120.0",
    }  # fmt: skip
    return row | changes


def outcome(name: str, price: float, point: float | None = 22.5, player: str = "Đorđe Šarić") -> Row:
    """Return an outcome of a market of The Odds API."""
    return {"name": name, "description": player, "price": price, "point": point}


def event(*outcomes: Row, market: str = "player_points", **changes: Any) -> Row:
    """Return an event of The Odds API with one book and one market; tip-off 7:10 pm ET on 2024-02-22."""
    markets = [{"key": market, "last_update": "2024-02-22T23:55:07Z", "outcomes": list(outcomes)}]
    shown = {
        "id": "e1", "sport_key": "basketball_nba", "sport_title": "NBA",
        "commence_time": "2024-02-23T00:10:00Z", "home_team": "Boston Celtics",
        "away_team": "Los Angeles Lakers",
        "bookmakers": [{"key": "draftkings", "title": "DraftKings", "markets": markets}],
    }  # fmt: skip
    return shown | changes


def flat_row(**changes: Any) -> Row:
    """Return a row of the flattened odds CSV."""
    row = {
        "": 0, "outcomes_name": "Over", "outcomes_description": "Đorđe Šarić", "outcomes_price": -110,
        "outcomes_point": 22.5, "id": "e1", "sport_key": "basketball_nba", "sport_title": "NBA",
        "commence_time": "2024-02-23T00:10:00Z", "home_team": "Boston Celtics",
        "away_team": "Los Angeles Lakers", "bookmakers.key": "draftkings", "bookmakers.title": "DraftKings",
        "bookmakers.last_update": "", "bookmakers.markets.key": "player_points",
        "bookmakers.markets.last_update": "2024-02-22T23:55:07Z",
    }  # fmt: skip
    return row | changes


def shot_row(**changes: Any) -> Row:
    """Return a row of a season's shot CSV; its game id has lost its zeros."""
    row = {
        "SEASON_1": 2025, "SEASON_2": "2024-25", "TEAM_ID": LAL, "TEAM_NAME": "Los Angeles Lakers",
        "PLAYER_ID": 9000001, "PLAYER_NAME": "Đorđe Šarić", "GAME_DATE": "10-22-2024", "GAME_ID": "22400061",
        "HOME_TEAM": "LAL", "AWAY_TEAM": "GSW", "EVENT_TYPE": "Made Shot", "SHOT_MADE": "TRUE",
        "ACTION_TYPE": "Jump Shot", "SHOT_TYPE": "3PT Field Goal", "BASIC_ZONE": "Left Corner 3",
        "ZONE_NAME": "Left Side", "ZONE_ABB": "L", "ZONE_RANGE": "24+ ft.", "LOC_X": 23.4, "LOC_Y": 12.95,
        "SHOT_DISTANCE": 24, "QUARTER": 1, "MINS_LEFT": 11, "SECS_LEFT": 20,
    }  # fmt: skip
    return row | changes


def detail_row(**changes: Any) -> Row:
    """Return a row of ShotChartDetail: the same shot as `shot_row`, in tenths of a foot from the hoop."""
    row = {
        "GRID_TYPE": "Shot Chart Detail", "GAME_ID": "0022400061", "GAME_EVENT_ID": 9, "PLAYER_ID": 9000001,
        "PLAYER_NAME": "Đorđe Šarić", "TEAM_ID": LAL, "TEAM_NAME": "Los Angeles Lakers", "PERIOD": 1,
        "MINUTES_REMAINING": 11, "SECONDS_REMAINING": 20, "EVENT_TYPE": "Made Shot",
        "ACTION_TYPE": "Jump Shot", "SHOT_TYPE": "3PT Field Goal", "SHOT_ZONE_BASIC": "Left Corner 3",
        "SHOT_ZONE_AREA": "Left Side(L)", "SHOT_ZONE_RANGE": "24+ ft.", "SHOT_DISTANCE": 24, "LOC_X": -234,
        "LOC_Y": 77, "SHOT_ATTEMPTED_FLAG": 1, "SHOT_MADE_FLAG": 1, "GAME_DATE": "20241022", "HTM": "LAL",
        "VTM": "GSW",
    }  # fmt: skip
    return row | changes
