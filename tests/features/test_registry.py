"""Columns, scores and documentation pages are derived from the registry."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from courtside.features.docs import features_page
from courtside.features.registry import FEATURES, FUNCTIONS, Category, feature
from courtside.features.slate import Slate
from courtside.features.store import FAMILIES
from courtside.features.tables import PLAYER_FEATURES
from courtside.features.values import Values
from courtside.quality.scoring import FAMILIES as SCORED_FAMILIES
from courtside.quality.scoring import scored

PAGE = Path(__file__).resolve().parents[2] / "docs" / "features.md"


def test_there_are_37_features_in_order_of_their_numbers() -> None:
    assert [feature.number for feature in FEATURES] == list(range(37))
    assert len({feature.name for feature in FEATURES}) == 37
    assert {module.__name__.rsplit(".")[-1] for module in FAMILIES} >= {str(category) for category in Category}


def test_the_optional_features_are_the_ones_that_depend_on_a_market_a_report_or_a_meeting() -> None:
    assert [feature.number for feature in FEATURES if not feature.is_required] == [10, 25, 26, 27, 28, 29, 30]


def test_every_feature_has_a_value_and_an_origin_column() -> None:
    names = PLAYER_FEATURES.column_names
    assert all(feature.name in names and feature.origin_column in names for feature in FEATURES)


def test_every_family_has_its_own_score() -> None:
    assert tuple(str(category) for category in Category) == SCORED_FAMILIES
    assert all(f"{family}_quality_pct" in PLAYER_FEATURES.column_names for family in SCORED_FAMILIES)


def test_the_page_of_features_is_current() -> None:
    assert PAGE.read_text() == features_page(), "docs/features.md is stale; run `make docs`"


def test_a_function_without_a_registered_feature_is_refused() -> None:
    def points_next_game(slate: Slate) -> Values:
        raise AssertionError

    with pytest.raises(KeyError, match="points_next_game"):
        feature(points_next_game)


def test_every_feature_has_one_function() -> None:
    assert sorted(FUNCTIONS) == sorted(item.name for item in FEATURES)


def _scored(**origins: str) -> dict[str, object]:
    columns = {feature.origin_column: [origins.get(feature.name, "computed")] for feature in FEATURES}
    return scored(pl.DataFrame(columns), FEATURES).to_dicts()[0]


def test_a_row_without_matchup_features_is_red_and_not_ready() -> None:
    row = _scored(**{feature.name: "unavailable" for feature in FEATURES if feature.category == "matchup"})
    assert (row["matchup_quality_pct"], row["quality_alert_level"]) == (None, "red")
    assert (row["is_quality_ready"], row["is_training_ready"]) == (False, False)


def test_an_unavailable_source_does_not_lower_the_score() -> None:
    row = _scored(pct_paint="unavailable", shot_zone_mismatch_score="unavailable", injury_risk="unavailable")
    assert (row["feature_quality_score"], row["required_default_count"], row["quality_tier"]) == (100, 0, "gold")


def test_required_defaults_cap_the_score() -> None:
    one = _scored(points_avg_last_5="early")
    assert (one["feature_quality_score"], one["quality_alert_level"]) == (69, "yellow")
    names = ["points_avg_last_5", "recent_trend", "pct_paint", "team_pace", "home_away"]
    five = _scored(**dict.fromkeys(names, "missing"))
    assert (five["feature_quality_score"], five["quality_alert_level"]) == (49, "red")


def test_an_optional_default_is_counted_and_does_not_cap_the_score() -> None:
    row = _scored(vegas_points_line="missing")
    assert (row["default_feature_count"], row["required_default_count"], row["feature_quality_score"]) == (1, 0, 100)
