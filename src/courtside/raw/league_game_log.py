"""Parsers of LeagueGameLog of stats.nba.com, for players and teams, and of flattened box scores with its columns."""

from __future__ import annotations

import polars as pl

from courtside.raw.columns import Sieve, Source, finished, typed, within_payload
from courtside.raw.game_log_schedule import as_matchup, schedule_rows, with_result
from courtside.raw.parsed import Parsed
from courtside.raw.readers import as_written, game_id, iso_date, minutes_played, trimmed, whole_number, wholes
from courtside.raw.rules import (
    refuse_bad_names,
    refuse_other_leagues,
    refuse_out_of_season,
    refuse_unknown_teams,
)
from courtside.raw.tables import BOX_COUNTS, RAW_PLAYER_BOX, RAW_SCHEDULE, RAW_TEAM_BOX
from courtside.warehouse.schema import Table

_GAME = (
    Source("GAME_ID", "game_id", game_id, "an NBA game id"),
    Source("GAME_DATE", "game_date", iso_date, "a date"),
    Source("TEAM_ID", "team_id", whole_number, "a team id"),
    Source("MATCHUP", "matchup", as_matchup, "`LAL vs. GSW` or `LAL @ GSW`"),
)
_COUNTS = (
    Source("MIN", "minutes", minutes_played, "a whole number, or minutes and seconds"),
    *wholes([("PTS", "points"), *((c.name.upper(), c.name) for c in BOX_COUNTS)]),
)
_NO_TIME = r"^(?:PT)?0+(?:\.0+)?[:M]0+(?:\.0+)?S?$"
"""A clock at zero: the player did not play. A plain `0` is rounded and may mean some seconds."""
_PLAYER = (
    *_GAME,
    Source("PLAYER_ID", "player_id", whole_number, "a player id"),
    Source("PLAYER_NAME", "player_name", as_written, "a name"),
    *_COUNTS,
    *wholes([("PLUS_MINUS", "plus_minus")]),
)
_STARTERS = (
    Source("START_POSITION", "start_position", trimmed, "text"),
    Source("COMMENT", "comment", trimmed, "text"),
)
_TEAM = (*_GAME, *_COUNTS)

PLAYER_COLUMNS = tuple(source.name for source in _PLAYER)
STARTER_COLUMNS = tuple(source.name for source in _STARTERS)
TEAM_COLUMNS = (*(source.name for source in _TEAM), "WL")


def parse_player_log(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_player_box` rows, one for each (game, player).

    Starters and comments are read where the sheet has them.
    """
    sources = (*_PLAYER, *(source for source in _STARTERS if source.name in text.columns))
    text = text.with_columns(MIN=pl.when(~pl.col("MIN").str.contains(_NO_TIME)).then("MIN"))
    rows = _box_rows(text, RAW_PLAYER_BOX, sources, sieve)
    refuse_bad_names(rows["player_name"], "PLAYER_NAME", sieve)
    box = finished(sieve.usable(rows), RAW_PLAYER_BOX, sieve.refused)
    return Parsed("player_game_log", {RAW_PLAYER_BOX.name: box}, dict(sieve.refused))


def parse_team_log(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_team_box` rows, one for each (game, team), and the `raw_schedule` rows derived from them."""
    rows = _box_rows(text, RAW_TEAM_BOX, _TEAM, sieve)
    usable = sieve.usable(with_result(rows, text))
    box = finished(usable, RAW_TEAM_BOX, sieve.refused)
    last = usable.unique(within_payload(usable, ("game_id", "team_id")), keep="last", maintain_order=True)
    games = schedule_rows(last, "in_progress", sieve.refused)
    return Parsed("team_game_log", {RAW_TEAM_BOX.name: box, RAW_SCHEDULE.name: games}, dict(sieve.refused))


def _box_rows(text: pl.DataFrame, table: Table, sources: tuple[Source, ...], sieve: Sieve) -> pl.DataFrame:
    refuse_other_leagues(text["GAME_ID"], sieve)
    rows = typed(text, table, sources, sieve)
    refuse_unknown_teams(rows["team_id"], sieve)
    refuse_out_of_season(rows["game_id"], rows["game_date"], "GAME_DATE", sieve)
    return rows
