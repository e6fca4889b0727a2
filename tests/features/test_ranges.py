"""A value outside its valid range makes its row not ready, and no other row."""

from __future__ import annotations

import polars as pl
import pytest

from courtside.features.ranges import within_range
from courtside.features.registry import FEATURES
from courtside.quality.scoring import scored


def _rows(**values: list[float | None]) -> pl.DataFrame:
    height = len(next(iter(values.values())))
    columns: dict[str, list[object]] = {}
    for feature in FEATURES:
        own = values.get(feature.name, [feature.minimum] * height)
        columns[feature.name] = list(own)
        columns[feature.origin_column] = ["early" if value is None else "computed" for value in own]
    return pl.DataFrame(columns, schema_overrides={f.name: pl.Float64 for f in FEATURES})


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_value_outside_its_range_becomes_null_and_is_named(feature: object) -> None:
    name, low, high = feature.name, feature.minimum, feature.maximum  # type: ignore[attr-defined]
    found = within_range(_rows(**{name: [low, high, low - 1, high + 1, None]}), FEATURES)
    assert found[name].to_list() == [low, high, None, None, None]
    assert found[f"{name}_origin"].to_list() == ["computed", "computed", "missing", "missing", "early"]
    assert found["out_of_range"].to_list() == ["", "", name, name, ""]


def test_a_row_with_a_value_outside_its_range_is_not_ready() -> None:
    found = scored(within_range(_rows(points_avg_last_5=[10.0, 999.0]), FEATURES), FEATURES)
    assert found["is_quality_ready"].to_list() == [True, False]
    assert found["required_default_count"].to_list() == [0, 1]
