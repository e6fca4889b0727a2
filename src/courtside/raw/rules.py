"""Rules for rows of any payload: game id, season, teams, names and prices."""

from __future__ import annotations

import datetime as dt

import polars as pl

from courtside.clock import EASTERN, GameType, game_type_of, season_of
from courtside.league.teams import TEAM_OF_ID
from courtside.raw.columns import Sieve

OTHER_LEAGUE = "row of another league"
NOT_A_TEAM = "not an NBA team"
LONGEST_NAME = 100
LARGEST_PRICE = 100_000

_CONTROL = r"[\p{Cc}\x{2028}\x{2029}\x{202A}-\x{202E}\x{2066}-\x{2069}]"
_SUMMER = (8, 9)
_LATE_SEASONS = {"2019-20": dt.date(2020, 10, 31)}


def refuse_other_leagues(game_ids: pl.Series, sieve: Sieve) -> None:
    """Refuse rows whose game id, as text, belongs to another league of the provider, such as the WNBA."""
    text = game_ids.str.strip_chars()
    sieve.refuse(text.str.contains(r"^[0-9]{10}$") & ~text.str.starts_with("00"), OTHER_LEAGUE)


def refuse_unknown_teams(team_ids: pl.Series, sieve: Sieve) -> None:
    """Refuse rows of teams that are not in the NBA."""
    sieve.refuse(~team_ids.is_in(list(TEAM_OF_ID)), NOT_A_TEAM)


def refuse_out_of_season(game_ids: pl.Series, dates: pl.Series, name: str, sieve: Sieve) -> None:
    """Refuse rows whose date is outside the season of the game id."""
    seasons = game_ids.str.slice(0, 5)
    window = {prefix: season_window(prefix + "00000") for prefix in seasons.drop_nulls().unique()}
    first = seasons.replace_strict({p: w[0] for p, w in window.items()}, default=None, return_dtype=pl.Date)
    last = seasons.replace_strict({p: w[1] for p, w in window.items()}, default=None, return_dtype=pl.Date)
    sieve.refuse((dates < first) | (dates > last), f"{name} lies outside the season of the game id")


def season_window(game_id: str) -> tuple[dt.date, dt.date]:
    """Return the first and last date on which a game with this id can be played.

    A season runs from October to July. Pre-season games may be in September. The season 2019-20 ended in October 2020.
    """
    season = season_of(game_id)
    year = int(season[:4])
    first = dt.date(year, 9 if game_type_of(game_id) is GameType.PRE_SEASON else 10, 1)
    return first, _LATE_SEASONS.get(season, dt.date(year + 1, 7, 31))


def refuse_summer_dates(dates: pl.Series, name: str, sieve: Sieve) -> None:
    """Refuse rows dated in August or September, when no season is played; 2020 is an exception."""
    day = pl.col("day").dt
    sieve.refuse(
        _each(dates, "day", day.month().is_in(_SUMMER) & (day.year() != 2020)), f"{name} lies outside every season"
    )


def refuse_bad_names(names: pl.Series, name: str, sieve: Sieve) -> None:
    """Refuse rows whose player name is too long or holds control characters; other text is kept."""
    text = pl.col("name").str
    long, control = names.to_frame("name").select(long=text.len_chars() > LONGEST_NAME, control=text.contains(_CONTROL))
    sieve.refuse(long, f"{name} is longer than {LONGEST_NAME} characters")
    sieve.refuse(control, f"{name} holds control characters")


def refuse_bad_prices(prices: pl.Series, name: str, sieve: Sieve) -> None:
    """Refuse rows whose price is not between 100 and 100,000 in magnitude."""
    sieve.refuse((prices.abs() < 100) | (prices.abs() > LARGEST_PRICE), f"{name} is not American odds")


def eastern_dates(instants: pl.Series) -> pl.Series:
    """Return the ET calendar dates of UTC instants."""
    return _each(instants, "at", pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(EASTERN.key).dt.date())


def _each(values: pl.Series, name: str, expression: pl.Expr) -> pl.Series:
    """Return `expression` of the column `name`; in one query, because each method of a series runs one of its own."""
    return values.to_frame(name).select(expression).to_series()
