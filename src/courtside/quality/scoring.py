"""Quality of a feature row: score, tier, alert level and readiness, from the origins of its features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from courtside.quality.origins import DEFAULT_ORIGINS, ORIGIN_OF_CODE, WEIGHTS, WORST_LAST

CAPS = ((5, 49.0), (1, 69.0))
"""(required defaults, highest score): five or more limit the score to 49, one or more to 69."""

TIER_FLOORS = (("gold", 95.0), ("silver", 85.0), ("bronze", 70.0), ("poor", 50.0))
LOWEST_TIER = "critical"

FAMILIES = ("history", "matchup", "team", "vegas", "game")
"""Categories of features that have their own score."""

Scores = NDArray[np.float64]

NO_ORIGIN = len(WORST_LAST)
"""The code of a NULL origin: it counts as a default with weight 0."""

WEIGHT = np.array([*(WEIGHTS[origin] or 0 for origin in WORST_LAST), 0])
IS_DEFAULT = np.array([*(origin in DEFAULT_ORIGINS for origin in WORST_LAST), True])
IS_COUNTED = np.array([*(WEIGHTS[origin] is not None for origin in WORST_LAST), True])
IS_COUNTED_OPTIONAL = np.array([*(bool(WEIGHTS[origin]) for origin in WORST_LAST), True])
"""Arrays by origin code. An optional feature that is missing does not lower the score."""


class Scored(Protocol):
    """The attributes of a feature that the score needs."""

    @property
    def name(self) -> str:
        """Name of the feature."""

    @property
    def origin_column(self) -> str:
        """Name of the column with its origin."""

    @property
    def is_required(self) -> bool:
        """Whether a row without the feature is not ready."""

    @property
    def category(self) -> str:
        """The category of the feature."""


def scored(rows: pl.DataFrame, features: Sequence[Scored]) -> pl.DataFrame:
    """Add default counts, scores, tier, alert level and readiness to `rows`.

    `rows` has the origin column of each of `features`. Columns added: default_feature_count, required_default_count,
    feature_quality_score (0–100), FAMILY_quality_pct for each of `FAMILIES` (0–100, NULL where nothing is counted),
    quality_tier, quality_alert_level, is_quality_ready, is_training_ready. A NULL origin counts as a default.
    """
    codes = _codes(rows.select(feature.origin_column for feature in features))
    is_required = np.array([feature.is_required for feature in features])
    category = np.array([feature.category for feature in features])
    weight, is_default = WEIGHT[codes], IS_DEFAULT[codes]
    is_counted = np.where(is_required[:, None], IS_COUNTED[codes], IS_COUNTED_OPTIONAL[codes])
    mean = {family: _mean(weight[category == family], is_counted[category == family]) for family in FAMILIES}
    required = is_default[is_required].sum(axis=0)
    return rows.with_columns(
        default_feature_count=is_default.sum(axis=0),
        required_default_count=required,
        feature_quality_score=_capped(_mean(weight, is_counted), required),
        **{f"{family}_quality_pct": pl.Series(mean[family], nan_to_null=True) for family in FAMILIES},
    ).with_columns(**_levels())


def _codes(origins: pl.DataFrame) -> NDArray[np.int64]:
    """Return the code of each origin: columns × rows."""
    code = pl.all().cast(ORIGIN_OF_CODE.dtype).to_physical().cast(pl.Int64).fill_null(NO_ORIGIN)
    return origins.select(code).to_numpy().T


def _mean(weight: NDArray[np.int64], is_counted: NDArray[np.bool_]) -> Scores:
    """Return the mean weight over counted features, NaN where none is counted."""
    counted = is_counted.sum(axis=0)
    mean: Scores = np.divide(weight.sum(axis=0), counted, out=np.full(len(counted), np.nan), where=counted > 0)
    return mean


def _capped(score: Scores, required: NDArray[np.int64]) -> Scores:
    (many, lowest), (few, low) = CAPS
    capped: Scores = np.minimum(
        np.nan_to_num(score), np.select([required >= many, required >= few], [lowest, low], np.inf)
    )
    return capped


def _levels() -> dict[str, pl.Expr]:
    """Return tier, alert level and readiness; a row without a counted matchup feature is not ready."""
    score, has_defaults = pl.col("feature_quality_score"), pl.col("required_default_count") > 0
    matchup, history = (pl.col(f"{family}_quality_pct").fill_null(0.0) for family in ("matchup", "history"))
    tiers = [pl.when(score >= floor).then(pl.lit(tier)) for tier, floor in TIER_FLOORS]
    is_red = (matchup < 50) | (score < 50)
    is_yellow = has_defaults | (score < 70) | (matchup < 70)
    is_ready = (score >= 70) & (matchup >= 50) & ~has_defaults
    return {
        "quality_tier": pl.coalesce(*tiers, pl.lit(LOWEST_TIER)),
        "quality_alert_level": pl.when(is_red)
        .then(pl.lit("red"))
        .otherwise(pl.when(is_yellow).then(pl.lit("yellow")).otherwise(pl.lit("green"))),
        "is_quality_ready": is_ready,
        "is_training_ready": is_ready & (matchup >= 70) & (history >= 80),
    }
