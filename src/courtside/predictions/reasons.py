"""Why a model expects what it expects: how much each group of inputs moves the prediction of a pick."""

from __future__ import annotations

import polars as pl

from courtside.predictions.systems.base import System

GROUPS: dict[str, tuple[str, ...]] = {
    "scoring": (
        *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "recent_trend"),
        *("pts_slope_10g", "pts_vs_season_zscore", "breakout_flag", "points_ewma", "points_half_life_3"),
        *("points_half_life_15", "points_half_life_40", "ppm_avg_last_10", "points_per_minute_half_life_15"),
        *("points_per_minute_half_life_40", "like_games_points"),
    ),
    "shots": (
        *("usage_spike_score", "pct_paint", "pct_mid_range", "pct_three", "pct_free_throw", "fga_half_life_5"),
        *("fga_half_life_20", "fta_half_life_20", "fg3a_half_life_20", "tov_half_life_20", "fga_per_minute"),
    ),
    "minutes": (
        *(
            "minutes_change",
            "minutes_avg_last_10",
            "minutes_half_life_2",
            "minutes_half_life_5",
            "minutes_half_life_15",
        ),
        *("minutes_half_life_40", "minutes_last_game", "minutes_game_before", "expected_by_minutes_half_life_2"),
        "expected_by_minutes_half_life_5",
    ),
    "opponent": (
        *("shot_zone_mismatch_score", "pace_score", "opponent_def_rating", "opponent_pace"),
        *("avg_points_vs_opponent", "games_vs_opponent"),
    ),
    "rest": ("games_in_last_7_days", "fatigue_score", "rest_advantage", "back_to_back", "days_since_game"),
    "venue": ("home_away", "playoff_game"),
    "team": (*("team_pace", "team_off_rating", "team_win_pct", "points_present_last_game", "points_absent_last_game"),),
    "availability": ("injury_risk", "dnp_rate", "games_known", "team_games_missed"),
}
"""The model inputs by group, as the site names the groups."""

LEAST_PICK_EDGE = 3.0
"""Predictions nearer to the line than this, in points, are no picks and get no reasons."""
LEAST_POINTS = 0.1
MOST_REASONS = 4


def reasons(system: System, rows: pl.DataFrame, least_edge: float = LEAST_PICK_EDGE) -> pl.Series:
    """Return, for each row that may become a pick, its largest reasons as `scoring:6.1,minutes:2.9,opponent:-0.8`.

    A reason is the change of the expected points, in points, where the inputs of a group are replaced by their mean
    over the players of that date. Inputs depend on each other, so reasons do not add up to the prediction.

    Args:
        system: the system that made the predictions.
        rows: model rows of whole dates with prediction, line and gate_passed.
        least_edge: rows nearer to the line than this, and rows that the gate blocks, get NULL.
    """
    may_be_pick = ((pl.col("prediction") - pl.col("line")).abs() >= least_edge) & pl.col("gate_passed")
    chosen = rows.with_row_index("row_").filter(may_be_pick)
    texts: list[str | None] = [None] * rows.height
    if chosen.height:
        moved = {}
        for name, inputs in GROUPS.items():
            means = rows.group_by("game_date").agg(pl.col(column).cast(pl.Float64).mean() for column in inputs)
            average = chosen.drop(inputs).join(means, on="game_date", how="left", maintain_order="left")
            moved[name] = (chosen["prediction"] - system.expected_points(average)).to_list()
        for place, row in enumerate(chosen["row_"]):
            texts[row] = _text({name: values[place] for name, values in moved.items()})
    return pl.Series("reasons", texts, dtype=pl.String)


def parsed(text: str | None) -> list[tuple[str, float]]:
    """Return the groups and points of a text of `reasons`, largest first; none for NULL."""
    return [
        (name, float(points)) for name, _, points in (part.partition(":") for part in (text or "").split(",")) if name
    ]


def _text(points: dict[str, float | None]) -> str:
    rounded = {name: round(value, 1) for name, value in points.items() if value is not None}
    large = [(name, value) for name, value in rounded.items() if abs(value) >= LEAST_POINTS]
    largest = sorted(large, key=lambda item: (-abs(item[1]), item[0]))[:MOST_REASONS]
    return ",".join(f"{name}:{value:.1f}" for name, value in largest)
