"""`quality/{date}.json`: the quality of a slate's features, the blocked players, and the features of each pick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import polars as pl
from pydantic import Field

from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.publishing.contracts import Built, Document, FileType, OneDecimal, Percent, PlayerId, Shape, Tricode
from courtside.publishing.contracts import UtcInstant as Instant
from courtside.publishing.exporters.rows import Badge, badge_of, named, partitioned, rounded, utc
from courtside.publishing.exporters.slate import current_picks, require_predictions
from courtside.publishing.world import World
from courtside.quality.origins import DEFAULT_ORIGINS, Origin
from courtside.quality.tables import GATE_VERDICTS

VALUE_DIGITS = 3


class Readiness(Shape):
    """The readiness gate's verdict on the slate."""

    verdict: Literal["ready", "warning", "not_ready"]
    reason: str | None
    rows: int = Field(ge=0)
    pct_quality_ready: OneDecimal | None
    avg_required_defaults: OneDecimal | None


class FeatureQuality(Shape):
    """A feature on this slate: the number of rows with each origin; `defaults` counts the rows without a value.

    Rows of origin computed, partial and fallback have a value. The other origins say why a value is missing. early:
    there are not enough games yet; missing: an input that should exist does not; unavailable: its source is not
    configured.
    """

    name: str
    sentence: str
    category: str
    is_required: bool
    computed: int
    partial: int
    fallback: int
    early: int
    missing: int
    unavailable: int
    defaults: int
    defaults_pct: Percent | None


class HeldPlayer(Shape):
    """A player whom the quality gate blocked, and the reason."""

    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    reason: str
    quality: Badge


class PickedPlayer(Shape):
    """The features of a published pick: a value and an origin for each of `features`, in their order."""

    id: PlayerId
    player: str = Field(min_length=1)
    quality: Badge
    completeness_last_10: Percent | None
    games_missing: int = Field(ge=0)
    values: tuple[float | None, ...]
    origins: tuple[str, ...]


class Quality(Document):
    """The quality of a slate's features."""

    date: dt.date
    generated_at: Instant
    readiness: Readiness | None
    features: tuple[FeatureQuality, ...]
    held: tuple[HeldPlayer, ...]
    picks: tuple[PickedPlayer, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the slate has no feature rows."""
        return self.readiness is None or self.readiness.rows == 0


DATES_AT_ONCE = 100
"""Dates whose origins are held in memory at once."""

QUALITY = FileType("quality", "quality/{date}.json", 3600, Quality)


def files(world: World) -> Iterator[Built]:
    """Yield `quality/{date}.json` for each of the dates that has a verdict."""
    if not world.dates:
        return
    require_predictions(world, world.dates)
    span = {"start": world.dates[0], "end": world.dates[-1]}
    verdicts = world.warehouse.collect(world.warehouse.scan(GATE_VERDICTS, **span))
    by_day = {row["game_date"]: row for row in verdicts.iter_rows(named=True)}
    counts = {row["game_date"]: row for row in origin_counts(world, world.dates).iter_rows(named=True)}
    held = partitioned(named(world.predictions.filter(~pl.col("gate_passed")), world.names), "game_date")
    picks = current_picks(world)
    for day in world.dates:
        if day not in by_day:
            continue
        document = Quality.model_validate(
            {
                "date": day,
                "generated_at": utc(world.now),
                "readiness": _readiness(by_day[day]),
                "features": list(_features(counts.get(day, {}))),
                "held": [_held(row) for row in held.get(day, [])],
                "picks": [
                    picked(pick, world.feature_rows.get((pick["game_id"], pick["id"]))) for pick in picks.get(day, [])
                ],
            }
        )
        yield Built(QUALITY, QUALITY.path(date=day), document, by_day[day]["rows"] == 0)


def origin_counts(world: World, dates: Sequence[dt.date]) -> pl.DataFrame:
    """Return game_date, rows, and a count per feature and origin, as `points_avg_last_5/early`.

    Counting in memory takes a fraction of the time that an engine needs for a statement with a column per count.
    """
    columns = [feature.origin_column for feature in FEATURES]
    counts = [
        (pl.col(feature.origin_column) == str(origin)).sum().alias(f"{feature.name}/{origin}")
        for feature in FEATURES
        for origin in Origin
    ]
    parts = []
    for first in range(0, len(dates), DATES_AT_ONCE):
        part = dates[first : first + DATES_AT_ONCE]
        rows = world.warehouse.scan(PLAYER_FEATURES, start=part[0], end=part[-1]).select("game_date", *columns)
        parts.append(world.warehouse.collect(rows).group_by("game_date").agg(pl.len().alias("rows"), *counts))
    return pl.concat(parts).sort("game_date")


def _readiness(row: dict[str, Any]) -> Readiness:
    return Readiness(
        verdict=row["verdict"],
        reason=row["reason"],
        rows=row["rows"],
        pct_quality_ready=rounded(row["pct_quality_ready"]),
        avg_required_defaults=rounded(row["avg_required_defaults"]),
    )


def _features(counts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the fields of a `FeatureQuality` for each feature."""
    for feature in FEATURES:
        of = {str(origin): int(counts.get(f"{feature.name}/{origin}") or 0) for origin in Origin}
        defaults = sum(of[str(origin)] for origin in DEFAULT_ORIGINS)
        rows = counts.get("rows")
        yield {
            "name": feature.name,
            "sentence": feature.sentence,
            "category": str(feature.category),
            "is_required": feature.is_required,
            "defaults": defaults,
            "defaults_pct": rounded(100 * defaults / rows) if rows else None,
            **of,
        }


def _held(row: dict[str, Any]) -> HeldPlayer:
    return HeldPlayer(
        id=row["player_id"],
        player=row["player"],
        team=row["team"],
        opponent=row["opponent"],
        reason=row["gate_reason"] or "held by the quality gate",
        quality=badge_of(row["feature_quality_score"]),
    )


def picked(pick: dict[str, Any], row: dict[str, Any] | None) -> PickedPlayer:
    """Return the features of a pick from its feature row."""
    values = [row[feature.name] if row else None for feature in FEATURES]
    missing = row["missing_game_ids"] if row else ""
    return PickedPlayer(
        id=pick["id"],
        player=pick["player"],
        quality=pick["quality"],
        completeness_last_10=rounded(row["completeness_l10"]) if row else None,
        games_missing=len([game for game in missing.split(",") if game]),
        values=tuple(None if value is None else round(float(value), VALUE_DIGITS) for value in values),
        origins=tuple(row[feature.origin_column] if row else str(Origin.MISSING) for feature in FEATURES),
    )
