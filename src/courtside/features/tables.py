"""The feature table, derived from the registry: one value column and one origin column for each feature."""

from __future__ import annotations

from collections.abc import Iterator

from courtside.features.registry import FEATURES, Category
from courtside.quality.origins import Origin
from courtside.warehouse.schema import Column, Table, boolean, date, integer, real, text

TIERS = ("gold", "silver", "bronze", "poor", "critical")
ALERTS = ("green", "yellow", "red")


def _feature_columns() -> Iterator[Column]:
    for feature in FEATURES:
        yield real(
            feature.name,
            feature.sentence,
            unit=feature.unit,
            nullable=True,
            minimum=feature.minimum,
            maximum=feature.maximum,
        )
        yield text(
            feature.origin_column,
            f"Origin of {feature.name}.",
            allowed=tuple(str(origin) for origin in Origin),
        )


def _family_columns() -> Iterator[Column]:
    for family in Category:
        yield real(
            f"{family}_quality_pct",
            f"Mean weight of the {family} features; NULL where none is counted.",
            unit="%",
            nullable=True,
        )


PLAYER_FEATURES = Table(
    "player_features",
    "features",
    "The features of a player for a game, computed from earlier data only, each with its origin.",
    (
        text("game_id", "The game."),
        integer("player_id", "The player."),
        date("game_date", "Game date."),
        integer("game_day", "Game date as days since 1970-01-01.", unit="days"),
        text("season", "Season of the game."),
        integer("team_id", "His team, as known before the game."),
        integer("opponent_team_id", "The other team."),
        boolean("is_home", "Whether his team is the home team."),
        *_feature_columns(),
        integer("games_used_l5", "Games in the last-5 window.", minimum=0, maximum=5),
        integer("games_used_l10", "Games in the last-10 window.", minimum=0, maximum=10),
        real("completeness_l5", "100·used/(used + missing) of the last-5 window.", unit="%", nullable=True),
        real("completeness_l10", "100·used/(used + missing) of the last-10 window.", unit="%", nullable=True),
        date("oldest_game_l10", "Date of the oldest game in the last-10 window.", nullable=True),
        text("missing_game_ids", "Games that are missing from his windows, newest first, comma-separated."),
        text("out_of_range", "Features whose value was outside its valid range and became NULL, comma-separated."),
        real(
            "points_ewma",
            "Exponentially weighted mean of points, half-life 8 games.",
            unit="points",
            nullable=True,
        ),
        integer("default_feature_count", "Features without a value, by origin early or missing.", minimum=0),
        integer("required_default_count", "Required features without a value, by origin early or missing.", minimum=0),
        real(
            "feature_quality_score",
            "Mean weight of the features, capped by required defaults.",
            minimum=0,
            maximum=100,
        ),
        *_family_columns(),
        text("quality_tier", "Tier of the score.", allowed=TIERS),
        text("quality_alert_level", "Alert level of the row.", allowed=ALERTS),
        boolean("is_quality_ready", "Whether the row may be used for predictions."),
        boolean("is_training_ready", "Whether the row may be used for training."),
    ),
    key=("game_id", "player_id"),
)
