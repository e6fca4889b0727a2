"""The quality of a feature row: its score, tier, alert level and readiness, from the origins of its features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import narwhals as nw

from courtside.quality.origins import DEFAULT_ORIGINS, WEIGHTS, Origin
from courtside.warehouse.base import Lazy

CAPS = ((5, 49.0), (1, 69.0))
"""(required defaults, highest score): five or more cap it at 49, one or more at 69."""

TIER_FLOORS = (("gold", 95.0), ("silver", 85.0), ("bronze", 70.0), ("poor", 50.0))
LOWEST_TIER = "critical"

FAMILIES = ("history", "matchup", "team", "vegas", "game")
"""Categories of features that have a score of their own."""


class Scored(Protocol):
    """What the score asks of a feature."""

    @property
    def name(self) -> str:
        """Name of the feature."""

    @property
    def origin_column(self) -> str:
        """Column of its origin."""

    @property
    def is_required(self) -> bool:
        """Whether a row without it is not ready."""

    @property
    def category(self) -> str:
        """Family it belongs to."""


def scored(rows: Lazy, features: Sequence[Scored]) -> Lazy:
    """Add default counts, scores, tier, alert level and readiness to `rows`.

    `rows` has the origin column of each of `features`. Columns added: default_feature_count, required_default_count,
    feature_quality_score (0–100), FAMILY_quality_pct for each of `FAMILIES` (0–100, NULL where nothing is counted),
    quality_tier, quality_alert_level, is_quality_ready, is_training_ready. An origin that is NULL counts as a default.
    """
    required = [feature for feature in features if feature.is_required]
    counted = rows.with_columns(
        default_feature_count=_defaults(features),
        required_default_count=_defaults(required),
        raw_score=_mean_weight(features),
        **{
            f"{family}_quality_pct": _mean_weight([item for item in features if item.category == family])
            for family in FAMILIES
        },
    ).with_columns(feature_quality_score=_capped())
    return (
        counted.with_columns(quality_tier=_tier(), quality_alert_level=_alert())
        .with_columns(is_quality_ready=_is_quality_ready(), is_training_ready=_is_training_ready())
        .drop("raw_score")
    )


def _defaults(features: Iterable[Scored]) -> nw.Expr:
    defaults = [str(origin) for origin in DEFAULT_ORIGINS]
    return _sum(
        nw.when(nw.col(feature.origin_column).is_in(defaults) | nw.col(feature.origin_column).is_null())
        .then(nw.lit(1))
        .otherwise(nw.lit(0))
        for feature in features
    )


def _mean_weight(features: Sequence[Scored]) -> nw.Expr:
    """Mean weight over counted features; an optional feature without a value does not lower it."""
    if not features:
        return nw.lit(None).cast(nw.Float64)
    counted = _sum(_counts(feature) for feature in features)
    total = _sum(_weight(feature) for feature in features)
    return nw.when(counted > 0).then(total.cast(nw.Float64) / counted)


def _counts(feature: Scored) -> nw.Expr:
    origin = nw.col(feature.origin_column)
    left_out = [str(Origin.UNAVAILABLE)]
    if not feature.is_required:
        left_out += [str(kind) for kind in DEFAULT_ORIGINS]
    return (~origin.is_in(left_out)).cast(nw.Int64).fill_null(1)


def _weight(feature: Scored) -> nw.Expr:
    origin = nw.col(feature.origin_column)
    return nw.coalesce(
        *(nw.when(origin == str(kind)).then(nw.lit(weight)) for kind, weight in WEIGHTS.items() if weight),
        nw.lit(0),
    )


def _capped() -> nw.Expr:
    (many, lowest), (few, low) = CAPS
    score, required = nw.col("raw_score").fill_null(0.0), nw.col("required_default_count")
    return (
        nw.when(required >= many)
        .then(_least(score, lowest))
        .otherwise(nw.when(required >= few).then(_least(score, low)).otherwise(score))
    )


def _least(score: nw.Expr, cap: float) -> nw.Expr:
    return nw.when(score > cap).then(nw.lit(cap)).otherwise(score)


def _tier() -> nw.Expr:
    score = nw.col("feature_quality_score")
    return nw.coalesce(
        *(nw.when(score >= floor).then(nw.lit(tier)) for tier, floor in TIER_FLOORS), nw.lit(LOWEST_TIER)
    )


def _matchup() -> nw.Expr:
    """Matchup quality; where no matchup feature is counted the row is contaminated, not clean."""
    return nw.col("matchup_quality_pct").fill_null(0.0)


def _alert() -> nw.Expr:
    score = nw.col("feature_quality_score")
    is_red = (_matchup() < 50) | (score < 50)
    is_yellow = (nw.col("required_default_count") > 0) | (score < 70) | (_matchup() < 70)
    return (
        nw.when(is_red)
        .then(nw.lit("red"))
        .otherwise(nw.when(is_yellow).then(nw.lit("yellow")).otherwise(nw.lit("green")))
    )


def _is_quality_ready() -> nw.Expr:
    return (nw.col("feature_quality_score") >= 70) & (_matchup() >= 50) & (nw.col("required_default_count") == 0)


def _is_training_ready() -> nw.Expr:
    return _is_quality_ready() & (_matchup() >= 70) & (nw.col("history_quality_pct").fill_null(0.0) >= 80)


def _sum(terms: Iterable[nw.Expr]) -> nw.Expr:
    """Add terms in pairs of pairs, so that the expression stays shallow enough for every engine to parse."""
    sums = list(terms)
    while len(sums) > 1:
        pairs = [left + right for left, right in zip(sums[::2], sums[1::2], strict=False)]
        sums = pairs + sums[len(pairs) * 2 :]
    return sums[0]
