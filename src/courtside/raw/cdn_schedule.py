"""Parser of the league's CDN schedule: a document of game dates, each with its games."""

from __future__ import annotations

from typing import Any

import polars as pl

from courtside.errors import PayloadRefusedError
from courtside.raw.columns import Sieve, Source, finished, typed
from courtside.raw.parsed import Parsed
from courtside.raw.readers import game_id, iso_date, one_of, truth, utc_instant, wholes
from courtside.raw.rules import refuse_other_leagues, refuse_out_of_season, refuse_unknown_teams
from courtside.raw.sheets import ListSheet
from courtside.raw.tables import RAW_SCHEDULE

SHAPE = "CDN schedule"
_SOURCES = (
    Source("gameId", "game_id", game_id, "an NBA game id"),
    Source("gameDateEst", "game_date", iso_date, "a date"),
    Source("gameDateTimeUTC", "tip_at", utc_instant, "an instant"),
    Source(
        "gameStatus",
        "status",
        one_of({"1": "scheduled", "2": "in_progress", "3": "final"}),
        "1 (scheduled), 2 (in progress) or 3 (final)",
    ),
    Source("isNeutral", "is_neutral", truth, "true or false"),
    *wholes(
        [
            ("homeTeam.teamId", "home_team_id"),
            ("awayTeam.teamId", "away_team_id"),
            ("homeTeam.score", "home_points"),
            ("awayTeam.score", "away_points"),
        ]
    ),
)
_REQUIRED = tuple(source.name for source in _SOURCES)
_NOTES = ("gameStatusText", "postponedStatus")
COLUMNS = (*_REQUIRED, *_NOTES)
_TIME_OF_DAY = r"(?i)\b[0-9]{1,2}:[0-9]{2} *[ap]m\b"


def is_cdn_schedule(document: object) -> bool:
    """Return whether a document is a CDN schedule, complete or not."""
    return isinstance(document, dict) and isinstance(document.get("leagueSchedule"), dict)


def sheet_of_games(document: object) -> ListSheet:
    """Return a sheet with a row per game.

    Raises:
        PayloadRefusedError: where the document is not a schedule.
    """
    return ListSheet.of_records(SHAPE, _games(document), COLUMNS)


def parse_cdn_schedule(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_schedule` rows of the provider `cdn`.

    The game date is the ET date of `gameDateEst`. The tip-off is NULL where its time is to be determined. A game is
    postponed where its status text states it (also for cancelled games), or where it is flagged and its text has no
    time of day; a flagged game with a time has been rescheduled. Points are set for final games only. Games whose teams
    are not known yet, or are not NBA teams (All-Star teams, foreign clubs), are refused.
    """
    refuse_other_leagues(text["gameId"], sieve)
    rows = typed(text, RAW_SCHEDULE, _SOURCES, sieve)
    for side in ("home_team_id", "away_team_id"):
        sieve.refuse(rows[side] == 0, "teams not known yet")
    for side in ("home_team_id", "away_team_id"):
        refuse_unknown_teams(rows[side], sieve)
    refuse_out_of_season(rows["game_id"], rows["game_date"], "gameDateEst", sieve)
    games = finished(sieve.usable(_with_state(rows, text)), RAW_SCHEDULE, sieve.refused)
    return Parsed("cdn_schedule", {RAW_SCHEDULE.name: games}, dict(sieve.refused))


def _games(document: object) -> list[dict[str, Any]]:
    schedule = document.get("leagueSchedule") if isinstance(document, dict) else None
    dates = schedule.get("gameDates") if isinstance(schedule, dict) else None
    if not isinstance(dates, list):
        raise PayloadRefusedError(f"{SHAPE} lacks the list leagueSchedule.gameDates")
    games: list[dict[str, Any]] = []
    for date in dates:
        of_date = date.get("games") if isinstance(date, dict) else None
        if not isinstance(of_date, list) or not all(isinstance(game, dict) for game in of_date):
            raise PayloadRefusedError(f"{SHAPE} holds a game date without a list of games")
        games.extend(map(_flat, of_date))
    return games


def _flat(game: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in game.items() if not isinstance(value, dict | list)}
    for side in ("homeTeam", "awayTeam"):
        team = game.get(side)
        flat |= {f"{side}.{key}": value for key, value in (team if isinstance(team, dict) else {}).items()}
    return flat


def _with_state(rows: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    note = text["gameStatusText"].fill_null("").str.strip_chars()
    flagged = text["postponedStatus"].is_in(["Y", "P"]).fill_null(False)
    called_off = note.str.contains(r"(?i)^(?:ppd|postponed|cancell?ed)")
    unplayed = flagged & ~note.str.contains(_TIME_OF_DAY) & (rows["status"] == "scheduled").fill_null(False)
    return rows.with_columns(
        provider=pl.lit("cdn"),
        tip_at=rows["tip_at"].set(note.str.contains("(?i)tbd"), None),
        status=rows["status"].set(called_off | unplayed, "postponed"),
    ).with_columns(pl.when(pl.col("status") == "final").then(pl.col(side)) for side in ("home_points", "away_points"))
