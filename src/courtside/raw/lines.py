"""Parsers of lines in canonical CSV: one row for each (source, market, date, player, book, snapshot, line)."""

from __future__ import annotations

import polars as pl

from courtside.league.markets import POINTS, market_named, name_of_key
from courtside.raw.columns import Sieve, Source, finished, typed
from courtside.raw.parsed import Parsed
from courtside.raw.readers import as_written, iso_date, real_number, trimmed, utc_instant
from courtside.raw.rules import eastern_dates, refuse_bad_names, refuse_bad_prices, refuse_summer_dates
from courtside.raw.tables import RAW_LINES

_EVENT = (
    Source("commence_utc", "commence_at", utc_instant, "an instant"),
    Source("event_id", "event_id", trimmed, "text"),
    Source("home_team", "home_team", trimmed, "text"),
    Source("away_team", "away_team", trimmed, "text"),
)
_LINE = (
    Source("source", "source", trimmed, "text"),
    Source("game_date", "game_date", iso_date, "a date"),
    Source("snapshot_utc", "snapshot_at", utc_instant, "an instant"),
    Source("opp", "opponent", trimmed, "text"),
    Source("player_name", "player_name", as_written, "a name"),
    Source("book", "book", trimmed, "text"),
    Source("line", "line", real_number, "a number"),
    Source("over_price", "over_price", real_number, "a number"),
    Source("under_price", "under_price", real_number, "a number"),
)
EVENT_COLUMNS = tuple(source.name for source in _EVENT)
LINES_COLUMNS = tuple(source.name for source in (*_EVENT, *_LINE))
MARKET_LINES_COLUMNS = ("market", *(source.name for source in _LINE))
"""Columns of lines of several markets; those of the event are optional."""


def parse_lines(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_lines` rows of points; a row whose game date is not the ET date of its tip-off is refused."""
    return _parsed("points_lines", text, sieve)


def parse_market_lines(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_lines` rows of the markets in the column `market`; rows of a market not in `MARKETS` are refused."""
    return _parsed("market_lines", text, sieve)


def _parsed(kind: str, text: pl.DataFrame, sieve: Sieve) -> Parsed:
    sources = tuple(source for source in (*_EVENT, *_LINE) if source.name in text.columns)
    rows = typed(text, RAW_LINES, sources, sieve)
    absent = [source.target for source in _EVENT if source not in sources]
    types = RAW_LINES.polars_schema
    rows = rows.with_columns(pl.lit(None, types[name]).alias(name) for name in absent)
    markets = (
        markets_of(text["market"], sieve) if "market" in text.columns else pl.repeat(POINTS, rows.height, eager=True)
    )
    rows = rows.with_columns(market=markets)
    refuse_bad_lines(rows, sieve, "line")
    lines = finished(sieve.usable(rows), RAW_LINES, sieve.refused)
    return Parsed(kind, {RAW_LINES.name: lines}, dict(sieve.refused))


def markets_of(written: pl.Series, sieve: Sieve) -> pl.Series:
    """Return the name of the market of each row; rows of a market that is not in `MARKETS` are refused by its name."""
    names = written.to_frame("market").select(name_of_key(pl.col("market"))).to_series()
    if not names.null_count():
        return names
    shown = written.fill_null("(empty)").str.slice(0, 40)
    for unknown in shown.filter(names.is_null()).unique().sort():
        sieve.refuse(names.is_null() & (shown == unknown), f"unknown market {unknown}")
    return names


def refuse_bad_lines(rows: pl.DataFrame, sieve: Sieve, line: str) -> None:
    """Refuse rows of typed `raw_lines` columns whose name, date, line or prices cannot be used.

    `line` is the provider's name of the column that holds the line.
    """
    refuse_bad_names(rows["player_name"], "player_name", sieve)
    refuse_summer_dates(rows["game_date"], "game_date", sieve)
    tip_dates = eastern_dates(rows["commence_at"])
    sieve.refuse(rows["game_date"] != tip_dates, "game_date is not the ET date of the tip-off")
    for name in rows["market"].drop_nulls().unique().sort():
        highest = market_named(name).highest
        sieve.refuse((rows["market"] == name) & (rows["line"] > highest), f"{line} is above {highest:g}")
    for price in ("over_price", "under_price"):
        refuse_bad_prices(rows[price], price, sieve)
