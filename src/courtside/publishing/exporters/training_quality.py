"""`quality/training.json`: contamination by month, the worst features, and the calendar of the season."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

import narwhals as nw
import polars as pl
from pydantic import Field

from courtside.analytics.tables import PLAYER_GAMES
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    OneDecimal,
    Percent,
    Shape,
    UtcInstant,
    one_decimal,
)
from courtside.publishing.exporters.rows import rounded, utc
from courtside.publishing.world import PLAYER_GAME, World
from courtside.quality.origins import Origin
from courtside.quality.tables import GATE_VERDICTS
from courtside.quality.without_row import played_without_row
from courtside.warehouse.base import Lazy

CAUSES = (Origin.EARLY, Origin.MISSING, Origin.UNAVAILABLE)
THRESHOLD_PCT = 5.0


class ContaminationMonth(Shape):
    """The feature rows of a month whose players played; a row that lacks a required feature is contaminated.

    `without_row` counts games that a player played and that have no row. `lacking_pct` is the share of games that are
    without a row or contaminated, among all games played.
    """

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    season: str
    rows: int = Field(ge=0)
    contaminated: int = Field(ge=0)
    contaminated_pct: Percent
    without_row: int = Field(ge=0)
    lacking_pct: Percent
    quality_ready_pct: Percent
    training_ready_pct: Percent


class WithoutRowCause(Shape):
    """Games of the newest season that players played and that have no feature row, by cause."""

    cause: str
    games: int = Field(ge=1)


class WorstFeature(Shape):
    """A feature's rows without a value over the newest season, by cause."""

    name: str
    sentence: str
    category: str
    is_required: bool
    rows: int = Field(ge=0)
    early: int
    missing: int
    unavailable: int
    defaults_pct: Percent


class CalendarDay(Shape):
    """A date of the newest season: its rows, the readiness gate's verdict, and the completeness of its windows."""

    date: dt.date
    rows: int = Field(ge=0)
    verdict: Literal["ready", "warning", "not_ready"] | None
    completeness_pct: OneDecimal | None
    quality_ready_pct: OneDecimal | None


