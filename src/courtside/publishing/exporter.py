"""From the ledger to the files: each type by itself, one failure does not stop the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.tables import GAMES
from courtside.errors import CourtsideError
from courtside.league.seasons import season_starts
from courtside.picks.ledger import counted
from courtside.picks.subsets import Definitions, load_definitions
from courtside.picks.tables import GRADED_PICKS, PUBLICATIONS, PUBLISHED_PICKS
from courtside.publishing.contracts import (
    SEASON_ARCHIVE,
    SEASON_SUBSETS,
    SUBSET_PICKS,
    Document,
    FileType,
)
from courtside.publishing.exporters.season_subsets import build_season_subsets
from courtside.publishing.exporters.subset_picks import build_subset_picks
from courtside.publishing.stores.base import Store, publish
from courtside.raw.current import current
from courtside.raw.tables import RAW_PLAYER_BOX
from courtside.warehouse.base import Warehouse
from courtside.warehouse.schema import Table


@dataclass(frozen=True)
class FileReport:
    """What became of one file: `written`, `unchanged` or `failed`, with the reason."""

    path: str
    status: str
    reason: str | None = None


@dataclass(frozen=True)
class Published:
    """Everything the files are made of, read once for any number of dates."""

    publications: pl.DataFrame
    counted: pl.DataFrame
    graded: pl.DataFrame
    players: pl.DataFrame
    starts: Mapping[str, dt.date]
    definitions: Definitions
    now: dt.datetime

    def picks_in(self, season: str) -> int | None:
        """Return how many picks the publications of a season count; None where there is no publication."""
        own = self.publications.filter(
            pl.col("game_date").map_elements(lambda day: season_of_day(self.starts, day) == season, pl.Boolean)
        )
        return int(own["picks"].sum()) if own.height else None


Files = Iterator[tuple[FileType, str, Document, bool]]
"""The type, path and content of each file, and whether the ledger itself has nothing to put in it."""


def read_published(warehouse: Warehouse, now: dt.datetime) -> Published:
    """Return what the files are made of, in six statements whatever the number of dates."""

    def read(table: Table) -> pl.DataFrame:
        return warehouse.collect(warehouse.scan(table))

    publications, picks = read(PUBLICATIONS), read(PUBLISHED_PICKS)
    names = current(warehouse.scan(RAW_PLAYER_BOX), RAW_PLAYER_BOX).select(
        "player_id", "player_name", "game_date", "game_id"
    )
    players = (
        warehouse.collect(names)
        .sort("player_id", "game_date", "game_id")
        .unique("player_id", keep="last", maintain_order=True)
        .select("player_id", "player_name")
    )
    starts = warehouse.collect(season_starts(warehouse.scan(GAMES)).sort("season"))
    return Published(
        publications,
        counted(publications, picks),
        read(GRADED_PICKS),
        players,
        dict(starts.iter_rows()),
        load_definitions(),
        now,
    )


def subset_picks(published: Published, dates: Sequence[dt.date]) -> Files:
    """Yield `picks/{date}.json` of the dates that have a publication."""
    documents = build_subset_picks(
        dates,
        published.publications,
        published.counted,
        published.graded,
        players=published.players,
        definitions=published.definitions,
        season_starts=sorted(published.starts.values()),
        generated_at=published.now,
    )
    counts = dict(published.publications.sort("version").select("game_date", "picks").iter_rows())
    for day, document in documents.items():
        yield SUBSET_PICKS, SUBSET_PICKS.path(date=day), document, counts[day] == 0


def season_subsets(published: Published, dates: Sequence[dt.date]) -> Files:
    """Yield the season file of each season that `dates` touch; the newest season is also `subsets/season.json`."""
    newest = max(published.starts, default=None)
    for season in sorted({season for day in dates if (season := season_of_day(published.starts, day))}):
        document = build_season_subsets(
            season,
            published.publications,
            published.counted,
            published.graded,
            players=published.players,
            definitions=published.definitions,
            season_starts=published.starts,
            generated_at=published.now,
        )
        no_picks = published.picks_in(season) == 0
        yield SEASON_ARCHIVE, SEASON_ARCHIVE.path(season=season), document, no_picks
        if season == newest:
            yield SEASON_SUBSETS, SEASON_SUBSETS.path(), document, no_picks


EXPORTERS: dict[str, Callable[[Published, Sequence[dt.date]], Files]] = {
    "subset-picks": subset_picks,
    "season-subsets": season_subsets,
}
"""What can be exported, by the name that `--only` takes."""


def export(
    warehouse: Warehouse,
    store: Store,
    dates: Sequence[dt.date],
    *,
    now: dt.datetime,
    only: Sequence[str] = tuple(EXPORTERS),
) -> list[FileReport]:
    """Write the files of `dates` and return what became of each."""
    published = read_published(warehouse, now)
    reports = []
    for name in only:
        try:
            for kind, path, document, ledger_is_empty in EXPORTERS[name](published, dates):
                reports.append(_write(store, kind, path, document, ledger_is_empty))
        except CourtsideError as error:
            reports.append(FileReport(name, "failed", str(error)))
    return reports


def _write(store: Store, kind: FileType, path: str, document: Document, ledger_is_empty: bool) -> FileReport:
    try:
        return FileReport(path, publish(store, kind, path, document, ledger_is_empty=ledger_is_empty))
    except (CourtsideError, OSError) as error:
        return FileReport(path, "failed", str(error))


def season_of_day(starts: Mapping[str, dt.date], day: dt.date) -> str | None:
    """Return the latest season that has begun by `day`."""
    begun = [season for season, first in starts.items() if first <= day]
    return max(begun, default=None)
