"""Parsers of shot charts: a season's CSV with locations in feet, and ShotChartDetail with tenths of a foot."""

from __future__ import annotations

import polars as pl

from courtside.raw.columns import Sieve, Source, finished, typed, within_payload
from courtside.raw.parsed import Parsed
from courtside.raw.readers import (
    compact_date,
    game_id,
    month_first_date,
    one_of,
    real_number,
    trimmed,
    truth,
    whole_number,
    wholes,
)
from courtside.raw.rules import refuse_other_leagues, refuse_out_of_season, refuse_unknown_teams
from courtside.raw.tables import RAW_SHOTS

FEET = 0.1
"""Feet in a unit of ShotChartDetail; a factor, because Polars divides one row exactly and several by their inverse."""

HOOP_FEET = 5.25
"""Distance of the hoop, the origin of ShotChartDetail, from the baseline."""

_GAME_ID = Source("GAME_ID", "game_id", game_id, "an NBA game id")
_SHOT_TYPE = Source(
    "SHOT_TYPE",
    "shot_type",
    one_of({"2pt field goal": "2PT", "3pt field goal": "3PT"}),
    "`2PT Field Goal` or `3PT Field Goal`",
)
_SHARED = (
    *wholes([("PLAYER_ID", "player_id"), ("TEAM_ID", "team_id"), ("SHOT_DISTANCE", "distance")]),
    Source("LOC_X", "x", real_number, "a number"),
    Source("LOC_Y", "y", real_number, "a number"),
)
_CSV = (
    _GAME_ID,
    Source("GAME_DATE", "game_date", month_first_date, "a date written 10-22-2024"),
    *wholes([("QUARTER", "period")]),
    _SHOT_TYPE,
    Source("BASIC_ZONE", "zone", trimmed, "text"),
    Source("SHOT_MADE", "is_made", truth, "true or false"),
    *_SHARED,
)
_DETAIL = (
    _GAME_ID,
    Source("GAME_DATE", "game_date", compact_date, "a date written 20241022"),
    *wholes([("PERIOD", "period")]),
    _SHOT_TYPE,
    Source("SHOT_ZONE_BASIC", "zone", trimmed, "text"),
    Source("SHOT_MADE_FLAG", "is_made", truth, "1 or 0"),
    *_SHARED,
)
_CSV_CLOCK = ("MINS_LEFT", "SECS_LEFT")
_DETAIL_CLOCK = ("MINUTES_REMAINING", "SECONDS_REMAINING")
CSV_COLUMNS = (*(source.name for source in _CSV), *_CSV_CLOCK)
DETAIL_COLUMNS = (*(source.name for source in _DETAIL), *_DETAIL_CLOCK)


def parse_shot_csv(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_shots` rows of a season's CSV."""
    return _parsed(text, _rows(text, _CSV, _CSV_CLOCK, sieve), sieve)


def parse_shot_detail(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_shots` rows of ShotChartDetail, with locations converted to those of the CSV.

    ShotChartDetail measures from the hoop and has the opposite sign in x; the CSV measures from the baseline.
    """
    rows = _rows(text, _DETAIL, _DETAIL_CLOCK, sieve)
    feet = rows.with_columns(x=-pl.col("x") * FEET, y=pl.col("y") * FEET + HOOP_FEET)
    return _parsed(text, feet, sieve)


def _rows(text: pl.DataFrame, sources: tuple[Source, ...], clock: tuple[str, str], sieve: Sieve) -> pl.DataFrame:
    refuse_other_leagues(text["GAME_ID"], sieve)
    rows = typed(text, RAW_SHOTS, sources, sieve)
    minutes, seconds = text.select(whole_number(pl.col(name)) for name in clock)
    for name, part, most in zip(clock, (minutes, seconds), (12, 59), strict=True):
        sieve.refuse(part.is_null(), f"{name} is not a whole number")
        sieve.refuse((part < 0) | (part > most), f"{name} is not between 0 and {most}")
    return rows.with_columns(seconds_left=60 * minutes + seconds)


def _parsed(text: pl.DataFrame, rows: pl.DataFrame, sieve: Sieve) -> Parsed:
    refuse_unknown_teams(rows["team_id"], sieve)
    refuse_out_of_season(rows["game_id"], rows["game_date"], "GAME_DATE", sieve)
    shots = finished(_numbered(sieve.usable(rows)), RAW_SHOTS, sieve.refused)
    return Parsed("shot_chart", {RAW_SHOTS.name: shots}, dict(sieve.refused))


def _numbered(shots: pl.DataFrame) -> pl.DataFrame:
    """Return `shots` with `seq`, which numbers a player's shots of the same second in the order of the payload."""
    second = within_payload(shots, ("game_id", "player_id", "period", "seconds_left"))
    is_alone = ~shots.select(second).is_duplicated()
    alike = shots.filter(~is_alone).with_row_index("place")
    counted = alike.group_by(second).agg(pl.col("place").sort(), seq=pl.int_range(pl.len())).explode("place", "seq")
    numbered = alike.join(counted.select("place", "seq"), on="place").sort("place").drop("place")
    return pl.concat([shots.filter(is_alone).with_columns(seq=pl.lit(0, pl.Int64)), numbered])
