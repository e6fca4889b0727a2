"""The markets of player props: the counted statistics, the sportsbooks' names, and the spread of results.

A market is one entry of `MARKETS`. Lines, predictions, picks, grades and public files of every market are computed by
the same functions from this entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
from rapidfuzz import process

from courtside.errors import ConfigError
from courtside.warehouse.base import Reader
from courtside.warehouse.schema import text
from courtside.warehouse.views import View

POINTS = "points"
"""The market of the features and of the first public files; it always exists."""

MARKET_COLUMN = text("market", "Name of the market, as `points` or `rebounds`.", filled_with=POINTS)
"""The column that names the market in every table that holds one."""


@dataclass(frozen=True)
class Market:
    """One market.

    Args:
        name: the name in tables, paths and options.
        key: the key of The Odds API.
        aliases: other spellings that providers use; case, spaces and punctuation do not matter.
        counts: the box-score columns whose sum is the result.
        label: the name on pages, in the plural, as `rebounds`.
        short: the abbreviation on pages.
        highest: the largest line, and the largest prediction.
        spread: the standard deviation of result − line, in units of the market. Thresholds on edges are multiples of
            it, because an edge of three points is common and one of three assists is not.
        family: the distribution of results that suits the market best, `normal` or `negative_binomial`.
    """

    name: str
    key: str
    aliases: tuple[str, ...]
    counts: tuple[str, ...]
    label: str
    short: str
    highest: float
    spread: float
    family: str = "normal"

    def result(self) -> pl.Expr:
        """Return the result of box-score rows, NULL where one of the counts is NULL."""
        first, *others = (pl.col(name) for name in self.counts)
        return sum(others, first)

    def from_points(self, points: float) -> float:
        """Return the edge that is as rare in this market as an edge of `points` points is in points."""
        return points * (self.spread / market_named(POINTS).spread)


MARKETS: tuple[Market, ...] = (
    Market(
        name=POINTS,
        key="player_points",
        aliases=("Pts", "Player Points"),
        counts=("points",),
        label="points",
        short="PTS",
        highest=100,
        spread=6.7,
    ),
    Market(
        name="rebounds",
        key="player_rebounds",
        aliases=("Rebs", "Reb", "Total Rebounds", "Player Rebounds"),
        counts=("oreb", "dreb"),
        label="rebounds",
        short="REB",
        highest=40,
        spread=2.7,
    ),
    Market(
        name="assists",
        key="player_assists",
        aliases=("Asts", "Ast", "Player Assists"),
        counts=("ast",),
        label="assists",
        short="AST",
        highest=40,
        spread=2.2,
        family="negative_binomial",
    ),
    Market(
        name="threes",
        key="player_threes",
        aliases=("3-PT Made", "3-Pointers Made", "Three Pointers Made", "Made Threes", "Threes Made", "Player Threes"),
        counts=("fg3m",),
        label="threes",
        short="3PM",
        highest=20,
        spread=1.5,
        family="negative_binomial",
    ),
    Market(
        name="pra",
        key="player_points_rebounds_assists",
        aliases=("Pts + Reb + Ast", "Pts+Rebs+Asts", "Points + Rebounds + Assists", "Points + Assists + Rebounds"),
        counts=("points", "oreb", "dreb", "ast"),
        label="points + rebounds + assists",
        short="PRA",
        highest=140,
        spread=8.5,
    ),
)
"""The markets, points first.

Spreads and families were chosen on the real lines of 2024-01-30 to 2024-03-14 and measured on later dates. There are no
real lines of threes; their spread is that of the model's error. See docs/predictions.md.
"""


def market_named(name: str) -> Market:
    """Return the market with this name.

    Raises:
        ConfigError: naming the closest market.
    """
    for market in MARKETS:
        if market.name == name:
            return market
    names = [market.name for market in MARKETS]
    closest = process.extractOne(name, names, processor=str.lower)[0]
    raise ConfigError(f"{name!r} is not a market; the closest is {closest}. The markets are {', '.join(names)}")


def all_markets() -> tuple[Market, ...]:
    """Return the markets, points first."""
    return MARKETS


def market_names() -> tuple[str, ...]:
    """Return the names of the markets, points first."""
    return tuple(market.name for market in MARKETS)


def name_of_key(written: pl.Expr) -> pl.Expr:
    """Return the name of the market that a provider's text means, NULL where it is none of `MARKETS`."""
    known = {_compact(text): market.name for market in MARKETS for text in (market.key, market.name, *market.aliases)}
    compact = written.str.to_lowercase().str.replace_all(r"[^a-z0-9]", "")
    return compact.replace_strict(known, default=None, return_dtype=pl.String)


def of_market(reader: Reader, name: str) -> View:
    """Return a reader of the rows of one market; tables without a market column are read completely."""
    return View(reader, MARKET_COLUMN.name, name)


def _compact(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
