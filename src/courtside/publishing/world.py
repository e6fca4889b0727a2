"""The data of one export. Each frame is read once for all dates and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Generic, TypeVar

import narwhals as nw
import polars as pl

from courtside.analytics.freshness import Freshness, freshness_of, freshness_queries
from courtside.analytics.tables import GAMES, PLAYER_GAMES, TEAM_GAMES
from courtside.clock import eastern_date
from courtside.features.market_form import results_of, with_own_features
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import MARKETS, POINTS, Market, of_market
from courtside.league.seasons import dates_of, lookback_start, season_starts
from courtside.picks.ledger import counted
from courtside.picks.subsets import Definitions, load_definitions
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.predictions.champion import system_in_use
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.codenames import public_code
from courtside.raw.tables import RAW_PLAYER_BOX
from courtside.warehouse.base import Reader
from courtside.warehouse.schema import Table
from courtside.warehouse.views import View

PLAYER_GAME = ("game_id", "player_id")
T = TypeVar("T")


class OfAllDates(Generic[T]):
    """A property that does not depend on the exported dates: it is computed once for all seasons of an export."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, world: World, owner: type[World]) -> T:
        if self._name not in world.of_all_dates:
            world.of_all_dates[self._name] = self._compute(world)
        result: T = world.of_all_dates[self._name]
        return result


