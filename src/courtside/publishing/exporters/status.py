"""`status.json`: the state of each stage, the last runs, and the files that are older than they should be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

from pydantic import Field

from courtside.publishing.contracts import Document, FileType, Shape, UtcInstant
from courtside.publishing.exporters.rows import utc, utc_or_none
from courtside.publishing.world import World


class LastSuccess(Shape):
    """The newest date a stage settled, and when."""

    date: dt.date
    at: UtcInstant


class StageStatus(Shape):
    """A stage's state on the newest date it was due for, and the next date it is expected to process."""

    name: str
    date: dt.date | None
    state: str
    reason: str | None
    last_success: LastSuccess | None
    next_expected: dt.date | None


class RunStatus(Shape):
    """A finished run that processed at least one cell, which is a date of a stage; `failed` counts failed cells."""

    started_at: UtcInstant
    first_date: dt.date
    last_date: dt.date
    seconds: float | None
    cells: int = Field(ge=0)
    failed: int = Field(ge=0)


class SeasonSpan(Shape):
    """A season with published files, such as `subsets/seasons/{season}.json`."""

    season: str = Field(pattern=r"^\d{4}-\d{2}$")
    start: dt.date
    end: dt.date


class StaleFile(Shape):
    """A file, or a type of file, whose newest export failed; the last good one stays published."""

    path: str
    reason: str
    since: UtcInstant


class Data(Shape):
    """The age of the data: the newest date with results, the time the newest payload was fetched, and the time by which
    newer results are due. The data are outdated where the clock is past `results_due`. Null where nothing is stored.
    """

    newest_results: dt.date | None
    as_of: UtcInstant | None
    results_due: UtcInstant | None


class Status(Document):
    """The age of data and files; `is_simulated` is true where the league is simulated and its players do not exist."""

    generated_at: UtcInstant
    is_simulated: bool
    data: Data
    latest_published: dt.date | None
    latest_graded: dt.date | None
    seasons: tuple[SeasonSpan, ...]
    stages: tuple[StageStatus, ...]
    runs: tuple[RunStatus, ...]
    stale: tuple[StaleFile, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no stage is reported."""
        return not self.stages


STATUS = FileType("status", "status.json", 60, Status)


def status_of(
    world: World, stages: Sequence[StageStatus], runs: Sequence[RunStatus], stale: Sequence[StaleFile]
) -> Status:
    """Return the status file with the given stages, runs and stale files."""
    published = world.days["game_date"]
    seasons: dict[str, list[dt.date]] = {}
    for day in published:
        if season := world.season_of(day):
            seasons.setdefault(season, []).append(day)
    return Status(
        generated_at=utc(world.now),
        is_simulated=world.freshness.is_simulated,
        data=Data(
            newest_results=world.freshness.newest_results,
            as_of=utc_or_none(world.freshness.as_of),
            results_due=utc_or_none(world.freshness.results_due),
        ),
        latest_published=cast("dt.date | None", published.max()),
        latest_graded=cast("dt.date | None", world.graded["game_date"].max()),
        seasons=tuple(
            SeasonSpan(season=season, start=min(days), end=max(days)) for season, days in sorted(seasons.items())
        ),
        stages=tuple(stages),
        runs=tuple(runs),
        stale=tuple(sorted(stale, key=lambda item: item.path)),
    )
