"""`subsets/season.json`: every published date of a season by subset, with the result of each pick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, cast

import polars as pl
from pydantic import Field, model_validator

from courtside.errors import ConfigError
from courtside.picks.integrity import require_counted
from courtside.picks.records import records_through
from courtside.picks.signal import PublicWord, public_word
from courtside.picks.subsets import Definitions
from courtside.picks.tables import GRADED_PICKS, require_grain
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Built, Document, FileType, Result, Shape, UtcInstant
from courtside.publishing.exporters.ledger_rows import (
    Pick,
    Record,
    last_versions,
    named_picks,
    records_by_subset,
    require_all_groups,
)
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World


class GradedPick(Pick):
    """A published pick with the points scored and the result; both are null until it is graded."""

    actual: int | None
    result: Result | None


class SeasonDate(Shape):
    """The picks of one subset on one date of a season."""

    date: dt.date
    signal: PublicWord | None
    picks: tuple[GradedPick, ...]


class SeasonGroup(Shape):
    """One subset over a season, newest date first, with its record up to the last graded date."""

    id: str
    name: str
    record: Record
    dates: tuple[SeasonDate, ...]

    @model_validator(mode="after")
    def _newest_first(self) -> SeasonGroup:
        days = [entry.date for entry in self.dates]
        if days != sorted(set(days), reverse=True):
            raise ValueError(f"group {self.id}: each date must occur once, newest first")
        return self


class SeasonSubsets(Document):
    """Every published date of a season by subset, with the result of each pick."""

    generated_at: UtcInstant
    model: str | None
    season: str = Field(pattern=r"^\d{4}-\d{2}$")
    groups: tuple[SeasonGroup, ...]

    @model_validator(mode="after")
    def _all_groups(self) -> SeasonSubsets:
        require_all_groups([group.id for group in self.groups])
        return self

    @property
    def is_empty(self) -> bool:
        """Whether no date holds a pick."""
        return not any(entry.picks for group in self.groups for entry in group.dates)


SEASON_SUBSETS = FileType("season-subsets", "subsets/season.json", 3600, SeasonSubsets)
SEASON_ARCHIVE = FileType("season-subsets", "subsets/seasons/{season}.json", 3600, SeasonSubsets)
_PICK = tuple(GradedPick.model_fields)


def build_season_subsets(
    season: str,
    publications: pl.DataFrame,
    counted: pl.DataFrame,
    graded: pl.DataFrame,
    *,
    players: pl.DataFrame,
    definitions: Definitions,
    season_starts: Mapping[str, dt.date],
    generated_at: dt.datetime,
) -> SeasonSubsets:
    """Return the file of `season` (as `2024-25`): each published date from its first regular-season day on.

    `season_starts` maps seasons to first regular-season days; a season ends where the next one begins. Dates are sorted
    newest first, and dates without a pick are included; records run through the last graded date.

    Raises:
        ConfigError: where `season` is not among `season_starts`.
        LedgerBrokenError: where `counted` does not hold the number of picks that the publications state.
        ExportRefusedError: where a player or team has no name.
    """
    in_season = _in_season(season, season_starts)
    days = last_versions(publications.filter(in_season)).sort("game_date", descending=True)
    chosen, grades = counted.filter(in_season), graded.filter(in_season)
    require_counted(days, chosen)
    picks = named_picks(_with_grades(chosen, grades), players)
    as_of = cast("dt.date | None", grades["game_date"].max()) or season_starts[season]
    starts = sorted(season_starts.values())
    records = records_by_subset(records_through(grades, [as_of], starts, definitions.keys))
    newest = days.filter(pl.col("model_code").is_not_null()).head(1)
    return SeasonSubsets(
        generated_at=utc(generated_at),
        model=public_code(newest["model_code"][0]) if newest.height else None,
        season=season,
        groups=tuple(
            SeasonGroup(
                id=str(subset.id),
                name=subset.name,
                record=records[as_of, subset.key],
                dates=tuple(_date(day, picks.get((day["game_date"], subset.key), [])) for day in days.rows(named=True)),
            )
            for subset in definitions.subsets
        ),
    )


def _date(day: dict[str, Any], rows: list[dict[str, Any]]) -> SeasonDate:
    picks = tuple(GradedPick(**{name: row[name] for name in _PICK}) for row in rows)
    return SeasonDate(date=day["game_date"], signal=public_word(day["signal"]), picks=picks)


def _with_grades(counted: pl.DataFrame, graded: pl.DataFrame) -> pl.DataFrame:
    key = list(GRADED_PICKS.key)
    require_grain(graded, key, "graded picks")
    return counted.join(graded.select(*key, "actual", "result"), on=key, how="left", validate="1:1")


def _in_season(season: str, starts: Mapping[str, dt.date]) -> pl.Expr:
    if season not in starts:
        raise ConfigError(f"season {season!r} has no games; seasons with games: {', '.join(sorted(starts)) or 'none'}")
    first = starts[season]
    following = min((start for start in starts.values() if start > first), default=None)
    in_season = pl.col("game_date") >= first
    return in_season if following is None else in_season & (pl.col("game_date") < following)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each season of the dates; the newest season's is also `subsets/season.json`."""
    for season in world.seasons_touched:
        document = build_season_subsets(
            season,
            world.publications,
            world.counted,
            world.graded,
            players=world.names,
            definitions=world.definitions,
            season_starts=world.starts,
            generated_at=world.now,
        )
        no_picks = world.picks_published_in(season) == 0
        yield Built.of(SEASON_ARCHIVE, SEASON_ARCHIVE.path(season=season), document, no_picks)
        if season == world.newest_season:
            yield Built.of(SEASON_SUBSETS, SEASON_SUBSETS.path(), document, no_picks)