class TrainingQuality(Document):
    """The quality of the feature rows of players who played; models are trained on these rows."""

    generated_at: UtcInstant
    threshold_pct: float
    months: tuple[ContaminationMonth, ...]
    without_row: tuple[WithoutRowCause, ...]
    worst: tuple[WorstFeature, ...]
    calendar: tuple[CalendarDay, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no row."""
        return not self.calendar


COUNTED = (
    *("game_date", "season", "completeness_l10"),
    *("required_default_count", "is_quality_ready", "is_training_ready"),
)
"""Columns of a feature row that are counted for each date."""

ORIGINS = tuple(dict.fromkeys(feature.origin_column for feature in FEATURES))

TRAINING_QUALITY = FileType("training-quality", "quality/training.json", 3600, TrainingQuality)


def files(world: World) -> Iterator[Built]:
    """Yield `quality/training.json` where the newest season is among the dates."""
    season = world.newest_season
    if season is None or season not in world.seasons_touched:
        return
    start = world.starts[season]
    days, absent = _days(world), _without_row(world)
    recent = days.filter(pl.col("game_date") >= start)
    verdicts = world.warehouse.collect(world.warehouse.scan(GATE_VERDICTS, start=start))
    document = TrainingQuality(
        generated_at=utc(world.now),
        threshold_pct=THRESHOLD_PCT,
        months=tuple(_months(days, absent)),
        without_row=tuple(_causes(absent.filter(pl.col("game_date") >= start))),
        worst=tuple(_worst(_origins(world, start))),
        calendar=tuple(_calendar(recent, dict(verdicts.select("game_date", "verdict").iter_rows()))),
    )
    yield Built.of(TRAINING_QUALITY, TRAINING_QUALITY.path(), document, verdicts.is_empty())


def _days(world: World) -> pl.DataFrame:
    """Return one row per date and season with counts of all rows and of rows whose player played, in one statement."""
    features = world.warehouse.scan(PLAYER_FEATURES).select(*PLAYER_GAME, *COUNTED)
    rows = features.join(_played(world), on=list(PLAYER_GAME), how="left")
    did_play = nw.col("did_play").fill_null(False)
    flags = {
        "played": did_play,
        "contaminated": did_play & ~(nw.col("required_default_count") == 0).fill_null(False),
        "quality_ready": did_play & nw.col("is_quality_ready"),
        "training_ready": did_play & nw.col("is_training_ready"),
        "all_quality_ready": nw.col("is_quality_ready"),
    }
    counts = [flag.cast(nw.Int64).sum().alias(name) for name, flag in flags.items()]
    completeness = nw.col("completeness_l10").mean().alias("completeness")
    found = rows.group_by("game_date", "season").agg(nw.len().alias("rows"), completeness, *counts)
    return world.warehouse.collect(found).sort("game_date")


def _origins(world: World, start: dt.date) -> pl.DataFrame:
    """Return the origin of each feature in the rows from `start` on whose player played."""
    features = world.warehouse.scan(PLAYER_FEATURES, start=start).select(*PLAYER_GAME, *ORIGINS)
    return world.warehouse.collect(features.join(_played(world), on=list(PLAYER_GAME), how="inner").select(*ORIGINS))


def _played(world: World) -> Lazy:
    return world.warehouse.scan(PLAYER_GAMES).filter(nw.col("did_play")).select(*PLAYER_GAME, "did_play")


def _without_row(world: World) -> pl.DataFrame:
    """Return the games played without a feature row: game_date, season, cause, games."""
    played = world.warehouse.scan(PLAYER_GAMES)
    return world.warehouse.collect(played_without_row(played, world.warehouse.scan(PLAYER_FEATURES), played))


def _causes(absent: pl.DataFrame) -> Iterator[WithoutRowCause]:
    counted = absent.group_by("cause").agg(pl.col("games").sum()).sort("games", "cause", descending=[True, False])
    for row in counted.iter_rows(named=True):
        yield WithoutRowCause(**row)


def _months(days: pl.DataFrame, absent: pl.DataFrame) -> Iterator[ContaminationMonth]:
    names = ("played", "contaminated", "quality_ready", "training_ready", "games")
    games = absent.select("game_date", "season", pl.col("games").cast(pl.Int64))
    months = (
        pl.concat([days, games], how="diagonal")
        .with_columns(month=pl.col("game_date").dt.strftime("%Y-%m"))
        .group_by("month", "season")
        .agg(pl.col(names).sum())
        .filter(pl.col("played") > 0)
        .sort("month", "season")
    )
    for row in months.iter_rows(named=True):
        share = {name: one_decimal(100 * row[name] / row["played"]) for name in names}
        lacking = 100 * (row["contaminated"] + row["games"]) / (row["played"] + row["games"])
        yield ContaminationMonth(
            month=row["month"],
            season=row["season"],
            rows=row["played"],
            contaminated=row["contaminated"],
            contaminated_pct=share["contaminated"],
            without_row=row["games"],
            lacking_pct=one_decimal(lacking),
            quality_ready_pct=share["quality_ready"],
            training_ready_pct=share["training_ready"],
        )


def _worst(origins: pl.DataFrame) -> list[WorstFeature]:
    if origins.is_empty():
        return []
    features = [_feature(feature, origins[feature.origin_column]) for feature in FEATURES]
    return sorted((item for item in features if item.defaults_pct or item.unavailable), key=_by_harm)


def _feature(feature: Any, origins: pl.Series) -> WorstFeature:
    of = {str(cause): int((origins == str(cause)).sum()) for cause in CAUSES}
    rows = origins.len()
    return WorstFeature(
        name=feature.name,
        sentence=feature.sentence,
        category=str(feature.category),
        is_required=feature.is_required,
        rows=rows,
        defaults_pct=one_decimal(100 * (of["early"] + of["missing"]) / rows),
        **of,
    )


def _by_harm(feature: WorstFeature) -> tuple[bool, float, str]:
    return not feature.is_required, -feature.defaults_pct, feature.name


def _calendar(days: pl.DataFrame, verdicts: dict[dt.date, Any]) -> Iterator[CalendarDay]:
    for row in days.iter_rows(named=True):
        yield CalendarDay(
            date=row["game_date"],
            rows=row["rows"],
            verdict=verdicts.get(row["game_date"]),
            completeness_pct=rounded(row["completeness"]),
            quality_ready_pct=rounded(100 * row["all_quality_ready"] / row["rows"]),
        )
