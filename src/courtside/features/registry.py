"""The registry: one entry per feature. Table columns, scores, checks, docs and model inputs are derived from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courtside.features.slate import Slate
    from courtside.features.values import Values


class Category(StrEnum):
    """The group a feature belongs to."""

    HISTORY = "history"
    MATCHUP = "matchup"
    TEAM = "team"
    VEGAS = "vegas"
    GAME = "game"


@dataclass(frozen=True)
class Feature:
    """A feature: its number, name, category, source, valid range, and whether it is required.

    `spread` is the least number of different values on a slate of 50 rows or more; 0 sets no minimum.
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

    @property
    def unit(self) -> str:
        """The unit of its values; empty for a score, a flag or a share of 1."""
        return next((unit for unit, names in UNITS.items() if self.name in names), "")


UNITS: dict[str, tuple[str, ...]] = {
    "points": (
        *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10"),
        *("vegas_points_line", "vegas_opening_line", "vegas_line_move", "avg_points_vs_opponent"),
    ),
    "games": ("games_in_last_7_days", "games_vs_opponent"),
    "percentage points": ("shot_zone_mismatch_score", "usage_spike_score"),
    "possessions per 48 minutes": ("pace_score", "opponent_pace", "team_pace"),
    "points per 100 possessions": ("opponent_def_rating", "team_off_rating"),
    "days": ("rest_advantage",),
    "minutes": ("minutes_avg_last_10",),
    "points per minute": ("ppm_avg_last_10",),
    "points per game": ("pts_slope_10g",),
    "standard deviations": ("pts_vs_season_zscore",),
}
"""The features with a unit, by unit."""


H, M, T, V, G = Category.HISTORY, Category.MATCHUP, Category.TEAM, Category.VEGAS, Category.GAME
REQ, OPT = True, False

