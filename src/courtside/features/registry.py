"""One entry per feature; table columns, scorer, monitor labels, docs and model inputs are derived from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import narwhals as nw

from courtside.quality.origins import where_valued


class Category(StrEnum):
    """What a feature is about."""

    HISTORY = "history"
    MATCHUP = "matchup"
    TEAM = "team"
    VEGAS = "vegas"
    GAME = "game"


@dataclass(frozen=True)
class Feature:
    """A feature: its number, name, category, whether it is required, its source and its valid range.

    `spread` is the least number of different values on a slate of 50 rows or more; 0 asks for none.
    """

    number: int
    name: str
    category: Category
    is_required: bool
    source: str
    minimum: float
    maximum: float
    sentence: str
    spread: int = 0

    @property
    def origin_column(self) -> str:
        """The column that holds this feature's origin."""
        return f"{self.name}_origin"


H, M, T, V, G = Category.HISTORY, Category.MATCHUP, Category.TEAM, Category.VEGAS, Category.GAME

FEATURES: tuple[Feature, ...] = (
    Feature(0, "points_avg_last_5", H, True, "box", 0, 80, "Mean points over the last 5 games; needs 3.", 2),
    Feature(
        1, "points_avg_last_10", H, True, "box", 0, 80, "Mean points over the last 10 games; needs 3.", 2
    ),
    Feature(
        2,
        "points_avg_season",
        H,
        True,
        "box",
        0,
        80,
        "Mean points this season; last season's mean where he has played fewer than 3 games of this one.",
        2,
    ),
    Feature(
        3,
        "points_std_last_10",
        H,
        True,
        "box",
        0,
        40,
        "Sample standard deviation of points over the last 10 games; needs 3.",
        2,
    ),
    Feature(
        4,
        "games_in_last_7_days",
        H,
        True,
        "box, schedule",
        0,
        7,
        "Games he played in the 7 days before the date.",
    ),
    Feature(
        29,
        "avg_points_vs_opponent",
        H,
        False,
        "box",
        0,
        80,
        "Mean points in meetings with the opponent of the last 365 days.",
    ),
    Feature(
        30,
        "games_vs_opponent",
        H,
        False,
        "box",
        0,
        20,
        "Meetings with the opponent of the last 365 days in which he played.",
    ),
    Feature(
        31, "minutes_avg_last_10", H, True, "box", 0, 60, "Mean minutes over the last 10 games; needs 3.", 2
    ),
    Feature(
        32, "ppm_avg_last_10", H, True, "box", 0, 4, "Points per minute over the last 10 games; needs 3.", 2
    ),
    Feature(
        33,
        "dnp_rate",
        H,
        True,
        "box, schedule",
        0,
        1,
        "Share of his team's last 10 games since he joined it in which he did not play.",
    ),
    Feature(
        34,
        "pts_slope_10g",
        H,
        True,
        "box",
        -30,
        30,
        "Least-squares slope of points over the last 10 games, oldest to newest, per game; needs 5.",
        2,
    ),
    Feature(
        35,
        "pts_vs_season_zscore",
        H,
        True,
        "box",
        -3,
        3,
        "Last-5 mean less season mean, in standard deviations of the last 10, within ±3.",
        2,
    ),
    Feature(
        36,
        "breakout_flag",
        H,
        True,
        "box",
        0,
        1,
        "1 where the last-5 mean exceeds the season mean by more than 1.5 standard deviations.",
    ),
)

BY_NAME: dict[str, Feature] = {feature.name: feature for feature in FEATURES}
REQUIRED: tuple[Feature, ...] = tuple(feature for feature in FEATURES if feature.is_required)


def named(name: str, value: nw.Expr, origin: nw.Expr) -> list[nw.Expr]:
    """Return the value and origin columns of the registered feature `name`.

    Raises:
        KeyError: where the registry has no such feature.
    """
    feature = BY_NAME[name]
    return [
        where_valued(value, origin).cast(nw.Float64).alias(feature.name),
        origin.alias(feature.origin_column),
    ]
