"""`subsets/performance.json`: the results of each subset over 7 days, 30 days and the season."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import cast

import polars as pl
from pydantic import Field

from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Built, Document, FileType, OneDecimal, Percent, Shape, UtcInstant
from courtside.publishing.exporters.rows import partitioned, tally_of, utc
from courtside.publishing.world import World

DAYS_OF_WINDOW = {"last_7_days": 7, "last_30_days": 30}


class SubsetStats(Shape):
    """Hit rate and return on stakes, in %, over the `picks` that hit or missed; null where there are none."""

    hit_rate: Percent | None
    roi: OneDecimal | None
    picks: int = Field(ge=0)


class SubsetWindow(Shape):
    """One subset in one window."""

    id: str
    name: str
    stats: SubsetStats


class PerformanceWindow(Shape):
    """A span of dates, both included, with every subset."""

    start_date: dt.date
    end_date: dt.date
    groups: tuple[SubsetWindow, ...]


class PerformanceWindows(Shape):
    """The three windows; the first two are exactly 7 and 30 days."""

    last_7_days: PerformanceWindow
    last_30_days: PerformanceWindow
    season: PerformanceWindow


class SubsetPerformance(Document):
    """The results of each subset up to the last graded date."""

    generated_at: UtcInstant
    model: str | None
    windows: PerformanceWindows

    @property
    def is_empty(self) -> bool:
        """Whether no window holds a graded pick."""
        return not any(group.stats.picks for group in self.windows.season.groups)


SUBSET_PERFORMANCE = FileType("subset-performance", "subsets/performance.json", 3600, SubsetPerformance)


def files(world: World) -> Iterator[Built]:
    """Yield `subsets/performance.json` where the newest season has begun and is among the dates' seasons."""
    season = world.newest_season
    if season is None or season not in world.seasons_touched:
        return
    start = world.starts[season]
    graded = world.graded.filter(pl.col("game_date") >= start)
    end = cast("dt.date | None", graded["game_date"].max()) or start
    spans = {name: (end - dt.timedelta(days=days - 1), end) for name, days in DAYS_OF_WINDOW.items()}
    windows = {name: _window(world, *span) for name, span in {**spans, "season": (start, end)}.items()}
    document = SubsetPerformance(
        generated_at=utc(world.now), model=public_code(world.champion), windows=PerformanceWindows(**windows)
    )
    yield Built.of(SUBSET_PERFORMANCE, SUBSET_PERFORMANCE.path(), document, not world.is_anything_graded_in(season))


def _window(world: World, start: dt.date, end: dt.date) -> PerformanceWindow:
    rows = partitioned(world.graded.filter(pl.col("game_date").is_between(start, end)), "subset_key")
    tallies = {subset.key: tally_of(rows.get(subset.key, ())) for subset in world.definitions.subsets}
    return PerformanceWindow(
        start_date=start,
        end_date=end,
        groups=tuple(
            SubsetWindow(
                id=str(subset.id),
                name=subset.name,
                stats=SubsetStats(
                    hit_rate=tallies[subset.key]["pct"],
                    roi=tallies[subset.key]["roi"],
                    picks=tallies[subset.key]["n"],
                ),
            )
            for subset in world.definitions.subsets
        ),
    )
