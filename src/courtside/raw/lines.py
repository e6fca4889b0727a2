"""Parser of points lines in canonical CSV: one row for each (source, date, player, book, snapshot, line)."""

from __future__ import annotations

import polars as pl

from courtside.raw.columns import Sieve, Source, finished, read_sheet, typed
from courtside.raw.parsed import Parsed
from courtside.raw.readers import as_written, iso_date, real_number, trimmed, utc_instant
from courtside.raw.rules import eastern_dates, refuse_bad_names, refuse_bad_prices, refuse_summer_dates
from courtside.raw.sheets import Sheet
from courtside.raw.tables import RAW_LINES

_SOURCES = (
    Source("source", "source", trimmed, "text"),
    Source("game_date", "game_date", iso_date, "a date"),
    Source("snapshot_utc", "snapshot_at", utc_instant, "an instant"),
    Source("commence_utc", "commence_at", utc_instant, "an instant"),
    Source("event_id", "event_id", trimmed, "text"),
    Source("home_team", "home_team", trimmed, "text"),
    Source("away_team", "away_team", trimmed, "text"),
    Source("opp", "opponent", trimmed, "text"),
    Source("player_name", "player_name", as_written, "a name"),
    Source("book", "book", trimmed, "text"),
    Source("line", "line", real_number, "a number"),
    Source("over_price", "over_price", real_number, "a number"),
    Source("under_price", "under_price", real_number, "a number"),
)
LINES_COLUMNS = tuple(source.name for source in _SOURCES)


def parse_lines(sheet: Sheet) -> Parsed:
    """Return `raw_lines` rows; a row whose game date is not the ET date of its tip-off is refused."""
    text, sieve = read_sheet(sheet, LINES_COLUMNS)
    rows = typed(text, RAW_LINES, _SOURCES, sieve)
    refuse_bad_lines(rows, sieve)
    lines = finished(sieve.usable(rows), RAW_LINES, sieve.refused)
    return Parsed("points_lines", {RAW_LINES.name: lines}, dict(sieve.refused))


def refuse_bad_lines(rows: pl.DataFrame, sieve: Sieve) -> None:
    """Refuse rows of typed `raw_lines` columns whose name, date or prices cannot be used."""
    refuse_bad_names(rows["player_name"], "player_name", sieve)
    refuse_summer_dates(rows["game_date"], "game_date", sieve)
    tip_dates = eastern_dates(rows["commence_at"])
    sieve.refuse(rows["game_date"] != tip_dates, "game_date is not the ET date of the tip-off")
    for price in ("over_price", "under_price"):
        refuse_bad_prices(rows[price], price, sieve)
