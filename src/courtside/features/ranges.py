"""The range check: a value outside its valid range becomes NULL, and its row names the feature in `out_of_range`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from courtside.features.registry import Feature
from courtside.quality.origins import Origin


def within_range(rows: pl.DataFrame, features: Sequence[Feature]) -> pl.DataFrame:
    """Return `rows` with each value outside its range set to NULL, with origin `missing`, and named in `out_of_range`.

    `rows` has the value and origin column of each of `features`. `out_of_range` holds the names, comma-separated; it is
    empty where all values are within their range.
    """
    is_outside = {feature.name: _is_outside(feature) for feature in features}
    outside = rows.select(expr.any().alias(name) for name, expr in is_outside.items()).row(0, named=True)
    failing = {feature: is_outside[feature.name] for feature in features if outside[feature.name]}
    names = [pl.when(is_bad).then(pl.lit(feature.name)) for feature, is_bad in failing.items()]
    return rows.with_columns(
        *(pl.when(~is_bad).then(feature.name).alias(feature.name) for feature, is_bad in failing.items()),
        *(
            pl.when(is_bad)
            .then(pl.lit(str(Origin.MISSING)))
            .otherwise(feature.origin_column)
            .alias(feature.origin_column)
            for feature, is_bad in failing.items()
        ),
        out_of_range=pl.concat_str(names, separator=",", ignore_nulls=True) if names else pl.lit(""),
    )


def _is_outside(feature: Feature) -> pl.Expr:
    value = pl.col(feature.name)
    return ((value < feature.minimum) | (value > feature.maximum)).fill_null(False)