@dataclass(frozen=True)
class World:
    """The frames of one export; each is read from the warehouse on first use and then cached.

    `dates` are the dates to export, in order; `now` is UTC without a zone; `champion` names a system or its code. The
    worlds of the `seasons` of an export share what is computed `of_all_dates`.
    `warehouse` holds the rows of `market` only. The world of a market other than points takes what all markets share
    from the world of `points`, whose `others` are the other markets.
    """

    warehouse: Reader
    dates: tuple[dt.date, ...]
    now: dt.datetime
    champion: str = "moving_average"
    market: Market = MARKETS[0]
    points: World | None = None
    others: tuple[Market, ...] = ()
    of_all_dates: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    _shared: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def share(self, name: str, compute: Callable[[], T]) -> T:
        """Return the result of `compute`, which is called once for all files that use `name`."""
        if name not in self._shared:
            self._shared[name] = compute()
        result: T = self._shared[name]
        return result

    @property
    def seasons(self) -> Iterator[World]:
        """The world of the dates of each season, in order, so that an export holds the frames of one season."""
        for _, dates in groupby(self.dates, self.season_of):
            yield self._of_dates(dates)

    @property
    def markets(self) -> tuple[World, ...]:
        """The world of every market, points first; another market has the dates on which it has rows.

        They are made anew at each use: kept here, they would hold this world, and it them, after the export of a
        season.
        """
        dates = set(self.dates)
        own = (other._of_dates(dates.intersection(other.dates), points=self) for other in self._others)
        return (self, *own)

    def _of_dates(self, dates: Iterable[dt.date], points: World | None = None) -> World:
        return replace(self, dates=tuple(sorted(dates)), points=points, _shared={})

    @OfAllDates
    def _others(self) -> tuple[World, ...]:
        """The worlds of the other markets, with every date on which they have rows.

        A market without a prediction of the champion has the fallback as its champion, from which its picks are made.
        """
        return tuple(self._of_market(market) for market in self.others)

    def _of_market(self, market: Market) -> World:
        view = of_market(self.warehouse.reader, market.name) if isinstance(self.warehouse, View) else self.warehouse
        scans = [view.scan(table).select("game_date").unique() for table in (PREDICTIONS, PUBLICATIONS)]
        known = dates_of(pl.concat(view.collect_all(scans)))
        return World(view, tuple(sorted(known)), self.now, system_in_use(view, self.champion), market)

    @property
    def span(self) -> dict[str, dt.date]:
        """The first and last exported date as `start` and `end` of a scan; without dates, a span without rows."""
        first, last = (self.dates[0], self.dates[-1]) if self.dates else (dt.date.max, dt.date.max)
        return {"start": first, "end": last}

    @property
    def is_exported(self) -> pl.Expr:
        """Whether `game_date` is one of the exported dates."""
        return pl.col("game_date").is_in(pl.Series(self.dates, dtype=pl.Date).implode())

    @property
    def today(self) -> dt.date:
        """The ET calendar date of `now`."""
        return eastern_date(self.now)

    @OfAllDates
    def definitions(self) -> Definitions:
        """The definitions of the subsets."""
        return load_definitions(market=self.market)

    @OfAllDates
    def publications(self) -> pl.DataFrame:
        """Every publication."""
        return self._read(PUBLICATIONS)

    @OfAllDates
    def days(self) -> pl.DataFrame:
        """The last publication of each date, in order of date."""
        ordered = self.publications.sort("game_date", "version")
        return ordered.unique("game_date", keep="last", maintain_order=True)

    @OfAllDates
    def counted(self) -> pl.DataFrame:
        """The published picks that count."""
        return counted(self.publications, self.published)

    @OfAllDates
    def published(self) -> pl.DataFrame:
        """The picks of every version of every publication."""
        return self._read(PUBLISHED_PICKS)

    @OfAllDates
    def graded(self) -> pl.DataFrame:
        """The grade of every counted pick whose game is over."""
        return self._read(GRADED_PICKS)

    @OfAllDates
    def freshness(self) -> Freshness:
        """Whether the stored data are simulated, and their age."""
        return freshness_of(*(self._at_once[name] for name in ("payloads", "final", "scheduled")))

    @OfAllDates
    def players(self) -> pl.DataFrame:
        """player_id and player_name: the last known name of each player."""
        ordered = self._at_once["players"].sort("player_id", "game_date", "known_at", "player_name")
        return ordered.unique("player_id", keep="last", maintain_order=True).select("player_id", "player_name")

    @OfAllDates
    def names(self) -> pl.DataFrame:
        """player_id, player_name and known_at: each name and the time from which it was the newest."""
        ordered = self._at_once["players"].sort("player_id", "known_at", "game_date", "player_name")
        newest = ordered.filter(pl.col("game_date") >= pl.col("game_date").cum_max().over("player_id"))
        last = newest.unique(["player_id", "known_at"], keep="last", maintain_order=True)
        is_new = pl.col("player_name").ne_missing(pl.col("player_name").shift().over("player_id"))
        return last.filter(is_new).select("player_id", "player_name", "known_at")

    @OfAllDates
    def _at_once(self) -> dict[str, pl.DataFrame]:
        """The frames that nearly every export needs, read in as few statements as the engine allows."""
        scan = self.warehouse.scan
        own = {
            "outcomes": scan(OUTCOMES).select(last=nw.col("game_date").max()),
            "predicted": scan(PREDICTIONS).group_by("game_date", "model_code").agg(rows=nw.len()),
        }
        if self.points:
            found = dict(zip(own, self.warehouse.collect_all(list(own.values())), strict=True))
            return self.points._at_once | found
        payloads, final, scheduled = freshness_queries(self.warehouse)
        frames = {
            **own,
            "payloads": payloads,
            "final": final,
            "scheduled": scheduled,
            "players": scan(RAW_PLAYER_BOX)
            .group_by("player_id", "player_name", "known_at")
            .agg(game_date=nw.col("game_date").max()),
            "starts": season_starts(scan(GAMES)),
        }
        return dict(zip(frames, self.warehouse.collect_all(list(frames.values())), strict=True))

    @OfAllDates
    def starts(self) -> dict[str, dt.date]:
        """The first regular-season day of each season, in order."""
        return dict(self._at_once["starts"].sort("season").iter_rows())

    @OfAllDates
    def games(self) -> pl.DataFrame:
        """The counted games that are not postponed, in order of date and tip-off."""
        if self.points:
            return self.points.games
        games = self.warehouse.scan(GAMES).filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
        return self.warehouse.collect(games).sort("game_date", "tip_at", "game_id", nulls_last=True)

    @cached_property
    def scores(self) -> pl.DataFrame:
        """game_id, home_score and away_score: the final score of each game of the exported dates and later ones."""
        if self.points:
            return self.points.scores
        start = self.dates[0] if self.dates else dt.date.max
        rows = self.warehouse.scan(TEAM_GAMES, start=start, end=dt.date.max).filter(
            nw.col("is_home") & nw.col("is_final") & ~nw.col("points").is_null() & ~nw.col("opponent_points").is_null()
        )
        return self.warehouse.collect(rows.select("game_id", home_score="points", away_score="opponent_points"))

    @cached_property
    def predictions(self) -> pl.DataFrame:
        """The champion's predictions of the exported dates, with their outcomes; see `predictions_between`."""
        return self.predictions_between(*self.span.values()).filter(self.is_exported)

    @OfAllDates
    def season_predictions(self) -> pl.DataFrame:
        """The champion's predictions of the newest season, with their outcomes."""
        start = self.starts[self.newest_season] if self.newest_season else dt.date.max
        return self.predictions_between(start, dt.date.max)

    @cached_property
    def feature_rows(self) -> pl.DataFrame:
        """The feature row of every counted pick of the exported dates."""
        picks = self.counted.filter(self.is_exported).select(PLAYER_GAME).unique()
        if picks.is_empty():
            return pl.DataFrame(schema=PLAYER_FEATURES.polars_schema)
        features = self.warehouse.scan(PLAYER_FEATURES, **self.span)
        rows = self.warehouse.collect(features.join(self.warehouse.lazy(picks), on=list(PLAYER_GAME), how="inner"))
        if self.market.name != POINTS:
            rows = with_own_features(rows, results_of(self.player_games, self.market))
        return rows

    @cached_property
    def player_games(self) -> pl.DataFrame:
        """Player games of the exported dates and of the season before them, for all markets."""
        if self.points:
            return self.points.player_games
        if not self.dates:
            return PLAYER_GAMES.empty()
        span = {"start": lookback_start(self.dates[0]), "end": self.dates[-1]}
        return self.warehouse.collect(self.warehouse.scan(PLAYER_GAMES, **span))

    @property
    def newest_season(self) -> str | None:
        """The newest season that has begun by `today`; None before the first."""
        return self.season_of(self.today)

    @cached_property
    def seasons_touched(self) -> tuple[str, ...]:
        """The seasons of the exported dates, in order."""
        return tuple(sorted({season for day in self.dates if (season := self.season_of(day))}))

    def span_of(self, season: str) -> tuple[dt.date, dt.date]:
        """Return a season's first regular-season day and the first day of the season after it."""
        first = self.starts[season]
        return first, min((start for start in self.starts.values() if start > first), default=dt.date.max)

    def picks_published_in(self, season: str) -> int | None:
        """Return the number of picks that the publications of a season state; None where there is no publication."""
        first, following = self.span_of(season)
        champions = self.days.filter((pl.col("game_date") >= first) & (pl.col("game_date") < following))
        return int(champions["picks"].sum()) if champions.height else None

    def is_anything_graded_in(self, season: str) -> bool:
        """Return whether a pick of the season should be graded, according to the stored outcomes, not the grades."""
        first = self.starts[season]
        last = self._last_outcome
        picks = self.counted.filter(pl.col("game_date") >= first)
        return last is not None and not picks.filter(pl.col("game_date") <= last).is_empty()

    @OfAllDates
    def _last_outcome(self) -> dt.date | None:
        last = self._at_once["outcomes"]["last"][0]
        return last if isinstance(last, dt.date) else None

    @OfAllDates
    def _predicted(self) -> dict[dt.date, int]:
        counted = self._at_once["predicted"].select("game_date", "model_code", "rows")
        return {day: count for day, code, count in counted.iter_rows() if code == self.champion_of(day)}

    def predicted_rows(self, day: dt.date) -> int:
        """Return the number of stored predictions of a date's champion, from a query other than `predictions`."""
        return self._predicted.get(day, 0)

    def predicted_rows_since(self, day: dt.date) -> int:
        """Return the number of stored predictions of each date's champion, from a date on."""
        return sum(rows for date, rows in self._predicted.items() if date >= day)

    def season_of(self, day: dt.date) -> str | None:
        """Return the latest season that has begun by `day`."""
        return max((season for season, first in self.starts.items() if first <= day), default=None)

    def champion_of(self, day: dt.date) -> str:
        """Return the code of the model that a date's picks were made from."""
        return self._champions.get(day) or public_code(self.champion)

    def predictions_between(self, first: dt.date, last: dt.date) -> pl.DataFrame:
        """Return the predictions of each date's champion: columns of `PREDICTIONS`, actual, result and is_graded.

        actual and result are null until the game is graded; is_graded is true from then on.
        """
        codes = sorted({public_code(self.champion), *self._champions.values()})
        key = (*PLAYER_GAME, "model_code")
        grades = self.warehouse.collect(
            self.warehouse.scan(GRADED_PREDICTIONS, start=first, end=last)
            .filter(nw.col("model_code").is_in(codes))
            .select(*key, "actual", "result")
        ).with_columns(is_graded=pl.lit(True))
        rows = self.warehouse.collect(
            self.warehouse.scan(PREDICTIONS, start=first, end=last).filter(nw.col("model_code").is_in(codes))
        )
        champions = pl.DataFrame(
            {"game_date": list(self._champions), "champion": list(self._champions.values())},
            schema={"game_date": pl.Date, "champion": pl.String},
        )
        return (
            rows.join(champions, on="game_date", how="left", validate="m:1")
            .filter(pl.col("model_code") == pl.col("champion").fill_null(public_code(self.champion)))
            .join(grades, on=key, how="left", validate="1:1")
            .with_columns(pl.col("is_graded").fill_null(False))
            .sort("game_date", "game_id", "player_id")
        )

    @OfAllDates
    def _champions(self) -> dict[dt.date, str]:
        rows = self.days.filter(pl.col("model_code").is_not_null()).select("game_date", "model_code")
        return {day: public_code(code) for day, code in rows.iter_rows()}

    def _read(self, table: Table) -> pl.DataFrame:
        return self.warehouse.collect(self.warehouse.scan(table))
