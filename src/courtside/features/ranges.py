"""The range guard: a value outside its valid range is no value; its row says so, and the rest of the slate goes on."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from courtside.features.registry import Feature
from courtside.quality.origins import Origin
from courtside.warehouse.base import Lazy


def within_range(rows: Lazy, features: Sequence[Feature]) -> Lazy:
    """Return `rows` with values outside their range made NULL, origin `missing`, and named in `out_of_range`.

    `rows` has the value and origin column of each of `features`; out_of_range is their names, comma-separated, empty
    where all lie within.
    """
    strays = {feature.name: _strays(feature) for feature in features}
    marked = rows.with_columns(
        out_of_range=nw.concat_str(
            [nw.when(stray).then(nw.lit(f"{name},")).otherwise(nw.lit("")) for name, stray in strays.items()]
        ),
        **{
            feature.origin_column: nw.when(strays[feature.name])
            .then(nw.lit(str(Origin.MISSING)))
            .otherwise(nw.col(feature.origin_column))
            for feature in features
        },
    )
    return marked.with_columns(
        nw.when(~strays[feature.name]).then(nw.col(feature.name)).alias(feature.name) for feature in features
    ).with_columns(out_of_range=nw.col("out_of_range").str.strip_chars(","))


def _strays(feature: Feature) -> nw.Expr:
    value = nw.col(feature.name)
    return ((value < feature.minimum) | (value > feature.maximum)).fill_null(False)
