"""A league of four teams and a few players, as the frames that the resolver uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from courtside.clock import date_of, game_day
from courtside.league.resolver import MENTION_COLUMNS, Resolution, resolve, stints_of
from courtside.league.teams import team_named

DAY = game_day(dt.date(2026, 1, 10))
APPEARANCES = {"player_id": pl.Int64, "player_name": pl.String, "team_id": pl.Int64, "game_day": pl.Int64}


def team(tricode: str) -> int:
    return team_named(tricode).team_id


def slate(*games: tuple[int, str, str]) -> pl.DataFrame:
    """Games as (day, home tricode, away tricode)."""
    rows = [
        (f"00225{number:05d}", date_of(day), day, team(home), team(away))
        for number, (day, home, away) in enumerate(games, start=1)
    ]
    schema = {"game_id": pl.String, "game_date": pl.Date, "game_day": pl.Int64}
    schema |= {"home_team_id": pl.Int64, "away_team_id": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def appearances(*rows: tuple[int, str, str, int]) -> pl.DataFrame:
    """Box-score rows as (player_id, name, tricode, day)."""
    filled = [(player_id, name, team(tricode), day) for player_id, name, tricode, day in rows]
    return pl.DataFrame(filled, schema=APPEARANCES, orient="row")


def mention(name: str, day: int = DAY, **teams: str) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(MENTION_COLUMNS)
    return row | {"source": "a_book", "game_date": date_of(day), "player_name": name} | teams


def mentions(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    schema = {name: pl.Date if name == "game_date" else pl.String for name in MENTION_COLUMNS}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def resolved_from(rows: Iterable[dict[str, object]], box_scores: pl.DataFrame, games: pl.DataFrame) -> Resolution:
    """Resolve `rows` with people and stints derived from box-score rows."""
    people = box_scores.select("player_id", "player_name").unique()
    return resolve(mentions(rows), people, stints_of(box_scores), games)