# fmt: off
FEATURES: tuple[Feature, ...] = (
    Feature(0, "points_avg_last_5", H, REQ, "box", 0, 80, "Mean points over the last 5 games; needs 3.", 2),
    Feature(1, "points_avg_last_10", H, REQ, "box", 0, 80, "Mean points over the last 10 games; needs 3.", 2),
    Feature(2, "points_avg_season", H, REQ, "box", 0, 80,
            "Mean points this season; last season's mean where he has played fewer than 3 games this season.", 2),
    Feature(3, "points_std_last_10", H, REQ, "box", 0, 40,
            "Sample standard deviation of points over the last 10 games; needs 3.", 2),
    Feature(4, "games_in_last_7_days", H, REQ, "box, schedule", 0, 7,
            "Games he played in the 7 days before the date; his team's games where too few box scores are known."),
    Feature(5, "fatigue_score", M, REQ, "box, schedule", 0, 100,
            "Freshness, from 0 to 100: 100, −15 where he played yesterday, +5 after 3 or more days without a game; −10 "
            "for 4 games in 7 days, −10 for more than 240 minutes in them, −8 for more than 35 minutes a game; −5 for "
            "one pair of games on consecutive days in 14 days, −12 for more pairs. Where too few of his box scores are "
            "known, his team's schedule is used, without the terms about minutes."),
    Feature(6, "shot_zone_mismatch_score", M, REQ, "shots", -10, 10,
            "FG% that the opponent allowed over its last 15 games in the zone of most of his attempts, minus the "
            "league's on the same days, × min(zone rate / 50 %, 1), × 1.2 beyond ±5, limited to ±10; needs 3 games of "
            "the player and 5 of the opponent.", 2),
    Feature(7, "pace_score", M, REQ, "team box", -3, 3,
            "Half of his team's pace minus the opponent's, last 10 games of each, limited to ±3; needs 5.", 2),
    Feature(8, "usage_spike_score", M, REQ, "box, team box", -3, 3,
            "0.3 · (usage of the last 3 games − usage of the last 10), limited to ±3; the origin is that of the last "
            "10 games; needs 3.", 2),
    Feature(9, "rest_advantage", G, REQ, "schedule", -2, 2,
            "Days without a game of his team minus the opponent's, each at most 4, limited to ±2."),
    Feature(10, "injury_risk", G, OPT, "injuries", 0, 3,
            "Last report before tip-off: 0 available or not listed by a team that has submitted, 1 probable, "
            "2 questionable, 3 doubtful or out; NULL where the team has not submitted."),
    Feature(11, "recent_trend", G, REQ, "box", -2, 2,
            "Mean points of the 2 newest of the last 5 games minus that of the 3 older, as a step: ±1 from 2 points, "
            "±2 from 5; needs 5."),
    Feature(12, "minutes_change", G, REQ, "box", -2, 2,
            "Mean minutes of the last 10 games compared with the season's mean (last season's where he has played "
            "fewer than 3 games this season), as a step: ±1 from 10 %, ±2 from 20 %."),
    Feature(13, "opponent_def_rating", M, REQ, "team box", 60, 170,
            "Points the opponent allowed per 100 possessions over its last 15 games; needs 5.", 2),
    Feature(14, "opponent_pace", M, REQ, "team box", 80, 120,
            "The opponent's own possessions per 48 minutes over its last 15 games; needs 5.", 2),
    Feature(15, "home_away", G, REQ, "schedule", 0, 1, "1 at home, 0 away, 0.5 on a neutral court."),
    Feature(16, "back_to_back", G, REQ, "schedule", 0, 1, "1 where his team played yesterday."),
    Feature(17, "playoff_game", G, REQ, "schedule", 0, 1, "1 for a playoff game, by its game id; 0 for the play-in."),
    Feature(18, "pct_paint", G, REQ, "shots", 0, 1,
            "Share of his attempts from the paint, last 10 games; needs 3.", 2),
    Feature(19, "pct_mid_range", G, REQ, "shots", 0, 1,
            "Share of his attempts from mid-range, last 10 games; needs 3.", 2),
    Feature(20, "pct_three", G, REQ, "shots, box", 0, 1,
            "Share of his attempts from behind the arc, last 10 games; from box scores where there is no shot chart; "
            "needs 3.", 2),
    Feature(21, "pct_free_throw", G, REQ, "box", 0, 0.5,
            "Free throws made / points, last 10 games, at most 0.5; needs 3.", 2),
    Feature(22, "team_pace", T, REQ, "team box", 80, 120,
            "His team's own possessions per 48 minutes over its last 10 games; needs 5.", 2),
    Feature(23, "team_off_rating", T, REQ, "team box", 60, 170,
            "His team's points per 100 possessions over its last 10 games; needs 5.", 2),
    Feature(24, "team_win_pct", T, REQ, "schedule", 0, 1,
            "Share of games his team won this season; last season's where it has played fewer than 5 games this "
            "season.", 2),
    Feature(25, "vegas_points_line", V, OPT, "lines", 0, 100,
            "Median of the books' last main lines before tip-off."),
    Feature(26, "vegas_opening_line", V, OPT, "lines", 0, 100,
            "Median of the books' first main lines, where their time is known."),
    Feature(27, "vegas_line_move", V, OPT, "lines", -40, 40,
            "Closing line minus opening line; needs two snapshots of a book before tip-off."),
    Feature(28, "has_vegas_line", V, OPT, "lines", 0, 1,
            "1 where a book has a line for him before tip-off; 0 where books have lines only for others in the game."),
    Feature(29, "avg_points_vs_opponent", H, OPT, "box", 0, 80,
            "Mean points in games against the opponent in the last 365 days."),
    Feature(30, "games_vs_opponent", H, OPT, "box", 0, 20,
            "Games against the opponent in the last 365 days in which he played."),
    Feature(31, "minutes_avg_last_10", H, REQ, "box", 0, 60, "Mean minutes over the last 10 games; needs 3.", 2),
    Feature(32, "ppm_avg_last_10", H, REQ, "box", 0, 4, "Points per minute over the last 10 games; needs 3.", 2),
    Feature(33, "dnp_rate", H, REQ, "box, schedule", 0, 1,
            "Share of his team's last 10 games since he joined it in which he did not play."),
    Feature(34, "pts_slope_10g", H, REQ, "box", -30, 30,
            "Least-squares slope of points over the last 10 games, oldest to newest, per game; needs 5.", 2),
    Feature(35, "pts_vs_season_zscore", H, REQ, "box", -3, 3,
            "Last-5 mean minus season mean, in standard deviations of the last 10 games, limited to ±3.", 2),
    Feature(36, "breakout_flag", H, REQ, "box", 0, 1,
            "1 where the last-5 mean exceeds the season mean by more than 1.5 standard deviations."),
)
# fmt: on

BY_NAME: dict[str, Feature] = {feature.name: feature for feature in FEATURES}
REQUIRED: tuple[Feature, ...] = tuple(feature for feature in FEATURES if feature.is_required)


Function = Callable[["Slate"], "Values"]
FUNCTIONS: dict[str, Function] = {}
"""The function that computes each feature, by feature name."""


def feature(function: Function) -> Function:
    """Register a function that computes the feature with the function's name.

    Raises:
        KeyError: where the registry has no such feature.
    """
    name = function.__name__
    if name not in BY_NAME:
        raise KeyError(f"{name} is not a registered feature; add its entry to FEATURES in features/registry.py")
    FUNCTIONS[name] = function
    return function
