"""Lines in the formats of The Odds API: flat CSV per game date, or the odds of one event as JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from courtside.league.markets import MARKETS
from courtside.league.teams import TEAMS
from courtside.sources.simulated.arrays import Ints
from courtside.sources.simulated.market import BOOKS, Quotes
from courtside.sources.simulated.season import Season

_SPORT = {"sport_key": "basketball_nba", "sport_title": "NBA"}
_NAMES = [team.full_name.replace("LA Clippers", "Los Angeles Clippers") for team in TEAMS]
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class OddsFeed:
    """The lines of a season, with players' names as books write them, by seat at the season's start."""

    season: Season
    quotes: Quotes
    player_names: list[str]
    market: str = MARKETS[0].key

    def flat_csv(self, day: int, round_: int) -> bytes:
        """Return one round of one game date as flat CSV: a row per side of each line."""
        return _csv(self.flat_rows(day, round_))

    def flat_rows(self, day: int, round_: int) -> pl.DataFrame:
        """Return the rows of `flat_csv` without their numbers."""
        place = self.quotes.of(day, round_)
        return self._flat.slice(2 * place.start, 2 * (place.stop - place.start))

    @cached_property
    def _flat(self) -> pl.DataFrame:
        """The season's lines, two rows each, in the columns of the flat format without its row number."""
        quotes, calendar = self.quotes, self.season.calendar
        twice = np.repeat(np.arange(len(quotes.line)), 2)
        game, book = quotes.game[twice], quotes.book[twice]
        under = np.tile([0, 1], len(quotes.line))
        ids = [event_id(game_id, self.season.seed) for game_id in calendar.game_ids]
        return pl.DataFrame(
            {
                "outcomes_name": _named(["Over", "Under"], under),
                "outcomes_description": _named(self.player_names, quotes.player[twice]),
                "outcomes_price": np.where(under == 1, quotes.under[twice], quotes.over[twice]),
                "outcomes_point": quotes.line[twice],
                "id": _named(ids, game),
                **{name: pl.repeat(value, len(twice), eager=True) for name, value in _SPORT.items()},
                "commence_time": _named(_texts(calendar.tip_at), game),
                "home_team": _named(_NAMES, calendar.home[game]),
                "away_team": _named(_NAMES, calendar.away[game]),
                "bookmakers.key": _named([key for key, _ in BOOKS], book),
                "bookmakers.title": _named([title for _, title in BOOKS], book),
                "bookmakers.last_update": pl.repeat(None, len(twice), dtype=pl.String, eager=True),
                "bookmakers.markets.key": pl.repeat(self.market, len(twice), eager=True),
                "bookmakers.markets.last_update": _named(_texts(quotes.at), twice),
            }
        )

    def event_json(self, game: int, day: int, round_: int) -> bytes:
        """Return one round of one game as event odds."""
        quotes, place = self.quotes, self.quotes.of(day, round_)
        here = np.flatnonzero(quotes.game[place] == game) + place.start
        calendar = self.season.calendar
        event = {
            "id": event_id(calendar.game_ids[game], self.season.seed),
            **_SPORT,
            "commence_time": _text(calendar.tip_at[game]),
            "home_team": _NAMES[calendar.home[game]],
            "away_team": _NAMES[calendar.away[game]],
            "bookmakers": [
                self._bookmaker(book, here[quotes.book[here] == book]) for book in np.unique(quotes.book[here])
            ],
        }
        return json.dumps(event, separators=(",", ":")).encode()

    def _bookmaker(self, book: int, quotes: Ints) -> dict[str, object]:
        key, title = BOOKS[book]
        market = {
            "key": self.market,
            "last_update": _text(self.quotes.at[quotes[0]]),
            "outcomes": [outcome for quote in quotes for outcome in self._outcomes(int(quote))],
        }
        return {"key": key, "title": title, "markets": [market]}

    def _outcomes(self, quote: int) -> list[dict[str, object]]:
        name, point = self.player_names[self.quotes.player[quote]], float(self.quotes.line[quote])
        prices = {"Over": self.quotes.over[quote], "Under": self.quotes.under[quote]}
        return [
            {"name": side, "description": name, "price": int(price), "point": point} for side, price in prices.items()
        ]


def flat_csv(feeds: Sequence[OddsFeed], day: int, round_: int) -> bytes:
    """Return one round of one game date of several markets as flat CSV."""
    return _csv(pl.concat([feed.flat_rows(day, round_) for feed in feeds]))


def _csv(rows: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    out.write(("," + ",".join(rows.columns) + "\n").encode())
    rows.insert_column(0, pl.Series("", np.arange(rows.height))).write_csv(out, include_header=False)
    return out.getvalue()


def event_id(game_id: str, seed: int) -> str:
    """Return the event id of a game at the odds provider: 32 hexadecimal digits."""
    return hashlib.blake2b(f"{seed}:{game_id}".encode(), digest_size=16).hexdigest()


def _named(names: list[str], places: Ints) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(pl.Series(places))


def _texts(seconds: Ints) -> list[str]:
    return (pl.Series(seconds) * 1000).cast(pl.Datetime("ms")).dt.strftime(_INSTANT).to_list()


def _text(seconds: np.int64) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).strftime(_INSTANT)
