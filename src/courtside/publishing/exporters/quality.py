"""`quality/{date}.json`: the quality of a slate's features, the blocked players, and the features of each pick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

import polars as pl
from pydantic import Field

from courtside.features.registry import FEATURES, Feature
from courtside.features.tables import PLAYER_FEATURES
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    OneDecimal,
    Percent,
    PlayerId,
    Shape,
    Tricode,
    UtcInstant,
    documents,
)
from courtside.publishing.exporters.rows import Badge, badge_expr, filled_list, named, one_decimal_expr, utc_expr
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
    generated_at: UtcInstant
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

READINESS_COLUMNS: tuple[pl.Expr, ...] = (
    *(pl.col(name) for name in ("verdict", "reason", "rows")),
    *(one_decimal_expr(pl.col(name)).alias(name) for name in ("pct_quality_ready", "avg_required_defaults")),
)
"""The fields of `Readiness` as expressions of `gate_verdicts`."""

QUALITY = FileType("quality", "quality/{date}.json", 3600, Quality)


def files(world: World) -> Iterator[Built]:
    """Yield `quality/{date}.json` for each of the dates that has a verdict."""
    if not world.dates:
        return
    require_predictions(world, world.dates)
    verdicts = world.warehouse.collect(world.warehouse.scan(GATE_VERDICTS, **world.span))
    held, picks = _held(world), picked_players(world)
    shown = (
        verdicts.filter(world.is_exported)
        .sort("game_date")
        .select("game_date", readiness=pl.struct(READINESS_COLUMNS))
        .join(origin_counts(world, world.dates), on="game_date", how="left", validate="1:1", maintain_order="left")
        .join(held, on="game_date", how="left", validate="1:1", maintain_order="left")
        .join(picks, on="game_date", how="left", validate="1:1", maintain_order="left")
        .select(
            date="game_date",
            generated_at=utc_expr(pl.lit(world.now)),
            readiness="readiness",
            features=pl.concat_list(_feature(feature) for feature in FEATURES),
            held=filled_list("held", held.schema["held"]),
            picks=filled_list("picks", picks.schema["picks"]),
        )
    )
    for document, content in documents(Quality, shown):
        is_without_rows = document.readiness is not None and document.readiness.rows == 0
        yield Built(QUALITY, QUALITY.path(date=document.date), content, document.is_empty, is_without_rows)


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


def _feature(feature: Feature) -> pl.Expr:
    """Return a `FeatureQuality` as an expression of `origin_counts`; a date without rows has the count 0."""
    counts = {str(origin): pl.col(f"{feature.name}/{origin}").fill_null(0) for origin in Origin}
    defaults = pl.sum_horizontal(counts[str(origin)] for origin in DEFAULT_ORIGINS)
    fields = {
        "name": pl.lit(feature.name),
        "sentence": pl.lit(feature.sentence),
        "category": pl.lit(str(feature.category)),
        "is_required": pl.lit(feature.is_required),
        **counts,
        "defaults": defaults,
        "defaults_pct": pl.when(pl.col("rows") > 0).then(one_decimal_expr(100 * defaults / pl.col("rows"))),
    }
    return pl.struct(fields[name].alias(name) for name in FeatureQuality.model_fields)


def _held(world: World) -> pl.DataFrame:
    """Return game_date and `held`, a list of `HeldPlayer`, of each exported date with blocked players."""
    rows = named(world.predictions.filter(~pl.col("gate_passed")), world.names)
    reason = pl.when(pl.col("gate_reason") != "").then("gate_reason").otherwise(pl.lit("held by the quality gate"))
    shown = rows.select(
        *("game_date", "player", "team", "opponent"),
        id="player_id",
        reason=reason,
        quality=badge_expr("feature_quality_score"),
    )
    return shown.group_by("game_date", maintain_order=True).agg(held=pl.struct(*HeldPlayer.model_fields))


def picked_players(world: World) -> pl.DataFrame:
    """Return game_date and `picks`, a list of `PickedPlayer`, of each exported date with picks."""
    own = world.feature_rows.select(
        "game_id",
        *(_rounded(world.feature_rows[feature.name]) for feature in FEATURES),
        *(feature.origin_column for feature in FEATURES),
        id="player_id",
        completeness_last_10=one_decimal_expr(pl.col("completeness_l10")),
        games_missing=pl.col("missing_game_ids").str.count_matches("[^,]+"),
    )
    rows = current_picks(world).join(own, on=["game_id", "id"], how="left", validate="m:1", maintain_order="left")
    shown = rows.select(
        *("game_date", "id", "player", "quality", "completeness_last_10"),
        games_missing=pl.col("games_missing").fill_null(0),
        values=pl.concat_list(feature.name for feature in FEATURES),
        origins=pl.concat_list(pl.col(feature.origin_column).fill_null(str(Origin.MISSING)) for feature in FEATURES),
    )
    return shown.group_by("game_date", maintain_order=True).agg(picks=pl.struct(*PickedPlayer.model_fields))


def _rounded(values: pl.Series) -> pl.Series:
    """Round decimal digits, as Python does; Polars multiplies first and can be one unit of the last digit away."""
    rounded_values = [None if value is None else round(float(value), VALUE_DIGITS) for value in values]
    return pl.Series(values.name, rounded_values, dtype=pl.Float64)
