"""Sums over a team's recent games, and when it last played: for both teams of each game of the slate."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.calendar import season_order
from courtside.features import windows
from courtside.quality.origins import window_origin
from courtside.warehouse.base import Lazy, Warehouse

KEY = ("game_id", "team_id")
SUMMED = (
    "points",
    "opponent_points",
    "minutes",
    "possessions_x100",
    "opponent_possessions_x100",
)
LATEST = {"l10": 10, "l15": 15}
NEEDS = 5
"""Games a team's window needs."""


def slate_teams(rows: Lazy) -> Lazy:
    """Return game_id, team_id, game_day and season of both teams of every game of `rows`."""
    own = rows.select("game_id", "team_id", "game_day", "season")
    other = rows.select("game_id", "game_day", "season", team_id=nw.col("opponent_team_id"))
    return nw.concat([own, other.select("game_id", "team_id", "game_day", "season")]).unique()


def team_windows(teams: Lazy, team_played: Lazy, real_games: Lazy, warehouse: Warehouse) -> Lazy:
    """Return one row per (game_id, team_id) with sums over the team's last 10 and 15 games whose box score is whole.

    Columns: games_W, missing_W and COLUMN_W of `SUMMED` for the windows l10 and l15; wins, results and results_missing
    of this season, wins_before and results_before of the last; last_day, the day of its newest real game.

    Args:
        teams: what `slate_teams` returns.
        team_played: final games that count, numbered by team.
        real_games: final games that a team played, whether they count or not: team_id, game_id, game_day.
        warehouse: the engine the frames live in.
    """
    is_known = _is_known()
    known = warehouse.materialise(windows.number(team_played.filter(is_known).drop("nth"), "team_id"))
    summed = warehouse.materialise(windows.totals(known, "team_id", SUMMED))
    placed = windows.expired(windows.place(teams, known, "team_id"), known, "team_id")
    skips = {label: windows.latest(n) for label, n in LATEST.items()}
    sums = warehouse.materialise(windows.sums(placed, summed, "team_id", SUMMED, skips))
    found = _with_missing(sums, team_played.filter(~is_known))
    for part in (_results(teams, team_played, warehouse), _last_day(teams, real_games)):
        found = found.join(part, on=list(KEY), how="left")
    return found.drop("game_day", "season", "games_before", "games_expired")


def origin_of(window: str, prefix: str = "") -> nw.Expr:
    """Return the origin of a value over a team's `window`; `prefix` stands before its columns."""
    return window_origin(nw.col(f"{prefix}games_{window}"), nw.col(f"{prefix}missing_{window}"), NEEDS)


def pace(window: str, prefix: str = "") -> nw.Expr:
    """Return the team's own possessions per 48 minutes over `window`; overtime counts by its length."""
    possessions, minutes = nw.col(f"{prefix}possessions_x100_{window}"), nw.col(f"{prefix}minutes_{window}")
    return nw.when(minutes > 0).then((240 * possessions).cast(nw.Float64) / (100 * minutes))


def _is_known() -> nw.Expr:
    told = [nw.col(name).is_null() for name in SUMMED]
    return (nw.col("box_status") == "complete") & ~(told[0] | told[1] | told[2] | told[3] | told[4])


def _with_missing(sums: Lazy, unknown: Lazy) -> Lazy:
    """Add missing_W: final games since the window's oldest, or within the horizon, that are not known."""
    found = windows.place(sums, unknown, "team_id", name="unknown_before")
    for label, n in LATEST.items():
        since = (
            nw.when(nw.col(f"games_{label}") >= n)
            .then(nw.col(f"first_day_{label}"))
            .otherwise(nw.col("game_day") - windows.HORIZON_DAYS)
        )
        found = windows.place(
            found.with_columns(since=since), unknown, "team_id", day="since", name="unknown_since"
        )
        found = found.with_columns(
            (nw.col("unknown_before") - nw.col("unknown_since")).alias(f"missing_{label}")
        ).drop("since", "unknown_since")
    return found.drop("unknown_before")


def _results(teams: Lazy, team_played: Lazy, warehouse: Warehouse) -> Lazy:
    """Return wins and results known of this season before the day, and of the last one."""
    is_told = ~(nw.col("points").is_null() | nw.col("opponent_points").is_null())
    has_won = (nw.col("points") > nw.col("opponent_points")).fill_null(False)
    games = team_played.select("team_id", "game_id", "game_day", "nth", "season", "points", "opponent_points")
    told = games.with_columns(
        result=nw.when(is_told).then(nw.lit(1)).otherwise(nw.lit(0)),
        win=nw.when(has_won).then(nw.lit(1)).otherwise(nw.lit(0)),
    ).drop("points", "opponent_points")
    running = windows.running_totals(told, ["team_id", "season"], ["result", "win"])
    before = windows.state(windows.place(teams, told, "team_id"), running, "team_id")
    whole = told.group_by("team_id", "season").agg(
        wins_before=nw.col("win").sum(), results_before=nw.col("result").sum()
    )
    is_same = nw.col("before_season") == nw.col("season")
    results = nw.when(is_same).then(nw.col("before_total_result")).otherwise(nw.lit(0))
    return (
        before.join(warehouse.lazy(season_order()), on="season", how="left")
        .join(
            whole.with_columns(season_before=nw.col("season")).drop("season"),
            on=["team_id", "season_before"],
            how="left",
        )
        .select(
            *KEY,
            nw.col("wins_before").fill_null(0),
            nw.col("results_before").fill_null(0),
            wins=nw.when(is_same).then(nw.col("before_total_win")).otherwise(nw.lit(0)),
            results=results,
            results_missing=nw.when(is_same).then(nw.col("before_total_games")).otherwise(nw.lit(0)) - results,
        )
    )


def _last_day(teams: Lazy, real_games: Lazy) -> Lazy:
    numbered = windows.number(real_games.select("team_id", "game_id", "game_day"), "team_id")
    placed = windows.place(teams, numbered, "team_id")
    return windows.state(placed, numbered, "team_id").select(*KEY, last_day=nw.col("before_game_day"))
