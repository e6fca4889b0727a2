"""Player history: form, minutes, meetings and absences before the game (features 0–4 and 29–36)."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.calendar import season_order
from courtside.features import windows
from courtside.features.expressions import fallen_back, has_value
from courtside.features.inputs import LONGEST, Inputs
from courtside.features.registry import named
from courtside.quality.origins import Origin, completeness_pct, where_valued, window_origin, worst
from courtside.warehouse.base import Lazy

KEY = ("game_id", "player_id")
HALF_LIFE_GAMES = 8
EWMA_SCALE = 1 << 20
ABSENCE_GAMES = 10


@dataclass(frozen=True)
class _Window:
    """Names of the columns that hold a window's counts."""

    used: str
    missing: str

    def origin(self, needs: int) -> nw.Expr:
        return window_origin(nw.col(self.used), nw.col(self.missing), needs)


L5 = _Window("games_used_l5", "missing_l5")
L10 = _Window("games_used_l10", "missing_l10")
SEASON = _Window("games_season", "missing_season")
WEEK = _Window("games_week", "missing_week")
MEETINGS = _Window("games_met", "missing_met")
ABSENCES = _Window("team_games_known", "team_games_unknown")


def history(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 0–4 and 29–36, their origins and window completeness.

    Sums are of integers and each value ends in one division or root, so that they do not depend on engine, threads
    or slice. Points are in points, minutes in minutes.
    """
    sums = inputs.warehouse.materialise(_all_sums(inputs))
    return _derived(sums.select(*KEY, *_support(), *_direct()))


def _all_sums(inputs: Inputs) -> Lazy:
    team = inputs.sides.select("game_id", "team_id", team_games_week=nw.col("own_games_week"))
    joined = inputs.rows.join(team, on=["game_id", "team_id"], how="left")
    for part in (_window_sums(inputs), _season_sums(inputs), _meeting_sums(inputs), _absence_sums(inputs)):
        joined = joined.join(part, on=list(KEY), how="left")
    counts = [
        "games_used_l5",
        "games_used_l10",
        "games_week",
        "games_season",
        "games_season_before",
        "games_met",
        "team_games_known",
        "team_games_unknown",
    ]
    joined = joined.with_columns(nw.col(name).fill_null(0) for name in counts)
    gaps = _gap_counts(inputs, joined)
    missing = ["missing_l5", "missing_l10", "missing_season", "missing_week", "missing_met"]
    return joined.join(gaps, on=list(KEY), how="left").with_columns(nw.col(name).fill_null(0) for name in missing)


def _window_sums(inputs: Inputs) -> Lazy:
    weights = pl.DataFrame(
        {
            "recency": range(1, LONGEST + 1),
            "weight": [round(EWMA_SCALE * 0.5 ** (step / HALF_LIFE_GAMES)) for step in range(LONGEST)],
        }
    )
    points, minutes, recency = nw.col("points"), nw.col("minutes"), nw.col("recency")
    in_5, in_10 = recency <= 5, recency <= 10
    in_week = nw.col("event_day") >= nw.col("row_day") - 7
    lines = inputs.window.join(inputs.warehouse.lazy(weights), on="recency", how="left").with_columns(
        points_l5=_within(in_5, points),
        points_l10=_within(in_10, points),
        points_squared_l10=_within(in_10, points * points),
        minutes_l10=_within(in_10, minutes),
        recency_l10=_within(in_10, recency),
        recency_squared_l10=_within(in_10, recency * recency),
        recency_points_l10=_within(in_10, recency * points),
        games_used_l5=_within(in_5, nw.lit(1)),
        games_used_l10=_within(in_10, nw.lit(1)),
        games_week=_within(in_week, nw.lit(1)),
        weighted_points=nw.col("weight") * points,
        day_l5=nw.when(in_5).then(nw.col("event_day")),
        day_l10=nw.when(in_10).then(nw.col("event_day")),
    )
    summed = [
        "points_l5",
        "points_l10",
        "points_squared_l10",
        "minutes_l10",
        "recency_l10",
        "recency_squared_l10",
        "recency_points_l10",
        "games_used_l5",
        "games_used_l10",
        "games_week",
        "weighted_points",
        "weight",
    ]
    return lines.group_by(*KEY).agg(
        *(nw.col(name).sum() for name in summed),
        oldest_day_l5=nw.col("day_l5").min(),
        oldest_day_l10=nw.col("day_l10").min(),
    )


def _season_sums(inputs: Inputs) -> Lazy:
    """Return this season's games and points before the row, and those of the season before."""
    before = windows.state(
        inputs.rows.select(*KEY, "season", "games_before"),
        inputs.played.select("player_id", "nth", "season", "total_games", "total_points", "total_minutes"),
        "player_id",
    )
    is_same = nw.col("before_season") == nw.col("season")
    whole = inputs.played.group_by("player_id", "season").agg(
        games_season_before=nw.col("game_id").count(), points_season_before=nw.col("points").sum()
    )
    return (
        before.join(inputs.warehouse.lazy(season_order()), on="season", how="left")
        .join(
            whole.with_columns(season_before=nw.col("season")).drop("season"),
            on=["player_id", "season_before"],
            how="left",
        )
        .select(
            *KEY,
            "games_season_before",
            "points_season_before",
            games_season=nw.when(is_same).then(nw.col("before_total_games")),
            points_season=nw.when(is_same).then(nw.col("before_total_points")),
            minutes_season=nw.when(is_same).then(nw.col("before_total_minutes")),
        )
    )


def _meeting_sums(inputs: Inputs) -> Lazy:
    """Return games and points of the row's player against the row's opponent within the horizon."""
    met = inputs.played.select("player_id", "opponent_team_id", met_day=nw.col("game_day"), met_points=nw.col("points"))
    return (
        inputs.rows.select(*KEY, "opponent_team_id", "game_day")
        .join(met, on=["player_id", "opponent_team_id"], how="inner")
        .filter(
            (nw.col("met_day") < nw.col("game_day")) & (nw.col("met_day") >= nw.col("game_day") - windows.HORIZON_DAYS)
        )
        .group_by(*KEY)
        .agg(games_met=nw.col("met_day").count(), points_met=nw.col("met_points").sum())
    )


def _absence_sums(inputs: Inputs) -> Lazy:
    """Return, of the team's last 10 games since the player joined it, how many are known and how many he sat out."""
    rows = windows.state(
        inputs.rows, inputs.played.select("player_id", "nth", "team_id", "joined_day"), "player_id"
    ).filter(nw.col("before_team_id") == nw.col("team_id"))
    team = inputs.team_played.select("team_id", "game_id", "game_day", "nth", "box_status")
    placed = windows.place(
        rows.select(*KEY, "team_id", "game_day", joined_day=nw.col("before_joined_day")), team, "team_id"
    )
    games = windows.last(
        placed, team, ABSENCE_GAMES, "team_id", inputs.warehouse, carry=("player_id", "joined_day")
    ).filter(nw.col("event_day") >= nw.col("joined_day"))
    appeared = inputs.played.select("player_id", event_game_id=nw.col("game_id"), appeared=nw.lit(1))
    is_known = nw.col("box_status") == "complete"
    return (
        games.join(appeared, on=["player_id", "event_game_id"], how="left")
        .with_columns(
            known=_within(is_known, nw.lit(1)),
            unknown=_within(~is_known, nw.lit(1)),
            sat_out=_within(is_known & nw.col("appeared").is_null(), nw.lit(1)),
        )
        .group_by(*KEY)
        .agg(
            team_games_known=nw.col("known").sum(),
            team_games_unknown=nw.col("unknown").sum(),
            games_sat_out=nw.col("sat_out").sum(),
        )
    )


def _gap_counts(inputs: Inputs, sums: Lazy) -> Lazy:
    """Count the gaps within each window; a window not yet full reaches back to the horizon."""
    bounds = sums.select(
        *KEY,
        from_l5=nw.when(nw.col("games_used_l5") >= 5).then(nw.col("oldest_day_l5")).otherwise(nw.lit(0)),
        from_l10=nw.when(nw.col("games_used_l10") >= 10).then(nw.col("oldest_day_l10")).otherwise(nw.lit(0)),
    )
    gap = nw.col("gap_day")
    return (
        inputs.gaps.join(bounds, on=list(KEY), how="inner")
        .with_columns(
            in_l5=_within(gap >= nw.col("from_l5"), nw.lit(1)),
            in_l10=_within(gap >= nw.col("from_l10"), nw.lit(1)),
            in_season=_within(nw.col("gap_season") == nw.col("season"), nw.lit(1)),
            in_week=_within(gap >= nw.col("game_day") - 7, nw.lit(1)),
            in_met=_within(nw.col("gap_opponent_team_id") == nw.col("opponent_team_id"), nw.lit(1)),
        )
        .group_by(*KEY)
        .agg(
            missing_l5=nw.col("in_l5").sum(),
            missing_l10=nw.col("in_l10").sum(),
            missing_season=nw.col("in_season").sum(),
            missing_week=nw.col("in_week").sum(),
            missing_met=nw.col("in_met").sum(),
        )
    )


def _support() -> list[nw.Expr]:
    return [
        nw.col("games_used_l5"),
        nw.col("games_used_l10"),
        completeness_pct(nw.col(L5.used), nw.col(L5.missing)).alias("completeness_l5"),
        completeness_pct(nw.col(L10.used), nw.col(L10.missing)).alias("completeness_l10"),
        nw.col("oldest_day_l10"),
        where_valued(_ratio("weighted_points", "weight"), L10.origin(3)).alias("points_ewma"),
    ]


def _direct() -> list[nw.Expr]:
    n, points = nw.col("games_used_l10"), nw.col("points_l10")
    variance = (n * nw.col("points_squared_l10") - points * points).cast(nw.Float64) / (n * (n - 1))
    spread = n * nw.col("recency_squared_l10") - nw.col("recency_l10") * nw.col("recency_l10")
    slope = (nw.col("recency_l10") * points - n * nw.col("recency_points_l10")).cast(nw.Float64) / spread
    season = SEASON.origin(3)
    uses_last_season = season.is_in([str(Origin.EARLY)]) & (nw.col("games_season_before") >= 3)
    season_origin = nw.when(uses_last_season).then(nw.lit(str(Origin.FALLBACK))).otherwise(season)
    season_value = (
        nw.when(uses_last_season)
        .then(_ratio("points_season_before", "games_season_before"))
        .otherwise(_ratio("points_season", "games_season"))
    )
    return [
        *named("points_avg_last_5", _ratio("points_l5", "games_used_l5"), L5.origin(3)),
        *named("points_avg_last_10", _ratio("points_l10", "games_used_l10"), L10.origin(3)),
        *named("points_avg_season", season_value, season_origin),
        *named("points_std_last_10", variance.sqrt(), L10.origin(3)),
        *named("games_in_last_7_days", *_games_in_week()),
        *named("avg_points_vs_opponent", _ratio("points_met", "games_met"), MEETINGS.origin(1)),
        *named("games_vs_opponent", nw.col("games_met"), MEETINGS.origin(0)),
        *named("minutes_avg_last_10", _ratio("minutes_l10", "games_used_l10"), L10.origin(3)),
        *named("ppm_avg_last_10", _ratio("points_l10", "minutes_l10"), L10.origin(3)),
        *named("dnp_rate", _ratio("games_sat_out", "team_games_known"), ABSENCES.origin(1)),
        *named("pts_slope_10g", slope, L10.origin(5)),
    ]


def _games_in_week() -> tuple[nw.Expr, nw.Expr]:
    """His own games; his team's where too few of the box scores are known."""
    own = WEEK.origin(0)
    return (
        nw.when(has_value(own)).then(nw.col("games_week")).otherwise(nw.col("team_games_week")),
        fallen_back(own, nw.lit(str(Origin.COMPUTED))),
    )


def _derived(features: Lazy) -> Lazy:
    """Add the features made of other features; each inherits the worst origin of its inputs."""
    last_5, season, spread = (nw.col(name) for name in ("points_avg_last_5", "points_avg_season", "points_std_last_10"))
    inherited = worst(
        *(nw.col(f"{name}_origin") for name in ("points_avg_last_5", "points_avg_season", "points_std_last_10"))
    )
    has_no_spread = (spread == 0).fill_null(False)
    zscore_origin = nw.when(has_no_spread).then(nw.lit(str(Origin.EARLY))).otherwise(inherited)
    zscore = nw.when(~has_no_spread).then(((last_5 - season) / spread).clip(-3.0, 3.0))
    breakout = nw.when(last_5 > season + 1.5 * spread).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    return features.with_columns(
        *named("pts_vs_season_zscore", zscore, zscore_origin), *named("breakout_flag", breakout, inherited)
    )


def _within(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(nw.lit(0))


def _ratio(numerator: str, denominator: str) -> nw.Expr:
    """Return one division of two integer columns, NULL where the denominator is 0."""
    return nw.when(nw.col(denominator) > 0).then(
        nw.col(numerator).cast(nw.Float64) / nw.col(denominator).cast(nw.Float64)
    )
