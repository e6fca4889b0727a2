"""`results/season.json` and `results/seasons/{season}.json`: the record of a season, separate for LIVE and BACKTEST."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import polars as pl
from pydantic import Field

from courtside.picks.tables import GRADED_PICKS
from courtside.publishing.contracts import Built, Document, FileType, Kind, Shape, Side, UtcInstant
from courtside.publishing.exporters.rows import KindTally, by_kind, partitioned, utc
from courtside.publishing.world import World

UNIT_DIGITS = 3


class SeasonSide(Shape):
    """The graded picks of one side."""

    direction: Side
    tallies: tuple[KindTally, ...]


class SeasonMonth(Shape):
    """The graded picks of one month, as `2026-02`."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    tallies: tuple[KindTally, ...]


class SeasonEdge(Shape):
    """The graded picks whose edge, in points, is at least `low` and less than `high` (null: no limit)."""

    low: float
    high: float | None
    tallies: tuple[KindTally, ...]


class SeasonBook(Shape):
    """The graded picks whose line is from one sportsbook; null where the book is not known."""

    book: str | None
    tallies: tuple[KindTally, ...]


class SeasonDay(Shape):
    """The graded picks of one kind on one date; `units` are won or lost at one unit a pick."""

    date: dt.date
    kind: Kind
    wins: int = Field(ge=0)
    losses: int = Field(ge=0)
    pushes: int = Field(ge=0)
    voids: int = Field(ge=0)
    units: float


class SeasonGroupResults(Shape):
    """One subset over a season: in total, by side, edge, book, month and day; months and days oldest first."""

    id: str
    name: str
    tallies: tuple[KindTally, ...]
    sides: tuple[SeasonSide, ...]
    edges: tuple[SeasonEdge, ...]
    books: tuple[SeasonBook, ...]
    months: tuple[SeasonMonth, ...]
    days: tuple[SeasonDay, ...]


class SeasonResults(Document):
    """The record of a season's published picks through the last graded date, by subset and kind."""

    generated_at: UtcInstant
    season: str = Field(pattern=r"^\d{4}-\d{2}$")
    start: dt.date
    through: dt.date | None
    groups: tuple[SeasonGroupResults, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is graded."""
        return not any(group.tallies for group in self.groups)


SEASON_RESULTS = FileType("season-results", "results/season.json", 3600, SeasonResults)
SEASON_RESULTS_ARCHIVE = FileType("season-results", "results/seasons/{season}.json", 3600, SeasonResults)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each season of the dates; the newest season's is also `results/season.json`."""
    for season in world.seasons_touched:
        document = season_results_of(world, season)
        nothing = not world.is_anything_graded_in(season)
        yield Built.of(SEASON_RESULTS_ARCHIVE, SEASON_RESULTS_ARCHIVE.path(season=season), document, nothing)
        if season == world.newest_season:
            yield Built.of(SEASON_RESULTS, SEASON_RESULTS.path(), document, nothing)


def season_results_of(world: World, season: str) -> SeasonResults:
    """Return the record of one season."""
    first, following = world.span_of(season)
    graded = world.graded.filter((pl.col("game_date") >= first) & (pl.col("game_date") < following))
    picked = world.counted.select(*GRADED_PICKS.key, "edge", "book")
    graded = graded.join(picked, on=list(GRADED_PICKS.key), how="left", validate="1:1")
    rows = partitioned(graded.sort("subset_key", "game_date", "player_id"), "subset_key")
    edges = sorted({subset.min_edge for subset in world.definitions.subsets})
    return SeasonResults(
        generated_at=utc(world.now),
        season=season,
        start=first,
        through=cast("dt.date | None", graded["game_date"].max()),
        groups=tuple(
            _group(str(subset.id), subset.name, rows.get(subset.key, []), edges) for subset in world.definitions.subsets
        ),
    )


def _group(number: str, name: str, rows: list[dict[str, Any]], bounds: Sequence[float]) -> SeasonGroupResults:
    months: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        months.setdefault(f"{row['game_date']:%Y-%m}", []).append(row)
    books: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        books.setdefault(row["book"], []).append(row)
    return SeasonGroupResults(
        id=number,
        name=name,
        tallies=by_kind(rows),
        sides=tuple(
            SeasonSide(direction=side, tallies=by_kind(row for row in rows if row["direction"] == side))
            for side in ("OVER", "UNDER")
        ),
        edges=tuple(
            SeasonEdge(
                low=low, high=high, tallies=by_kind(row for row in rows if low <= row["edge"] < (high or math.inf))
            )
            for low, high in zip(bounds, (*bounds[1:], None), strict=True)
        ),
        books=tuple(
            SeasonBook(book=book, tallies=by_kind(own))
            for book, own in sorted(books.items(), key=lambda item: (-len(item[1]), item[0] or ""))
        ),
        months=tuple(SeasonMonth(month=month, tallies=by_kind(own)) for month, own in sorted(months.items())),
        days=tuple(_days(rows)),
    )


def _days(rows: Iterable[Mapping[str, Any]]) -> Iterator[SeasonDay]:
    names = {"hit": "wins", "miss": "losses", "push": "pushes", "void": "voids"}
    counts: dict[tuple[dt.date, Kind], dict[str, Any]] = {}
    for row in rows:
        of_day = counts.setdefault((row["game_date"], row["kind"]), dict.fromkeys((*names.values(), "units"), 0))
        of_day[names[row["result"]]] += 1
        of_day["units"] = round(of_day["units"] + row["units"], UNIT_DIGITS)
    for (date, kind), of_day in sorted(counts.items()):
        yield SeasonDay(date=date, kind=kind, **of_day)
