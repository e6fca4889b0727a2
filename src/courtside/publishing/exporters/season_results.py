"""`results/season.json` and `results/seasons/{season}.json`: the record of a season, LIVE and BACKTEST apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import polars as pl
from pydantic import Field

from courtside.publishing.contracts import Built, Document, FileType, Kind, Shape, Side, UtcInstant
from courtside.publishing.exporters.rows import KindTally, by_kind, partitioned, utc
from courtside.publishing.world import World


class SeasonSide(Shape):
    """The graded picks of one side."""

    direction: Side
    tallies: tuple[KindTally, ...]


class SeasonMonth(Shape):
    """The graded picks of one month, as `2026-02`."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    tallies: tuple[KindTally, ...]


class SeasonDay(Shape):
    """The graded picks of one kind on one date."""

    date: dt.date
    kind: Kind
    wins: int = Field(ge=0)
    losses: int = Field(ge=0)
    pushes: int = Field(ge=0)
    voids: int = Field(ge=0)


class SeasonGroupResults(Shape):
    """One subset over a season: in all, by side, by month and by day, oldest first."""

    id: str
    name: str
    tallies: tuple[KindTally, ...]
    sides: tuple[SeasonSide, ...]
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
        yield Built(SEASON_RESULTS_ARCHIVE, SEASON_RESULTS_ARCHIVE.path(season=season), document, nothing)
        if season == world.newest_season:
            yield Built(SEASON_RESULTS, SEASON_RESULTS.path(), document, nothing)


def season_results_of(world: World, season: str) -> SeasonResults:
    """Return the record of one season."""
    first, following = world.span_of(season)
    graded = world.graded.filter((pl.col("game_date") >= first) & (pl.col("game_date") < following))
    rows = partitioned(graded.sort("subset_key", "game_date", "player_id"), "subset_key")
    return SeasonResults(
        generated_at=utc(world.now),
        season=season,
        start=first,
        through=cast("dt.date | None", graded["game_date"].max()),
        groups=tuple(
            _group(str(subset.id), subset.name, rows.get(subset.key, [])) for subset in world.definitions.subsets
        ),
    )


def _group(number: str, name: str, rows: list[dict[str, Any]]) -> SeasonGroupResults:
    months: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        months.setdefault(f"{row['game_date']:%Y-%m}", []).append(row)
    return SeasonGroupResults(
        id=number,
        name=name,
        tallies=by_kind(rows),
        sides=tuple(
            SeasonSide(direction=side, tallies=by_kind(row for row in rows if row["direction"] == side))
            for side in ("OVER", "UNDER")
        ),
        months=tuple(SeasonMonth(month=month, tallies=by_kind(own)) for month, own in sorted(months.items())),
        days=tuple(_days(rows)),
    )


def _days(rows: Iterable[Mapping[str, Any]]) -> Iterator[SeasonDay]:
    words = {"hit": "wins", "miss": "losses", "push": "pushes", "void": "voids"}
    counts: dict[tuple[dt.date, Kind], dict[str, int]] = {}
    for row in rows:
        own = counts.setdefault((row["game_date"], row["kind"]), dict.fromkeys(words.values(), 0))
        own[words[row["result"]]] += 1
    for (date, kind), own in sorted(counts.items()):
        yield SeasonDay(date=date, kind=kind, **own)
