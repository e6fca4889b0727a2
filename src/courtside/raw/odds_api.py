"""Parsers of The Odds API's event odds of players: v4 JSON, or the same flattened to CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from courtside.errors import PayloadRefusedError
from courtside.league.markets import all_markets
from courtside.raw.columns import SUPERSEDED, TWICE, Sieve, Source, finished, typed
from courtside.raw.lines import markets_of, refuse_bad_lines
from courtside.raw.parsed import Parsed
from courtside.raw.readers import as_written, one_of, real_number, trimmed, utc_instant
from courtside.raw.rules import OTHER_LEAGUE, eastern_dates
from courtside.raw.sheets import ListSheet
from courtside.raw.tables import RAW_LINES

KIND = "odds_api_player_props"

_SOURCES = (
    Source("id", "event_id", trimmed, "text"),
    Source("commence_time", "commence_at", utc_instant, "an instant"),
    Source("home_team", "home_team", trimmed, "text"),
    Source("away_team", "away_team", trimmed, "text"),
    Source("bookmakers.key", "book", trimmed, "text"),
    Source("bookmakers.markets.last_update", "snapshot_at", utc_instant, "an instant"),
    Source("outcomes_description", "player_name", as_written, "a name"),
    Source("outcomes_point", "line", real_number, "a number"),
)
_SIDES = one_of({"over": "over_price", "under": "under_price"})
_OTHERS = ("sport_key", "bookmakers.markets.key", "outcomes_name", "outcomes_price")
FLAT_COLUMNS = (*(source.name for source in _SOURCES), *_OTHERS)


def is_event_odds(document: object) -> bool:
    """Return whether a document holds events of The Odds API: one event or a list, with or without the wrapper."""
    if isinstance(document, dict) and {"timestamp", "data"} <= document.keys():
        return isinstance(document["data"], dict | list)
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and {"sport_key", "commence_time"} <= first.keys()


def sheet_of_outcomes(document: object) -> ListSheet:
    """Return the events in `document` as the flat format has them, with a row per outcome.

    Raises:
        PayloadRefusedError: where the document does not hold events with odds.
    """
    outcomes = [outcome for event in _events(document) for outcome in _outcomes(event)]
    return ListSheet.of_records(KIND, outcomes, FLAT_COLUMNS)


def parse_flat_odds(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_lines` rows; Over and Under of one (event, market, book, player, line, snapshot) become one row.

    `snapshot_at` is the last update of the market, `game_date` the ET date of `commence_time`. Prices are American
    odds; where all are decimal, they are converted.

    Raises:
        PayloadRefusedError: where no outcome is of a market in `MARKETS`, or the price format is ambiguous.
    """
    sieve.refuse(text["sport_key"].ne_missing("basketball_nba"), OTHER_LEAGUE)
    markets = _known_markets(text["bookmakers.markets.key"], sieve)
    rows = typed(text, RAW_LINES, _SOURCES, sieve)
    side, price = text.select(_SIDES(pl.col("outcomes_name")), real_number(pl.col("outcomes_price")))
    sieve.refuse(side.is_null(), "outcomes_name is neither Over nor Under")
    sieve.refuse(price.is_null(), "outcomes_price is not a number")
    rows = rows.with_columns(
        side.alias("side"),
        source=pl.lit("the_odds_api"),
        game_date=eastern_dates(rows["commence_at"]),
        market=markets,
    )
    sieve.refuse(rows["commence_at"].is_null(), "commence_time is empty")
    american = _american(price, sieve)
    prices = [american.set((side != name).fill_null(True), None).alias(name) for name in ("over_price", "under_price")]
    rows = rows.with_columns(prices)
    refuse_bad_lines(rows, sieve, "outcomes_point")
    lines = finished(_paired(sieve.usable(rows), sieve), RAW_LINES, sieve.refused)
    return Parsed(KIND, {RAW_LINES.name: lines}, dict(sieve.refused))


def _events(document: object) -> list[dict[str, Any]]:
    if isinstance(document, dict) and "data" in document:
        document = document["data"]
    events: list[Any] = document if isinstance(document, list) else [document]
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("bookmakers"), list):
            raise PayloadRefusedError("events of The Odds API without odds: the list `bookmakers` is missing")
    return events


def _outcomes(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {name: event.get(name) for name in ("id", "sport_key", "commence_time", "home_team", "away_team")}
    for book, market in _markets(event):
        place = {
            "bookmakers.key": book.get("key"),
            "bookmakers.markets.key": market.get("key"),
            "bookmakers.markets.last_update": market.get("last_update") or book.get("last_update"),
        }
        for outcome in _dicts(market, "outcomes"):
            values = {f"outcomes_{name}": outcome.get(name) for name in ("name", "description", "price", "point")}
            yield {**shared, **place, **values}


def _markets(event: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for book in _dicts(event, "bookmakers"):
        for market in _dicts(book, "markets"):
            yield book, market


def _dicts(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = holder.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise PayloadRefusedError(f"event odds of The Odds API in which {name!r} is not a list of objects")
    return entries


def _known_markets(written: pl.Series, sieve: Sieve) -> pl.Series:
    names = markets_of(written, sieve)
    if len(names) and names.is_null().all():
        held = ", ".join(sorted({str(name)[:40] for name in written.unique()})[:5])
        known = ", ".join(market.key for market in all_markets())
        raise PayloadRefusedError(f"event odds without a known market: the markets held are {held}; known are {known}")
    return names


def _american(prices: pl.Series, sieve: Sieve) -> pl.Series:
    decimal = (prices > 1) & (prices < 100)
    if not decimal.any() or (prices <= -100).any():
        return prices
    if (prices >= 100).any():
        raise PayloadRefusedError(
            f"prices from {prices.min()!r} to {prices.max()!r} may be decimal or American; request oddsFormat=american"
        )
    sieve.refuse(~decimal, "outcomes_price is not decimal odds")
    return pl.select(pl.when(prices >= 2).then((prices - 1) * 100).otherwise(-100 / (prices - 1))).to_series()


def _paired(outcomes: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Return one row per line; where an outcome occurs more than once, its last price is used."""
    line = [name for name in outcomes.columns if name not in {"side", "over_price", "under_price"}]
    last = outcomes.unique([*line, "side"], keep="last", maintain_order=True)
    if last.height < outcomes.height:
        distinct = outcomes.unique().height
        sieve.count(outcomes.height - distinct, TWICE)
        sieve.count(distinct - last.height, SUPERSEDED)
    return last.group_by(line, maintain_order=True).agg(
        pl.col(name).drop_nulls().last() for name in ("over_price", "under_price")
    )
